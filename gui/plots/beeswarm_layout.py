"""Where the points of a beeswarm lie, for any number of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 360  # stretches of the horizontal axis in which points are stacked
CELLS = 33  # heights of a strip that a picture of many points tells apart
AS_POINTS = 2_000  # more rows than this are a picture of cells


@dataclass(frozen=True)
class Strip:
    """One feature's points.

    Attributes
    ----------
    values
        ``(n,)`` contributions.
    levels
        ``(n,)`` how high the feature's own value is, 0 to 1; ``nan`` where that
        has no meaning (missing, or labels without an order).
    heights
        ``(n,)`` place across the strip, -0.5 to 0.5.
    bins
        ``(n,)`` stretch of the horizontal axis.
    """

    values: NDArray[np.float32]
    levels: NDArray[np.float32]
    heights: NDArray[np.float32]
    bins: NDArray[np.int32]


def strip(
    values: NDArray[np.floating],
    levels: NDArray[np.floating],
    low: float,
    high: float,
    most: float | None = None,
) -> Strip:
    """Stack points that would lie over one another, low levels below.

    Parameters
    ----------
    low, high
        Ends of the horizontal axis.
    most
        Rows of one stretch that fill the whole strip; by default the fullest.
    """
    values = np.asarray(values, dtype=np.float32)
    levels = np.asarray(levels, dtype=np.float32)
    bins = binned(values, low, high)
    count = np.bincount(bins, minlength=BINS)
    order = np.lexsort((levels, bins))  # nan last: above the others
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    rank = np.empty(len(values), dtype=np.float64)
    rank[order] = np.arange(len(values)) - first[bins[order]]
    full = max(float(most or count.max(initial=1)), 1.0)
    spread = np.minimum(count / full, 1.0) ** 0.7
    own = np.maximum(count, 1)[bins]
    heights = ((rank + 0.5) / own - 0.5) * spread[bins]
    return Strip(values, levels, heights.astype(np.float32), bins)


def binned(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.int32]:
    """Return the stretch of each value."""
    scale = BINS / (high - low or 1.0)
    place = np.floor((np.asarray(values, dtype=np.float64) - low) * scale)
    return np.clip(place, 0, BINS - 1).astype(np.int32)


def cells(found: Strip, mask: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
    """Return ``(CELLS, BINS, 2)``: points of each cell, and their mean level.

    The mean level is ``nan`` where no point of the cell has one.
    """
    bins, heights, levels = found.bins, found.heights, found.levels
    if mask is not None:
        bins, heights, levels = bins[mask], heights[mask], levels[mask]
    row = np.clip(((heights + 0.5) * CELLS).astype(np.int64), 0, CELLS - 1)
    cell = row * BINS + bins
    size = CELLS * BINS
    known = np.isfinite(levels)
    count = np.bincount(cell, minlength=size)
    with_level = np.bincount(cell[known], minlength=size)
    total = np.bincount(cell[known], weights=levels[known], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / with_level
    told = np.stack([count, mean], axis=-1).reshape(CELLS, BINS, 2)
    return told[::-1].astype(np.float32)
