"""Model structure (glass box): weights, a tree, or shape functions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.model import ScoreKind
from engine.contracts.results import GlassBox
from engine.contracts.structure import (
    AdditiveForm,
    DenseNetwork,
    LinearForm,
    TreeEnsemble,
)
from engine.explain.glass_box.additive import shapes
from engine.explain.glass_box.inverse_transform import InverseTransform, Row
from engine.explain.glass_box.linear import weighted_sum
from engine.explain.glass_box.splits import misrouted_rows
from engine.explain.glass_box.trees import LeafValues, tree_model
from engine.explain.glass_box.wald import WaldIntervals, wald_intervals
from engine.explain.scope import badge, check_counts, current_row, in_random_order
from engine.explain.shapley.explainers import own_space
from engine.explain.shapley.structural_shapley import TOLERANCE, VerifiedStructure
from engine.explain.subject import Subject, unexplainable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress
    from engine.contracts.results.glass_box import Shapes, Trees, WeightedSum
    from engine.contracts.structure import Form

    Floats = NDArray[np.float64]

_LIMITS = {"most_nodes": (3, 1_000_000)}
_MOST_WALKS, _FEWEST_HELD = 1_000_000, 1_000  # of rows through trees


class GlassBoxParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the model structure.

    Attributes
    ----------
    tree
        Which of its trees is shown, from 0.
    most_nodes
        So many nodes of it at most, from the root on.
    rows
        At most so many rows are shown beside it, a seeded sample of them, said in the
        badge. 0: all.
    """

    tree: int = 0
    most_nodes: int = 255
    rows: int = 20_000


class GlassBoxAnalysis:
    """The model structure in the units of the data, checked on its predictions."""

    id = "glass_box"
    title = mark("Model structure")
    Params = GlassBoxParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be explained, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: GlassBoxParams, progress: Progress
    ) -> GlassBox:
        """Show the structure of the model and check it on the rows.

        A model that cannot be taken apart is ``closed``, and a note says so.

        Raises
        ------
        EngineError
            ``explain.no_tree``, ``explain.bad_count``, ``evaluate.no_rows``.
        """
        started = time.perf_counter()
        check_counts(params, _LIMITS)
        subject = Subject(inputs)
        order, sampling = in_random_order(inputs, params.rows)
        row_ids = np.sort(order)
        progress.advance(0, 2, "explain.structure")
        progress.raise_if_cancelled()
        features = subject.features().take(pa.array(row_ids))
        own = inputs.predictions[Part.EVALUATION].scores[row_ids].astype(np.float64)
        parts, notes = VerifiedStructure.of(subject, features, own, progress)
        row = current_row(inputs)
        known: dict[str, Any]
        if parts is None:
            code = "explain.not_itself" if notes else "explain.closed"
            known = {"kind": "closed", "notes": (Note(code=code),)}
        elif isinstance(parts.structure.form, DenseNetwork):
            known = {"kind": "closed", "notes": (_numbers_of(parts.structure.form),)}
        else:
            units = InverseTransform(
                subject, parts.structure, features, parts.encode(features, progress)
            )
            progress.advance(1, 2, "explain.structure")
            mine = _one_row(subject, parts, row, progress) if row >= 0 else None
            intervals: WaldIntervals | Note | None = None
            if isinstance(parts.structure.form, LinearForm):
                intervals = wald_intervals(inputs, subject, parts, progress)
            model = _ReadableModel(
                subject, parts, units, subject.predictions()[row_ids], intervals
            )
            known = model.body(params, mine, progress)
        return GlassBox(
            **known,
            feature_names=subject.names,
            outputs=subject.outputs,
            row_ids=row_ids,
            n_missing=np.array([c.null_count for c in features.columns], np.int64),
            row=row,
            provenance=badge(
                inputs,
                params,
                started,
                n_used=len(row_ids),
                method="glass_box",
                sampling=sampling,
            ),
        )


class _ReadableModel:
    """The verified structure of a model in the units of the data."""

    def __init__(
        self,
        subject: Subject,
        parts: VerifiedStructure,
        units: InverseTransform,
        own: Floats,
        intervals: WaldIntervals | Note | None,
    ) -> None:
        self._subject, self._parts, self._units = subject, parts, units
        self._own, self._intervals = own, intervals
        self._form = parts.structure.form
        self._sign = -1.0 if parts.flipped else 1.0
        probability = subject.info.score_kind is ScoreKind.PROBABILITY
        self._is_share = probability and not parts.margin

    def body(
        self, params: GlassBoxParams, row: Row | None, progress: Progress
    ) -> dict[str, Any]:
        """Return the fields of the result."""
        form = self._form
        assert form is not None
        notes: tuple[Note, ...] = ()
        compared = self._compared_rows(form)
        predictions = self._parts.outputs(self._units.encoded[compared])
        body: WeightedSum | Trees | Shapes
        if isinstance(form, LinearForm):
            kind = "linear"
            body, predictions, notes = self._weights(form)
            predictions = predictions[compared]
        elif isinstance(form, AdditiveForm):
            kind = "additive"
            body, notes = shapes(
                self._units, form, self._parts.columns, self._sign, row, progress
            )
        else:
            assert isinstance(form, TreeEnsemble)
            kind = "tree" if len(form.roots) == 1 else "ensemble"
            body = self._trees(form, params, row, progress)
            notes = _misrouted(misrouted_rows(body.tree, self._units))
        scores = self._parts.scores(predictions)
        gap = float(np.abs(scores - self._own[compared]).max(initial=0.0))
        largest = float(np.abs(self._own).max(initial=1.0))
        if gap > TOLERANCE * largest:
            notes = (*notes, Note(code="explain.parts_miss", params={"gap": gap}))
        return {
            "kind": kind,
            "body": body,
            "link": self._parts.structure.link,
            "space": own_space(self._subject, margin=self._parts.margin),
            "gap": gap,
            "n_compared": len(compared),
            "notes": notes,
        }

    def _compared_rows(self, form: Form) -> NDArray[np.intp]:
        """Return the rows on which the structure is compared with the model."""
        n = len(self._own)
        most = n
        if isinstance(form, TreeEnsemble):
            most = max(_MOST_WALKS // len(form.roots), _FEWEST_HELD)
        return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.intp))

    def _weights(
        self, form: LinearForm
    ) -> tuple[WeightedSum, Floats, tuple[Note, ...]]:
        columns, intervals = self._parts.columns, self._intervals
        base = self._sign * form.base[columns] + self._flip_offset()
        coefficients = self._sign * form.coefficients[columns]
        if isinstance(intervals, WaldIntervals):
            note = Note(code="explain.wald", params={"n": intervals.n})
            return *weighted_sum(self._units, coefficients, base, intervals), (note,)
        notes = () if intervals is None else (intervals,)
        return *weighted_sum(self._units, coefficients, base), notes

    def _trees(
        self,
        form: TreeEnsemble,
        params: GlassBoxParams,
        row: Row | None,
        progress: Progress,
    ) -> Trees:
        n = len(form.roots)
        if not 0 <= params.tree < n:
            raise EngineError("explain.no_tree", given=params.tree, n=n)
        columns = self._parts.columns
        base = self._sign * form.base[columns]
        # Each tree of a forest answers with shares that the forest takes the mean of.
        averaged = n > 1 and self._is_share and not form.base.any()
        values = (n if averaged else 1) * self._sign * form.values[:, columns]
        if averaged or n == 1:
            values[form.left < 0] += self._flip_offset()
        else:
            base = base + self._flip_offset()
        return tree_model(
            self._units,
            form,
            LeafValues(values, base, averaged),
            number=params.tree,
            most_nodes=params.most_nodes,
            row=row,
            progress=progress,
        )

    def _flip_offset(self) -> float:
        """Return what probabilities of the other class are subtracted from."""
        return 1.0 if self._parts.flipped and self._is_share else 0.0


def _numbers_of(network: DenseNetwork) -> Note:
    n = len(network.weights) + len(network.biases) + len(network.base)
    return Note(code="explain.network", params={"n": n})


def _misrouted(n: int) -> tuple[Note, ...]:
    return (Note(code="explain.rows_astray", params={"n": n}),) if n else ()


def _one_row(
    subject: Subject, parts: VerifiedStructure, row: int, progress: Progress
) -> Row:
    features = subject.features().slice(row, 1)
    return Row.of(features, parts.encode(features, progress))
