"""How many of the selected rows are in each cell of a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.contracts.counts import cross_counts
from engine.contracts.requests import Run
from engine.contracts.results import Confusion
from gui.services.row_columns import MANY_ROWS, PAUSE_MS
from gui.widgets.matrix.content import PREDICTION, TRUTH
from gui.widgets.threshold_source import has_thresholds

if TYPE_CHECKING:
    from engine.contracts.predictions import RowScores
    from engine.contracts.results import Result
    from gui.context import AppContext
    from gui.widgets.threshold_source import ThresholdSource


class SelectionCounts(QObject):
    """Counts at once where a look-up or a pass will do, else asks the engine.

    Signals
    -------
    changed
        ``counts`` are others, or ``None``.
    """

    changed = Signal()

    def __init__(
        self, context: AppContext, source: ThresholdSource, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._source = context, source
        self._shown: Confusion | None = None
        self.counts: np.ndarray | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._count)
        source.selected_ready.connect(self._count)

    def forget(self) -> None:
        """Know of no counts until there is another matrix."""
        self.counts = None

    def follow(self, shown: Confusion | None) -> None:
        """Count for the matrix that is shown; many rows once the hand pauses."""
        self._shown = shown
        if self._at_once():
            self._pause.stop()
            self._count()
        else:
            self._pause.start()

    def _at_once(self) -> bool:
        scores, shown = self._context.case.scores, self._shown
        if scores is None or shown is None or self._context.selection.mask is None:
            return True
        return scores.n_rows <= MANY_ROWS or self._looked_up(scores, shown)

    @staticmethod
    def _looked_up(scores: RowScores, shown: Confusion) -> bool:
        axes = (shown.row_column, shown.column_column)
        return axes == (TRUTH, PREDICTION) and has_thresholds(scores)

    def _count(self) -> None:
        mask, scores = self._context.selection.mask, self._context.case.scores
        shown, self.counts = self._shown, None
        if mask is None or scores is None or shown is None:
            self.changed.emit()
            return
        axes = (shown.row_column, shown.column_column)
        if not set(axes) <= {TRUTH, PREDICTION}:
            self._ask(shown)
            return
        decision = self._context.decision.decision
        if self._looked_up(scores, shown):
            cells = self._source.selected_counts(decision.threshold)
            if cells is not None:
                positive = decision.positive or scores.positive
                self.counts = squared(shown.row_labels, cells, positive)
        elif len(mask) == scores.n_rows:
            codes = {TRUTH: scores.truth, PREDICTION: scores.decided(decision)}
            k = len(shown.row_labels)
            self.counts = cross_counts(
                codes[axes[0]], codes[axes[1]], (k, k), mask, scores.weights
            )
        self.changed.emit()

    def _ask(self, shown: Confusion) -> None:
        request = Run(
            analysis="confusion",
            params={
                "rows": shown.row_column,
                "columns": shown.column_column,
                "reorder": False,
            },
            selection=self._context.selection.recipe,
            decision=self._context.decision.decision,
        )

        def counted(result: Result) -> None:
            now = self._shown
            if (
                isinstance(result, Confusion)
                and now is not None
                and result.counts.shape == now.counts.shape
                and self._context.selection.mask is not None
            ):
                self.counts = result.counts
                self.changed.emit()

        self._context.engine.submit(
            request, on_result=counted, on_error=lambda _error: None
        )


def squared(
    labels: tuple[str, ...], cells: tuple[float, float, float, float], positive: str
) -> np.ndarray:
    """Return ``(tp, fp, fn, tn)`` as a table, rows truth and columns decision."""
    yes = labels.index(positive)
    no, table = 1 - yes, np.zeros((2, 2))
    table[yes, yes], table[no, yes], table[yes, no], table[no, no] = cells
    return table
