"""Operating points: what a threshold gives, and the best thresholds.

Pure functions of :class:`~engine.contracts.results.classification.Thresholds`, so that
the window finds a best threshold without asking the engine.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.results.classification import OperatingPoint

if TYPE_CHECKING:
    from engine.contracts.results.classification import Thresholds


def operating_point(
    of: Thresholds, threshold: float, cost_fp: float | None = None, cost_fn: float = 1.0
) -> OperatingPoint:
    """Return what ``threshold`` brings; undefined rates are ``nan``."""
    tp, fp, fn, _ = of.counts_at(threshold)
    return OperatingPoint(
        threshold=threshold,
        precision=tp / (tp + fp) if tp + fp > 0 else float("nan"),
        recall=tp / (tp + fn) if tp + fn > 0 else float("nan"),
        f1=2 * tp / (2 * tp + fp + fn) if 2 * tp + fp + fn > 0 else float("nan"),
        cost=None if cost_fp is None else cost_fp * fp + cost_fn * fn,
    )


def best_f1(of: Thresholds) -> OperatingPoint:
    """Return the highest threshold of the largest F1 over all distinct scores."""
    tp, fp = of.tp[of.corners], of.fp[of.corners]
    f1 = tp / np.maximum(tp + fp + of.positives, 1e-300)
    best = int(of.corners[int(np.argmax(f1))])
    return operating_point(of, float(of.scores[best]))


def best_precision_at_recall(of: Thresholds, recall: float) -> OperatingPoint | None:
    """Return the point of largest precision among those of enough recall.

    Of equal precisions the one with more recall is taken. ``None`` where no
    threshold reaches ``recall`` (there are no positives).
    """
    if of.positives <= 0:
        return None
    first = bisect.bisect_left(of.tp, recall, key=lambda tp: float(tp) / of.positives)
    place = bisect.bisect_left(of.peaks, first)
    if place == len(of.peaks):
        return None
    return operating_point(of, float(of.scores[int(of.peaks[place])]))


def min_cost(of: Thresholds, cost_fp: float, cost_fn: float) -> OperatingPoint:
    """Return the cheapest threshold, *never positive* included.

    Of equal costs the highest threshold is taken.
    """
    tp, fp = of.tp[of.corners], of.fp[of.corners]
    cost = cost_fp * fp + cost_fn * (of.positives - tp)
    best = int(np.argmin(cost))
    threshold = of.scores[of.corners[best]]
    if cost_fn * of.positives <= cost[best]:
        threshold = np.nextafter(of.scores[0], of.scores.dtype.type(np.inf))
    return operating_point(of, float(threshold), cost_fp, cost_fn)
