"""The columns that the window itself can read: what is known of each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.model import Task
from engine.contracts.selection import BUCKET, columns_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from engine.contracts.decision import Decision
    from engine.contracts.predictions import RowScores
    from engine.contracts.selection import Selection

# From so many rows on a pass over them is felt in a drag: it waits until the hand
# pauses, and what has all panels count anew until it rests.
MANY_ROWS, PAUSE_MS, REST_MS = 200_000, 30, 120
LOCAL = frozenset({"@truth", "@prediction", "@score", "@confidence", "@error", "@row"})

# A recipe that reads these finds other rows at every threshold.
_MOVING = ("@prediction", "@error", "@confidence", "@loss", "@saved:", BUCKET)


def moves_with_threshold(recipe: Selection) -> bool:
    """Return whether a recipe may find other rows at another threshold."""
    return any(name.startswith(_MOVING) for name in columns_of(recipe))


class RowColumns:
    """Pseudo-columns of the evaluated rows under a decision.

    Implements :class:`engine.contracts.selection.Columns` for :data:`LOCAL`.
    """

    def __init__(self, scores: RowScores, decision: Decision) -> None:
        self._scores = scores
        self._decision = decision

    @property
    def n_rows(self) -> int:
        """Number of evaluated rows."""
        return self._scores.n_rows

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a pseudo-column of numbers."""
        match name:
            case "@score":
                found = self._scores.score
            case "@confidence":
                found = self._scores.confidence(self._decision)
            case "@error":
                found = self._scores.errors(self._decision)
            case "@row":
                found = np.arange(self.n_rows)
            case "@truth" if self._scores.task is Task.REGRESSION:
                found = self._scores.truth
            case "@prediction" if self._scores.task is Task.REGRESSION:
                found = self._scores.labels
            case _:
                raise TypeError(name)
        return np.asarray(found, dtype=np.float64)

    def dates(self, _name: str) -> None:
        """No pseudo-column holds dates."""

    def codes(self, name: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Return a pseudo-column of labels."""
        if self._scores.task is Task.REGRESSION:
            raise TypeError(name)
        if name == "@truth":
            return self._scores.truth, self._scores.classes
        if name == "@prediction":
            return self._scores.decided(self._decision), self._scores.classes
        raise TypeError(name)

    def read_as_missing(self, _name: str, _texts: Collection[str]) -> NDArray[np.bool_]:
        """Return no rows: pseudo-columns are not read from files."""
        return np.zeros(self.n_rows, dtype=bool)

    def saved(self, name: str) -> Selection:
        """Buckets are resolved by the engine."""
        raise KeyError(name)
