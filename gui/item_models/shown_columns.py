"""Columns of a table of rows: what is read, the heading, and the look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from engine.contracts.dataset import Kind

if TYPE_CHECKING:
    from engine.contracts.dataset import Column


class Look(Enum):
    """How the cells of a column are shown."""

    PLAIN = auto()
    ROW = auto()
    ID = auto()
    TRUTH = auto()
    PREDICTION = auto()
    CONFIDENCE = auto()
    SCORE = auto()
    LOSS = auto()


LOCAL = frozenset({Look.ROW, Look.TRUTH, Look.PREDICTION, Look.CONFIDENCE, Look.SCORE})
"""Looks whose cells the window can make without asking the engine."""


@dataclass(frozen=True, kw_only=True)
class ShownColumn:
    """One column of the table: what is read, its heading, and its look.

    ``largest`` is the largest size of its numbers, if known: with five digits
    thousands are grouped, so that years and short codes stay as they are.
    """

    name: str
    title: str
    kind: Kind
    look: Look = Look.PLAIN
    largest: float | None = None

    @property
    def right(self) -> bool:
        """Whether the cells are aligned to the right, as numbers are."""
        if self.look in {Look.CONFIDENCE, Look.LOSS, Look.ROW, Look.SCORE}:
            return True
        return self.kind is Kind.NUMERIC and self.look is not Look.ID


def of_column(column: Column) -> ShownColumn:
    """Return a column of the data as the table shows it."""
    ends = [abs(end) for end in (column.low, column.high) if end is not None]
    return ShownColumn(
        name=column.name,
        title=column.name,
        kind=column.kind,
        largest=max(ends, default=None),
    )
