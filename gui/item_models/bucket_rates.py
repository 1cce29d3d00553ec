"""How buckets fare at any threshold, looked up while it is dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.metrics import BinaryCounts, risk_ratio, wilson
from engine.contracts.model import Task

if TYPE_CHECKING:
    from engine.contracts.decision import Decision
    from engine.contracts.predictions import RowScores
    from engine.contracts.results import Bucket, Buckets
    from engine.contracts.selection import Mask

# Sorting more scores than this at once would be felt; the engine answers instead.
MOST_ROWS = 1_000_000


class BucketRates:
    """Error counts of buckets, O(log n) for each move of the threshold.

    Only for binary scores without weights, and for buckets whose rows do not
    depend on the decision; others stay as the engine last said.
    """

    def __init__(self, scores: RowScores) -> None:
        self._scores = scores
        self._known = scores.truth >= 0
        self._known &= np.isfinite(scores.score)
        positive = scores.classes.index(scores.positive)
        self._positive = scores.truth == positive
        self._all = BinaryCounts(scores.score, self._positive, self._known)
        self._buckets: dict[str, BinaryCounts] = {}

    @staticmethod
    def fits(scores: RowScores | None) -> bool:
        """Return whether these answers can be looked up."""
        return (
            scores is not None
            and scores.task is Task.BINARY
            and len(scores.score) > 0
            and scores.weights is None
            and scores.n_rows <= MOST_ROWS
            and scores.positive in scores.classes
        )

    def add(self, name: str, mask: Mask) -> None:
        """Take the rows of a bucket."""
        self._buckets[name] = BinaryCounts(
            self._scores.score, self._positive, self._known & mask
        )

    def at(self, result: Buckets, decision: Decision) -> Buckets:
        """Return the table under another decision."""
        if decision.positive not in ("", self._scores.positive):
            return result
        whole = _counted(self._all, decision)
        return msgspec.structs.replace(
            result,
            buckets=tuple(self._moved(b, whole, decision) for b in result.buckets),
            overall=_rated(result.overall, *whole),
        )

    def _moved(
        self, bucket: Bucket, whole: tuple[float, float], decision: Decision
    ) -> Bucket:
        if bucket.name not in self._buckets or bucket.n == 0:
            return bucket
        errors, n = _counted(self._buckets[bucket.name], decision)
        rated = _rated(bucket, errors, n)
        ratio = risk_ratio(errors, n, whole[0] - errors, whole[1] - n)
        value, low, high = ratio if ratio is not None else (None, None, None)
        return msgspec.structs.replace(
            rated,
            ratio=value,
            ratio_low=low,
            ratio_high=high,
            share=errors / whole[0] if whole[0] > 0 else None,
        )


def _counted(counts: BinaryCounts, decision: Decision) -> tuple[float, float]:
    tp, fp, fn, tn = counts.at(decision.threshold)
    return fp + fn, tp + fp + fn + tn


def _rated(bucket: Bucket, errors: float, n: float) -> Bucket:
    if n <= 0:
        return bucket
    low, high = wilson(errors, n)
    return msgspec.structs.replace(
        bucket, n_errors=errors, rate=errors / n, low=low, high=high
    )
