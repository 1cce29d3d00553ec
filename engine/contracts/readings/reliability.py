"""The sentence above the reliability diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings.numbers import (
    percent,
    percent_with_interval,
    significant,
    widening,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.results import Reliability, ReliabilityBins


def read(result: Reliability) -> str:
    """Return where the probabilities cannot be taken at their word.

    Only bins whose interval, widened for the number of bins looked at, excludes
    what was said count; the sentence names the stretch of neighbouring ones that
    moves the most rows.
    """
    bins = result.uniform
    gap = np.where(bins.count > 0, bins.predicted - bins.observed, 0.0)
    filled = bins.count > 0
    wide = widening(int(np.count_nonzero(filled)))
    low = bins.observed - wide * (bins.observed - bins.low)
    high = bins.observed + wide * (bins.high - bins.observed)
    off = filled & ((bins.predicted < low) | (bins.predicted > high))
    error = result.expected_calibration_error
    if not off.any():
        return tr(
            "No significant miscalibration: ECE {error}.",
            error=percent_with_interval(error.value, error.low, error.high),
        )
    start, stop = _stretch(bins, gap, off)
    worst = start + int(np.argmax(np.abs(gap[start:stop])))
    values = {
        "where": _where(bins, start, stop),
        "said": percent(float(bins.predicted[worst])),
        "happened": percent_with_interval(
            float(bins.observed[worst]),
            float(bins.low[worst]),
            float(bins.high[worst]),
        ),
    }
    over = float(gap[worst]) > 0
    upper = result.of == "top_label" or float(bins.edges[start]) >= 0.5
    if upper and over:
        return tr(
            "Over-confident {where}: predicted probability {said}, observed "
            "frequency {happened}.",
            **values,
        )
    if upper:
        return tr(
            "Under-confident {where}: predicted probability {said}, observed "
            "frequency {happened}.",
            **values,
        )
    if over:
        return tr(
            "Overestimates {where}: predicted probability {said}, observed "
            "frequency {happened}.",
            **values,
        )
    return tr(
        "Underestimates {where}: predicted probability {said}, observed "
        "frequency {happened}.",
        **values,
    )


def _stretch(
    bins: ReliabilityBins, gap: NDArray[np.float64], off: NDArray[np.bool_]
) -> tuple[int, int]:
    """Return the run of bins off to one side that carries the most rows × gap."""
    side = np.where(off, np.sign(gap), 0.0)
    best, found = -1.0, (0, 1)
    run: list[int] = []
    for place in np.flatnonzero(bins.count > 0):  # empty bins do not interrupt a run
        if run and side[place] != side[run[-1]]:
            run = []
        if side[place] == 0:
            continue
        run.append(int(place))
        mass = float(np.sum(np.abs(gap[run]) * bins.count[run]))
        if mass > best:
            best, found = mass, (run[0], int(place) + 1)
    return found


def _where(bins: ReliabilityBins, start: int, stop: int) -> str:
    filled = np.flatnonzero(bins.count > 0)
    low, high = (significant(bins.edges[at], 2) for at in (start, stop))
    first, last = start <= filled[0], stop > filled[-1]
    if first and last:
        return tr("everywhere")
    if last:
        return tr("above {low}", low=low)
    if first:
        return tr("below {high}", high=high)
    return tr("between {low} and {high}", low=low, high=high)
