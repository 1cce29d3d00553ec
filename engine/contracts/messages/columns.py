"""Sentences about columns: their kinds, their roles, and why."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "data.no_such_column": (
        mark("There is no column called {column}."),
        mark("Check the spelling; names are compared letter by letter."),
    ),
    "data.no_such_value": (
        mark("Column {column} has no value {value}; its values are {known}."),
        mark("Choose one of these values."),
    ),
    "data.two_targets": (
        mark("More than one column is chosen as target: {columns}."),
        mark("Keep one of them (--role COLUMN=target)."),
    ),
    "data.not_that_kind": (
        mark("Column {column} is stored as {found} and cannot be {kind}."),
        mark(
            "Name the texts that stand for missing values (--missing COLUMN=TEXT), or "
            "keep its kind."
        ),
    ),
    "schema.parsed_dates": (mark("{column} is read as dates written {format}."), ""),
    "schema.offsets": (
        mark(
            "The times of {column} carry offsets from UTC ({offsets}) in {n} rows; "
            "they are turned into UTC."
        ),
        mark("Rules and filters mean UTC unless they name an offset."),
    ),
    "schema.ambiguous_dates": (
        mark(
            "In the dates of {column} no day is after the 12th: the day is taken to "
            "come first, but the month may."
        ),
        mark("Say in the reading options which comes first (--read day_first=yes)."),
    ),
    "schema.separated_numbers": (
        mark("{column} is read as numbers: {value} is {number}."),
        mark(
            "If that is wrong, say in the reading options that they are texts (--read "
            "separated=texts)."
        ),
    ),
    "schema.some_percent": (
        mark(
            "{column} is read as text: only some of its numbers have a percent sign; "
            "{value} in row {row} has none."
        ),
        mark("Write all of them alike to have them read as numbers."),
    ),
    "schema.separated_codes": (
        mark(
            "{column} is read as text: numbers such as {value} are all equally long, "
            "as codes are."
        ),
        mark(
            "If they are quantities, say so in the reading options (--read "
            "separated=numbers)."
        ),
    ),
    "schema.infinite": (mark("{column} holds infinite values: {n}."), ""),
    "schema.chosen_missing": (
        mark("{n} values of {column} are missing because you said so: {tokens}."),
        "",
    ),
    "schema.wide_numbers": (
        mark(
            "{column} holds whole numbers such as {value} in row {row}; a model sees "
            "only their first 15 digits."
        ),
        mark("If they are keys, give the column that role."),
    ),
    "schema.constant": (mark("{column} has the same value in every row."), ""),
    "schema.chosen": (mark("Chosen by hand."), ""),
    "schema.boolean_type": (mark("Stored as true and false."), ""),
    "schema.date_type": (mark("Holds dates or times."), ""),
    "schema.number_type": (mark("Holds numbers."), ""),
    "schema.zero_one": (mark("Only 0 and 1 occur."), ""),
    "schema.few_integers": (mark("Whole numbers, only {n} different ones."), ""),
    "schema.two_words": (mark("Two words that mean yes and no."), ""),
    "schema.few_texts": (mark("Text with {n} different values."), ""),
    "schema.many_texts": (mark("Text with {n} different values."), ""),
    "schema.long_text": (mark("Long text."), ""),
    "schema.split_values": (mark("Its values name parts of a data set."), ""),
    "schema.split_name": (mark("Its name says that it divides the rows."), ""),
    "schema.prediction_name": (mark("Its name says that it is a prediction."), ""),
    "schema.score_name": (
        mark("Its name and its values between 0 and 1 say that it is a score."),
        "",
    ),
    "schema.weight_name": (mark("Its name says that it holds row weights."), ""),
    "schema.target_name": (mark("Its name is a usual one for a target."), ""),
    "schema.unique_values": (mark("Every row has another value."), ""),
    "schema.counts_up": (mark("It counts the rows."), ""),
    "schema.rest": (mark("Nothing says that it is anything else."), ""),
}
