"""What the model answered for a row, looked up without asking the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.model import ScoreKind, Task
from engine.contracts.readings import numbers

if TYPE_CHECKING:
    from engine.contracts.decision import Decision
    from engine.contracts.predictions import RowScores


class RowAnswers:
    """Truth, decision and confidence of single rows under one decision.

    Made anew for every move of a threshold: it costs nothing, only the rows in
    sight are looked up. Rows of an older data set may ask too: nothing is known
    of them.
    """

    def __init__(self, scores: RowScores, decision: Decision) -> None:
        self._scores = scores
        self._threshold = decision.threshold
        self._regression = scores.task is Task.REGRESSION
        self._binary = scores.task is Task.BINARY and len(scores.score) > 0
        self._shares = scores.score_kind is ScoreKind.PROBABILITY
        positive = decision.positive or scores.positive
        known = positive in scores.classes
        self._positive = scores.classes.index(positive) if known else 0

    def _code(self, row: int) -> int:
        if self._binary:
            above = self._scores.score[row] >= self._threshold
            return self._positive if above else 1 - self._positive
        return int(self._scores.labels[row])

    def truth(self, row: int) -> str | None:
        """Return the true label or value, ``None`` where it is missing."""
        if row >= self._scores.n_rows:
            return None
        if self._regression:
            return _value(float(self._scores.truth[row]))
        code = int(self._scores.truth[row])
        return self._scores.classes[code] if code >= 0 else None

    def prediction(self, row: int) -> str | None:
        """Return the decided label or the predicted value."""
        if row >= self._scores.n_rows:
            return None
        if self._regression:
            return _value(float(self._scores.labels[row]))
        code = self._code(row)
        return self._scores.classes[code] if code >= 0 else None

    def wrong(self, row: int) -> bool:
        """Return whether the decision differs from a known truth."""
        if self._regression or row >= self._scores.n_rows:
            return False
        truth = int(self._scores.truth[row])
        return truth >= 0 and self._code(row) != truth

    def confidence(self, row: int) -> float:
        """Return the score of the decided class; prediction − truth for numbers."""
        if row >= self._scores.n_rows:
            return float("nan")
        if self._regression:
            return float(self._scores.labels[row]) - float(self._scores.truth[row])
        if not len(self._scores.score):
            return float("nan")
        score = float(self._scores.score[row])
        if not (self._binary and self._shares):
            return score
        return score if self._code(row) == self._positive else 1.0 - score


def _value(value: float) -> str | None:
    return None if np.isnan(value) else numbers.figure(value)
