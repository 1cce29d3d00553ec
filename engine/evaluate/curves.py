"""Which points of a long curve matter: for drawing it, and for choosing on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SMALL = 2000


def corners(tp: NDArray[np.float64], fp: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the indices of the upper convex hull of a ROC curve from (0, 0) on.

    Lines of equal cost and of equal F1 are straight in the plane of ``fp`` and
    ``tp``, so each such optimum lies on a corner. Points under the chord of their
    neighbours cannot be corners: they are dropped all at once, again and again,
    until few are left for the usual chain.
    """
    keep = np.arange(-1, len(tp))  # -1 stands for the origin
    x, y = np.concatenate([[0.0], fp]), np.concatenate([[0.0], tp])
    while len(keep) > _SMALL:
        above = np.ones(len(keep), dtype=bool)
        a, b = x[keep + 1], y[keep + 1]
        turn = (a[1:-1] - a[:-2]) * (b[2:] - b[:-2]) - (b[1:-1] - b[:-2]) * (
            a[2:] - a[:-2]
        )
        above[1:-1] = turn < 0
        if above.all():
            break
        keep = keep[above]
    hull: list[int] = []
    for point in keep.tolist():
        while len(hull) > 1 and not _turns_right(x, y, hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return np.array([point for point in hull if point >= 0], dtype=np.int64)


def peaks(tp: NDArray[np.float64], fp: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return the indices of points more precise than every later one."""
    called = tp + fp
    precision = np.divide(tp, called, out=np.ones_like(called), where=called > 0)
    later = np.maximum.accumulate(precision[::-1])[::-1]
    best = precision[:-1] > later[1:]
    return np.append(np.flatnonzero(best), len(tp) - 1).astype(np.int32)


def thin_monotone(
    x: NDArray[np.float64], y: NDArray[np.float64], limit: int = 2000
) -> NDArray[np.int64]:
    """Choose points of a curve that rises in both directions, for drawing.

    The ends and the last point of every cell of a fine grid on either axis are
    kept: no kept line strays further than ``2 / limit`` of the range from the
    curve. A curve of at most ``limit`` points is kept whole.
    """
    m = len(x)
    if m <= limit:
        return np.arange(m)
    cells = (limit - 2) // 2
    keep = [np.array([0, m - 1])]
    for values in (x, y):
        low, high = float(values[0]), float(values[-1])
        cell = np.floor((values - low) * (cells / max(high - low, 1e-300)))
        keep.append(np.flatnonzero(np.diff(cell) > 0)[:cells])
    return np.unique(np.concatenate(keep))


def thin_jagged(
    x: NDArray[np.float64], y: NDArray[np.float64], limit: int = 2000
) -> NDArray[np.int64]:
    """Choose points of a curve that rises in ``x`` only, for drawing.

    Every cell of a grid on ``x`` keeps its first, last, lowest and highest point,
    so that no peak is lost.
    """
    m = len(x)
    if m <= limit:
        return np.arange(m)
    cells = max(limit // 4, 1)
    span = max(float(x[-1] - x[0]), 1e-300)
    cell = np.minimum(((x - x[0]) * (cells / span)).astype(np.int64), cells - 1)
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    ends = np.append(starts[1:], m) - 1
    keep = [starts, ends]
    for extreme in (np.minimum, np.maximum):
        best = np.repeat(extreme.reduceat(y, starts), ends - starts + 1)
        hits = np.flatnonzero(y == best)
        keep.append(hits[np.searchsorted(hits, starts)])
    return np.unique(np.concatenate(keep))


def _turns_right(
    x: NDArray[np.float64], y: NDArray[np.float64], first: int, second: int, third: int
) -> bool:
    run, rise = x[second + 1] - x[first + 1], y[second + 1] - y[first + 1]
    run_on, rise_on = x[third + 1] - x[first + 1], y[third + 1] - y[first + 1]
    return bool(run * rise_on - rise * run_on < 0)
