"""Sums of local effects with intervals: the arithmetic of ALE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.metrics import Z95
from engine.contracts.results.effects import middles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]
    Differences = tuple[Floats, Floats]


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Accumulated effects, centred; see the result of the same fields."""

    effect: Floats
    within: Places
    strength: Floats
    low: Floats | None = None
    high: Floats | None = None


def of_intervals(interval: Places, n_intervals: int, steps: Floats) -> Effects:
    """Return the accumulated steps of a number.

    Parameters
    ----------
    interval
        ``(r,)`` the interval of each row; each has some.
    steps
        ``(r, k)`` the prediction at its upper end less that at its lower.
    """
    n = np.bincount(interval, minlength=n_intervals)
    means, variances = _of_groups(interval, n, steps)
    halves = n / (2.0 * n.sum())  # an interval counts with its middle
    share = np.append(halves, 0.0) + np.append(0.0, halves)
    return _added_up(means, variances, np.zeros_like(means[1:]), share, n)


def of_levels(level: Places, n_levels: int, below: Floats, above: Floats) -> Effects:
    """Return the accumulated steps from label to label.

    Parameters
    ----------
    level
        ``(r,)`` the label of each row, in order; each has some.
    below, above
        ``(r, k)`` the prediction at the row's own label less that at the one before,
        and that at the one after less its own.
    """
    up, down = level < n_levels - 1, level > 0
    gap = np.concatenate([level[up], level[down] - 1])
    steps = np.concatenate([above[up], below[down]])
    n = np.bincount(gap, minlength=n_levels - 1)
    means, variances = _of_groups(gap, n, steps)
    inner = up & down  # these rows count on both sides of their label
    at = level[inner]
    product = (below[inner] - means[at - 1]) * (above[inner] - means[at])
    shared = _sums(at - 1, n_levels - 2, product)
    shared /= (n[:-1] * n[1:])[:, None]
    counts = np.bincount(level, minlength=n_levels)
    return _added_up(means, variances, shared, counts / counts.sum(), counts)


def of_cells(cell: Places, ends: tuple[Floats, Floats], differences: Floats) -> Effects:
    """Return the second-order effect of two numbers.

    Parameters
    ----------
    cell
        ``(2, r)`` the interval of each row along both.
    ends
        Ends of the intervals.
    differences
        ``(r, k)`` how much more the prediction rises across the row's cell along one
        feature at the upper end of the other than at its lower.
    """
    n, means = _of_cells(cell, differences, ends)
    together = _summed_up(means)
    share = n[:, :, None] / n.sum()
    alone = [
        _steps(middles(np.diff(together, axis=0), 1), share),
        _steps(_turned(middles(np.diff(together, axis=1), 0)), _turned(share)),
    ]
    return _beyond(together, alone, n, (0, 1))


def of_levels_and_intervals(
    level: Places,
    interval: Places,
    ends: tuple[Floats, Floats],
    differences: Differences,
) -> Effects:
    """Return the second-order effect of a label and a number.

    As the authors' own program does: a row counts at the steps to both neighbours of
    its label, and labels alone are centred by the rows on both sides of a step.

    Parameters
    ----------
    level, interval
        ``(r,)`` the label of each row, in order, and the interval of its number.
    ends
        The places of the labels, from 0; the ends of the intervals.
    differences
        ``(r, k)`` how much more the prediction rises across the row's interval at its
        label than at the one before, and at the one after than at its own.
    """
    n_levels, n_intervals = len(ends[0]), len(ends[1]) - 1
    up, down = level < n_levels - 1, level > 0
    gap = np.concatenate([level[up], level[down] - 1])
    across = np.concatenate([interval[up], interval[down]])
    both = np.concatenate([differences[1][up], differences[0][down]])
    _, means = _of_cells(np.stack([gap, across]), both, ends)
    together = _summed_up(means)
    within = np.zeros((n_levels, n_intervals), dtype=np.int64)
    np.add.at(within, (level, interval), 1)
    share = within[:, :, None] / within.sum()
    beside = (share[:-1] + share[1:]) / 2
    alone = [
        _steps(middles(np.diff(together, axis=0), 1), beside),
        _steps(_turned(np.diff(together, axis=1)), _turned(share)),
    ]
    return _beyond(together, alone, within, (1,))


def _of_groups(group: Places, n: Places, steps: Floats) -> tuple[Floats, Floats]:
    """Return means of groups and the variances of these means.

    A group of one row is taken to vary as the groups do together.
    """
    means = _sums(group, len(n), steps) / n[:, None]
    squares = _sums(group, len(n), (steps - means[group]) ** 2)
    pooled = squares.sum(axis=0) / max(len(steps) - len(n), 1)
    each = np.where(n[:, None] > 1, squares / np.maximum(n - 1, 1)[:, None], pooled)
    return means, each / n[:, None]


def _added_up(
    means: Floats, variances: Floats, shared: Floats, share: Floats, within: Places
) -> Effects:
    """Return the sums of steps, their mean over the rows taken off, with intervals.

    Parameters
    ----------
    means, variances
        ``(s, k)`` of the steps.
    shared
        ``(s - 1, k)`` covariances of steps that follow each other.
    share
        ``(s + 1,)`` how much each place counts in the mean.
    """
    weights = np.tril(np.ones((len(share), len(means))), -1)
    weights -= share @ weights
    effect = weights @ means
    spread = weights**2 @ variances
    spread += 2.0 * (weights[:, :-1] * weights[:, 1:]) @ shared
    half = Z95 * np.sqrt(np.maximum(spread, 0.0))
    return Effects(
        effect=effect,
        low=effect - half,
        high=effect + half,
        within=within,
        strength=np.sqrt(share @ effect**2),
    )


def _of_cells(
    cell: Places, differences: Floats, ends: tuple[Floats, Floats]
) -> tuple[Places, Floats]:
    """Return the rows of each cell, and the mean turn of it or the nearest that has."""
    shape = len(ends[0]) - 1, len(ends[1]) - 1
    flat = np.ravel_multi_index(tuple(cell), shape)
    n = np.bincount(flat, minlength=shape[0] * shape[1])
    means = _sums(flat, len(n), differences) / np.maximum(n, 1)[:, None]
    means = means[_nearest(n > 0, ends)]
    return n.reshape(shape), means.reshape(*shape, -1)


def _summed_up(means: Floats) -> Floats:
    """Return ``(g1, g2, k)`` sums of the cells' differences up to each corner."""
    found = np.zeros((means.shape[0] + 1, means.shape[1] + 1, means.shape[2]))
    found[1:, 1:] = means.cumsum(axis=0).cumsum(axis=1)
    return found


def _steps(rises: Floats, share: Floats) -> Floats:
    """Return ``(g, k)`` what mean rises ``(g - 1, c, k)`` along an axis add up to."""
    # where no row has both values, nothing is added
    steps = (share * rises).sum(axis=1) / np.maximum(share.sum(axis=1), 1e-300)
    return np.concatenate([np.zeros((1, steps.shape[1])), steps.cumsum(axis=0)])


def _beyond(
    together: Floats, alone: list[Floats], within: Places, numbers: tuple[int, ...]
) -> Effects:
    """Return what is left without what each does alone, its mean taken off."""
    share = within[:, :, None] / within.sum()
    left = together - alone[0][:, None] - alone[1][None, :]
    left = left - _mean(left, share, numbers)
    size = np.sqrt(_mean(left**2, share, numbers))
    return Effects(effect=left, within=within, strength=size)


def _mean(corners: Floats, share: Floats, numbers: tuple[int, ...]) -> Floats:
    """Return the mean over the rows; along numbers a cell counts with its middle."""
    found: Floats = (share * middles(corners, *numbers)).sum(axis=(0, 1))
    return found


def _turned(cells: Floats) -> Floats:
    return cells.swapaxes(0, 1)


def _nearest(filled: NDArray[np.bool_], ends: tuple[Floats, Floats]) -> Places:
    """Return for every cell the nearest that has rows, each axis as wide as 1."""
    centres = [middles(one, 0) / np.ptp(one) for one in ends]
    where = np.stack(np.meshgrid(*centres, indexing="ij"), axis=-1).reshape(-1, 2)
    some = np.flatnonzero(filled)
    found = np.arange(len(filled))
    for cell in np.flatnonzero(~filled):
        gaps = ((where[some] - where[cell]) ** 2).sum(axis=1)
        found[cell] = some[np.argmin(gaps)]
    return found


def _sums(group: Places, n_groups: int, values: Floats) -> Floats:
    """Return ``(g, k)`` sums by group."""
    found = np.zeros((n_groups, values.shape[1]))
    np.add.at(found, group, values)
    return found
