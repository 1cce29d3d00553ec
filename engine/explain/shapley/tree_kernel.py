"""Shapley values of tree ensembles, compiled: one small game for every leaf.

A row reaches a leaf if it passes every split on the way. All splits on one
feature count as one test, so the leaf is a game of the few features on its path,
and all that it needs to know of a row is one bit for each of them: does the row
pass that test? Rows are walked down the tree in blocks, a bit pattern each; what a
pattern contributes is worked out once for a leaf and a block, and looked up for
every row that shows it.

Interventional values (Lundberg et al., 2020, algorithm 3) compare the pattern of a
row with the patterns of the background rows. Path-dependent values (algorithm 2)
replace a feature that is left out by the share of training weight that went the
leaf's way. Both are exact.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engine.explain.shapley.tree_games import (
    Weights,
    interventional,
    interventional_pairs,
    path_dependent,
    path_dependent_pairs,
)

_TABLE_BITS = 13  # patterns of so many features find their place by themselves

Floats = NDArray[np.float64]


class _Table(NamedTuple):
    """Where patterns stand; an entry is valid where its stamp is the leaf's."""

    keys: NDArray[np.uint64]
    stamps: NDArray[np.int64]
    slots: NDArray[np.int64]


@njit(cache=True, nogil=True)
def _goes_left(trees: Any, node: int, value: float) -> bool:
    """Return whether a value goes left at a node that asks for a set of levels."""
    if np.isnan(value):
        return bool(trees.missing_left[node])
    if value < 0 or value >= trees.levels_size[node] or value != np.floor(value):
        return False
    return bool(trees.levels[trees.levels_start[node] + int(value)])


@njit(cache=True, nogil=True)
def _pass_on(
    trees: Any,
    node: int,
    to_left: bool,
    values: Floats,
    before: NDArray[np.uint64],
    after: NDArray[np.uint64],
    bit: int,
    is_new: bool,
) -> None:
    """Write the patterns of rows that go on to a child."""
    one = np.uint64(1) << np.uint64(bit)
    keep = ~one
    threshold = trees.threshold[node]
    missing = trees.missing_left[node]
    by_level = trees.levels_start[node] >= 0
    for r in range(len(values)):
        value = values[r]
        if by_level:
            left = _goes_left(trees, node, value)
        else:
            left = value <= threshold or (missing and np.isnan(value))
        if left == to_left:
            after[r] = before[r] | one if is_new else before[r]
        else:
            after[r] = before[r] if is_new else before[r] & keep


@njit(cache=True, nogil=True)
def _table(n: int) -> _Table:
    """Return an empty table with room for ``n`` patterns."""
    size = 1 << _TABLE_BITS
    while size < 4 * n:
        size *= 2
    return _Table(
        np.zeros(size, dtype=np.uint64),
        np.full(size, -1, dtype=np.int64),
        np.zeros(size, dtype=np.int64),
    )


@njit(cache=True, nogil=True)
def _place(
    pattern: int, keys: NDArray[np.uint64], stamps: NDArray[np.int64], stamp: int
) -> int:
    """Return where a pattern stands, or may stand, in a table of 2^j places."""
    last = np.uint64(len(keys) - 1)
    spot = pattern & last
    if pattern > last:
        mixed = pattern * np.uint64(0x9E3779B97F4A7C15)
        spot = (mixed >> np.uint64(29)) & last
    while stamps[spot] == stamp and keys[spot] != pattern:
        spot = (spot + np.uint64(1)) & last
    return int(spot)


@njit(cache=True, nogil=True)
def _push(
    stack: NDArray[np.int64], top: int, node: int, parent: int, depth: int
) -> None:
    stack[top, 0], stack[top, 1], stack[top, 2] = node, parent, depth


@njit(cache=True, nogil=True)
def _distinct(
    patterns: NDArray[np.uint64],
    weight: Floats,
    table: _Table,
    stamp: int,
    seen: NDArray[np.uint64],
    seen_weight: Floats,
) -> int:
    """Write the distinct patterns of the background and their weights."""
    n_seen = 0
    for b in range(len(patterns)):
        spot = _place(patterns[b], table.keys, table.stamps, stamp)
        if table.stamps[spot] != stamp:
            table.stamps[spot], table.keys[spot] = stamp, patterns[b]
            table.slots[spot] = n_seen
            seen[n_seen] = patterns[b]
            seen_weight[n_seen] = 0.0
            n_seen += 1
        seen_weight[table.slots[spot]] += weight[b]
    return n_seen


@njit(cache=True, nogil=True)
def _step_down(
    trees: Any,
    parent: int,
    node: int,
    depth: int,
    on_path: NDArray[np.int64],
    count: NDArray[np.int64],
    share: Floats,
) -> tuple[int, bool]:
    """Add the split above ``node`` to its path; return the feature's bit there."""
    feature = trees.feature[parent]
    m = count[depth - 1]
    place = 0
    while place < m and on_path[place] != feature:
        place += 1
    share[depth, :m] = share[depth - 1, :m]
    is_new = place == m
    if is_new:
        on_path[m] = feature
        share[depth, m] = 1.0
        m += 1
    count[depth] = m
    cover = trees.cover[parent]
    share[depth, place] *= trees.cover[node] / cover if cover > 0 else 0.0
    return place, is_new


@njit(cache=True, nogil=True)
def _lines(
    on_path: NDArray[np.int64], m: int, d: int, pairs: bool, lines: NDArray[np.int64]
) -> int:
    """Write which line of the output each number of a game goes to."""
    if not pairs:
        lines[:m] = on_path[:m]
        return m
    width = 0
    for i in range(m):
        for j in range(i + 1, m):
            low, high = min(on_path[i], on_path[j]), max(on_path[i], on_path[j])
            lines[width] = low * d + high
            width += 1
    return width


@njit(cache=True, nogil=True)
def leaf_games(
    trees: Any,
    first: int,
    last: int,
    rows: Floats,
    background: Floats,
    weight: Floats,
    by_cover: bool,
    pairs: bool,
    most: int,
    weights: Weights,
    out: Floats,
) -> None:
    """Add the contributions of trees ``first`` to ``last`` (excluded).

    Parameters
    ----------
    trees
        Named tuple of the arrays of a ``TreeEnsemble``.
    rows, background
        ``(d, n)`` and ``(d, b)``, encoded, a feature a line.
    weight
        ``(b,)`` weights of the background rows, of sum 1.
    by_cover
        Path-dependent values; the background is not looked at.
    pairs
        Half the interactions of pairs instead of the features' values.
    most
        Most different features on one path.
    weights
        From :func:`~engine.explain.shapley.tree_games.game_weights`.
    out
        ``(k, d, n)``, for pairs ``(k, d * d, n)`` of which the lines ``i * d + j``
        with ``i < j`` are added to.
    """
    n, n_back, d = rows.shape[1], background.shape[1], rows.shape[0]
    levels = trees.depth + 2
    bits = np.zeros((levels, n), dtype=np.uint64)
    back_bits = np.zeros((levels, n_back), dtype=np.uint64)
    share = np.ones((levels, most + 1))
    on_path = np.empty(most + 1, dtype=np.int64)
    count = np.zeros(levels, dtype=np.int64)
    stack = np.empty((2 * levels + 2, 3), dtype=np.int64)  # node, parent, depth
    table = _table(max(n, n_back))
    seen, seen_weight = np.empty(n_back, dtype=np.uint64), np.empty(n_back)
    widest = most * (most - 1) // 2 if pairs else most
    given = np.empty((widest + 1, n + 1))
    own, lines = np.empty(widest + 1), np.empty(widest + 1, dtype=np.int64)
    hit, hit_slot = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    stamp = 0
    for tree in range(first, last):
        top = 0
        _push(stack, 0, trees.roots[tree], -1, 0)
        while top >= 0:
            node, parent, depth = stack[top, 0], stack[top, 1], stack[top, 2]
            top -= 1
            if parent >= 0:
                bit, is_new = _step_down(
                    trees, parent, node, depth, on_path, count, share
                )
                line = trees.feature[parent]
                to_left = trees.left[parent] == node
                before, after = bits[depth - 1], bits[depth]
                _pass_on(trees, parent, to_left, rows[line], before, after, bit, is_new)
                before, after = back_bits[depth - 1], back_bits[depth]
                others = background[line]
                _pass_on(trees, parent, to_left, others, before, after, bit, is_new)
            if trees.left[node] >= 0:
                _push(stack, top + 1, trees.right[node], node, depth + 1)
                _push(stack, top + 2, trees.left[node], node, depth + 1)
                top += 2
                continue
            m = count[depth]
            width = _lines(on_path, m, d, pairs, lines)
            stamp += 1
            n_seen = _distinct(
                back_bits[depth], weight, table, stamp, seen, seen_weight
            )
            stamp += 1
            n_slots = n_hit = 0
            for r in range(n):
                pattern = bits[depth, r]
                spot = _place(pattern, table.keys, table.stamps, stamp)
                if table.stamps[spot] != stamp:
                    table.stamps[spot], table.keys[spot] = stamp, pattern
                    if by_cover and pairs:
                        counts = path_dependent_pairs(
                            pattern, m, share[depth], weights, own
                        )
                    elif by_cover:
                        counts = path_dependent(pattern, m, share[depth], weights, own)
                    elif pairs:
                        counts = interventional_pairs(
                            pattern, m, seen, seen_weight, n_seen, weights, own
                        )
                    else:
                        counts = interventional(
                            pattern, m, seen, seen_weight, n_seen, weights, own
                        )
                    table.slots[spot] = n_slots if counts else -1
                    if counts:
                        given[:width, n_slots] = own[:width]
                        n_slots += 1
                if table.slots[spot] >= 0:
                    hit[n_hit], hit_slot[n_hit] = r, table.slots[spot]
                    n_hit += 1
            for o in range(out.shape[0]):
                value = trees.values[node, o]
                if value == 0.0:
                    continue
                for j in range(width):
                    line_out, told = out[o, lines[j]], given[j]
                    for h in range(n_hit):
                        line_out[hit[h]] += value * told[hit_slot[h]]


@njit(cache=True, nogil=True)
def leaf_sums(trees: Any, rows: Floats, out: Floats) -> None:
    """Add what the leaves that rows ``(n, d)`` reach hold to ``out`` ``(n, k)``."""
    for r in range(len(rows)):
        for root in trees.roots:
            node = root
            while trees.left[node] >= 0:
                value = rows[r, trees.feature[node]]
                if trees.levels_start[node] >= 0:
                    left = _goes_left(trees, node, value)
                else:
                    left = value <= trees.threshold[node] or (
                        trees.missing_left[node] and np.isnan(value)
                    )
                node = trees.left[node] if left else trees.right[node]
            for o in range(out.shape[1]):
                out[r, o] += trees.values[node, o]
