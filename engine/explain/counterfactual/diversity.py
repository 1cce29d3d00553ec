"""Diversity of counterfactuals: the best, and others unlike them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.explain.counterfactual.plausibility import Plausibility
    from engine.explain.counterfactual.search import Key, Search

    Floats = NDArray[np.float64]

_MOST_WEIGHED = 60
_SHARED = 0.5  # of the changes of two, above which they are alike
_ODD = 0.05  # share of real rows that lie as far out, below which a row is odd


def diverse(search: Search, plausibility: Plausibility, n: int) -> Floats:
    """Return at most ``n`` rows ``(m, d)`` of those found, the best first.

    The first changes the fewest features and lies nearest among those. Each next one
    is the best, by the same order, of those that share at most half of their changes
    with each one already chosen and are no odder than all but one in twenty real
    rows; where there is none, of the odder ones; where there is none, of the rest.
    """
    kinds = _in_order(search)[:_MOST_WEIGHED]
    if not kinds:
        return np.zeros((0, len(search.own)))
    points = np.array([search.found[kind] for kind in kinds])
    plausible = plausibility.of(points)
    picked = [0]
    while len(picked) < min(n, len(kinds)):
        rest = [at for at in range(len(kinds)) if at not in picked]
        unlike = [
            at
            for at in rest
            if all(_shared(kinds[at], kinds[other]) <= _SHARED for other in picked)
        ]
        usual = [at for at in unlike if not plausible[at] < _ODD]
        picked.append((usual or unlike or rest)[0])
    return points[picked]


def _in_order(search: Search) -> list[Key]:
    """Return kinds by how few features change, then how little.

    Those are left out that change all that another one does and more, and lie no
    nearer for it.
    """
    distance = {
        kind: float(search.distance(point[None])[0])
        for kind, point in search.found.items()
    }
    kinds = sorted(distance, key=lambda kind: (len(kind), distance[kind], sorted(kind)))
    kept: list[Key] = []
    for kind in kinds:
        if not any(less < kind and distance[less] <= distance[kind] for less in kept):
            kept.append(kind)
    return kept


def _shared(one: Key, other: Key) -> float:
    return len(one & other) / min(len(one), len(other))
