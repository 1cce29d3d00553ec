"""Counts that follow a drag: O(log n) or one pass over a vector, pure numpy.

A score decides for the positive class when ``score >= threshold``, compared in the
score's own float type.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHUNK = 1 << 20


def counts(
    truth: NDArray[np.integer],
    decided: NDArray[np.integer],
    k: int,
    mask: NDArray[np.bool_] | None = None,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the ``(k, k)`` confusion counts, rows truth and columns decision.

    Rows with a negative code on either side are left out.
    """
    return cross_counts(truth, decided, (k, k), mask, weights)


def cross_counts(
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    shape: tuple[int, int],
    mask: NDArray[np.bool_] | None = None,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the weighted cross-table of two code vectors.

    Negative codes (missing) are counted nowhere. Works in blocks, so that the
    memory stays small at ten million rows.
    """
    n_rows, n_columns = shape
    # Codes are moved up by one: missing becomes row or column 0, dropped at the end.
    width = n_columns + 1
    cells = (n_rows + 1) * width
    found = np.zeros(cells, dtype=np.float64)
    for start in range(0, len(rows), _CHUNK):
        block = slice(start, start + _CHUNK)
        row, column = rows[block], columns[block]
        weight = None if weights is None else weights[block]
        if mask is not None:
            chosen = mask[block]
            row, column = row[chosen], column[chosen]
            weight = None if weight is None else weight[chosen]
        code = row.astype(np.int64)
        code += 1
        code *= width
        code += column
        code += 1
        found += np.bincount(code, weights=weight, minlength=cells)
    return found.reshape(n_rows + 1, width)[1:, 1:].copy()


def last_at_least(descending: NDArray[np.floating], threshold: float) -> int:
    """Return the last index with ``descending[i] >= threshold``, -1 if none.

    A bisection by hand: ``np.searchsorted`` would copy the array to turn it round.
    """
    wanted = -descending.dtype.type(threshold)
    return bisect.bisect_right(descending, wanted, key=lambda score: -score) - 1


def confused_pairs(
    table: NDArray[np.float64], limit: int = 20
) -> tuple[tuple[int, int], ...]:
    """Return the off-diagonal cells of a square table, largest first.

    Returns
    -------
    tuple
        ``(row, column)`` of at most ``limit`` cells that hold anything.
    """
    off = table.copy()
    np.fill_diagonal(off, 0.0)
    flat = off.ravel()
    take = min(limit, int(np.count_nonzero(flat)))
    if take == 0:
        return ()
    best = np.argpartition(-flat, take - 1)[:take]
    best = best[np.lexsort((best, -flat[best]))]
    return tuple((int(cell) // len(table), int(cell) % len(table)) for cell in best)


def precision_recall(
    tp: NDArray[np.float64], fp: NDArray[np.float64], positives: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ``(recall, precision)`` of cumulated counts; precision 1 of nothing."""
    called = tp + fp
    precision = np.divide(tp, called, out=np.ones_like(called), where=called > 0)
    return tp / max(positives, 1e-300), precision
