"""What the model said for every row of a part, beside the truth."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.contracts.decision import Decision, Rule, rule_of
from engine.contracts.model import ScoreKind, Task, natural_threshold
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
        """The usual threshold of such scores: a half, or 0 for margins."""
        return natural_threshold(self.score_kind)

    @property
    def scored(self) -> bool:
        """Whether a threshold on a score can decide (two classes with scores)."""
        return self.task is Task.BINARY and len(self.score) > 0

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
        """Return the class code decided for every row under ``decision``.

        Where no threshold was set these are the labels that the model itself gives;
        -1 where there is no score.
        """
        if decision.threshold is None or not self.scored:
            return self.labels
        positive = self._positive(decision)
        above = self.score >= decision.threshold
        decided = np.where(above, positive, 1 - positive).astype(np.int32)
        decided[np.isnan(self.score)] = -1
        return decided

    def alarms(self, decision: Decision) -> NDArray[np.bool_]:
        """Return which rows are decided positive, of two classes."""
        if decision.threshold is None or not self.scored:
            found: NDArray[np.bool_] = self.labels == self._positive(decision)
        else:
            found = self.score >= decision.threshold
        return found

    def rule(self, decision: Decision) -> Rule | None:
        """Return what the decision comes to, ``None`` where no score could decide."""
        if not self.scored:
            return None
        positive = self._positive(decision)
        return rule_of(
            self.score,
            None if decision.threshold is not None else self.alarms(decision),
            (self.classes[positive], self.classes[1 - positive]),
            decision.threshold,
            self.natural_threshold,
        )

    def errors(self, decision: Decision) -> NDArray[np.bool_]:
        """Return where the decision differs from a known truth."""
        decided = self.decided(decision)
        if self.task is Task.REGRESSION:
            return np.zeros(self.n_rows, dtype=bool)
        known = (self.truth >= 0) & (decided >= 0)
        wrong: NDArray[np.bool_] = (decided != self.truth) & known
        return wrong

    def confidence(self, decision: Decision) -> NDArray[np.float64]:
        """Return the score of the decided class (binary, probability) or ``score``."""
        if self.task is not Task.BINARY or self.score_kind is not ScoreKind.PROBABILITY:
            return np.asarray(self.score, dtype=np.float64)
        return np.where(self.alarms(decision), self.score, 1.0 - self.score)

    def _positive(self, decision: Decision) -> int:
        return self.classes.index(decision.positive or self.positive)
