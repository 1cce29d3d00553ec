"""The reliability of the selected rows, counted slice by slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.metrics import wilson_array

if TYPE_CHECKING:
    from engine.contracts.predictions import RowScores
    from engine.contracts.selection import Mask


class SelectedBins:
    """Counts rows in given bins.

    Parameters
    ----------
    scores
        What the model said of every row, and the truth.
    mask
        ``(n_rows,)`` bool, the rows to count. Rows without a truth are left out.
    edges
        ``(k + 1,)`` ends of the bins.
    positive
        Code of the class the scores are of; ``None`` where each score is of the
        class predicted.
    """

    def __init__(
        self, scores: RowScores, mask: Mask, edges: np.ndarray, positive: int | None
    ) -> None:
        self._scores, self._mask = scores, mask
        self._edges, self._positive = edges, positive
        self._sums = np.zeros((3, len(edges) - 1))  # rows, those that happened, said
        self._squares = 0.0  # of the weights

    @property
    def n_rows(self) -> int:
        """How many rows there are, selected or not."""
        return len(self._mask)

    def count(self, rows: slice) -> None:
        """Count some rows more."""
        scores, truth = self._scores, self._scores.truth[rows]
        chosen = np.flatnonzero(self._mask[rows] & (truth >= 0))
        if not len(chosen):
            return
        said = scores.score[rows][chosen].astype(np.float64)
        wanted = (
            scores.labels[rows][chosen] if self._positive is None else self._positive
        )
        happened = truth[chosen] == wanted
        each = (
            np.ones(len(said))
            if scores.weights is None
            else scores.weights[rows][chosen]
        )
        bars = len(self._edges) - 1
        place = np.searchsorted(self._edges, said, side="left") - 1
        place = place.clip(0, bars - 1)
        for kind, what in enumerate((each, each * happened, each * said)):
            self._sums[kind] += np.bincount(place, weights=what, minlength=bars)
        self._squares += float(each @ each)

    def figures(self) -> tuple[np.ndarray, ...]:
        """Return count, said, happened and its 95 % interval of every bin."""
        count, hits, total = self._sums
        # Kish (1965): effective rows per unit of weight, 1 without weights
        effective = float(count.sum()) / self._squares if self._squares > 0 else 1.0
        low, high = wilson_array(hits, count, effective)
        with np.errstate(invalid="ignore", divide="ignore"):
            return count, total / count, hits / count, low, high
