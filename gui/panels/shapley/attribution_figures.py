"""Figures that pictures of contributions are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gui.item_models.attributions import Attributions

    Floats = NDArray[np.floating]

HARDLY = 0.01  # share of all contributions
MOST_LOOKED_AT = 4_000  # rows; a look for a colour need not see more
_SLICES, _FEWEST = 10, 5
_WIDE = 1.959963984540054


@dataclass(frozen=True)
class Difference:
    """Mean absolute contribution of some rows minus that of the rest, ``(d,)``."""

    value: Floats
    low: Floats
    high: Floats


def difference(values: Floats, chosen: NDArray[np.bool_]) -> Difference | None:
    """Return how importance differs between some rows and the rest.

    Parameters
    ----------
    values
        ``(n, d)`` contributions.
    chosen
        ``(n,)`` which rows are the first group.

    Returns
    -------
    Difference or None
        With the 95 % interval of two independent means of unequal spread; ``None``
        where a group has fewer than two rows.
    """
    size = np.abs(values)
    groups = size[chosen], size[~chosen]
    if min(map(len, groups)) < 2:
        return None
    means = [group.mean(axis=0) for group in groups]
    variances = [group.var(axis=0, ddof=1) / len(group) for group in groups]
    value = means[0] - means[1]
    half = _WIDE * np.sqrt(variances[0] + variances[1])
    return Difference(value, value - half, value + half)


def hardly_matter(shown: Attributions) -> list[int]:
    """Return the features that surely carry less than ``HARDLY`` of the whole.

    The upper end of a feature's interval is held against the sum of the importance
    of all features, in every output.
    """
    result = shown.result
    whole = result.importance.sum(axis=0)
    below = result.importance_high < HARDLY * whole
    return np.flatnonzero(below.all(axis=1)).tolist()


def strongest_partner(shown: Attributions, feature: int) -> int | None:
    """Return the feature that best tells contributions of like values apart.

    The feature's values are cut into ten slices of as many rows each (labels: one
    slice each). Within the slices, the share of the contributions' variance is
    taken that goes along a straight line with the other feature's values, or with
    its labels. Missing values are left out. At most ``MOST_LOOKED_AT`` rows, evenly
    spaced, are looked at.
    """
    step = max(1, -(-len(shown.values) // MOST_LOOKED_AT))
    data = shown.result.data[::step]
    heights = np.asarray(shown.values[::step, feature], dtype=np.float64)
    labelled = bool(shown.labels(feature))
    parts = _slices(data[:, feature], _SLICES, labelled=labelled)
    best, partner = 0.0, None
    for other in range(len(shown.names)):
        if other == feature:
            continue
        among = bool(shown.labels(other))
        told = sum(_told(data[part, other], heights[part], among) for part in parts)
        if told > best * (1 + 1e-9):
            best, partner = told, other
    return partner


def slices(shown: Attributions, feature: int, most: int) -> list[NDArray[np.intp]]:
    """Return places of rows along a feature's values.

    Slices of as many rows each, one for each label where there are labels, and last
    the rows without a value.
    """
    values = shown.result.data[:, feature]
    found = _slices(values, most, labelled=bool(shown.labels(feature)))
    unknown = np.flatnonzero(~np.isfinite(values))
    return [group for group in (*found, unknown) if len(group)]


def _slices(values: Floats, most: int, *, labelled: bool) -> list[NDArray[np.intp]]:
    known = np.flatnonzero(np.isfinite(values))
    if labelled:
        return [known[values[known] == code] for code in np.unique(values[known])]
    order = known[np.argsort(values[known], kind="stable")]
    return np.array_split(order, most)


def _told(values: Floats, heights: Floats, labelled: bool) -> float:
    """Return the sum of squares of the heights that the values tell."""
    known = np.isfinite(values)
    values, heights = values[known], heights[known]
    if len(values) < _FEWEST:
        return 0.0
    heights = heights - heights.mean()
    if labelled:
        _, codes = np.unique(values, return_inverse=True)
        counts, sums = np.bincount(codes), np.bincount(codes, weights=heights)
        return float((sums**2 / counts).sum())
    values = values - values.mean()
    spread = float(values @ values)
    return float(values @ heights) ** 2 / spread if spread > 0 else 0.0


def evenly(places: NDArray[np.intp], answers: Floats, most: int) -> NDArray[np.intp]:
    """Return at most so many places, evenly spaced by their answers' order."""
    if len(places) <= most:
        return places
    order = places[np.argsort(answers[places], kind="stable")]
    return order[np.linspace(0, len(order) - 1, most).round().astype(np.intp)]


def by_likeness(values: Floats) -> NDArray[np.intp]:
    """Return places of rows so that those with like contributions are neighbours.

    Rows are ordered along the direction in which their contributions differ most
    (the first principal component), its sign such that the sum rises.

    Parameters
    ----------
    values
        ``(n, d)``.
    """
    if len(values) < 2:
        return np.arange(len(values))
    centred = values - values.mean(axis=0)
    direction = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    along = centred @ direction
    if float(along @ centred.sum(axis=1)) < 0:
        along = -along
    return np.argsort(along, kind="stable")
