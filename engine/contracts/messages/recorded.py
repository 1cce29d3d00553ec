"""Sentences about recorded scores and predictions."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "scores.missing_column": (
        mark("There is no column called {column} to hold what was recorded."),
        mark("Choose among {columns} (--scores, --prediction)."),
    ),
    "scores.not_numeric": (
        mark("The score column {column} holds text."),
        mark(
            "Choose the column with the numbers (--scores; labels: --prediction), or "
            "say which text in it means missing (--missing COLUMN=TEXT --kind "
            "COLUMN=numeric)."
        ),
    ),
    "scores.columns": (
        mark("{n_columns} score columns do not fit the classes {classes}."),
        mark(
            "Name one score column per class, or for two classes only that of the "
            "positive class (--scores, --positive). Say which labels have no class, "
            "on the Match sheet or as --labels LABEL=."
        ),
    ),
    "scores.names": (
        mark("It is not clear which of {columns} belongs to which of {classes}."),
        mark(
            "Name the columns after the classes, for example p_bad, or say it: "
            "--scores CLASS=COLUMN,CLASS=COLUMN."
        ),
    ),
    "scores.missing": (
        mark(
            "Row {row} of {column} has no finite score (rows like it: {n}); such rows "
            "are left out."
        ),
        "",
    ),
    "scores.odd": (
        mark(
            "Row {row} of {column} holds {value}, which is not a score like the "
            "others (rows like it: {n}); such rows are left out."
        ),
        mark("If they are scores, say so: --score-kind, or on the Match sheet."),
    ),
    "scores.no_label": (
        mark(
            "Row {row} of {column} has no label (rows like it: {n}); such rows are "
            "left out."
        ),
        "",
    ),
    "scores.decided_otherwise": (
        mark(
            "In row {row} the class in {column} is not that of the largest score (rows "
            "like it: {n}); what {column} says is taken for the decision."
        ),
        mark("To have the largest score decide, leave the column out (--prediction)."),
    ),
    "scores.none": (
        mark("None of the {n} rows has a score in {columns}."),
        mark("Choose the columns with the scores (--scores), or say --score-kind."),
    ),
    "scores.are_truth": (
        mark("{column} cannot be both a recorded column and the target."),
        mark(
            "Choose another column for one of them (--scores or --prediction; "
            "--target)."
        ),
    ),
    "scores.as_margin": (
        mark(
            "The scores in {columns} are taken for margins, not probabilities: many "
            "lie below 0. One alone decides for its class from 0 on, of several the "
            "largest."
        ),
        mark("Say so if they are something else: --score-kind, or on the Match sheet."),
    ),
    "scores.neither": (
        mark(
            "The scores in {column} run from {low} to {high}: beyond 1 (first in row "
            "{row}), as no probability does, and never below 0, as margins do."
        ),
        mark(
            "Say what they are, on the Match sheet or by --score-kind: percent for 0 "
            "to 100, margin if they decide for the class from 0 on."
        ),
    ),
    "scores.range": (
        mark(
            "Row {row} of {column} holds {value}, which is not a probability (rows "
            "like it: {n})."
        ),
        mark("If these are not probabilities, say --score-kind margin."),
    ),
    "scores.sum": (
        mark("The probabilities of row {row} sum to {total} (rows like it: {n})."),
        mark(
            "Check that every class has its column (--scores); scores of each class "
            "apart are --score-kind margin."
        ),
    ),
    "scores.sum_left_out": (
        mark(
            "The probabilities of row {row} sum to {total} (rows like it: {n}); such "
            "rows are left out."
        ),
        "",
    ),
    "scores.unknown_label": (
        mark("Row {row} of {column} is {value}, none of the classes {classes}."),
        mark("Correct these rows, or leave the part with them out."),
    ),
}
