"""An order for labels that have none: those whose rows are alike stand side by side.

Apley and Zhu (2020, supplement): two labels are as far apart as the distributions of
all other features among their rows; along one dimension they are laid out by
classical scaling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress

    Floats = NDArray[np.float64]

_MOST_STEPS = 100  # values at which two distributions are compared


def order_of_labels(
    codes: NDArray[np.int64],
    n_labels: int,
    others: Floats,
    labelled: NDArray[np.bool_],
    progress: Progress,
) -> NDArray[np.int64]:
    """Return labels from one end to the other.

    The first label is put in the half of the last one's other side, so that the
    order does not turn round by chance.

    Parameters
    ----------
    codes
        ``(n,)`` the label of each row, all of them known.
    others, labelled
        ``(n, d)`` the other features, as of
        :func:`engine.explain.association.association`.
    """
    apart = np.zeros((n_labels, n_labels))
    for j in range(others.shape[1]):
        cells = others[:, j]
        known = np.isfinite(cells)
        apart += _apart(codes[known], n_labels, cells[known], bool(labelled[j]))
        progress.raise_if_cancelled()
    along = _one_dimension(apart)
    if along[0] > along[-1]:
        along = -along
    return np.argsort(np.round(along, 12), kind="stable").astype(np.int64)


def _apart(
    codes: NDArray[np.int64], n_labels: int, cells: Floats, labelled: bool
) -> Floats:
    """Return ``(l, l)`` how far the distributions of one feature are apart."""
    if not len(cells):
        return np.zeros((n_labels, n_labels))
    if labelled:
        _, kind = np.unique(cells, return_inverse=True)
    else:
        steps = np.unique(cells)
        if len(steps) > _MOST_STEPS:
            shares = np.linspace(0.0, 1.0, _MOST_STEPS)
            steps = np.unique(np.quantile(cells, shares, method="inverted_cdf"))
        kind = np.searchsorted(steps, cells)
    table = np.zeros((n_labels, kind.max() + 1))
    np.add.at(table, (codes, kind), 1.0)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1.0)
    if labelled:
        gaps = np.abs(shares[:, None, :] - shares[None, :, :])
        return np.asarray(gaps.sum(axis=2) / 2)
    up_to = np.cumsum(shares, axis=1)  # largest gap: Kolmogorov and Smirnov
    return np.asarray(np.abs(up_to[:, None, :] - up_to[None, :, :]).max(axis=2))


def _one_dimension(apart: Floats) -> Floats:
    n = len(apart)
    centring = np.eye(n) - 1.0 / n
    inner = -0.5 * centring @ apart**2 @ centring
    _, vectors = np.linalg.eigh(inner)
    return np.asarray(vectors[:, -1])
