"""Exact Shapley values of tree ensembles, on all cores, stoppable."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT, Portion
from engine.explain.shapley import tree_games, tree_kernel
from engine.explain.stoppable import in_order
from engine.explain.structure_predictions import MOST_FEATURES, longest_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.structure import TreeEnsemble

    Floats = NDArray[np.float64]
    _Part = tuple[slice, int, int]
    _Done = tuple[slice, Floats]

_BLOCK_ROWS = 4096  # patterns of so many rows stay in a core's own memory
_PAIR_ROWS = 512  # their tables are as wide as there are pairs
_PAIR_NUMBERS = 10_000_000  # of one core: pairs of a row and an output each
_TASK_STEPS = 10_000_000  # rows times nodes: a fraction of a second, then a look up


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
    shares: Floats | None = None,
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
        ``(b, d)`` rows whose mean prediction is the base: interventional values
        (Janzing et al., 2020). ``None``: path-dependent values, where left-out
        features follow the training weights in the trees.
    shares
        ``(b,)`` how much each background row counts, of sum 1; ``None``: all alike.
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
        :data:`~engine.explain.structure_predictions.MOST_FEATURES` features.
    """
    found = np.zeros((form.values.shape[1], encoded.shape[1], len(encoded)))
    work = _Work(form, encoded, background, shares, pairs=False)
    parts = list(work.parts(_BLOCK_ROWS))
    with closing(in_order(work.task, parts, progress)) as done:
        for finished, (where, own) in enumerate(done, 1):
            found[:, :, where] += own
            progress.advance(finished, len(parts), "explain.trees")
    return np.ascontiguousarray(found.transpose(2, 1, 0))


def tree_interactions(
    form: TreeEnsemble,
    encoded: Floats,
    background: Floats | None,
    shares: Floats | None = None,
    progress: Progress = SILENT,
) -> Iterator[tuple[slice, Floats]]:
    """Yield exact Shapley interaction values of blocks of rows.

    Parameters
    ----------
    form, encoded, background, shares, progress
        As for :func:`tree_shapley`.

    Yields
    ------
    where
        Which rows.
    values
        ``(rows, d, d, k)``, symmetric. Off the diagonal stands half of what two
        features do together; a line adds up to the feature's Shapley value
        (Fujimoto et al., 2006; Lundberg et al., 2020).

    Raises
    ------
    EngineError
        As for :func:`tree_shapley`.
    """
    d, k = encoded.shape[1], form.values.shape[1]
    diagonal = np.arange(d)
    each = max(1, min(_PAIR_ROWS, _PAIR_NUMBERS // (d * d * k)))
    for start in range(0, len(encoded), each):
        where = slice(start, min(len(encoded), start + each))
        rows = encoded[where]
        work = _Work(form, rows, background, shares, pairs=True)
        total = np.zeros((k, d * d, len(rows)))
        with closing(in_order(work.task, list(work.parts(each)), progress)) as done:
            for _, own in done:
                total += own
        pairs = total.reshape(k, d, d, len(rows)).transpose(3, 1, 2, 0)
        pairs = pairs + pairs.transpose(0, 2, 1, 3)
        looking = Portion(progress, start, 0, len(encoded))
        alone = tree_shapley(form, rows, background, shares, looking)
        alone -= pairs.sum(axis=2)
        pairs[:, diagonal, diagonal] = alone
        progress.advance(where.stop, len(encoded), "explain.trees")
        yield where, pairs


def tree_sums(form: TreeEnsemble, encoded: Floats) -> Floats:
    """Return ``(n, k)`` the raw sums of rows, as :func:`structure_value.sums` does."""
    found = np.tile(form.base, (len(encoded), 1))
    tree_kernel.leaf_sums(_arrays(form), np.ascontiguousarray(encoded), found)
    return found


def tree_base(form: TreeEnsemble, background: Floats | None) -> Floats:
    """Return ``(k,)`` what the values are measured from.

    The mean raw sum over the background; without one, the mean over the training
    weights in the trees.
    """
    if background is not None:
        mean: Floats = tree_sums(form, background).mean(axis=0)
        return mean
    expected = form.values.astype(np.float64).copy()
    for node in range(len(form.left) - 1, -1, -1):  # children stand behind parents
        left, right = form.left[node], form.right[node]
        if left >= 0 and form.cover[node] > 0:
            share = form.cover[[left, right]] / form.cover[node]
            expected[node] = share @ expected[[left, right]]
    total: Floats = expected[form.roots].sum(axis=0) + form.base
    return total


class _Work:
    """What the cores share: trees, rows and background, a feature a line."""

    def __init__(
        self,
        form: TreeEnsemble,
        encoded: Floats,
        background: Floats | None,
        shares: Floats | None,
        *,
        pairs: bool,
    ) -> None:
        self._most = longest_path(form)
        if self._most > MOST_FEATURES:
            raise EngineError("explain.path_too_long", n=self._most)
        self._form, self._pairs = form, pairs
        self._trees = _arrays(form)
        self._by_cover = background is None
        others = np.empty((0, encoded.shape[1])) if background is None else background
        self._rows = np.ascontiguousarray(encoded.T)
        self._others = np.ascontiguousarray(others.T)
        if shares is None:
            shares = np.full(len(others), 1.0 / max(1, len(others)))
        self._weight = np.ascontiguousarray(shares)
        self._weights = tree_games.game_weights()

    def task(self, part: _Part) -> _Done:
        """Return what a stretch of trees gives a block of rows."""
        where, first, last = part
        block = np.ascontiguousarray(self._rows[:, where])
        d = len(block)
        lines = d * d if self._pairs else d
        own = np.zeros((self._form.values.shape[1], lines, block.shape[1]))
        tree_kernel.leaf_games(
            self._trees, first, last, block, self._others, self._weight,
            self._by_cover, self._pairs, self._most, self._weights, own,
        )  # fmt: skip
        return where, own

    def parts(self, block: int) -> Iterator[_Part]:
        """Yield blocks of rows by stretches of trees, each a fraction of a second."""
        n = self._rows.shape[1]
        sizes = np.diff(np.append(self._form.roots, len(self._form.left)))
        steps_each = 8 if self._pairs else 1
        for start in range(0, n, block):
            where = slice(start, min(n, start + block))
            room = max(1, _TASK_STEPS // (where.stop - where.start + 64) // steps_each)
            first = steps = 0
            for tree, size in enumerate(sizes):
                if steps and steps + size > room:
                    yield where, first, tree
                    first, steps = tree, 0
                steps += int(size)
            yield where, first, len(sizes)


def _arrays(form: TreeEnsemble) -> _Arrays:
    """Return the arrays of one kind: compiled code is made for each kind anew."""

    def plain(name: str) -> NDArray[Any]:
        return np.require(getattr(form, name), requirements=["C", "W"])

    arrays = {name: plain(name) for name in _Arrays._fields if name != "depth"}
    if not len(form.levels):
        arrays["levels"] = np.zeros(1, dtype=np.bool_)
    return _Arrays(**arrays, depth=int(form.depth))
