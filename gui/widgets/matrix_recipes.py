"""Which rows a cell, a row, a column or the diagonal of a matrix stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.selection import And, Missing, Not, Or, Range, Values

if TYPE_CHECKING:
    from engine.contracts.results import Confusion
    from engine.contracts.selection import Selection

ANSWERS = {"@truth", "@prediction"}


def recipe_of(shown: Confusion, row: int | None, column: int | None) -> Selection:
    """Return the rows of a cell, of a whole row or column, or of the diagonal.

    Parameters
    ----------
    row, column
        Places among the labels; ``None`` for all of them, both for all that is
        right.
    """
    sides: list[Selection] = []
    if row is not None:
        sides.append(Values(shown.row_column, (shown.row_labels[row],)))
    if column is not None:
        sides.append(Values(shown.column_column, (shown.column_labels[column],)))
    if not sides:
        return _diagonal(shown)
    return sides[0] if len(sides) == 1 else And(tuple(sides))


def _diagonal(shown: Confusion) -> Selection:
    axes = (shown.row_column, shown.column_column)
    if set(axes) == ANSWERS:
        right = Range("@error", 0.0, 0.0, high_closed=True)
        # A row without a truth is no error, but not right either.
        return And((right, Not(Missing("@truth")))) if shown.n_left_out else right
    if not shown.square:
        return And((Not(Missing(axes[0])), Not(Missing(axes[1]))))
    return Or(
        tuple(
            And((Values(axes[0], (label,)), Values(axes[1], (label,))))
            for label in shown.row_labels
        )
    )
