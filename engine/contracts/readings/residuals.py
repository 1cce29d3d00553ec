"""The sentence above the residuals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings.numbers import (
    figure,
    figure_with_interval,
    widening,
)

if TYPE_CHECKING:
    from engine.contracts.results import Residuals


def read(result: Residuals) -> str:
    """Return how far predictions miss, and where they lean to one side."""
    return f"{_size(result)} {_lean(result)}".strip()


def _size(result: Residuals) -> str:
    median = result.metrics.get("median_absolute_error")
    if median is None or median.value is None:
        return ""
    return tr(
        "Half of the predictions are off by less than {size}.",
        size=figure_with_interval(median.value, median.low, median.high),
    )


def _lean(result: Residuals) -> str:
    """Name the bin of predictions with the largest mean residual beyond chance.

    The interval of a bin is widened for the number of bins looked at.
    """
    middle = result.trend_mean
    reach = widening(len(middle)) * (result.trend_high - result.trend_low) / 2
    known = np.isfinite(middle) & np.isfinite(reach)
    if not known.any():
        return ""
    off = known & (np.abs(middle) > reach)
    if not off.any():
        return tr("They show no significant bias.")
    worst = int(np.argmax(np.where(off, np.abs(middle), -1.0)))
    mean = float(middle[worst])
    low, high = float(result.trend_low[worst]), float(result.trend_high[worst])
    at = figure(float(result.trend_x[worst]))
    if mean > 0:
        by = figure_with_interval(mean, low, high)
        return tr("Around {at} they are {by} too low on average.", at=at, by=by)
    by = figure_with_interval(-mean, -high, -low)
    return tr("Around {at} they are {by} too high on average.", at=at, by=by)
