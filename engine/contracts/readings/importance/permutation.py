"""The sentence above permutation importance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings.metric_names import title
from engine.contracts.readings.numbers import figure, figure_with_interval

if TYPE_CHECKING:
    from engine.contracts.results import Permutation


def read(result: Permutation) -> str:
    """Return which feature the metric rests on most, and which it does without."""
    order = np.argsort(-result.importances_mean, kind="stable")
    first = int(order[0])
    caveat = tr(
        "Correlated features can replace each other: shuffled one at a time, each "
        "looks less important than it is."
    )
    if not result.low[first] > 0:
        nothing = tr(
            "No feature's permutation importance (drop in {metric}) is "
            "distinguishable from zero.",
            metric=title(result.metric),
        )
        return f"{nothing} {caveat}"
    said = tr(
        "Shuffling {feature} causes the largest drop in {metric}: {loss}, from "
        "{baseline}.",
        feature=result.feature_names[first],
        loss=loss(result, first),
        metric=title(result.metric),
        baseline=figure(result.baseline),
    )
    unsure = int(np.count_nonzero(~(result.low > 0)))
    if unsure:
        told = tr(
            "For {n} of {total} features the drop is not distinguishable from zero.",
            n=unsure,
            total=len(result.feature_names),
        )
        said = f"{said} {told}"
    return f"{said} {caveat}"


def loss(result: Permutation, place: int) -> str:
    """Return a mean loss with its interval, where it has one."""
    mean, ends = float(result.importances_mean[place]), interval(result, place)
    if ends is None:
        return tr("{loss} (no interval)", loss=figure(mean))
    return figure_with_interval(mean, *ends)


def interval(result: Permutation, place: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a mean loss, ``None`` where there is none."""
    low, high = float(result.low[place]), float(result.high[place])
    return None if math.isnan(low) else (low, high)
