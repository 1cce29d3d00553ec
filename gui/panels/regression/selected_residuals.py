"""Truth, prediction and residual of the selected rows, counted slice by slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.contracts.predictions import RowScores
    from engine.contracts.results import Residuals
    from engine.contracts.selection import Mask


class SelectedResiduals:
    """Counts rows in the cells of a regression's pictures.

    Parameters
    ----------
    scores
        Truth and predicted value of every row.
    mask
        ``(n_rows,)`` bool, the rows to count. Rows without a truth are left out.
    result
        Whose edges are meant.

    Attributes
    ----------
    actual, residual
        Rows by prediction and truth, and by prediction and residual.
    spread
        Rows by residual alone.
    """

    def __init__(self, scores: RowScores, mask: Mask, result: Residuals) -> None:
        self._scores, self._mask, self._result = scores, mask, result
        across = len(result.x_edges) - 1
        self.actual = np.zeros((across, len(result.y_edges) - 1))
        self.residual = np.zeros((across, len(result.residual_edges) - 1))
        self.spread = np.zeros(len(result.histogram_edges) - 1)

    @property
    def n_rows(self) -> int:
        """How many rows there are, selected or not."""
        return len(self._mask)

    def count(self, rows: slice) -> None:
        """Count some rows more."""
        scores, result = self._scores, self._result
        truth, predicted = scores.truth[rows], scores.labels[rows]
        chosen = np.flatnonzero(
            self._mask[rows] & np.isfinite(truth) & np.isfinite(predicted)
        )
        truth, predicted = truth[chosen], predicted[chosen]
        each = None if scores.weights is None else scores.weights[rows][chosen]
        residual = truth - predicted
        _add(self.actual, (predicted, truth), (result.x_edges, result.y_edges), each)
        edges = (result.x_edges, result.residual_edges)
        _add(self.residual, (predicted, residual), edges, each)
        counts, _ = np.histogram(residual, result.histogram_edges, weights=each)
        self.spread += counts


def _add(
    counts: np.ndarray,
    values: tuple[np.ndarray, np.ndarray],
    edges: tuple[np.ndarray, np.ndarray],
    weights: np.ndarray | None,
) -> None:
    """Add rows to cells of equal size, in one pass."""
    places = []
    for along, ends in zip(values, edges, strict=True):
        cells = len(ends) - 1
        span = float(ends[-1] - ends[0]) or 1.0
        place = np.clip((along - ends[0]) * (cells / span), 0, cells - 1)
        places.append(place.astype(np.int64))
    flat = places[0] * counts.shape[1] + places[1]
    found = np.bincount(flat, weights=weights, minlength=counts.size)
    counts += found.reshape(counts.shape)
