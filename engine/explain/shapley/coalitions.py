"""Shapley values of any model, from its predictions for coalitions of features.

A coalition of features takes its cells from the explained row, the others take
theirs from a background row; the value of a coalition is the mean prediction over the
background (interventional values; Janzing et al., 2020).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.contracts.progress import SILENT, Portion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress

    Floats = NDArray[np.float64]
    # From (n, d) cells to (n, k) answers: see Pool.ask.
    Ask = Callable[[NDArray[np.integer], Progress], Floats]

MOST_EXACT = 12
_SURE = 30  # second permutations from which a standard error is believed
ASKED_AT_ONCE = 150_000  # rows of one call: large, and stopped within a moment


class Sampling(NamedTuple):
    """How long to sample.

    Attributes
    ----------
    precision
        Largest standard error wanted, as a share of the spread of the predictions.
    most_rounds
        Rounds after which to stop all the same.
    seed
        Of the permutations.
    """

    precision: float
    most_rounds: int
    seed: int


def coalition_values(
    predict: Ask,
    rows: NDArray[np.integer],
    background: NDArray[np.integer],
    known: Floats,
    base: Floats,
    *,
    shares: Floats,
    progress: Progress = SILENT,
) -> Iterator[tuple[slice, Floats]]:
    """Yield what every coalition of features is values_.

    Parameters
    ----------
    ask
        The model.
    rows
        ``(n, d)`` cells of the rows to explain.
    background
        ``(b, d)`` cells of the background rows.
    known
        ``(n, k)`` the model's predictions for ``rows``.
    base
        ``(k,)`` its mean prediction over the background.
    shares
        ``(b,)`` how much each background row counts, of sum 1.

    Yields
    ------
    where
        Which rows.
    values
        ``(rows, 2^d, k)``: bit ``j`` of a place says whether feature ``j`` is in.
    """
    n, d = rows.shape
    b, k = len(background), len(base)
    size = 1 << d
    members = _members(d)
    inner = np.arange(1, size - 1)  # of none and of all the prediction is known
    each = max(1, ASKED_AT_ONCE // max(1, len(inner) * b))
    for start in range(0, n, each):
        where = slice(start, min(n, start + each))
        values_ = np.empty((where.stop - start, size, k))
        values_[:, 0], values_[:, -1] = base, known[where]
        pieces = max(1, -(-len(inner) * b // ASKED_AT_ONCE))
        for done, some in enumerate(np.array_split(inner, pieces)):
            if not len(some):  # of one feature none and all is everything
                continue
            share = (where.stop - start) / pieces
            part = Portion(progress, start + done * share, share, n)
            cells = np.where(
                members[some][None, :, None, :],
                rows[where][:, None, None, :],
                background[None, None, :, :],
            )
            predictions = predict(cells.reshape(-1, d), part).reshape(
                -1, len(some), b, k
            )
            values_[:, some] = np.einsum("b,nsbk->nsk", shares, predictions)
            progress.raise_if_cancelled()
        progress.advance(where.stop, n, "explain.coalitions")
        yield where, values_


def values(values_: Floats) -> Floats:
    """Return ``(n, d, k)`` exact Shapley values of games ``(n, 2^d, k)``."""
    weights = _share_weights(_members(values_.shape[1].bit_length() - 1))
    found: Floats = np.tensordot(weights, values_, axes=(1, 1)).transpose(1, 0, 2)
    return found


def pairs(values_: Floats) -> Floats:
    """Return ``(n, d, d, k)`` exact Shapley interactions of games ``(n, 2^d, k)``.

    Off the diagonal stands half of what two features do together; a line adds up to
    the feature's Shapley value.
    """
    d = values_.shape[1].bit_length() - 1
    members = _members(d)
    count = members.sum(axis=1)
    # By the size of a coalition of others: |S|! (d - |S| - 2)! / (2 (d - 1)!).
    by_size = np.array(
        [1 / (2 * (d - 1) * math.comb(d - 2, s)) for s in range(d - 1)] + [0.0, 0.0]
    )
    found = np.zeros((len(values_), d, d, values_.shape[2]))
    for i in range(d):
        for j in range(i + 1, d):
            both = members[:, i].astype(np.intp) + members[:, j]
            weight = np.where(both == 1, -1.0, 1.0) * by_size[count - both]
            found[:, i, j] = found[:, j, i] = np.einsum("s,nsk->nk", weight, values_)
    each = np.arange(d)
    found[:, each, each] = values(values_) - found.sum(axis=2)
    return found


def _members(d: int) -> NDArray[np.bool_]:
    """Return ``(2^d, d)`` which features each coalition has."""
    found: NDArray[np.bool_] = (np.arange(1 << d)[:, None] >> np.arange(d)) & 1 == 1
    return found


def sampled(
    predict: Ask,
    rows: NDArray[np.integer],
    background: NDArray[np.integer],
    known: Floats,
    background_predictions: Floats,
    sampling: Sampling,
    *,
    shares: Floats,
    progress: Progress = SILENT,
) -> Iterator[tuple[slice, Floats, Floats]]:
    """Yield Shapley values estimated by permutation sampling.

    A permutation changes a background row into the explained one, feature by feature;
    the change of the prediction is that feature's contribution. Each round has one
    permutation for every background row, forwards and backwards
    (antithetic pairs; Mitchell et al., 2022), so that base and values add up to the
    prediction exactly. Rounds go on until every standard error is small enough.

    Parameters
    ----------
    base_answers
        ``(b, k)`` the model's predictions for ``background``.
    sampling
        How long.
    shares
        ``(b,)`` how much each background row counts, of sum 1.

    Yields
    ------
    where
        Which rows.
    values, errors
        ``(rows, d, k)`` and their standard errors.
    """
    n, d = rows.shape
    b = len(background)
    spread = np.ptp(np.concatenate([known, background_predictions]), axis=0).max(
        initial=0.0
    )
    enough = sampling.precision * spread
    rng = np.random.default_rng([sampling.seed, 2])
    each = max(1, ASKED_AT_ONCE // (2 * b * max(1, d - 1)))
    for start in range(0, n, each):
        where = slice(start, min(n, start + each))
        # By background row: every round has all of them, so that what sets them
        # apart from one another is no error.
        total = np.zeros((where.stop - start, b, d, background_predictions.shape[1]))
        squares = np.zeros_like(total)
        rounds = 0
        while True:
            for piece in _permutations(d, b, rng, len(rows[where])):
                pairs = _permutation_differences(
                    predict,
                    Portion(progress, start, 0.0, n),
                    rows[where],
                    background,
                    known[where],
                    background_predictions,
                    piece,
                )
                total[:, piece[0]] += pairs
                squares[:, piece[0]] += pairs**2
                progress.raise_if_cancelled()
            rounds += 1
            mean = np.einsum("b,nbdk->ndk", shares, total) / rounds
            errors = _errors(total, squares, rounds, shares)
            sure = rounds == 1 or (rounds - 1) * b >= _SURE
            if rounds >= sampling.most_rounds or (
                sure and errors.max(initial=0.0) <= enough
            ):
                break
        progress.advance(where.stop, n, "explain.walks")
        yield where, mean, errors


def _errors(total: Floats, squares: Floats, rounds: int, shares: Floats) -> Floats:
    """Return ``(n, d, k)`` standard errors from sums over rounds ``(n, b, d, k)``.

    After one round the spread between background rows is counted in, for want of
    a second permutation from each: too large rather than too small.
    """
    if rounds == 1:
        apart = np.abs(total[:, :1]) ** 2
        if len(shares) > 1:
            apart = total.var(axis=1, ddof=1, keepdims=True)
        rough: Floats = np.sqrt(apart[:, 0] * (shares**2).sum())
        return rough
    within = np.maximum(squares - total**2 / rounds, 0.0) / (rounds - 1)
    found: Floats = np.sqrt(np.einsum("b,nbdk->ndk", shares**2, within) / rounds)
    return found


def _permutations(
    d: int, b: int, rng: np.random.Generator, n: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield one round of permutations: background rows and orders of features.

    Orders are drawn one by one: dealt out in turns of one order, as in Latin squares,
    they share their neighbourhoods, and their errors do not cancel.
    """
    orders = rng.permuted(np.tile(np.arange(d), (b, 1)), axis=1)
    starts = rng.permutation(b)
    each = max(1, ASKED_AT_ONCE // (2 * n * max(1, d - 1)))
    for first in range(0, b, each):
        yield starts[first : first + each], orders[first : first + each]


def _permutation_differences(
    predict: Ask,
    progress: Progress,
    rows: NDArray[np.integer],
    background: NDArray[np.integer],
    known: Floats,
    background_predictions: Floats,
    piece: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> Floats:
    """Return ``(n, w, d, k)``: the mean of each permutation and its reverse."""
    starts, orders = piece
    n, d = rows.shape
    w, k = orders.shape[0], known.shape[1]
    both = np.stack([orders, orders[:, ::-1]])  # (2, w, d)
    place = np.argsort(both, axis=2)  # when a feature changes
    steps = np.arange(1, d)
    changed = place[:, :, None, :] < steps[None, None, :, None]  # (2, w, d - 1, d)
    cells = np.where(
        changed[None],
        rows[:, None, None, None, :],
        background[starts][None, None, :, None, :],
    )
    path = np.empty((n, 2, w, d + 1, k))
    path[:, :, :, 0] = background_predictions[starts]
    path[:, :, :, -1] = known[:, None, None]
    if d > 1:
        predictions = predict(cells.reshape(-1, d), progress)
        path[:, :, :, 1:-1] = predictions.reshape(n, 2, w, d - 1, k)
    brought = np.diff(path, axis=3)  # by the order of the permutation
    by_feature = np.take_along_axis(brought, place[None, ..., None], axis=3)
    mean: Floats = by_feature.mean(axis=1)
    return mean


def _share_weights(members: NDArray[np.bool_]) -> Floats:
    """Return ``(d, 2^d)``: how much each coalition's value counts for a feature."""
    d = members.shape[1]
    count = members.sum(axis=1)
    joined = np.array(
        [0.0] + [1 / (d * math.comb(d - 1, s - 1)) for s in range(1, d + 1)]
    )
    left = np.array([1 / (d * math.comb(d - 1, s)) for s in range(d)] + [0.0])
    weights: Floats = np.where(members.T, joined[count], -left[count])
    return weights
