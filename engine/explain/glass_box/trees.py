"""Trees: the nodes of one of them, and feature use over all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from engine.contracts.results.glass_box import TreeNodes, Trees
from engine.explain.glass_box.splits import splits_of
from engine.explain.structure_predictions import leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.structure import TreeEnsemble
    from engine.explain.glass_box.inverse_transform import InverseTransform, Row

    Floats = NDArray[np.float64]

NO_CHILD = -1


class LeafValues(NamedTuple):
    """Values of the leaves, of the shown outputs.

    Attributes
    ----------
    values
        ``(m, k)`` of every leaf; 0 inside.
    base
        ``(k,)``.
    averaged
        Whether the prediction is the mean of the trees, not their sum.
    """

    values: Floats
    base: Floats
    averaged: bool


def tree_model(
    units: InverseTransform,
    form: TreeEnsemble,
    leaf_values: LeafValues,
    *,
    number: int,
    most_nodes: int,
    row: Row | None,
    progress: Progress,
) -> Trees:
    """Return the feature use of all trees, and the nodes of one.

    Parameters
    ----------
    number
        Which tree.
    most_nodes
        So many of its nodes at most, from the root on.
    row
        The current one.
    """
    levels = list(_levels(form))
    tree_of = _tree_of(form, levels)
    n_trees, d = len(form.roots), len(units.labels)
    inner = np.flatnonzero(form.left >= 0)
    asks = units.source[form.feature[inner]]
    asked = apart = None
    splitting = form.roots[form.left[form.roots] >= 0]
    if len(splitting) and bool((form.cover[splitting] > 0).all()):
        means = _means(form, levels, leaf_values.values, form.cover)
        whole = form.cover[form.roots][tree_of[inner]]
        share = form.cover[inner] / whole
        gain = _gains(form, inner, means) / whole
        asked = np.bincount(asks, share, d) / n_trees
        apart = np.bincount(asks, gain, d) / n_trees
    pairs = np.unique(asks.astype(np.int64) * n_trees + tree_of[inner])
    depth = np.zeros(len(form.left), dtype=np.int32)
    for step, nodes in enumerate(levels):
        depth[nodes] = step
    depths = np.zeros(n_trees, dtype=np.int32)
    np.maximum.at(depths, tree_of, depth)
    progress.raise_if_cancelled()
    return Trees(
        averaged=leaf_values.averaged,
        base=leaf_values.base,
        n_leaves=np.bincount(tree_of[form.left < 0], minlength=n_trees).astype(
            np.int32
        ),
        depths=depths,
        splits=np.bincount(asks, minlength=d).astype(np.int64),
        trees=np.bincount(pairs // n_trees, minlength=d).astype(np.int64),
        asked=asked,
        apart=apart,
        tree=tree_nodes(
            units,
            form,
            leaf_values,
            number=number,
            most_nodes=most_nodes,
            row=row,
            progress=progress,
        ),
    )


def _levels(form: TreeEnsemble) -> Iterator[NDArray[np.int32]]:
    """Yield the nodes of all trees, one depth after the other."""
    here = form.roots
    while len(here):
        yield here
        inner = here[form.left[here] >= 0]
        here = np.concatenate([form.left[inner], form.right[inner]])


def _tree_of(form: TreeEnsemble, levels: list[NDArray[np.int32]]) -> NDArray[np.int64]:
    found = np.zeros(len(form.left), dtype=np.int64)
    found[form.roots] = np.arange(len(form.roots))
    for nodes in levels:
        inner = nodes[form.left[nodes] >= 0]
        found[form.left[inner]] = found[inner]
        found[form.right[inner]] = found[inner]
    return found


def _means(
    form: TreeEnsemble,
    levels: list[NDArray[np.int32]],
    values: Floats,
    weight: Floats,
) -> Floats:
    """Return ``(m, k)`` for every node the weighted mean of the leaves below it."""
    found = values.copy()
    for nodes in reversed(levels):
        inner = nodes[form.left[nodes] >= 0]
        left, right = form.left[inner], form.right[inner]
        both = weight[left] + weight[right]
        share = np.divide(
            weight[left], both, out=np.full(len(inner), 0.5), where=both > 0
        )
        found[inner] = share[:, None] * found[left]
        found[inner] += (1 - share)[:, None] * found[right]
    return found


def _gains(form: TreeEnsemble, inner: NDArray[np.intp], means: Floats) -> Floats:
    """Return by how much each split lowers the weighted sum of squares within."""
    left, right = form.left[inner], form.right[inner]
    a, b = form.cover[left], form.cover[right]
    apart = ((means[left] - means[right]) ** 2).sum(axis=1)
    both = a + b
    found: Floats = apart * np.divide(
        a * b, both, out=np.zeros(len(inner)), where=both > 0
    )
    return found


def tree_nodes(
    units: InverseTransform,
    form: TreeEnsemble,
    leaf_values: LeafValues,
    *,
    number: int,
    most_nodes: int,
    row: Row | None,
    progress: Progress,
) -> TreeNodes:
    """Return one tree, its splits in the units of the data."""
    alone = msgspec.structs.replace(form, roots=form.roots[number : number + 1])
    levels = list(_levels(alone))
    order = np.concatenate(levels)
    reached = leaves(alone, units.encoded)[:, 0]
    n_rows = _passing(form, levels, reached)
    known = form.cover[order[0]] > 0
    weight = form.cover if known else n_rows.astype(np.float64)
    means = _means(form, levels, leaf_values.values, weight)
    kept, parent = _kept(form, order, most_nodes)
    place = np.full(len(form.left), NO_CHILD, dtype=np.int32)
    place[kept] = np.arange(len(kept))
    inner = form.left[kept] >= 0
    left = np.where(inner, place[form.left[kept]], NO_CHILD).astype(np.int32)
    right = np.where(inner, place[form.right[kept]], NO_CHILD).astype(np.int32)
    open_ = left >= 0
    below = _below(form, levels)
    depth = np.zeros(len(kept), dtype=np.int32)
    for node in range(1, len(kept)):
        depth[node] = depth[parent[node]] + 1
    splits = splits_of(units, form, kept, open_, progress)
    last = _last(place, form, levels)
    path = np.zeros(0, dtype=np.int32)
    if row is not None:
        path = _path(parent, int(last[leaves(alone, row.encoded[None])[0, 0]]))
    return TreeNodes(
        number=number,
        parent=parent,
        left=left,
        right=right,
        depth=depth,
        feature=np.where(open_, units.source[form.feature[kept]], -1).astype(np.int32),
        question=tuple(splits.question),
        threshold=splits.threshold,
        turned=splits.turned,
        goes_left=tuple(splits.goes_left),
        goes_right=tuple(splits.goes_right),
        encoded=tuple(splits.encoded),
        missing_left=splits.missing_left,
        cover=form.cover[kept],
        n_rows=n_rows[kept],
        values=means[kept],
        hidden=np.where(open_, 0, below[kept]),
        ends=last[reached],
        path=path,
    )


def _passing(
    form: TreeEnsemble, levels: list[NDArray[np.int32]], reached: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return how many rows go through each node."""
    found = np.bincount(reached, minlength=len(form.left)).astype(np.int64)
    for nodes in reversed(levels):
        inner = nodes[form.left[nodes] >= 0]
        found[inner] = found[form.left[inner]] + found[form.right[inner]]
    return found


def _below(form: TreeEnsemble, levels: list[NDArray[np.int32]]) -> NDArray[np.int64]:
    """Return how many nodes stand below each."""
    found = np.zeros(len(form.left), dtype=np.int64)
    for nodes in reversed(levels):
        inner = nodes[form.left[nodes] >= 0]
        found[inner] = 2 + found[form.left[inner]] + found[form.right[inner]]
    return found


def _kept(
    form: TreeEnsemble, order: NDArray[np.int32], most: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return nodes from the root on, pairs of children whole, and their parents."""
    kept, parents = [int(order[0])], [NO_CHILD]
    for place, node in enumerate(kept):  # grows while it is walked
        if form.left[node] >= 0 and len(kept) + 2 <= most:
            kept += [int(form.left[node]), int(form.right[node])]
            parents += [place, place]
    return np.array(kept, dtype=np.int32), np.array(parents, dtype=np.int32)


def _last(
    place: NDArray[np.int32], form: TreeEnsemble, levels: list[NDArray[np.int32]]
) -> NDArray[np.int32]:
    """Return for each node the last kept one on the way to it, itself if kept."""
    last = place.copy()
    for nodes in levels:
        inner = nodes[form.left[nodes] >= 0]
        for child in (form.left[inner], form.right[inner]):
            last[child] = np.where(last[child] < 0, last[inner], last[child])
    return last


def _path(parent: NDArray[np.int32], end: int) -> NDArray[np.int32]:
    found = []
    while end != NO_CHILD:
        found.append(end)
        end = int(parent[end])
    return np.array(found[::-1], dtype=np.int32)
