"""Every operating point of a binary score, exactly, from one sort."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from engine.contracts.counts import counts, precision_recall
from engine.contracts.dataset import Note
from engine.contracts.decision import own_cut
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.model import ScoreKind, Task, natural_threshold
from engine.contracts.results import Thresholds
from engine.evaluate import curves, ranking
from engine.evaluate.sample import provenance, take, unsupported

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress

_BLOCK = 1 << 20


class ThresholdsParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the threshold panel: bars of the score histogram."""

    bins: int = 50


class ThresholdsAnalysis:
    """ROC, precision–recall and confusion counts at every distinct score."""

    id = "thresholds"
    title = mark("Thresholds")
    Params = ThresholdsParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why no threshold can be moved, or ``None``."""
        reason = unsupported(facts, (Task.BINARY,))
        if reason is None and facts.model and facts.model.score_kind is ScoreKind.LABEL:
            reason = Note(code="evaluate.no_scores")
        return reason

    def run(
        self, inputs: Inputs, params: ThresholdsParams, progress: Progress
    ) -> Thresholds:
        """Sort, cumulate, and bin for the picture.

        Raises
        ------
        EngineError
            ``evaluate.no_scores`` where only labels are known.
        """
        started = time.perf_counter()
        progress.advance(0, 3, "evaluate.ranking")
        sample = take(inputs)
        if not sample.scored:
            raise EngineError("evaluate.no_scores")
        scores = sample.positive_scores()
        positive = sample.truth == sample.positive
        curve = ranking.curve(scores, positive, sample.weights, progress)
        progress.advance(1, 3, "evaluate.intervals")
        area, precision = ranking.roc_auc(curve), ranking.mean_precision(curve)
        progress.advance(2, 3, "evaluate.counting")
        edges = _edges(curve.scores, params.bins, probability=sample.probabilities)
        natural = natural_threshold(sample.score_kind)
        told = np.asarray(inputs.predictions[sample.part].labels)
        own = (told if sample.rows is None else told[sample.rows]) == sample.positive
        bars = _histograms(scores, positive, sample.weights, edges, progress)
        return Thresholds(
            positive=sample.classes[sample.positive],
            negative=sample.classes[1 - sample.positive],
            score_kind=sample.score_kind,
            scores=curve.scores,
            tp=curve.tp,
            fp=curve.fp,
            positives=curve.positives,
            negatives=curve.negatives,
            roc_auc=area,
            average_precision=precision,
            histogram_edges=edges,
            histogram_positive=bars[1],
            histogram_negative=bars[0],
            corners=curves.corners(curve.tp, curve.fp),
            peaks=curves.peaks(curve.tp, curve.fp),
            own=_cells(own, positive, sample.weights),
            own_cut=own_cut(scores, own, natural)[0],
            roc=_roc(curve),
            precision_recall=_precision_recall(curve),
            effective=sample.effective,
            skipped_rows=sample.skipped,
            notes=sample.notes(),
            provenance=provenance(inputs, sample, params, started, "exact"),
        )


def _cells(
    alarm: NDArray[np.bool_],
    positive: NDArray[np.bool_],
    weights: NDArray[np.float64] | None,
) -> tuple[float, float, float, float]:
    """Return ``(tp, fp, fn, tn)``."""
    # two codes, 1 for positive: rows are the truth
    table = counts(positive.astype(np.int8), alarm.astype(np.int8), 2, None, weights)
    return (
        float(table[1, 1]),
        float(table[0, 1]),
        float(table[1, 0]),
        float(table[0, 0]),
    )


def _roc(curve: ranking.Curve) -> NDArray[np.float64]:
    fpr = np.concatenate([[0.0], curve.fp]) / max(curve.negatives, 1e-300)
    tpr = np.concatenate([[0.0], curve.tp]) / max(curve.positives, 1e-300)
    keep = curves.thin_monotone(fpr, tpr)
    return np.column_stack([fpr[keep], tpr[keep]])


def _precision_recall(curve: ranking.Curve) -> NDArray[np.float64]:
    recall, precision = precision_recall(curve.tp, curve.fp, curve.positives)
    keep = curves.thin_jagged(recall, precision)
    return np.column_stack([recall[keep], precision[keep]])


def _edges(
    descending: NDArray[np.floating], bins: int, *, probability: bool
) -> NDArray[np.float64]:
    if probability:
        return np.linspace(0.0, 1.0, bins + 1)
    finite = descending[np.isfinite(descending)].astype(np.float64)
    low, high = (finite[-1], finite[0]) if len(finite) else (0.0, 1.0)
    if not high > low:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1)


def _histograms(
    scores: NDArray[np.floating],
    positive: NDArray[np.bool_],
    weights: NDArray[np.float64] | None,
    edges: NDArray[np.float64],
    progress: Progress,
) -> NDArray[np.float64]:
    """Return ``(2, bins)``: negatives, positives. Bars are closed on the left."""
    bins = len(edges) - 1
    low, scale = float(edges[0]), bins / float(edges[-1] - edges[0])
    total = np.zeros(2 * bins)
    for start in range(0, len(scores), _BLOCK):
        progress.raise_if_cancelled()
        block = slice(start, start + _BLOCK)
        place: NDArray[Any] = (scores[block].astype(np.float64) - low) * scale
        place = np.clip(place, 0, bins - 1).astype(np.int64)
        place += bins * positive[block]
        weight = None if weights is None else weights[block]
        total += np.bincount(place, weights=weight, minlength=2 * bins)
    return total.reshape(2, bins)
