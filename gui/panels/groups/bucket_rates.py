"""How buckets fare at any threshold, looked up while it is dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.metrics import risk_ratio, wilson
from engine.contracts.model import Task

if TYPE_CHECKING:
    from engine.contracts.decision import Decision
    from engine.contracts.predictions import RowScores
    from engine.contracts.results import Bucket, Buckets
    from engine.contracts.selection import Mask

# Passing over more scores than this at every move would be felt.
MOST_ROWS = 1_000_000


class BucketRates:
    """Error counts of buckets, one pass over the rows a move of the threshold.

    A pass costs half a millisecond at a million rows, and a tenth more for each
    bucket; sorting the scores, to look counts up instead, held the window for 60.
    Only for binary scores without weights, and for buckets whose rows do not
    depend on the decision; others stay as the engine last said.
    """

    def __init__(self, scores: RowScores) -> None:
        self._scores = scores
        self._positive = scores.truth == scores.classes.index(scores.positive)
        self._known = scores.truth >= 0
        self._known &= np.isfinite(scores.score)
        self._n = float(np.count_nonzero(self._known))
        self._buckets: dict[str, tuple[Mask, float]] = {}

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
        known = self._known & mask
        self._buckets[name] = known, float(np.count_nonzero(known))

    def at(self, result: Buckets, decision: Decision) -> Buckets:
        """Return the table under another decision."""
        if decision.positive not in ("", self._scores.positive):
            return result
        wrong = self._scores.alarms(decision) ^ self._positive
        wrong &= self._known
        whole = float(np.count_nonzero(wrong)), self._n
        return msgspec.structs.replace(
            result,
            buckets=tuple(self._moved(b, whole, wrong) for b in result.buckets),
            overall=_rated(result.overall, *whole),
        )

    def _moved(self, bucket: Bucket, whole: tuple[float, float], wrong: Mask) -> Bucket:
        if bucket.name not in self._buckets or bucket.n == 0:
            return bucket
        mask, n = self._buckets[bucket.name]
        errors = float(np.count_nonzero(wrong & mask))
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


def _rated(bucket: Bucket, errors: float, n: float) -> Bucket:
    if n <= 0:
        return bucket
    low, high = wilson(errors, n)
    return msgspec.structs.replace(
        bucket, n_errors=errors, rate=errors / n, low=low, high=high
    )
