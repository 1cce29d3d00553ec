"""Sums of local effects and how sure they are: the arithmetic of ALE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.metrics import Z95
from engine.contracts.results.effects import mean_of_corners

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Accumulated effects, centred; see the result of the same fields."""

    effect: Floats
    within: Places
    strength: Floats
    low: Floats | None = None
    high: Floats | None = None


def of_intervals(interval: Places, n_intervals: int, steps: Floats) -> Effects:
    """Return what the steps of numbers add up to.

    Parameters
    ----------
    interval
        ``(r,)`` the interval of each row; each has some.
    steps
        ``(r, k)`` the answer at its upper end less that at its lower.
    """
    n = np.bincount(interval, minlength=n_intervals)
    means, variances = _of_groups(interval, n, steps)
    halves = n / (2.0 * n.sum())  # an interval counts with its middle
    share = np.append(halves, 0.0) + np.append(0.0, halves)
    return _added_up(means, variances, np.zeros_like(means[1:]), share, n)


def of_levels(level: Places, n_levels: int, below: Floats, above: Floats) -> Effects:
    """Return what the steps from label to label add up to.

    Parameters
    ----------
    level
        ``(r,)`` the label of each row, in order; each has some.
    below, above
        ``(r, k)`` the answer at the row's own label less that at the one before,
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


def of_cells(cell: Places, ends: tuple[Floats, Floats], turns: Floats) -> Effects:
    """Return what two numbers do together beyond what each does alone.

    Parameters
    ----------
    cell
        ``(2, r)`` the interval of each row along both.
    ends
        Ends of the intervals.
    turns
        ``(r, k)`` how much more the answer rises across the row's cell along one
        feature at the upper end of the other than at its lower.
    """
    shape = tuple(len(one) - 1 for one in ends)
    flat = np.ravel_multi_index(tuple(cell), shape)
    n = np.bincount(flat, minlength=shape[0] * shape[1])
    means = _sums(flat, len(n), turns) / np.maximum(n, 1)[:, None]
    means = means[_nearest(n > 0, ends)].reshape(*shape, -1)
    together = np.zeros((shape[0] + 1, shape[1] + 1, means.shape[2]))
    together[1:, 1:] = means.cumsum(axis=0).cumsum(axis=1)
    within = n.reshape(shape)
    share = within[:, :, None] / within.sum()
    alone = [
        _main(together, share),
        _main(together.swapaxes(0, 1), share.swapaxes(0, 1)),
    ]
    together = together - alone[0][:, None] - alone[1][None, :]
    together = together - (share * mean_of_corners(together)).sum(axis=(0, 1))
    size = np.sqrt((share * mean_of_corners(together**2)).sum(axis=(0, 1)))
    return Effects(effect=together, within=within, strength=size)


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


def _main(together: Floats, share: Floats) -> Floats:
    """Return what is left along the first axis alone, ``(g, k)``."""
    rise = np.diff(together, axis=0)
    rise = (rise[:, :-1] + rise[:, 1:]) / 2
    steps = (share * rise).sum(axis=1) / share.sum(axis=1)
    return np.concatenate([np.zeros((1, steps.shape[1])), steps.cumsum(axis=0)])


def _nearest(filled: NDArray[np.bool_], ends: tuple[Floats, Floats]) -> Places:
    """Return for every cell the nearest that has rows, each axis as wide as 1."""
    middles = [(one[:-1] + one[1:]) / 2 / np.ptp(one) for one in ends]
    where = np.stack(np.meshgrid(*middles, indexing="ij"), axis=-1).reshape(-1, 2)
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
