"""Ablation: the prediction when features are replaced by background rows.

A feature is removed by putting the cells of background rows in its place; the
prediction of what is left is the mean over them. Removing one feature is ablation;
removing them one after the other in an explanation's order shows whether that order is
the model's own (deletion and insertion curves; Samek et al., 2017; Petsiuk et al.,
2018).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.progress import SILENT, Portion
from engine.explain.shapley.coalitions import ASKED_AT_ONCE
from engine.explain.subject import Pool

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]
    Members = NDArray[np.bool_]


class Ablation:
    """One row and the background rows that stand in for its features.

    Parameters
    ----------
    row, background
        One row and ``b`` rows of the model's inputs.
    """

    def __init__(self, subject: Subject, row: pa.Table, background: pa.Table) -> None:
        self._subject = subject
        self._pool = Pool.of(row, background)
        self._b, self.d = background.num_rows, row.num_columns

    def means(self, members: Members, progress: Progress = SILENT) -> Floats:
        """Return ``(c, k)`` mean answers where only the members are the row's.

        Parameters
        ----------
        members
            ``(c, d)``; equal lines are asked about once.
        """
        kinds, place = np.unique(members, axis=0, return_inverse=True)
        each = max(1, ASKED_AT_ONCE // self._b)
        behind = 1 + np.arange(self._b)
        found = []
        for start in range(0, len(kinds), each):
            some = kinds[start : start + each]
            cells = np.where(some[:, None, :], 0, behind[None, :, None])
            within = Portion(progress, start, len(some), len(kinds))
            predictions = self._pool.predict(
                self._subject, cells.reshape(-1, self.d), within
            )
            found.append(predictions.reshape(len(some), self._b, -1).mean(axis=1))
            progress.advance(start + len(some), len(kinds), "explain.removing")
            progress.raise_if_cancelled()
        return np.concatenate(found)[place.reshape(-1)]

    def each_alone(self) -> Members:
        """Return ``(d, d)``: all features but one."""
        return ~np.eye(self.d, dtype=bool)


def deletions(orders: NDArray[np.integer]) -> Members:
    """Return ``(m, d + 1, d)``: what is left after each step of each order."""
    place = np.argsort(orders, axis=1)
    steps = np.arange(orders.shape[1] + 1)
    return place[:, None, :] >= steps[None, :, None]


def area(curves: Floats) -> Floats:
    """Return ``(m,)`` areas under curves ``(m, d + 1)`` over the share removed."""
    between = (curves[:, 1:] + curves[:, :-1]) / 2
    found: Floats = between.mean(axis=1)
    return found
