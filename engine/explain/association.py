"""Association of features, and groups of associated ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from engine.contracts.progress import SILENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress

    Floats = NDArray[np.float64]


def associations(
    data: Floats, labelled: NDArray[np.bool_], progress: Progress = SILENT
) -> Floats:
    """Return ``(d, d)`` how strongly two features are associated, 0 to 1.

    Two numbers: the size of Spearman's correlation. Two features with labels:
    Cramér's V. One of each: the correlation ratio of the ranks by label. Rows where
    either is missing are left out of that pair.

    Parameters
    ----------
    data
        ``(n, d)`` numbers, codes where ``labelled``; ``nan`` where missing.
    """
    d = data.shape[1]
    found = np.eye(d)
    for first in range(d):
        for second in range(first):
            strength = between(
                data[:, first], data[:, second], labelled[first], labelled[second]
            )
            found[first, second] = found[second, first] = strength
            progress.raise_if_cancelled()
        progress.advance(first + 1, d, "explain.kinship")
    return found


def between(
    one: Floats, other: Floats, one_labelled: bool, other_labelled: bool
) -> float:
    """Return how strongly two features are associated, as :func:`associations`.

    Parameters
    ----------
    one, other
        ``(n,)`` numbers, codes where labelled; ``nan`` where missing.
    """
    both = np.isfinite(one) & np.isfinite(other)
    one, other = one[both], other[both]
    if one_labelled and other_labelled:
        return _cramers_v(one, other)
    if one_labelled:
        return _correlation_ratio(one, other)
    if other_labelled:
        return _correlation_ratio(other, one)
    return _spearman(one, other)


def closest(
    data: Floats, labelled: NDArray[np.bool_], place: int, progress: Progress = SILENT
) -> tuple[int, float]:
    """Return the feature most associated with one, and how much; ``-1`` if alone.

    Parameters
    ----------
    data, labelled
        As of :func:`associations`.
    place
        The feature.
    """
    best, most = -1, 0.0
    for other in range(data.shape[1]):
        progress.raise_if_cancelled()
        if other == place:
            continue
        strength = between(
            data[:, place], data[:, other], labelled[place], labelled[other]
        )
        if best < 0 or strength > most:
            best, most = other, strength
    return best, most


def tree_of(association: Floats) -> Floats:
    """Return the ``(d - 1, 4)`` average linkage of features by ``1 - association``."""
    if len(association) < 2:
        return np.zeros((0, 4))
    apart = np.clip(1.0 - association, 0.0, 1.0)
    np.fill_diagonal(apart, 0.0)
    found: Floats = linkage(squareform(apart, checks=False), "average")
    return found


def groups_at(tree: Floats, cut: float, d: int) -> tuple[tuple[int, ...], ...]:
    """Return features joined at a distance of at most ``cut``; all apart at 0."""
    if cut <= 0 or d < 2:
        return tuple((j,) for j in range(d))
    names = fcluster(tree, cut, criterion="distance")
    members: dict[int, list[int]] = {}
    for feature, name in enumerate(names.tolist()):
        members.setdefault(name, []).append(feature)
    return tuple(tuple(some) for some in members.values())


def _spearman(one: Floats, other: Floats) -> float:
    if len(one) < 2:
        return 0.0
    a, b = rankdata(one), rankdata(other)
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(abs(a @ b) / size) if size > 0 else 0.0


def _cramers_v(one: Floats, other: Floats) -> float:
    table = _counted(one, other)
    n = table.sum()
    smaller = min(table.shape) - 1
    if smaller < 1:
        return 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    chi2 = ((table - expected) ** 2 / expected).sum()
    return float(np.sqrt(chi2 / (n * smaller)))


def _counted(one: Floats, other: Floats) -> Floats:
    _, a = np.unique(one, return_inverse=True)
    _, b = np.unique(other, return_inverse=True)
    table = np.zeros((a.max(initial=-1) + 1, b.max(initial=-1) + 1))
    np.add.at(table, (a, b), 1.0)
    return table


def _correlation_ratio(codes: Floats, numbers: Floats) -> float:
    if len(codes) < 2:
        return 0.0
    ranks = rankdata(numbers)
    _, kind = np.unique(codes, return_inverse=True)
    n = np.bincount(kind)
    means = np.bincount(kind, weights=ranks) / n
    whole = ((ranks - ranks.mean()) ** 2).sum()
    between = (n * (means - ranks.mean()) ** 2).sum()
    return float(np.sqrt(between / whole)) if whole > 0 else 0.0
