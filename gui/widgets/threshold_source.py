"""The operating points of the case, asked for once and shared by panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.contracts.counts import BinaryCounts
from engine.contracts.decision import Decision
from engine.contracts.i18n import tr
from engine.contracts.model import Task
from engine.contracts.requests import Run
from engine.contracts.results import Thresholds
from gui.services.row_columns import moves_with_threshold

if TYPE_CHECKING:
    from engine.contracts.predictions import RowScores
    from engine.contracts.results import Result
    from engine.contracts.selection import Mask
    from gui.context import AppContext
    from gui.services.engine_client import Job

IDLE_MS = 150
MOST_SORTED = 2_000_000
Counts = tuple[float, float, float, float]
Side = tuple[np.ndarray, np.ndarray | None]
"""Scores of the selected rows of one class, and their weights."""


def thresholds_request(context: AppContext) -> Run:
    """Return the question for every operating point.

    The threshold is left out of it: the answer holds for all of them.
    """
    scores = context.case.scores
    positive = context.decision.decision.positive
    if not positive and scores is not None:
        positive = scores.positive
    return Run(analysis="thresholds", decision=Decision(positive=positive))


class ThresholdSource(QObject):
    """Holds the :class:`Thresholds` of a binary case; looked up on every drag.

    Signals
    -------
    ready()
        There are operating points, or none any more.
    """

    ready = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__(context.case)
        self._context = context
        self._job: Job | None = None
        self.result: Thresholds | None = None
        self._mask: Mask | None = None
        self._first: tuple[float, Counts] | None = None
        self._tails: BinaryCounts | None = None
        self._sides: tuple[int, list[Side]] | None = None
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._idle.timeout.connect(self._sort_selected)
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

    def selected_counts(self, threshold: float) -> Counts | None:
        """Return ``(tp, fp, fn, tn)`` of the selected rows, ``None`` without any.

        One pass over the selected rows, until there was time to sort them once;
        from then on it is a look-up.
        """
        mask, scores = self._context.selection.mask, self._context.case.scores
        if mask is None or scores is None or len(mask) != scores.n_rows:
            return None
        if scores.task is not Task.BINARY or not len(scores.score):
            return None
        if mask is not self._mask:
            self._mask, self._first, self._tails = mask, None, None
            self._sides = None
            self._idle.start()
        if self._tails is not None:
            return self._tails.at(threshold)
        if self._first is None or self._first[0] != threshold:
            self._first = threshold, self._pass(scores, mask, threshold)
        return self._first[1]

    @property
    def quick(self) -> bool:
        """Whether the counts of the selected rows are a look-up now."""
        mask = self._context.selection.mask
        return mask is None or (mask is self._mask and self._tails is not None)

    def _positive(self, scores: RowScores) -> int:
        positive = self._context.decision.decision.positive
        return scores.classes.index(positive or scores.positive)

    def _pass(self, scores: RowScores, mask: Mask, threshold: float) -> Counts:
        positive = self._positive(scores)
        if self._sides is None or self._sides[0] != positive:
            found = [_side(scores, mask, code) for code in (positive, 1 - positive)]
            self._sides = positive, found
        (tp, fn), (fp, tn) = (_split(*side, threshold) for side in self._sides[1])
        return tp, fp, fn, tn

    def _sort_selected(self) -> None:
        """Sort while the hand rests, unless the next threshold finds other rows."""
        scores, recipe = self._context.case.scores, self._context.selection.recipe
        mask = self._mask
        if scores is None or mask is None or recipe is None:
            return
        if mask is not self._context.selection.mask:
            return
        if moves_with_threshold(recipe) or np.count_nonzero(mask) > MOST_SORTED:
            return
        self._tails = BinaryCounts(
            scores.score,
            scores.truth == self._positive(scores),
            mask & (scores.truth >= 0),
            scores.weights,
        )

    def _forget(self) -> None:
        self.result = None
        self._mask = self._first = self._tails = self._sides = None
        self._soon.start()

    def _ask(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        scores = self._context.case.scores
        if scores is None or scores.task is not Task.BINARY or not len(scores.score):
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


def _side(scores: RowScores, mask: Mask, code: int) -> Side:
    rows = mask & (scores.truth == code)
    return scores.score[rows], None if scores.weights is None else scores.weights[rows]


def _split(
    score: np.ndarray, weights: np.ndarray | None, threshold: float
) -> tuple[float, float]:
    """Return how many rows are at or above a threshold, and how many are not."""
    alarm = score >= threshold
    if weights is None:
        n = int(np.count_nonzero(alarm))
        return float(n), float(len(alarm) - n)
    return float(weights[alarm].sum()), float(weights[~alarm].sum())
