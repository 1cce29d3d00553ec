"""Results on classifiers: summary, confusion, thresholds."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.contracts.dataset import Note
from engine.contracts.model import ScoreKind, Task
from engine.contracts.provenance import Provenance


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One figure with its 95 % interval.

    ``interval`` is a code: ``wilson``, ``bootstrap``, ``delong``, ``normal`` …,
    or ``none`` where ``low`` and ``high`` are ``None``. ``value`` is ``None``
    where the metric is undefined; ``why`` then says why.
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
    """

    row_column: str
    column_column: str
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    counts: np.ndarray
    order: np.ndarray
    n_left_out: int = 0
    weighted: bool = False
    provenance: Provenance


class PartMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of one part."""

    part: str
    n_rows: int
    metrics: dict[str, Metric]


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
        Rows left out because the truth is missing.
    """

    task: Task
    n_rows: int
    classes: tuple[str, ...] = ()
    positive: str = ""
    threshold: float | None = None
    score_kind: ScoreKind = ScoreKind.PROBABILITY
    metrics: dict[str, Metric]
    per_class: tuple[ClassMetrics, ...] = ()
    confusion: np.ndarray | None = None
    baseline: dict[str, float] = {}
    others: tuple[PartMetrics, ...] = ()
    skipped_rows: int = 0
    provenance: Provenance


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, tag="thresholds"):
    """Every operating point of a binary score, exactly.

    Attributes
    ----------
    scores
        The ``m`` distinct scores, descending.
    tp, fp
        Weighted positives and negatives with a score of at least ``scores[i]``,
        float64 ``(m,)``, non-decreasing.
    positives, negatives
        Totals.
    roc_auc, average_precision
        With intervals.
    histogram_edges, histogram_positive, histogram_negative
        Score distribution of each class, for the picture under the slider.
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
    provenance: Provenance

    def counts_at(self, threshold: float) -> tuple[float, float, float, float]:
        """Return ``(tp, fp, fn, tn)`` for ``score >= threshold``: O(log m)."""
        last = int(np.searchsorted(-self.scores, -threshold, side="right")) - 1
        tp = float(self.tp[last]) if last >= 0 else 0.0
        fp = float(self.fp[last]) if last >= 0 else 0.0
        return tp, fp, self.positives - tp, self.negatives - fp

    def roc_curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return ``(fpr, tpr)`` from (0, 0) on, one point a distinct score."""
        fpr = np.concatenate([[0.0], self.fp]) / max(self.negatives, 1e-300)
        tpr = np.concatenate([[0.0], self.tp]) / max(self.positives, 1e-300)
        return fpr, tpr

    def precision_recall_curve(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return ``(recall, precision)``, one point a distinct score."""
        called = self.tp + self.fp
        precision = np.divide(
            self.tp, called, out=np.ones_like(called), where=called > 0
        )
        return self.tp / max(self.positives, 1e-300), precision


class OperatingPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A threshold with what it brings."""

    threshold: float
    precision: float
    recall: float
    f1: float
    cost: float | None = None
