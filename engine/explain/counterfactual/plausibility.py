"""Plausibility: how near the data a candidate row is.

Two rows are as far apart as the sum over the features of: the difference of numbers in
units of the feature's inter-quartile range (see
:class:`engine.explain.counterfactual.row_encoding.RowEncoding`), 1 for labels that
differ, 1 where one has a value and the other has none. Gower (1971) adds up in the
same way, in units of the range, which a single outlier would stretch.

A row's plausibility is the share of real rows that lie at least as far from their
nearest real rows as this one does: 1 for a row in the thick of them, 0 for one that is
farther from the data than any of them. The nearest are looked for among all real rows;
the share is of :attr:`Plausibility.n_judged` of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.explain.counterfactual.row_encoding import RowEncoding

    Floats = NDArray[np.float64]

_N_NEAREST = 5  # real rows whose mean distance counts
# Real rows whose own distance is known, fewer where that takes too many cells.
_MOST_JUDGED, _FEWEST_JUDGED, _CELLS = 500, 100, 60_000_000
_AT_ONCE = 500_000  # pairs of rows


def apart(
    one: Floats,
    other: Floats,
    *,
    number: bool | NDArray[np.bool_],
    spread: float | Floats,
) -> Floats:
    """Return how far cells lie apart; all four are broadcast.

    Parameters
    ----------
    one, other
        Cells; ``nan`` where missing.
    number
        Whether they are numbers, else codes of labels.
    spread
        The unit in which numbers are told.
    """
    with np.errstate(invalid="ignore"):
        if np.ndim(number):
            found = np.where(number, np.abs(one - other) / spread, one != other)
        elif number:
            found = np.abs(one - other) / spread
        else:
            found = (one != other).astype(np.float64)
    if np.isfinite(one).all() and np.isfinite(other).all():
        return np.asarray(found, dtype=np.float64)
    missing = np.isnan(one), np.isnan(other)
    same = (one == other) | (missing[0] & missing[1])  # two infinities are, too
    return np.where(same, 0.0, np.where(missing[0] | missing[1], 1.0, found))


def distances(encoding: RowEncoding, points: Floats, point: Floats) -> Floats:
    """Return ``(n, d)`` how far the cells of rows lie from those of one row."""
    return apart(points, point, number=encoding.is_number, spread=encoding.spread)


class Plausibility:
    """Holds made rows against real ones.

    Parameters
    ----------
    encoding
        How rows are coded.
    real
        ``(n, d)`` real rows, in random order; not the one that rows are made from.
    progress
        Asked between blocks whether to stop.
    """

    def __init__(self, encoding: RowEncoding, real: Floats, progress: Progress) -> None:
        self._encoding, self._real, self._progress = encoding, real, progress
        few = int(np.clip(_CELLS // max(real.size, 1), _FEWEST_JUDGED, _MOST_JUDGED))
        self._usual = np.sort(self._nearest(real[:few], themselves=True))

    @property
    def n_judged(self) -> int:
        """Real rows whose own distance is known, of which the share is told."""
        return len(self._usual)

    def of(self, points: Floats) -> Floats:
        """Return the share of real rows that lie as far from the others, or farther.

        Parameters
        ----------
        points
            ``(m, d)`` made rows.

        Returns
        -------
        numpy.ndarray
            ``(m,)``, ``nan`` where there are fewer than two real rows.
        """
        if len(self._usual) < 2:
            return np.full(len(points), np.nan)
        far = self._nearest(points)
        nearer = np.searchsorted(self._usual, far * (1 - 1e-9), side="left")
        share: Floats = (len(self._usual) - nearer) / len(self._usual)
        return share

    def _nearest(self, points: Floats, *, themselves: bool = False) -> Floats:
        """Return the mean distance to the nearest real rows.

        With ``themselves`` the points are the first real rows, each left out of its
        own.
        """
        n = len(self._real)
        found = np.zeros(len(points))
        if n < 2:
            return found
        size = max(1, _AT_ONCE // max(1, n))
        near = max(1, min(_N_NEAREST, n - 1))
        for start in range(0, len(points), size):
            self._progress.raise_if_cancelled()
            block = slice(start, start + size)
            far = self._distances(points[block])
            if themselves:
                places = np.arange(len(far))
                far[places, start + places] = np.inf
            nearest = np.partition(far, near - 1, axis=1)[:, :near]
            found[block] = nearest.mean(axis=1)
        return found

    def _distances(self, points: Floats) -> Floats:
        far = np.zeros((len(points), len(self._real)))
        for j, number in enumerate(self._encoding.is_number):
            far += apart(
                points[:, j, None],
                self._real[None, :, j],
                number=bool(number),
                spread=float(self._encoding.spread[j]),
            )
        return far
