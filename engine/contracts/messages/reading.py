"""Sentences about reading a table, and what was decided on the way."""

from __future__ import annotations

from engine.contracts.i18n import mark

_LOOK = mark("Open the file in the program that wrote it and save it again.")

MESSAGES: dict[str, tuple[str, str]] = {
    "data.no_rows": (
        mark("{file} has column names but no rows."),
        mark("Check the export that wrote it; at least one row is needed."),
    ),
    "data.no_columns": (mark("{file} has no columns."), _LOOK),
    "data.no_such_encoding": (
        mark("There is no encoding called {encoding}."),
        mark("Choose one of those in the reading options (--read encoding=NAME)."),
    ),
    "data.wrong_encoding_at": (
        mark("Line {row} of {file} is not written in {encoding}."),
        mark("Choose another encoding in the reading options (--read encoding=NAME)."),
    ),
    "data.ragged_rows": (
        mark(
            "Line {row} of {file} has {found} cells where {expected} are expected "
            "(lines like it: {n})."
        ),
        mark(
            "Check separator, quotes and the line of the names in the reading options "
            "(--read separator=SIGN,quote=SIGN,header=LINE), or mend the rows."
        ),
    ),
    "data.bad_json": (
        mark("Line {row} of {file} is not a JSON object: {found}"),
        mark("Write one object a line, or one array of objects."),
    ),
    "data.bad_json_object": (
        mark("Number {row} in the array of {file} is not a JSON object: {found}"),
        mark("Write one array of objects, or one object a line."),
    ),
    "data.no_usable_columns": (
        mark("No column of {file} can be used: they hold {content}."),
        mark("Write each value in a plain column of its own."),
    ),
    "data.no_sheet": (
        mark("{file} has no sheet called {sheet}; it has {sheets}."),
        mark("Choose one of them in the reading options (--read sheet=NAME)."),
    ),
    "data.no_such_line": (
        mark(
            "Line {row} of {file} cannot hold the names of the columns: it is blank, "
            "or after line {known}, the last that was looked at."
        ),
        mark("Say in the reading options (--read header=LINE) which line does."),
    ),
    "data.rows_above_names": (
        mark(
            "The rows of {file} cannot begin in line {row}: the names of its columns "
            "are in line {line}."
        ),
        mark("Say another line in the reading options (--read rows=LINE)."),
    ),
    "data.date_of_cell": (
        mark(
            "Row {row} of the sheet {sheet} of {file}, counted from 1, holds a date "
            "outside the years 1 to 9999."
        ),
        mark("Correct the cell, or save the sheet as CSV and open that."),
    ),
    "data.too_many_cells": (
        mark("The sheet of {file} spans {rows} rows and {columns} columns."),
        mark("Save the table as CSV or Parquet and open that."),
    ),
    "data.cannot_write": (
        mark("{file} cannot be written: {why}."),
        mark("Choose another folder, or make room."),
    ),
    "data.too_many_rows": (
        mark("A sheet of Excel holds {most} rows below its header; these are {n}."),
        mark("Filter the rows, or write CSV or Parquet."),
    ),
    "data.too_many_columns": (
        mark("A sheet of Excel holds {most} columns; these are {n}."),
        mark("Write CSV or Parquet."),
    ),
    "data.long_cell": (
        mark(
            "In row {row}, column {column} holds a text longer than the 32,767 "
            "characters of a cell of Excel."
        ),
        mark("Write CSV or Parquet."),
    ),
    "data.rows_left_out": (
        mark(
            "{n} lines of {file} were left out because they do not have {expected} "
            "cells: lines {rows}, its first being line 1."
        ),
        "",
    ),
    "data.renamed_column": (
        mark(
            "{file} has two columns called {column} (number {first} and {second}); "
            "the second is {name} here."
        ),
        mark("Rename it in the file if that is not what it is."),
    ),
    "data.titles_left_out": (
        mark(
            "The names of the columns of {file} are taken from line {row}; lines above "
            "it that were left out: {n}."
        ),
        mark(
            "If the names stand elsewhere, say so in the reading options (--read "
            "header=LINE)."
        ),
    ),
    "data.units_left_out": (
        mark(
            "Line {row} of {file} was left out: it holds units ({values}), no values."
        ),
        mark(
            "If it is a row, say in the reading options that the rows begin there "
            "(--read rows=LINE)."
        ),
    ),
    "data.one_of_sheets": (
        mark("{file} has {n} sheets: {sheet} was read, not {sheets}."),
        mark("Choose another in the reading options (--read sheet=NAME)."),
    ),
    "data.unusable_column": (
        mark(
            "Column {column} of {file} cannot be used and was left out: it holds "
            "{content}."
        ),
        mark("If the model needs it, write each value in a plain column of its own."),
    ),
    "data.dates_beyond": (
        mark(
            "Column {column} of {file} cannot be used and was left out: row {row} "
            "holds a date outside the years 1 to 9999."
        ),
        mark("If the model needs it, write such dates as missing or as text."),
    ),
    "data.durations": (
        mark("Column {column} of {file} holds durations; it is read in seconds."),
        mark("Write it as numbers if the model was trained on another unit."),
    ),
    "data.mixed_column": (
        mark(
            "{column} is read as text: row {row} holds {value} among other kinds of "
            "value."
        ),
        "",
    ),
    "data.more_notes": (
        mark("There are {n} more notes on how the files were read."),
        mark("Say --all-notes to see them, or open the files in the window."),
    ),
    "data.leading_zeros": (
        mark("{column} is read as text: its numbers begin with zeros."),
        "",
    ),
    "data.long_numbers": (
        mark(
            "{column} is read as text: row {row} holds {value}, which has more digits "
            "than a number keeps."
        ),
        "",
    ),
    "data.rounded_numbers": (
        mark(
            "{column} mixes decimals with long whole numbers, whose last digits are "
            "lost; row {row} holds {value}."
        ),
        mark("Write such numbers as text if every digit counts."),
    ),
    "data.hashing": (mark("Computing the checksum"), ""),
    "data.reading": (mark("Reading"), ""),
    "data.describing": (mark("Examining the columns"), ""),
    "data.writing": (mark("Writing"), ""),
}
