"""Which rows a cell, a row, a column or the diagonal of a matrix stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.selection import (
    BUCKET,
    IN_BUCKET,
    And,
    Missing,
    Not,
    Or,
    Range,
    Saved,
    Values,
)

if TYPE_CHECKING:
    from engine.contracts.results import Confusion
    from engine.contracts.selection import Selection

ANSWERS = {"@truth", "@prediction"}


def selection_of(shown: Confusion, row: int | None, column: int | None) -> Selection:
    """Return the rows of a cell, of a whole row or column, or of the diagonal.

    Parameters
    ----------
    row, column
        Places among the labels; ``None`` for all of them, both for all that is
        right.
    """
    sides: list[Selection] = []
    if row is not None:
        sides.append(_labelled(shown.row_column, shown.row_labels[row]))
    if column is not None:
        sides.append(_labelled(shown.column_column, shown.column_labels[column]))
    if not sides:
        return _diagonal(shown)
    return sides[0] if len(sides) == 1 else And(tuple(sides))


def _labelled(column: str, label: str) -> Selection:
    if not column.startswith(BUCKET):
        return Values(column, (label,))
    inside = Saved(column.removeprefix(BUCKET))
    return inside if label == IN_BUCKET else Not(inside)


def _diagonal(shown: Confusion) -> Selection:
    axes = (shown.row_column, shown.column_column)
    if set(axes) == ANSWERS:
        right = Range("@error", 0.0, 0.0, high_closed=True)
        # A row without a truth is no error, but not right either.
        return And((right, Not(Missing("@truth")))) if shown.n_left_out else right
    if not shown.square:
        return And(tuple(Not(Missing(a)) for a in axes if not a.startswith(BUCKET)))
    return Or(
        tuple(
            And((_labelled(axes[0], label), _labelled(axes[1], label)))
            for label in shown.row_labels
        )
    )
