"""The scores of the selected rows, counted slice by slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.contracts.predictions import RowScores
    from engine.contracts.selection import Mask


class SelectedScores:
    """Counts the rows of two classes in bars of equal width.

    Parameters
    ----------
    scores
        Score and truth of every row.
    mask
        ``(n_rows,)`` bool, the rows to count.
    edges
        Ends of the bars.
    codes
        The negative and the positive class.

    Attributes
    ----------
    bars
        ``(2, bars)``, the negative class first.
    """

    def __init__(
        self, scores: RowScores, mask: Mask, edges: np.ndarray, codes: tuple[int, int]
    ) -> None:
        self._scores, self._mask = scores, mask
        self._edges, self._codes = edges, codes
        self.bars = np.zeros((2, len(edges) - 1))

    @property
    def n_rows(self) -> int:
        """How many rows there are, selected or not."""
        return len(self._mask)

    def count(self, rows: slice) -> None:
        """Count some rows more."""
        scores, mask = self._scores, self._mask[rows]
        weights = None if scores.weights is None else scores.weights[rows]
        for kind, code in enumerate(self._codes):
            chosen = mask & (scores.truth[rows] == code)
            self.bars[kind] += bin_counts(
                scores.score[rows], self._edges, chosen, weights
            )


def bin_counts(
    values: np.ndarray,
    edges: np.ndarray,
    mask: np.ndarray,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Return the (weighted) counts of some values in bars of equal width."""
    bars = len(edges) - 1
    low, span = float(edges[0]), float(edges[-1] - edges[0])
    chosen = values[mask].astype(np.float64)
    place = np.clip((chosen - low) * (bars / (span or 1.0)), 0, bars - 1)
    weight = None if weights is None else weights[mask]
    found = np.bincount(place.astype(np.int64), weights=weight, minlength=bars)
    return found.astype(np.float64)
