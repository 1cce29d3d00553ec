"""Trees of any library → one :class:`TreeEnsemble`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.contracts.structure import TreeEnsemble

if TYPE_CHECKING:
    from collections.abc import Sequence

_NO_LEVELS = np.empty(0, dtype=bool)


class Tree(NamedTuple):
    """One tree over its own ``m`` nodes, the root first, children behind parents.

    Attributes
    ----------
    left, right, feature
        ``(m,)``; leaves have ``left`` -1.
    threshold, missing_left, cover
        ``(m,)``.
    values
        ``(m, k)``; what stands at inner nodes is not looked at.
    levels
        Node → which whole numbers go left, for comparisons with a set.
    """

    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    missing_left: np.ndarray
    cover: np.ndarray
    values: np.ndarray
    levels: dict[int, np.ndarray]


def ensemble(trees: Sequence[Tree], base: np.ndarray) -> TreeEnsemble:
    """Put trees one behind the other.

    Parameters
    ----------
    trees
        At least one.
    base
        ``(k,)``.
    """
    sizes = np.array([len(tree.left) for tree in trees])
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    start = np.repeat(roots, sizes)
    left, right, feature = (
        np.concatenate([np.asarray(tree[field], np.int64) for tree in trees])
        for field in range(3)
    )
    leaf = left < 0
    left, right = np.where(leaf, -1, left + start), np.where(leaf, -1, right + start)
    values = np.concatenate([tree.values for tree in trees]).astype(np.float64)
    values[~leaf] = 0.0
    places, sizes_of, levels = _all_levels(trees, roots)
    levels_start = np.full(len(left), -1, dtype=np.int32)
    levels_size = np.zeros(len(left), dtype=np.int32)
    levels_start[places] = np.concatenate([[0], np.cumsum(sizes_of)])[:-1]
    levels_size[places] = sizes_of
    threshold = np.concatenate([tree.threshold for tree in trees]).astype(np.float64)
    threshold[leaf | (levels_start >= 0)] = 0.0
    missing = np.concatenate([tree.missing_left for tree in trees]).astype(bool)
    return TreeEnsemble(
        roots=roots.astype(np.int32),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        feature=np.where(leaf, -1, feature).astype(np.int32),
        threshold=threshold,
        missing_left=missing & ~leaf,
        levels_start=levels_start,
        levels_size=levels_size,
        levels=levels,
        cover=np.concatenate([tree.cover for tree in trees]).astype(np.float64),
        values=values,
        base=np.asarray(base, dtype=np.float64).reshape(-1),
        depth=_depth(roots, left, right),
    )


def in_output(values: np.ndarray, output: int, n_outputs: int) -> np.ndarray:
    """Return ``(m,)`` leaf values as the column of one output of several."""
    spread = np.zeros((len(values), n_outputs))
    spread[:, output] = values
    return spread


def in_order(tree: Tree) -> Tree:
    """Return a tree's nodes level by level, without those nothing leads to.

    Libraries leave pruned nodes in their arrays, and use their places again.
    """
    inner = np.flatnonzero(tree.left >= 0)
    behind = (tree.left[inner] > inner) & (tree.right[inner] > inner)
    if behind.all() and len(tree.left) == 2 * len(inner) + 1:
        return tree
    levels, here = [], np.zeros(1, dtype=np.int64)
    for _ in range(len(tree.left)):
        levels.append(here)
        here = here[tree.left[here] >= 0]
        if not len(here):
            break
        here = np.concatenate([tree.left[here], tree.right[here]])
    kept = np.concatenate(levels)
    place = np.full(len(tree.left), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    left, right = tree.left[kept], tree.right[kept]
    return Tree(
        left=np.where(left < 0, -1, place[left]),
        right=np.where(left < 0, -1, place[right]),
        feature=tree.feature[kept],
        threshold=tree.threshold[kept],
        missing_left=tree.missing_left[kept],
        cover=tree.cover[kept],
        values=tree.values[kept],
        levels={
            int(place[node]): levels
            for node, levels in tree.levels.items()
            if place[node] >= 0
        },
    )


def _all_levels(
    trees: Sequence[Tree], roots: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the nodes that compare with a set, the sets' sizes, and the sets."""
    places, sizes, parts = [], [], [_NO_LEVELS]
    for root, tree in zip(roots, trees, strict=True):
        for node, levels in tree.levels.items():
            places.append(int(root) + node)
            sizes.append(len(levels))
            parts.append(np.asarray(levels, dtype=bool))
    return (
        np.array(places, dtype=np.int64),
        np.array(sizes, dtype=np.int64),
        np.concatenate(parts),
    )


def _depth(roots: np.ndarray, left: np.ndarray, right: np.ndarray) -> int:
    depth, here = 0, roots[left[roots] >= 0]
    while len(here):
        depth += 1
        here = np.concatenate([left[here], right[here]])
        here = here[left[here] >= 0]
    return depth
