"""Sentences about the weights of rows."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "weights.missing_column": (
        mark("There is no weight column called {column}."),
        mark("Choose the column with the weights (--weights), or none."),
    ),
    "weights.not_numeric": (
        mark("The weights in {column} are text."),
        mark("Choose the column with the weights (--weights), or none."),
    ),
    "weights.not_a_weight": (
        mark(
            "In row {row}, the value of {column} is missing, negative or infinite "
            "(rows like it: {n})."
        ),
        mark(
            "Weights have to be finite and not negative: correct them, or choose "
            "another column (--weights)."
        ),
    ),
    "weights.all_zero": (
        mark("All {n} weights in {column} are zero."),
        mark("Choose another column for the weights (--weights), or none."),
    ),
    "weights.extreme": (
        mark(
            "The weight in row {row} of {column} is {value}: too extreme to compute "
            "with."
        ),
        mark("Divide or multiply all weights by the same number, or correct this row."),
    ),
    "weights.outweighs": (
        mark(
            "The weight in row {row} of {column} is {value}: beside it all other "
            "rows together have no effect."
        ),
        mark("Correct this weight, or choose another column (--weights), or none."),
    ),
}
