"""Evaluation of candidate rows against the target, within a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.contracts.progress import SILENT, Unshown

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.explain.counterfactual.row_encoding import RowEncoding
    from engine.explain.counterfactual.target import Target
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]

# Rows between two looks at the clock, and seconds they should take.
_FIRST, _FEWEST, _MOST, _BETWEEN = 500, 20, 8_000, 0.5


class TimeUp(Exception):  # noqa: N818 - no error: what is found so far counts
    """The time for asking is over.

    Attributes
    ----------
    reached
        ``(n, d)`` points that were asked about in time and decide as wanted.
    """

    def __init__(self, reached: Floats) -> None:
        super().__init__()
        self.reached = reached


class Evaluation(NamedTuple):
    """Evaluation of some rows.

    Attributes
    ----------
    reached
        ``(n,)`` whether the decision is as wanted.
    missing
        ``(n,)`` how much the score lacks for that.
    """

    reached: NDArray[np.bool_]
    missing: Floats


class Quiet(Unshown):
    """Progress of one question of a search, which asks only whether to stop."""

    def __init__(self, whole: Progress) -> None:
        super().__init__(whole)
        self.advance = SILENT.advance  # how far a search is one question cannot say


class Evaluator:
    """Evaluates encoded points; equal ones once in a call.

    Parameters
    ----------
    subject, target, encoding
        The model, what is to be reached, and how rows are coded.
    seconds
        Time for all evaluations together.

    Attributes
    ----------
    n_asked
        Rows that the model was asked about.
    """

    def __init__(
        self,
        subject: Subject,
        target: Target,
        encoding: RowEncoding,
        seconds: float,
        progress: Progress,
    ) -> None:
        self._subject, self._target, self._encoding = subject, target, encoding
        self._until = time.monotonic() + seconds
        self._progress = Quiet(progress)
        self._at_once = _FIRST
        self.n_asked = 0

    def evaluate(self, points: Floats) -> Evaluation:
        """Return what the model decides of points ``(n, d)``, asked in a mixed order.

        Raises
        ------
        TimeUp
            If the time is over before all are asked about.
        """
        if not len(points):
            return Evaluation(np.zeros(0, dtype=bool), np.zeros(0))
        kinds, place = _distinct(points)
        reached = np.zeros(len(kinds), dtype=bool)
        missing = np.zeros(len(kinds))
        order = np.random.default_rng(0).permutation(len(kinds))
        start = 0
        while start < len(kinds):
            self._progress.raise_if_cancelled()
            began = time.monotonic()
            if began > self._until:
                raise TimeUp(kinds[reached])
            block = order[start : start + self._at_once]
            scores, labels = self.scores(self._encoding.table(kinds[block]))
            reached[block] = self._target.reached(scores, labels)
            missing[block] = self._target.missing(scores)
            start += len(block)
            self._pace(len(block), time.monotonic() - began)
        return Evaluation(reached[place], missing[place])

    def _pace(self, n: int, seconds: float) -> None:
        """Learn how many rows the model answers between two looks at the clock."""
        wanted = int(n * _BETWEEN / max(seconds, 1e-4))
        if n == self._at_once or wanted < n:
            self._at_once = int(np.clip(wanted, _FEWEST, _MOST))

    def scores(
        self, table: pa.Table
    ) -> tuple[NDArray[np.floating], NDArray[np.integer | np.floating]]:
        """Return what the model itself says of rows, whatever the time."""
        self.n_asked += table.num_rows
        return self._subject.model.predict(table, self._progress)


def _distinct(points: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Return different points and which of them each one is."""
    solid = np.ascontiguousarray(points + 0.0)  # one nought, not two of different signs
    keys = solid.view(np.dtype((np.void, solid.dtype.itemsize * solid.shape[1])))
    _, first, place = np.unique(keys.ravel(), return_index=True, return_inverse=True)
    return solid[first], place
