"""Exact Shapley values from the structure of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.model import ScoreKind
from engine.contracts.progress import SILENT
from engine.contracts.structure import (
    AdditiveForm,
    DenseNetwork,
    LinearForm,
    Link,
    TreeEnsemble,
)
from engine.explain.structure_predictions import linked, longest_path, matches, sums

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.structure import Form, Structure
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]

_TWO = 2
_PAIR_NUMBERS = 10_000_000  # held at a time
_TRIED = 200  # rows on which a structure is verified
TOLERANCE = 1e-4  # of scores: models predict in float32


class EncodedBackground(NamedTuple):
    """The background, encoded ``(b, D)``, and how much each row counts ``(b,)``."""

    encoded: Floats
    shares: Floats


class VerifiedStructure:
    """A model's structure, verified: it reproduces the model's predictions.

    Attributes
    ----------
    method
        ``trees``, ``linear``, ``additive`` or, where none of them gives Shapley
        values, ``gradients`` (:mod:`engine.explain.shapley.gradient_explainer`).
    margin
        Whether the sum is a margin rather than the score itself.
    logistic
        Whether it is the log-odds of one class.
    by_cover
        Whether trees tell the training weight that went their ways.
    longest_path
        Most features that one path through a tree asks for.
    structure
        The model from the inside.
    columns, flipped
        Which of its outputs are explained, and whether turned round.
    """

    def __init__(self, subject: Subject, structure: Structure) -> None:
        assert structure.form is not None
        self._subject, self.structure = subject, structure
        self._form = structure.form
        self.method = _method(self._form)
        self.margin = structure.link is not Link.IDENTITY
        self.logistic = structure.link is Link.LOGIT
        self.columns, self.flipped = _wanted(subject, structure)
        self.longest_path, self.by_cover = 0, False
        if isinstance(self._form, TreeEnsemble):
            self.longest_path = longest_path(self._form)
            splitting = self._form.roots[self._form.left[self._form.roots] >= 0]
            self.by_cover = bool((self._form.cover[splitting] > 0).all())

    @classmethod
    def of(
        cls, subject: Subject, rows: pa.Table, scores: Floats, progress: Progress
    ) -> tuple[VerifiedStructure | None, tuple[Note, ...]]:
        """Return the verified structure of the model, and notes.

        None where the model has none, or where it does not reproduce its scores.

        Parameters
        ----------
        rows, scores
            Some rows of its inputs and the model's own scores for them.
        """
        structure = subject.structure(progress)
        if structure is None or structure.form is None:
            return None, ()
        some = rows.slice(0, _TRIED)
        encoded = subject.encode(some, progress)
        if not matches(structure, encoded, scores[: len(encoded)], TOLERANCE):
            note = Note(code="explain.structure_deviates", params={"n": len(encoded)})
            return None, (note,)
        return cls(subject, structure), ()

    def encode(self, rows: pa.Table, progress: Progress = SILENT) -> Floats:
        """Return rows as the structure sees them."""
        return self._subject.encode(rows, progress)

    def values(
        self,
        encoded: Floats,
        others: EncodedBackground | None,
        progress: Progress = SILENT,
    ) -> Floats:
        """Return ``(n, d, k)`` over the model's own inputs.

        Values of encoded columns that come from one input are added up, with
        their signs.

        Parameters
        ----------
        others
            ``None`` for path-dependent values of trees.
        """
        form = self._form
        assert not isinstance(form, DenseNetwork)
        if isinstance(form, TreeEnsemble):
            from engine.explain.shapley.tree_shap import (  # noqa: PLC0415 - compiles code
                tree_shapley,
            )

            found = tree_shapley(form, encoded, *_of_trees(others), progress)
        else:
            assert others is not None
            found = _alone(form, encoded, others)
        return self.by_input(found[..., self.columns])

    def by_input(self, found: Floats) -> Floats:
        """Return ``(n, d, k)`` values of inputs from ``(n, D, k)`` of encoded columns.

        Those of columns from one input are added up, and negated where the other
        class is explained.
        """
        grouped = np.zeros((len(found), len(self._subject.names), found.shape[2]))
        for column, source in enumerate(self.structure.source):
            grouped[:, source] += found[:, column]
        return -grouped if self.flipped else grouped

    def pairs(
        self,
        encoded: Floats,
        others: EncodedBackground | None,
        progress: Progress = SILENT,
    ) -> Iterator[tuple[slice, Floats]]:
        """Yield ``(rows, d, d, k)`` interactions over the model's own inputs.

        Off the diagonal stand halves. Those of encoded columns that come from the
        same two inputs are added up, with their signs.
        """
        source, d = self.structure.source, len(self._subject.names)
        for where, found in self._encoded_pairs(encoded, others, progress):
            lines = np.zeros((len(found), d, *found.shape[2:]))
            for column, own in enumerate(source):
                lines[:, own] += found[:, column]
            grouped = np.zeros((len(found), d, d, found.shape[3]))
            for column, own in enumerate(source):
                grouped[:, :, own] += lines[:, :, column]
            yield where, self._chosen(grouped)

    def _encoded_pairs(
        self, encoded: Floats, others: EncodedBackground | None, progress: Progress
    ) -> Iterator[tuple[slice, Floats]]:
        form = self._form
        if isinstance(form, TreeEnsemble):
            from engine.explain.shapley.tree_shap import (  # noqa: PLC0415 - compiles code
                tree_interactions,
            )

            yield from tree_interactions(form, encoded, *_of_trees(others), progress)
            return
        assert others is not None
        assert not isinstance(form, DenseNetwork)
        width = encoded.shape[1]
        each = np.arange(width)
        for where in _blocks_of_pairs(len(encoded), width, len(form.base)):
            rows = encoded[where]
            found = np.zeros((len(rows), width, width, len(form.base)))
            if isinstance(form, AdditiveForm):
                _add_terms(form, rows, others, found)
            alone = _alone(form, rows, others) - found.sum(axis=2)
            found[:, each, each] = alone
            progress.advance(where.stop, len(encoded), "explain.rows")
            yield where, found

    def _chosen(self, found: Floats) -> Floats:
        chosen: Floats = found[..., self.columns]
        return -chosen if self.flipped else chosen

    def base(self, others: EncodedBackground | None) -> Floats:
        """Return the ``(k,)`` base values."""
        if others is None:
            from engine.explain.shapley.tree_shap import (  # noqa: PLC0415 - compiles code
                tree_base,
            )

            assert isinstance(self._form, TreeEnsemble)
            expected: Floats = self._outputs(tree_base(self._form, None)[None])[0]
            return expected
        mean: Floats = others.shares @ self.outputs(others.encoded)
        return mean

    def outputs(self, encoded: Floats) -> Floats:
        """Return the ``(n, k)`` explained sums."""
        if isinstance(self._form, TreeEnsemble):
            from engine.explain.shapley.tree_shap import (  # noqa: PLC0415 - compiles code
                tree_sums,
            )

            return self._outputs(tree_sums(self._form, encoded))
        return self._outputs(sums(self.structure, encoded))

    def scores(self, outputs: Floats) -> Floats:
        """Return the model's scores that belong to explained sums."""
        if not self.margin:
            return outputs
        return linked(outputs, self.structure.link)

    def _outputs(self, raw: Floats) -> Floats:
        chosen: Floats = raw[:, self.columns]
        if not self.flipped:
            return chosen
        shares = self._subject.info.score_kind is ScoreKind.PROBABILITY
        return 1.0 - chosen if shares and not self.margin else -chosen


def _method(form: Form) -> str:
    if isinstance(form, TreeEnsemble):
        return "trees"
    if isinstance(form, DenseNetwork):
        return "gradients"
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


def _of_trees(others: EncodedBackground | None) -> tuple[Floats | None, Floats | None]:
    return (None, None) if others is None else (others.encoded, others.shares)


def _alone(
    form: LinearForm | AdditiveForm, encoded: Floats, others: EncodedBackground
) -> Floats:
    """Return ``(n, D, k)``: a term of two features is shared out evenly."""
    if isinstance(form, LinearForm):
        apart = encoded - others.shares @ others.encoded
        weighted: Floats = apart[:, :, None] * form.coefficients.T[None]
        return weighted
    found = np.zeros((*encoded.shape, len(form.base)))
    for term in _terms(form, encoded, others):
        if len(term.columns) == 1:
            found[:, term.columns[0]] += term.both - term.neither
            continue
        first, second = term.columns
        found[:, first] += 0.5 * (term.both - term.second + term.first - term.neither)
        found[:, second] += 0.5 * (term.both - term.first + term.second - term.neither)
    return found


def _add_terms(
    form: AdditiveForm, encoded: Floats, others: EncodedBackground, found: Floats
) -> None:
    """Add half of what each term of two features is worth beyond its halves."""
    for term in _terms(form, encoded, others):
        if len(term.columns) == _TWO:
            first, second = term.columns
            half = 0.5 * (term.both - term.first - term.second + term.neither)
            found[:, first, second] += half
            found[:, second, first] += half


class _Term(NamedTuple):
    """The game of one term: means over the background, features known or not.

    Attributes
    ----------
    columns
        The one or two features.
    both, neither
        ``(n, k)`` and ``(k,)`` with all of them known, and with none.
    first, second
        ``(n, k)`` with one of two known.
    """

    columns: tuple[int, ...]
    both: Floats
    neither: Floats
    first: Floats
    second: Floats


def _terms(
    form: AdditiveForm, encoded: Floats, others: EncodedBackground
) -> Iterator[_Term]:
    own, behind = encoded.astype(np.intp), others.encoded.astype(np.intp)
    shares = others.shares
    start = 0
    for columns, shape in zip(form.columns, form.shapes, strict=True):
        size = int(np.prod(shape))
        table = form.tables[start : start + size].reshape(*shape, -1)
        start += size
        mine = tuple(own[:, column] for column in columns)
        theirs = tuple(behind[:, column] for column in columns)
        both, neither = table[mine], shares @ table[theirs]
        first = second = both
        if len(columns) == _TWO:  # means for every bin of the one that is known
            first = np.einsum("b,ibk->ik", shares, table[:, theirs[1]])[mine[0]]
            second = np.einsum("b,bik->ik", shares, table[theirs[0]])[mine[1]]
        yield _Term(columns, both, neither, first, second)


def _blocks_of_pairs(n: int, width: int, k: int) -> Iterator[slice]:
    each = max(1, _PAIR_NUMBERS // (width * width * k))
    for start in range(0, n, each):
        yield slice(start, min(n, start + each))
