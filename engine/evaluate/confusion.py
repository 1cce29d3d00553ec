"""Which class is taken for which: the cross-table, in an order that shows it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.counts import cross_counts
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.model import Task
from engine.contracts.results import Confusion
from engine.evaluate.ordering import bring_together
from engine.evaluate.sample import provenance, take, unsupported

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.dataset import Note
    from engine.contracts.decision import Decision
    from engine.contracts.progress import Progress
    from engine.evaluate.sample import Sample

TRUTH, PREDICTION = "@truth", "@prediction"
MAX_LABELS = 1000


class ConfusionParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the confusion matrix.

    Attributes
    ----------
    rows, columns
        A categorical column, or ``@truth`` / ``@prediction``.
    reorder
        Whether to look for the order that brings confused classes together.
    """

    rows: str = TRUTH
    columns: str = PREDICTION
    reorder: bool = True


class ConfusionAnalysis:
    """Counts of truth against decision, or of any two categorical columns."""

    id = "confusion"
    title = mark("Confusion matrix")
    Params = ConfusionParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why there is no such table, or ``None``."""
        return unsupported(facts, (Task.BINARY, Task.MULTICLASS))

    def run(
        self, inputs: Inputs, params: ConfusionParams, progress: Progress
    ) -> Confusion:
        """Count, and order the labels.

        Raises
        ------
        EngineError
            ``evaluate.not_categorical`` or ``evaluate.too_many_labels`` for an
            axis that cannot be one, ``evaluate.same_axis`` where both are the same.
        """
        if params.rows == params.columns:  # all on the diagonal, as if it were right
            raise EngineError("evaluate.same_axis", column=params.rows)
        started = time.perf_counter()
        progress.advance(0, 2, "evaluate.counting")
        sample = take(inputs)
        rows, row_labels = _axis(inputs, sample, params.rows)
        columns, column_labels = _axis(inputs, sample, params.columns)
        progress.raise_if_cancelled()
        shape = (len(row_labels), len(column_labels))
        table = cross_counts(rows, columns, shape, weights=sample.weights)
        progress.advance(1, 2, "evaluate.ordering")
        progress.raise_if_cancelled()
        order = np.arange(len(row_labels))
        if params.reorder and row_labels == column_labels:
            order = bring_together(table)
        return Confusion(
            row_column=params.rows,
            column_column=params.columns,
            row_labels=row_labels,
            column_labels=column_labels,
            counts=table,
            order=order,
            n_left_out=sample.skipped
            + int(np.count_nonzero((rows < 0) | (columns < 0))),
            weighted=sample.weights is not None,
            effective=sample.effective,
            notes=(*sample.notes(), *_of_rule(sample, inputs.decision, params)),
            provenance=provenance(inputs, sample, params, started, "counts"),
        )


def _of_rule(
    sample: Sample, decision: Decision, params: ConfusionParams
) -> tuple[Note, ...]:
    """Return what to know of the decision, where the table shows it."""
    if PREDICTION not in (params.rows, params.columns):
        return ()
    return sample.of_decision(decision)


def _axis(
    inputs: Inputs, sample: Sample, name: str
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    if name == TRUTH:
        return sample.truth, sample.classes
    if name == PREDICTION:
        return sample.decided, sample.classes
    try:
        codes, labels = inputs.columns.codes(name)
    except TypeError as error:
        raise EngineError("evaluate.not_categorical", column=name) from error
    if len(labels) > MAX_LABELS:
        raise EngineError(
            "evaluate.too_many_labels", column=name, n=len(labels), limit=MAX_LABELS
        )
    return codes if sample.rows is None else codes[sample.rows], labels
