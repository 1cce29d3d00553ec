"""Predictions of a structure, compared with the model before they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.structure import (
    Activation,
    AdditiveForm,
    DenseNetwork,
    LinearForm,
    Link,
    TreeEnsemble,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.structure import Form, Structure

MOST_FEATURES = 62  # of one path: explained exactly with a bit for each
_BLOCK_CELLS = 1 << 21  # rows times trees or columns that are looked at together


def evaluate(structure: Structure, encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scores of encoded rows.

    Parameters
    ----------
    structure
        One with a form, checked by :mod:`engine.models.structure_checks`.
    encoded
        ``(n, d)``.

    Returns
    -------
    ndarray
        ``(n, k)``, one column for each of ``structure.outputs``.
    """
    return linked(sums(structure, encoded), structure.link)


def sums(structure: Structure, encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ``(n, k)`` sums before the link.

    Raises
    ------
    ValueError
        If the structure has no form.
    """
    form = structure.form
    if form is None:
        raise ValueError("nothing to evaluate")
    rows = max(1, _BLOCK_CELLS // max(1, _width(form)))
    found = np.empty((len(encoded), len(form.base)))
    for start in range(0, len(encoded), rows):
        block = encoded[start : start + rows]
        found[start : start + rows] = _sums(form, block)
    return found


def activated(
    sums_of_units: NDArray[np.float64], activation: Activation
) -> NDArray[np.float64]:
    """Return what units make of their sums."""
    if activation is Activation.RELU:
        return np.maximum(sums_of_units, 0.0)
    if activation is Activation.LOGISTIC:
        return logistic(sums_of_units)
    if activation is Activation.TANH:
        return np.tanh(sums_of_units)
    return sums_of_units


def linked(raw: NDArray[np.float64], link: Link) -> NDArray[np.float64]:
    """Return scores from ``(n, k)`` sums."""
    if link is Link.LOGIT:
        return logistic(raw)
    if link is Link.SOFTMAX:
        grown = np.exp(raw - raw.max(axis=1, keepdims=True))
        total: NDArray[np.float64] = grown / grown.sum(axis=1, keepdims=True)
        return total
    if link is Link.LOG:
        with np.errstate(over="ignore"):
            return np.exp(raw)
    return raw


def matches(
    structure: Structure,
    encoded: NDArray[np.float64],
    scores: NDArray[np.floating],
    tolerance: float,
) -> bool:
    """Return whether a structure reproduces the model's scores.

    Parameters
    ----------
    scores
        The model's own, ``(n, classes)`` or ``(n, 1)``. Where the structure has
        one output it is held against the last column.
    tolerance
        Largest difference, relative to the score where that is above 1.
    """
    if structure.form is None or len(encoded) != len(scores):
        return False
    predicted = evaluate(structure, encoded)
    expected = scores if predicted.shape[1] > 1 else scores[:, -1:]
    if predicted.shape != expected.shape:
        return False
    own = expected.astype(np.float64)
    room = tolerance * np.maximum(1.0, np.abs(own))
    return bool((np.abs(predicted - own) <= room).all())


def leaves(form: TreeEnsemble, encoded: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return ``(n, t)`` the leaf of each tree that each row ends in."""
    n = len(encoded)
    here = np.broadcast_to(form.roots, (n, len(form.roots))).reshape(-1).copy()
    row = np.repeat(np.arange(n), len(form.roots))
    moving = np.flatnonzero(form.left[here] >= 0)
    while len(moving):
        node = here[moving]
        goes_left = _goes_left(form, node, encoded[row[moving], form.feature[node]])
        here[moving] = np.where(goes_left, form.left[node], form.right[node])
        moving = moving[form.left[here[moving]] >= 0]
    return here.reshape(n, len(form.roots))


def longest_path(form: TreeEnsemble) -> int:
    """Return how many different features the path that asks for most asks for."""
    inner = form.left >= 0
    used, place = np.unique(form.feature[inner], return_inverse=True)
    asked = np.zeros((len(form.left), -(-len(used) // 8)), dtype=np.uint8)
    nodes = np.flatnonzero(inner)
    asked[nodes, place // 8] = 1 << (place % 8)
    here = form.roots[inner[form.roots]]
    most = 0
    while len(here):
        most = max(most, int(np.bitwise_count(asked[here]).sum(axis=1).max()))
        for child in (form.left[here], form.right[here]):
            asked[child] |= asked[here]  # of a node and all above it
        here = np.concatenate([form.left[here], form.right[here]])
        here = here[inner[here]]
    return most


def _goes_left(
    form: TreeEnsemble, node: NDArray[np.int32], value: NDArray[np.float64]
) -> NDArray[np.bool_]:
    left = value <= form.threshold[node]
    by_set = np.flatnonzero(form.levels_start[node] >= 0)
    if len(by_set):
        left[by_set] = _in_set(form, node[by_set], value[by_set])
    missing = np.isnan(value)
    left[missing] = form.missing_left[node[missing]]
    return left


def _in_set(
    form: TreeEnsemble, node: NDArray[np.int32], value: NDArray[np.float64]
) -> NDArray[np.bool_]:
    inside = (value >= 0) & (value < form.levels_size[node])
    inside &= value == np.floor(value)
    found = np.zeros(len(node), dtype=bool)
    place = form.levels_start[node[inside]] + value[inside].astype(np.int64)
    found[inside] = form.levels[place]
    return found


def _width(form: Form) -> int:
    """Return how many numbers a row is worth on its way."""
    if isinstance(form, TreeEnsemble):
        return len(form.roots)
    if isinstance(form, DenseNetwork):
        return max(form.widths)
    if isinstance(form, LinearForm):
        return int(form.coefficients.shape[1])
    return len(form.columns)


def _sums(form: Form, encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    if isinstance(form, LinearForm):
        weighted: NDArray[np.float64] = encoded @ form.coefficients.T + form.base
        return weighted
    if isinstance(form, AdditiveForm):
        return _terms(form, encoded)
    if isinstance(form, DenseNetwork):
        return _through(form, encoded)
    reached = form.values[leaves(form, encoded)]
    total: NDArray[np.float64] = reached.sum(axis=1) + form.base
    return total


def _through(form: DenseNetwork, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(over="ignore", invalid="ignore"):  # weights may be anything
        for layer in form.layers():
            rows = activated(rows @ layer.weights.T + layer.bias, layer.activation)
    return rows


def _terms(form: AdditiveForm, encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.tile(form.base, (len(encoded), 1))
    start = 0
    for columns, shape in zip(form.columns, form.shapes, strict=True):
        bins = tuple(encoded[:, column].astype(np.intp) for column in columns)
        size = int(np.prod(shape))
        total += form.tables[start + np.ravel_multi_index(bins, shape, mode="clip")]
        start += size
    return total


def logistic(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logistic function, without overflow."""
    shrunk = np.exp(-np.abs(raw))
    return np.where(raw >= 0, 1.0, shrunk) / (1.0 + shrunk)
