"""What the model answered for a row, looked up without asking the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.dataset import Kind, Role
from engine.contracts.i18n import tr
from engine.contracts.model import ScoreKind, Task
from gui.item_models.cell_format import NumberFormat
from gui.item_models.shown_columns import Look, ShownColumn, of_column

if TYPE_CHECKING:
    from engine.contracts.dataset import DatasetInfo
    from engine.contracts.decision import Decision
    from engine.contracts.predictions import RowScores

_LEFT_OUT = frozenset(
    {Role.TARGET, Role.PREDICTION, Role.SCORE, Role.IGNORE, Role.SPLIT, Role.ENTITY}
)
SCORE_FORMAT = NumberFormat(decimals=3)
SAMPLE = 2000  # values from which the decimals of a target are told


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
        self._format = SCORE_FORMAT
        if self._regression:
            self._format = NumberFormat.of(scores.truth[:SAMPLE])
        positive = decision.positive or scores.positive
        known = positive in scores.classes
        self._positive = scores.classes.index(positive) if known else 0

    def _code(self, row: int) -> int:
        if self._binary and self._threshold is not None:
            above = self._scores.score[row] >= self._threshold
            return self._positive if above else 1 - self._positive
        return int(self._scores.labels[row])

    def truth(self, row: int) -> str | None:
        """Return the true label or value, ``None`` where it is missing."""
        if row >= self._scores.n_rows:
            return None
        if self._regression:
            return self._text(float(self._scores.truth[row]))
        code = int(self._scores.truth[row])
        return self._scores.classes[code] if code >= 0 else None

    def prediction(self, row: int) -> str | None:
        """Return the decided label or the predicted value."""
        if row >= self._scores.n_rows:
            return None
        if self._regression:
            return self._text(float(self._scores.labels[row]))
        code = self._code(row)
        return self._scores.classes[code] if code >= 0 else None

    def wrong(self, row: int) -> bool:
        """Return whether the decision differs from a known truth."""
        if self._regression or row >= self._scores.n_rows:
            return False
        truth = int(self._scores.truth[row])
        return truth >= 0 and self._code(row) != truth

    def confidence(self, row: int) -> float:
        """Return the score of the decided class; truth − prediction for numbers."""
        if row >= self._scores.n_rows:
            return float("nan")
        if self._regression:
            return float(self._scores.truth[row]) - float(self._scores.labels[row])
        if not len(self._scores.score):
            return float("nan")
        score = float(self._scores.score[row])
        if not (self._binary and self._shares):
            return score
        return score if self._code(row) == self._positive else 1.0 - score

    def number(self, row: int, look: Look) -> float | None:
        """Return a true or predicted number, or a score; ``None`` of labels."""
        if row >= self._scores.n_rows:
            return None
        if look in {Look.TRUTH, Look.PREDICTION}:
            of = self._scores.truth if look is Look.TRUTH else self._scores.labels
            return float(of[row]) if self._regression else None
        return self.confidence(row)

    def score(self, row: int) -> str | None:
        """Return the confidence, or the residual of a number, as text."""
        return self._text(self.confidence(row))

    def _text(self, value: float) -> str | None:
        return None if np.isnan(value) else self._format.text(value)


def answer_table(scores: RowScores, data: DatasetInfo) -> tuple[ShownColumn, ...]:
    """Return the columns to show: who, truth, answer, loss, then the features."""
    entities = data.with_role(Role.ENTITY)
    found = [
        ShownColumn(name=c.name, title=c.name, kind=c.kind, look=Look.ID)
        for c in entities[:1]
    ] or [ShownColumn(name="@row", title=tr("row"), kind=Kind.NUMERIC, look=Look.ROW)]
    found += _answer_columns(scores)
    ordered = sorted(data.columns, key=lambda c: c.role is not Role.FEATURE)
    found += [of_column(c) for c in ordered if c.role not in _LEFT_OUT]
    return tuple(found)


def _answer_columns(scores: RowScores) -> list[ShownColumn]:
    number = scores.task is Task.REGRESSION
    kind = Kind.NUMERIC if number else Kind.CATEGORICAL
    shares = scores.score_kind is ScoreKind.PROBABILITY
    found = [
        ShownColumn(name="@truth", title=tr("true value"), kind=kind, look=Look.TRUTH),
        ShownColumn(
            name="@prediction", title=tr("prediction"), kind=kind, look=Look.PREDICTION
        ),
    ]
    if number:
        title, name = tr("residual"), "@residual"
    elif shares:
        title, name = tr("confidence"), "@confidence"
    else:
        title, name = tr("margin"), "@confidence"
    if number or len(scores.score):
        look = Look.CONFIDENCE if shares and not number else Look.SCORE
        found.append(ShownColumn(name=name, title=title, kind=Kind.NUMERIC, look=look))
    loss = tr("error") if number else tr("loss")
    found.append(
        ShownColumn(name="@loss", title=loss, kind=Kind.NUMERIC, look=Look.LOSS)
    )
    return found
