"""Sentences about files that are joined, and the parts of a data set."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "data.none": (
        mark("No data are open."),
        mark("Drop a data file on the window, or name one."),
    ),
    "data.files_differ": (
        mark("{file} and {first} do not have the same columns: {columns}."),
        mark("Open files of one schema together, others one by one."),
    ),
    "data.files_types": (
        mark("Column {column} of {file} is {found}; in {first} it is {expected}."),
        mark("Open them one by one, or write them anew with one schema."),
    ),
    "data.no_common_column": (
        mark(
            "{file} has no column in common with {first}, and {found} rows instead of "
            "{expected}."
        ),
        mark("Give both a column of keys, or open them one by one."),
    ),
    "data.keys_twice": (
        mark("Column {column} of {file} holds the same key in more than one row."),
        mark("Keep one row for each key, or open the files one by one."),
    ),
    "data.keys_missing": (
        mark(
            "{file} has no row whose {column} is {value}, which is in row {row} of "
            "{first}, counted from 0 (rows like it: {n})."
        ),
        mark("Open the file that belongs to these rows."),
    ),
    "data.other_columns": (
        mark("The {part} data lack {n} columns: {columns}."),
        mark("Open a file with the same columns."),
    ),
    "data.other_type": (
        mark("Column {column} of the {part} data is {found}, {expected} is expected."),
        mark("Write it with the type it has in the evaluation data."),
    ),
    "data.other_dates": (
        mark(
            "The dates of {column} are written {found} in the {part} data; those "
            "open now were read as {expected}."
        ),
        mark(
            "Say in the reading options whether the day or the month comes first "
            "(--read day_first=yes)."
        ),
    ),
    "data.no_such_part": (
        mark("No {part} data are loaded."),
        mark(
            "Open a file with them (--reference, --calibration), or choose which "
            "rows they are."
        ),
    ),
    "data.empty_evaluation": (
        mark("Splitting by column {column} leaves no rows for evaluation."),
        mark("Choose other values for the evaluation data (--split)."),
    ),
    "data.joined_by_key": (
        mark(
            "The columns of {file} were added to the rows of {first} by {column}; {n} "
            "of its rows were not needed."
        ),
        "",
    ),
    "data.joined_by_order": (
        mark(
            "{file} has no column in common with {first} but the same number of "
            "rows: {columns} were added in row order."
        ),
        mark("Give both files a column of keys if their order may differ."),
    ),
}
