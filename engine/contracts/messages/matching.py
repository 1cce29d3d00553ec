"""Sentences about the match of data and model, and predicting."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "predict.no_model": (
        mark("There is no model and no recorded score."),
        mark(
            "Open a model, or say which columns hold its scores or labels (--model, "
            "--scores, --prediction)."
        ),
    ),
    "predict.not_yet": (
        mark("Nothing has been predicted yet."),
        mark("Accept how columns and model match first (--target)."),
    ),
    "match.missing": (
        mark(
            "There is no column for {n} of the model's inputs: {columns}. Unused are "
            "{spare}."
        ),
        mark(
            "Match them by hand, on the Match sheet or as --match INPUT=COLUMN, or "
            "open data that have them."
        ),
    ),
    "match.no_such_column": (
        mark("The match names columns that the data do not have: {columns}."),
        mark("Match by name, or name other columns (--match INPUT=COLUMN)."),
    ),
    "match.no_such_input": (
        mark("The model has no input called {names}; its inputs are {inputs}."),
        mark("--match wants INPUT=COLUMN, the model's input first."),
    ),
    "match.missing_all_used": (
        mark("There is no column for {n} of the model's inputs: {columns}."),
        mark("Open data that have them (--data)."),
    ),
    "match.not_numeric": (
        mark(
            "{column} is {kind}, but the model wants a number there; row {row} holds "
            "{value} (rows like it: {n})."
        ),
        mark(
            "Correct the values, say that they are missing (--missing COLUMN=TEXT), or "
            "choose another column for this input (--match INPUT=COLUMN)."
        ),
    ),
    "match.numbers_as_text": (
        mark("{column} holds numbers written as text, and the model wants numbers."),
        mark(
            "Change the kind of the column (--kind COLUMN=numeric), or how the file is "
            "read."
        ),
    ),
    "match.texts_as_numbers": (
        mark(
            "{column} was read as text, and the model wants numbers: “{value}” is "
            "given as {number}."
        ),
        "",
    ),
    "match.similar_names": (
        mark("Some names differ in blanks or letter case: {pairs}."),
        mark("If they are not the same columns, match by hand (--match INPUT=COLUMN)."),
    ),
    "match.blank_category": (
        mark(
            "{column} is empty in {n} rows. The model does not list its categories: "
            "these rows are given as an empty text or as “nan”, whichever it knows."
        ),
        "",
    ),
    "match.fed_twice": (
        mark("The column {column} feeds several inputs of the model: {inputs}."),
        mark("If that is not meant, match by hand (--match INPUT=COLUMN)."),
    ),
    "match.as_in_file": (
        mark(
            "The model does not say what it accepts for {column}: it is given the "
            "texts of the file, such as “{value}”, not what is read out of them."
        ),
        "",
    ),
    "match.not_categories": (
        mark("{column} holds more different numbers than the model has categories."),
        mark("If it is another column, match by hand (--match INPUT=COLUMN)."),
    ),
    "match.no_target": (
        mark("The target column could not be recognised."),
        mark("Choose the target column (--target), or open data that have one."),
    ),
    "match.target_is_input": (
        mark("{column} is the target and also an input of the model."),
        mark("Choose another target, or match by hand (--target, --match)."),
    ),
    "match.order_count": (
        mark("The model has {n_inputs} inputs, but {n_columns} columns are left."),
        mark(
            "Ignore columns that are no features (--role COLUMN=ignore), or match by "
            "hand (--match INPUT=COLUMN)."
        ),
    ),
    "match.no_rows": (mark("The evaluation data have no rows."), ""),
    "match.by_order": (
        mark("Columns are matched by their order alone: a wrong order is not noticed."),
        mark("Compare the first predictions with what you expect."),
    ),
    "match.unknown_categories": (
        mark(
            "{column} has {n} values that the model has never seen, in {n_rows} rows: "
            "{categories}."
        ),
        "",
    ),
    "match.respelled": (
        mark(
            "{column} has {n} values that the model knows only in another spelling, in "
            "{n_rows} rows: “{value}” is taken for “{level}”."
        ),
        "",
    ),
    "match.tokens_as_missing": (
        mark(
            "{column} has {categories} in {n_rows} rows, which are read as missing; "
            "the model does not say whether it knows them as values."
        ),
        "",
    ),
    "match.tokens_as_text": (
        mark(
            "{column} has {categories} in {n_rows} rows, which may mean missing "
            "values; the model does not say what it knows, and is given the texts."
        ),
        "",
    ),
    "match.unseen_missing": (
        mark(
            "{column} is empty in {n} rows; the model has never seen a missing value "
            "there."
        ),
        "",
    ),
}
