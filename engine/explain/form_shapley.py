"""Exact Shapley values of models that can be taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.progress import SILENT
from engine.contracts.structure import AdditiveForm, LinearForm, Link, TreeEnsemble
from engine.explain.structure_value import linked, matches, sums

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.structure import Structure
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]

_TRIED = 200  # rows on which a structure is held against the model
TOLERANCE = 1e-4  # of scores: models answer in float32


class Parts:
    """A model's structure, seen to say what the model says.

    Attributes
    ----------
    method
        ``trees``, ``linear`` or ``additive``.
    margin
        Whether the sum is a margin rather than the score itself.
    """

    def __init__(self, subject: Subject, structure: Structure) -> None:
        assert structure.form is not None
        self._subject, self._structure = subject, structure
        self._form = structure.form
        self.method = _method(self._form)
        self.margin = structure.link is not Link.IDENTITY
        self._columns, self._flipped = _wanted(subject, structure)

    @classmethod
    def of(cls, subject: Subject, rows: pa.Table, scores: Floats) -> Parts | None:
        """Return the parts of the model; ``None`` if it has none or they deviate.

        Parameters
        ----------
        rows, scores
            Some rows of its inputs and the model's own scores for them.
        """
        structure = subject.structure()
        if structure is None or structure.form is None:
            return None
        some = slice(0, _TRIED)
        encoded = subject.encode(rows.slice(0, _TRIED))
        if not matches(structure, encoded, scores[some], TOLERANCE):
            return None
        return cls(subject, structure)

    def encode(self, rows: pa.Table, progress: Progress = SILENT) -> Floats:
        """Return rows as the structure sees them."""
        return self._subject.encode(rows, progress)

    def values(
        self, encoded: Floats, background: Floats | None, progress: Progress = SILENT
    ) -> Floats:
        """Return ``(n, d, k)`` over the model's own inputs.

        Values of encoded columns that come from one input are added up, with
        their signs.

        Parameters
        ----------
        background
            Encoded; ``None`` for path-dependent values of trees.
        """
        form = self._form
        if isinstance(form, TreeEnsemble):
            from engine.explain.tree_shap import (  # noqa: PLC0415 - compiles code
                tree_shapley,
            )

            found = tree_shapley(form, encoded, background, progress)
        elif isinstance(form, LinearForm):
            assert background is not None
            apart = encoded - background.mean(axis=0)
            found = apart[:, :, None] * form.coefficients.T[None]
        else:
            assert background is not None
            found = _additive(form, encoded, background)
        grouped = np.zeros((len(encoded), len(self._subject.names), found.shape[2]))
        for column, source in enumerate(self._structure.source):
            grouped[:, source] += found[:, column]
        chosen: Floats = grouped[:, :, self._columns]
        return -chosen if self._flipped else chosen

    def base(self, background: Floats | None) -> Floats:
        """Return ``(k,)`` what the values are measured from."""
        if background is None:
            from engine.explain.tree_shap import (  # noqa: PLC0415 - compiles code
                tree_base,
            )

            assert isinstance(self._form, TreeEnsemble)
            expected: Floats = self._outputs(tree_base(self._form, None)[None])[0]
            return expected
        mean: Floats = self.answers(background).mean(axis=0)
        return mean

    def answers(self, encoded: Floats) -> Floats:
        """Return ``(n, k)`` the sums that are explained."""
        return self._outputs(sums(self._structure, encoded))

    def scores(self, answers: Floats) -> Floats:
        """Return the model's scores that belong to explained sums."""
        if not self.margin:
            return answers
        return linked(answers, self._structure.link)

    def _outputs(self, raw: Floats) -> Floats:
        chosen: Floats = raw[:, self._columns]
        if not self._flipped:
            return chosen
        return -chosen if self.margin else 1.0 - chosen


def _method(form: TreeEnsemble | LinearForm | AdditiveForm) -> str:
    if isinstance(form, TreeEnsemble):
        return "trees"
    return "linear" if isinstance(form, LinearForm) else "additive"


def _wanted(subject: Subject, structure: Structure) -> tuple[list[int], bool]:
    """Return the outputs that are explained, and whether they are to be turned.

    Where one margin decides between two classes it is the second one's.
    """
    if subject.positive < 0:
        return list(range(len(structure.outputs))), False
    if len(structure.outputs) == 1:
        return [0], subject.positive == 0
    return [subject.positive], False


def _additive(form: AdditiveForm, encoded: Floats, background: Floats) -> Floats:
    """Return ``(n, d, k)``: a term of two features is shared out between them.

    Each gets the mean of what it brings first and what it brings second, over the
    background.
    """
    found = np.zeros((*encoded.shape, len(form.base)))
    own, others = encoded.astype(np.intp), background.astype(np.intp)
    start = 0
    for columns, shape in zip(form.columns, form.shapes, strict=True):
        size = int(np.prod(shape))
        table = form.tables[start : start + size].reshape(*shape, -1)
        start += size
        if len(columns) == 1:
            told = table[own[:, columns[0]]]
            found[:, columns[0]] += told - table[others[:, columns[0]]].mean(axis=0)
            continue
        first, second = columns
        mine = (own[:, first], own[:, second])
        theirs = (others[:, first], others[:, second])
        # Means over the background, for every bin of the other feature.
        fixed_first = table[:, theirs[1]].mean(axis=1)[mine[0]]
        fixed_second = table[theirs[0]].mean(axis=0)[mine[1]]
        both, neither = table[mine], table[theirs].mean(axis=0)
        found[:, first] += 0.5 * (both - fixed_second + fixed_first - neither)
        found[:, second] += 0.5 * (both - fixed_first + fixed_second - neither)
    return found
