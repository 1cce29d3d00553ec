"""Exact Shapley values of tree ensembles, on all cores, stoppable."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT
from engine.environment import cores
from engine.explain import tree_kernel
from engine.explain.structure_value import leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.structure import TreeEnsemble

    Floats = NDArray[np.float64]
    _Part = tuple[slice, int, int]
    _Done = tuple[slice, Floats]

_BLOCK_ROWS = 4096  # patterns of so many rows stay in a core's own memory
_TASK_STEPS = 40_000_000  # rows times nodes: a fraction of a second, then a look up


class _Arrays(NamedTuple):
    """The arrays of an ensemble as compiled code takes them."""

    roots: NDArray[np.int32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: Floats
    missing_left: NDArray[np.bool_]
    levels_start: NDArray[np.int32]
    levels_size: NDArray[np.int32]
    levels: NDArray[np.bool_]
    cover: Floats
    values: Floats
    depth: int


def tree_shapley(
    form: TreeEnsemble,
    encoded: Floats,
    background: Floats | None,
    progress: Progress = SILENT,
) -> Floats:
    """Return exact Shapley values of the sum of an ensemble's leaves.

    Parameters
    ----------
    form
        The trees.
    encoded
        ``(n, d)`` rows to explain.
    background
        ``(b, d)`` rows whose mean answer is the base: interventional values
        (Janzing et al., 2020). ``None``: path-dependent values, where left-out
        features follow the training weights in the trees.
    progress
        Told and asked every fraction of a second.

    Returns
    -------
    ndarray
        ``(n, d, k)``; with :func:`tree_base` they add up to the raw sums.

    Raises
    ------
    EngineError
        ``explain.path_too_long`` where one path tests more than
        :data:`~engine.explain.tree_kernel.MOST_FEATURES` features.
    """
    longest = _most_features(form)
    if longest > tree_kernel.MOST_FEATURES:
        raise EngineError("explain.path_too_long", n=longest)
    trees = _arrays(form)
    n, d = encoded.shape
    k = form.values.shape[1]
    rows = np.ascontiguousarray(encoded.T)
    others = np.empty((d, 0))
    if background is not None:
        others = np.ascontiguousarray(background.T)
    weight = np.full(others.shape[1], 1.0 / max(1, others.shape[1]))
    weights = tree_kernel.game_weights()
    found = np.zeros((k, d, n))

    def task(part: _Part) -> _Done:
        where, first, last = part
        block = np.ascontiguousarray(rows[:, where])
        own = np.zeros((k, d, block.shape[1]))
        tree_kernel.leaf_games(
            trees, first, last, block, others, weight,
            background is not None, weights, own,
        )  # fmt: skip
        return where, own

    parts = list(_parts(form, n))
    for done, (where, own) in enumerate(_in_order(task, parts, progress), 1):
        found[:, :, where] += own
        progress.advance(done, len(parts), "explain.trees")
    return np.ascontiguousarray(found.transpose(2, 1, 0))


def tree_base(form: TreeEnsemble, background: Floats | None) -> Floats:
    """Return ``(k,)`` what the values are measured from.

    The mean raw sum over the background; without one, the mean over the training
    weights in the trees.
    """
    if background is not None:
        reached = leaves(form, background)
        mean: Floats = form.values[reached].sum(axis=1).mean(axis=0) + form.base
        return mean
    expected = form.values.astype(np.float64).copy()
    for node in range(len(form.left) - 1, -1, -1):  # children stand behind parents
        left, right = form.left[node], form.right[node]
        if left >= 0 and form.cover[node] > 0:
            share = form.cover[[left, right]] / form.cover[node]
            expected[node] = share @ expected[[left, right]]
    total: Floats = expected[form.roots].sum(axis=0) + form.base
    return total


def _arrays(form: TreeEnsemble) -> _Arrays:
    """Return the arrays of one kind: compiled code is made for each kind anew."""

    def plain(name: str) -> NDArray[Any]:
        return np.require(getattr(form, name), requirements=["C", "W"])

    arrays = {name: plain(name) for name in _Arrays._fields if name != "depth"}
    if not len(form.levels):
        arrays["levels"] = np.zeros(1, dtype=np.bool_)
    return _Arrays(**arrays, depth=int(form.depth))


def _most_features(form: TreeEnsemble) -> int:
    """Return the most different features on one path; at most the depth."""
    return int(min(form.depth, len(np.unique(form.feature[form.left >= 0]))))


def _parts(form: TreeEnsemble, n: int) -> Iterator[_Part]:
    """Yield blocks of rows by stretches of trees, each a fraction of a second."""
    ends = np.append(form.roots[1:], len(form.left))
    sizes = ends - form.roots
    for start in range(0, n, _BLOCK_ROWS):
        where = slice(start, min(n, start + _BLOCK_ROWS))
        room = max(1, _TASK_STEPS // (where.stop - where.start + 64))
        first = steps = 0
        for tree, size in enumerate(sizes):
            if steps and steps + size > room:
                yield where, first, tree
                first, steps = tree, 0
            steps += int(size)
        yield where, first, len(sizes)


def _in_order(
    task: Callable[[_Part], _Done], parts: Sequence[_Part], progress: Progress
) -> Iterator[_Done]:
    """Yield the answers of tasks in their order while all cores work on them."""
    n_cores = cores()
    with ThreadPoolExecutor(n_cores) as pool:
        waiting: deque[Future[_Done]] = deque()
        try:
            for part in parts:
                waiting.append(pool.submit(task, part))
                if len(waiting) > 2 * n_cores:
                    yield waiting.popleft().result()
                    progress.raise_if_cancelled()
            while waiting:
                yield waiting.popleft().result()
                progress.raise_if_cancelled()
        finally:
            for future in waiting:
                future.cancel()
