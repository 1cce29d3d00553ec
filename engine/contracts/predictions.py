"""What the model said for every row of a part, beside the truth."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.contracts.decision import Decision
from engine.contracts.model import ScoreKind, Task
from engine.contracts.provenance import Provenance


class Predictions(msgspec.Struct, frozen=True, kw_only=True, tag="predictions"):
    """Truth and answer, row by row, in the order of the part.

    Attributes
    ----------
    classes
        Labels of the codes; empty for regression.
    truth
        Class codes, int32, ``-1`` where the target is missing or no known class;
        float64 (``nan`` where missing) for regression.
    scores
        ``(n, k)`` in the order of ``classes`` and in the model's own float type;
        ``(n, 1)`` predicted values for regression; ``(n, 0)`` where only labels
        were recorded.
    labels
        Class codes the model itself answered, int32 (argmax of the scores where
        it answers only scores); float64 predicted values for regression.
    weights
        Row weights, float64, or ``None``.
    """

    task: Task
    classes: tuple[str, ...]
    score_kind: ScoreKind
    truth: np.ndarray
    scores: np.ndarray
    labels: np.ndarray
    weights: np.ndarray | None = None
    provenance: Provenance

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.truth)

    def positive_scores(self, positive: str) -> NDArray[np.floating]:
        """Return the score of one class for every row, shape ``(n,)``."""
        return self.scores[:, self.classes.index(positive)]


class RowScores(msgspec.Struct, frozen=True, kw_only=True, tag="row_scores"):
    """The few numbers a row that the window keeps, so that no drag leaves it.

    Attributes
    ----------
    truth, labels
        As in :class:`Predictions`.
    score
        Binary: score of the decision's positive class. Multiclass: score of the
        answered class. Regression: predicted value. Empty where only labels are
        known.
    weights
        Row weights or ``None``.
    """

    task: Task
    classes: tuple[str, ...]
    positive: str
    score_kind: ScoreKind
    truth: np.ndarray
    labels: np.ndarray
    score: np.ndarray
    weights: np.ndarray | None = None
    provenance: Provenance

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.truth)

    @property
    def natural_threshold(self) -> float:
        """Threshold before anyone chose one: a half, or 0 for margins."""
        return 0.0 if self.score_kind is ScoreKind.MARGIN else 0.5

    @property
    def worst_first(self) -> tuple[tuple[str, bool], ...]:
        """Columns to sort by, so that the most confidently wrong rows come first.

        Wrong decisions before right ones: under a threshold far from a half, a right
        decision may have a larger loss than a wrong one.
        """
        largest_loss = ("@loss", True)
        if self.task is Task.REGRESSION:
            return (largest_loss,)
        return (("@error", True), largest_loss)

    def decided(self, decision: Decision) -> NDArray[np.int32]:
        """Return the class code decided for every row under ``decision``."""
        if self.task is not Task.BINARY or not len(self.score):
            return self.labels
        positive = self.classes.index(decision.positive or self.positive)
        above = self.score >= decision.threshold
        return np.where(above, positive, 1 - positive).astype(np.int32)

    def errors(self, decision: Decision) -> NDArray[np.bool_]:
        """Return where the decision differs from a known truth."""
        decided = self.decided(decision)
        wrong: NDArray[np.bool_] = (decided != self.truth) & (self.truth >= 0)
        return wrong

    def confidence(self, decision: Decision) -> NDArray[np.float64]:
        """Return the score of the decided class (binary, probability) or ``score``."""
        if self.task is not Task.BINARY or self.score_kind is not ScoreKind.PROBABILITY:
            return np.asarray(self.score, dtype=np.float64)
        above = self.score >= decision.threshold
        return np.where(above, self.score, 1.0 - self.score)
