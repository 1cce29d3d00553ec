"""The game of one leaf: what each feature on its path contributes, and each pair.

A pattern says with a bit for each feature whether a row passes its test. The game
is 1 where all tests are passed and 0 elsewhere; a leaf's value multiplies it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engine.explain.structure_predictions import MOST_FEATURES

Floats = NDArray[np.float64]


class Weights(NamedTuple):
    """Shapley weights; see :func:`game_weights`."""

    gain: Floats
    loss: Floats
    by_size: Floats


def game_weights() -> Weights:
    """Return what a feature gets in a game of ``p`` for and ``n`` against.

    Returns
    -------
    gain, loss
        ``[p, n]``: ``(p - 1)! n! / (p + n)!`` for each of the ``p`` features that
        the row passes and the background row fails, and ``p! (n - 1)! / (p + n)!``
        taken from each of the ``n`` others.
    by_size
        ``[m, k]``: ``k! (m - k - 1)! / m!``, the weight of a coalition of ``k``
        others among ``m`` features.
    """
    size = MOST_FEATURES + 1
    gain, loss = np.zeros((size, size)), np.zeros((size, size))
    by_size = np.zeros((size, size))
    for p in range(size):
        for n in range(size - p):
            if p:
                gain[p, n] = 1.0 / (p * math.comb(p + n, n))
            if n:
                loss[p, n] = 1.0 / (n * math.comb(p + n, p))
        for k in range(p):
            by_size[p, k] = 1.0 / (p * math.comb(p - 1, k))
    return Weights(gain, loss, by_size)


@njit(cache=True, nogil=True)
def interventional(
    pattern: int,
    m: int,
    background: NDArray[np.uint64],
    weight: Floats,
    n_background: int,
    weights: Weights,
    given: Floats,
) -> bool:
    """Write what each feature contributes against the background's patterns."""
    found = False
    full = (np.uint64(1) << np.uint64(m)) - np.uint64(1)
    given[:m] = 0.0
    for b in range(n_background):
        other = background[b]
        if (pattern | other) != full or pattern == other:
            continue
        found = True
        for_it, against = pattern & ~other, other & ~pattern
        p = n = 0
        for j in range(m):
            p += (for_it >> np.uint64(j)) & np.uint64(1)
            n += (against >> np.uint64(j)) & np.uint64(1)
        up, down = weight[b] * weights.gain[p, n], weight[b] * weights.loss[p, n]
        for j in range(m):
            one = np.uint64(1) << np.uint64(j)
            if for_it & one:
                given[j] += up
            elif against & one:
                given[j] -= down
    return found


@njit(cache=True, nogil=True)
def path_dependent(
    pattern: int, m: int, share: Floats, weights: Weights, given: Floats
) -> bool:
    """Write what each feature contributes where left-out features follow the cover.

    The game is ``v(S) = prod(passes of S) * prod(shares of the others)``. With
    ``a`` features passed, the values of ``v`` over coalitions of a size are the
    coefficients of ``prod(share + t)`` over the passed ones.
    """
    passed = np.empty(m, dtype=np.int64)
    a = 0
    failed_share = 1.0
    for j in range(m):
        if (pattern >> np.uint64(j)) & np.uint64(1):
            passed[a] = j
            a += 1
        else:
            failed_share *= share[j]
    whole = np.zeros(a + 1)
    whole[0] = 1.0
    for i in range(a):
        z = share[passed[i]]
        for k in range(i + 1, 0, -1):
            whole[k] = whole[k] * z + whole[k - 1]
        whole[0] *= z
    # A failed feature j takes part with every coalition of passed ones.
    against = 0.0
    for k in range(a + 1):
        against += whole[k] * weights.by_size[m, k]
    for j in range(m):
        if not (pattern >> np.uint64(j)) & np.uint64(1):
            rest = 1.0
            for i in range(m):
                if i != j and not (pattern >> np.uint64(i)) & np.uint64(1):
                    rest *= share[i]
            given[j] = -share[j] * rest * against
    for i in range(a):
        z = share[passed[i]]
        higher = 0.0  # divide the polynomial by (z + t), from the top
        total = 0.0
        for k in range(a, 0, -1):
            higher = whole[k] - z * higher
            total += higher * weights.by_size[m, k - 1]
        given[passed[i]] = (1.0 - z) * failed_share * total
    return m > 0


@njit(cache=True, nogil=True)
def interventional_pairs(
    pattern: int,
    m: int,
    background: NDArray[np.uint64],
    weight: Floats,
    n_background: int,
    weights: Weights,
    given: Floats,
) -> bool:
    """Write half the interaction of each pair ``i < j``, in that order.

    With ``p`` features for and ``n`` against, two of one side give ``(p - 2)! n! /
    (p + n - 1)!`` or the like, one of each side takes ``(p - 1)! (n - 1)! / (p + n
    - 1)!``.
    """
    found = False
    full = (np.uint64(1) << np.uint64(m)) - np.uint64(1)
    given[: m * (m - 1) // 2] = 0.0
    for b in range(n_background):
        other = background[b]
        if (pattern | other) != full or pattern == other:
            continue
        for_it, against = pattern & ~other, other & ~pattern
        p = n = 0
        for j in range(m):
            p += (for_it >> np.uint64(j)) & np.uint64(1)
            n += (against >> np.uint64(j)) & np.uint64(1)
        if p + n < 2:
            continue
        found = True
        both = weights.gain[p - 1, n] if p > 1 else 0.0
        neither = weights.loss[p, n - 1] if n > 1 else 0.0
        one_each = weights.gain[p, n - 1] if p and n else 0.0
        place = 0
        for i in range(m):
            one = np.uint64(1) << np.uint64(i)
            for j in range(i + 1, m):
                two = np.uint64(1) << np.uint64(j)
                worth = 0.0
                if for_it & one and for_it & two:
                    worth = both
                elif against & one and against & two:
                    worth = neither
                elif (for_it | against) & one and (for_it | against) & two:
                    worth = -one_each
                given[place] += 0.5 * weight[b] * worth
                place += 1
    return found


@njit(cache=True, nogil=True)
def path_dependent_pairs(
    pattern: int, m: int, share: Floats, weights: Weights, given: Floats
) -> bool:
    """Write half the interaction of each pair where left-out features follow cover."""
    passes = np.zeros(m)
    for j in range(m):
        passes[j] = (pattern >> np.uint64(j)) & np.uint64(1)
    whole = np.zeros(m + 1)
    place = 0
    for i in range(m):
        for j in range(i + 1, m):
            whole[:] = 0.0
            whole[0] = 1.0
            size = 0
            for other in range(m):
                if other in (i, j):
                    continue
                if passes[other] > 0:
                    size += 1
                    for k in range(size, 0, -1):
                        whole[k] = whole[k] * share[other] + whole[k - 1]
                whole[0] *= share[other]
                if passes[other] == 0:
                    for k in range(1, size + 1):
                        whole[k] *= share[other]
            total = 0.0
            for k in range(size + 1):
                total += whole[k] * weights.by_size[m - 1, k]
            alone = (passes[i] - share[i]) * (passes[j] - share[j])
            given[place] = 0.5 * alone * total
            place += 1
    return m > 1
