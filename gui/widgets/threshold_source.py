"""The operating points of the case, asked for once and shared by panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.contracts.decision import Decision
from engine.contracts.i18n import tr
from engine.contracts.requests import Run
from engine.contracts.results import Thresholds
from gui.services.row_columns import MANY_ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.predictions import RowScores
    from engine.contracts.results import Result
    from engine.contracts.selection import Mask
    from gui.context import AppContext
    from gui.services.engine_client import Job

Counts = tuple[float, float, float, float]


def thresholds_request(context: AppContext) -> Run:
    """Return the question for every operating point.

    The threshold is left out of it: the answer holds for all of them.
    """
    return Run(analysis="thresholds", decision=Decision(positive=_positive(context)))


def _positive(context: AppContext) -> str:
    scores, positive = context.case.scores, context.decision.decision.positive
    return positive if positive or scores is None else scores.positive


class ThresholdSource(QObject):
    """Holds the :class:`Thresholds` of a binary case; looked up on every drag.

    Those of the selected rows alone are asked for where rows are many; few are
    counted here.

    Signals
    -------
    ready()
        There are operating points, or none any more.
    selected_ready()
        There are operating points of the selected rows.
    """

    ready = Signal()
    selected_ready = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__(context.case)
        self._context = context
        self._job: Job | None = None
        self.result: Thresholds | None = None
        self._asked_for: tuple[Mask, str] | None = None
        self._selected_job: Job | None = None
        self._selected: Thresholds | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._ask)
        context.case.predictions_changed.connect(self._forget)
        self._soon.start()

    @classmethod
    def of(cls, context: AppContext) -> ThresholdSource:
        """Return the one of this case, made when first asked for."""
        found = context.case.findChild(cls)
        return found if isinstance(found, cls) else cls(context)

    def offer(self, result: Thresholds) -> None:
        """Take an answer that somebody else has asked for."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._soon.stop()
        self.result = result
        self.ready.emit()

    def selected_counts(self, threshold: float | None) -> Counts | None:
        """Return ``(tp, fp, fn, tn)`` of the selected rows.

        Without a threshold, by the model's own labels. ``None`` without selected
        rows, and until the operating points of many are known.
        """
        mask, scores = self._context.selection.mask, self._context.case.scores
        if mask is None or scores is None or len(mask) != scores.n_rows:
            return None
        if not has_thresholds(scores):
            return None
        if not self._context.selection.n_selected:
            return 0.0, 0.0, 0.0, 0.0
        positive = _positive(self._context)
        decision = Decision(positive=positive, threshold=threshold)
        if scores.n_rows <= MANY_ROWS:
            return _counts(scores, mask, scores.classes.index(positive), decision)
        known = self._asked_for
        if known is None or known[0] is not mask or known[1] != positive:
            self._asked_for = mask, positive
            self._ask_selected()
        if self._selected is None:
            return None
        return self._selected.counts_at(threshold)

    @property
    def looks_up(self) -> bool:
        """Whether counts of the selected rows cost no pass over many rows."""
        mask, scores = self._context.selection.mask, self._context.case.scores
        few = scores is None or scores.n_rows <= MANY_ROWS
        return few or mask is None or has_thresholds(scores)

    def _ask_selected(self) -> None:
        self._drop_selected()
        # under the threshold at which the rows were found
        threshold = self._context.decision.decision.threshold
        self._selected_job = self._context.engine.submit(
            Run(
                analysis="thresholds",
                selection=self._context.selection.recipe,
                decision=Decision(
                    positive=_positive(self._context), threshold=threshold
                ),
            ),
            on_result=self._selected_answered,
            on_error=lambda _error: None,  # rows without a truth: nothing to count
            label=tr("Selection"),
        )

    def _selected_answered(self, result: Result) -> None:
        self._selected_job = None
        if isinstance(result, Thresholds):
            self._selected = result
            self.selected_ready.emit()

    def _drop_selected(self) -> None:
        if self._selected_job is not None:
            self._selected_job.cancel()
            self._selected_job = None
        self._selected = None

    def _forget(self) -> None:
        self.result = None
        self._asked_for = None
        self._drop_selected()
        self._soon.start()

    def _ask(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        scores = self._context.case.scores
        if not has_thresholds(scores):
            return
        self._job = self._context.engine.submit(
            thresholds_request(self._context),
            on_result=self._answered,
            on_error=lambda _error: None,  # the threshold panel shows what failed
            label=tr("Threshold"),
        )

    def _answered(self, result: Result) -> None:
        self._job = None
        if isinstance(result, Thresholds):
            self.result = result
            self.ready.emit()


def has_thresholds(scores: RowScores | None) -> bool:
    """Return whether a threshold on a score could decide."""
    return scores is not None and scores.scored


def _counts(scores: RowScores, mask: Mask, positive: int, decision: Decision) -> Counts:
    """Return ``(tp, fp, fn, tn)`` of some rows, in one pass."""
    alarm = scores.alarms(decision)
    mask = mask & ~np.isnan(scores.score)
    sides = mask & (scores.truth == positive), mask & (scores.truth == 1 - positive)
    (tp, fn), (fp, tn) = (
        (_weight(side & alarm, scores.weights), _weight(side & ~alarm, scores.weights))
        for side in sides
    )
    return tp, fp, fn, tn


def _weight(rows: Mask, weights: NDArray[np.float64] | None) -> float:
    return float(np.count_nonzero(rows) if weights is None else weights[rows].sum())
