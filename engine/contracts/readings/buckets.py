"""The sentence above the table of buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.i18n import tr, trn
from engine.contracts.model import Task
from engine.contracts.readings.numbers import (
    count,
    figure,
    interval,
    percent_with_interval,
)

if TYPE_CHECKING:
    from engine.contracts.results import Bucket, Buckets


def read(result: Buckets) -> str:
    """Return the bucket that fares worst against the rest, if any does."""
    if not result.buckets:
        return tr("No saved groups yet: save a selection or a rule as a group.")
    judged = [b for b in result.buckets if not b.small and b.ratio is not None]
    if not judged:
        return trn(
            "{n} group, too small to be judged.",
            "{n} groups, all too small to be judged.",
            len(result.buckets),
        )
    worse = [b for b in judged if b.ratio_low is not None and b.ratio_low > 1]
    if not worse:
        return trn(
            "The error of the group is not significantly higher than that of the rest.",
            "None of the {n} groups has a significantly higher error than the rest.",
            len(judged),
        )
    return _worst(result.task, max(worse, key=lambda b: b.ratio_low or 0.0))


def _worst(task: Task, bucket: Bucket) -> str:
    values = {
        "name": bucket.name,
        "n": count(bucket.n),
        "ratio": figure(bucket.ratio, bucket.ratio_low, bucket.ratio_high),
        "interval": interval(bucket.ratio_low, bucket.ratio_high),
    }
    if task is Task.REGRESSION:
        return tr(
            "{name} ({n} rows): errors {ratio} times as large as those of the rest "
            "({interval}).",
            **values,
        )
    return tr(
        "{name} ({n} rows): error rate {rate}, {ratio} times that of the rest "
        "({interval}).",
        **values,
        rate=percent_with_interval(bucket.rate, bucket.low, bucket.high),
    )
