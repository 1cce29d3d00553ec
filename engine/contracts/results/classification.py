"""Results on classifiers: summary, confusion, thresholds."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.contracts import metrics
from engine.contracts.counts import confused_pairs, last_at_least, precision_recall
from engine.contracts.dataset import Note
from engine.contracts.decision import Rule
from engine.contracts.model import ScoreKind, Task
from engine.contracts.provenance import Provenance


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One figure with its 95 % interval.

    ``interval`` is a code: ``wilson``, ``delta`` (delta method, two classes),
    ``cells`` (bootstrap of the confusion cells, more classes), ``delong``,
    ``jackknife`` (infinitesimal), ``t``, ``order`` (order statistics), ``bins``
    (bootstrap within calibration bins), or ``none`` where ``low`` and ``high``
    are ``None``. ``value`` is ``None`` where the metric is undefined; ``why``
    then says why (and may qualify a value that is defined by convention).
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    interval: str = "none"
    why: Note | None = None


class ClassMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Precision, recall and F1 of one class; ``support`` is its (weighted) rows."""

    label: str
    precision: Metric
    recall: Metric
    f1: Metric
    support: float


class ConfusedPair(msgspec.Struct, frozen=True, kw_only=True):
    """One off-diagonal cell: rows of one class taken for another.

    ``rate`` is the share of the row's class, with its Wilson interval.
    """

    row: str
    column: str
    count: float
    rate: float
    low: float
    high: float


class Confusion(msgspec.Struct, frozen=True, kw_only=True, tag="confusion"):
    """A cross-table, rows truth and columns prediction unless told otherwise.

    Attributes
    ----------
    row_column, column_column
        Name (or pseudo-column) on each axis.
    row_labels, column_labels
        Labels in their natural order.
    counts
        ``(rows, columns)``, float64 (weighted) — whole numbers without weights.
    order
        Permutation of the labels that brings confused classes together; the
        identity where the axes differ or there are few classes.
    n_left_out
        Rows without a value on one of the axes.
    effective
        Effective rows per unit of weight (1 without weights), for intervals.
    """

    row_column: str
    column_column: str
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    counts: np.ndarray
    order: np.ndarray
    n_left_out: int = 0
    weighted: bool = False
    effective: float = 1.0
    notes: tuple[Note, ...] = ()
    provenance: Provenance

    @property
    def square(self) -> bool:
        """Whether both axes hold the same labels, so that the diagonal is right."""
        return self.row_labels == self.column_labels

    def pairs(self, limit: int = 20) -> tuple[ConfusedPair, ...]:
        """Return the largest off-diagonal cells, largest first."""
        if not self.square:
            return ()
        totals = self.counts.sum(axis=1)
        found = []
        for row, column in confused_pairs(self.counts, limit):
            count, total = float(self.counts[row, column]), float(totals[row])
            low, high = metrics.wilson(count, total, self.effective)
            found.append(
                ConfusedPair(
                    row=self.row_labels[row],
                    column=self.column_labels[column],
                    count=count,
                    rate=count / total,
                    low=low,
                    high=high,
                )
            )
        return tuple(found)


class PartMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of one part."""

    part: str
    n_rows: int
    metrics: dict[str, Metric]
    skipped_rows: int = 0


class Summary(msgspec.Struct, frozen=True, kw_only=True, tag="summary"):
    """How good the model is, in the figures that fit its task.

    Attributes
    ----------
    metrics
        By scikit-learn's name, in the order in which they are shown.
    confusion
        ``(k, k)`` counts in the order of ``classes``; ``None`` for regression.
    baseline
        The same metrics for always answering the most frequent class with the
        class frequencies as scores (the mean, for regression).
    others
        Reference and calibration parts, where loaded.
    skipped_rows
        Rows left out because the truth or the model's answer is missing.
    rule
        What the decision comes to on these rows; ``None`` where no score of two
        classes could decide.
    weighted
        Whether row weights were used (intervals: Kish's effective rows).
    """

    task: Task
    n_rows: int
    classes: tuple[str, ...] = ()
    positive: str = ""
    rule: Rule | None = None
    score_kind: ScoreKind = ScoreKind.PROBABILITY
    metrics: dict[str, Metric]
    per_class: tuple[ClassMetrics, ...] = ()
    confusion: np.ndarray | None = None
    baseline: dict[str, float] = {}
    others: tuple[PartMetrics, ...] = ()
    skipped_rows: int = 0
    weighted: bool = False
    notes: tuple[Note, ...] = ()
    provenance: Provenance


class OperatingPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A threshold with what it brings."""

    threshold: float
    precision: float
    recall: float
    f1: float
    cost: float | None = None


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, tag="thresholds"):
    """Every operating point of a binary score, exactly.

    Attributes
    ----------
    scores
        The ``m`` distinct scores, descending, in the score's own float type.
    tp, fp
        Weighted positives and negatives with a score of at least ``scores[i]``,
        float64 ``(m,)``, non-decreasing.
    positives, negatives
        Totals.
    roc_auc, average_precision
        With intervals.
    histogram_edges, histogram_positive, histogram_negative
        Score distribution of each class, for the picture under the slider.
    corners
        Indices of the upper convex hull of the ROC curve: every F1 and every cost
        has its best threshold among them.
    peaks
        Indices of points more precise than every later one: the best precision at
        any recall is among them.
    roc, precision_recall
        The curves thinned for drawing, ``(p, 2)`` as ``(fpr, tpr)`` and
        ``(recall, precision)``; exact where there are few points.
    effective
        Effective rows per unit of weight (1 without weights), for intervals.
    own, own_cut
        ``(tp, fp, fn, tn)`` by the model's own labels, and the threshold that gives
        the same decisions, ``None`` where none does.
    skipped_rows
        Rows left out because the truth or the score is missing.
    """

    positive: str
    negative: str
    score_kind: ScoreKind
    scores: np.ndarray
    tp: np.ndarray
    fp: np.ndarray
    positives: float
    negatives: float
    roc_auc: Metric
    average_precision: Metric
    histogram_edges: np.ndarray
    histogram_positive: np.ndarray
    histogram_negative: np.ndarray
    corners: np.ndarray
    peaks: np.ndarray
    roc: np.ndarray
    precision_recall: np.ndarray
    own: tuple[float, float, float, float]
    own_cut: float | None
    effective: float = 1.0
    skipped_rows: int = 0
    notes: tuple[Note, ...] = ()
    provenance: Provenance

    def counts_at(self, threshold: float | None) -> tuple[float, float, float, float]:
        """Return ``(tp, fp, fn, tn)`` for ``score >= threshold``: O(log m).

        Without a threshold, those of the model's own labels.
        """
        if threshold is None:
            return self.own
        last = last_at_least(self.scores, threshold)
        tp = float(self.tp[last]) if last >= 0 else 0.0
        fp = float(self.fp[last]) if last >= 0 else 0.0
        return tp, fp, self.positives - tp, self.negatives - fp

    def metrics_at(self, threshold: float | None) -> dict[str, metrics.Rate | None]:
        """Return the rates at a threshold, or by the model's own labels."""
        return metrics.metrics_at(*self.counts_at(threshold), self.effective)

    def roc_curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return ``(fpr, tpr)`` from (0, 0) on, one point a distinct score."""
        fpr = np.concatenate([[0.0], self.fp]) / max(self.negatives, 1e-300)
        tpr = np.concatenate([[0.0], self.tp]) / max(self.positives, 1e-300)
        return fpr, tpr

    def precision_recall_curve(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return ``(recall, precision)``, one point a distinct score."""
        return precision_recall(self.tp, self.fp, self.positives)
