"""Sentences about reading data."""

from __future__ import annotations

from engine.contracts.i18n import mark

_LOOK = mark("Open the file in the program that wrote it and save it again.")

_OF_PROGRAM = mark("{file} is a file of {program}, which is not read here.")

MESSAGES: dict[str, tuple[str, str]] = {
    # errors
    "data.none": (
        mark("No data are open."),
        mark("Drop a data file on the window, or name one."),
    ),
    "data.no_file": (
        mark("{file} is not there."),
        mark("Check the path, or whether the drive is connected."),
    ),
    "data.not_a_file": (
        mark("{file} is not a regular file."),
        mark("Choose a file or a folder of files."),
    ),
    "data.unreadable": (
        mark("{file} cannot be read: {why}."),
        mark("Ask for the right to read it, or copy it to a folder of yours."),
    ),
    "data.empty_file": (
        mark("{file} is empty."),
        mark("Check whether writing it was interrupted."),
    ),
    "data.empty_folder": (
        mark("The folder {file} holds no files."),
        mark("Choose a folder with data files of one schema."),
    ),
    "data.no_rows": (
        mark("{file} has column names but no rows."),
        mark("Check the export that wrote it; at least one row is needed."),
    ),
    "data.no_columns": (mark("{file} has no columns."), _LOOK),
    "data.binary": (
        mark("{file} is neither text nor a format that is read here."),
        mark("Save it as CSV, Parquet or Excel."),
    ),
    "data.is_model": (
        mark("{file} is a model ({format}), not a table."),
        mark("Open it as the model, and the rows beside it."),
    ),
    "data.pdf": (
        mark("{file} is a PDF document."),
        mark("Save the table in it as CSV or Excel and open that."),
    ),
    "data.image": (
        mark("{file} is an image."),
        mark("A table is needed: CSV, Parquet, Excel or JSON lines."),
    ),
    "data.web_page": (
        mark("{file} is a web page."),
        mark("Look at it in a browser: it may say why the download failed."),
    ),
    "data.xml": (
        mark("{file} is an XML document."),
        mark("Save the table in it as CSV or Excel and open that."),
    ),
    "data.of_program": (
        _OF_PROGRAM,
        mark("Save the table in it as CSV or Parquet and open that."),
    ),
    "data.of_r": (
        _OF_PROGRAM,
        mark(
            "Save the table as CSV and open that; in R: write.csv(data, "
            '"table.csv", row.names = FALSE).'
        ),
    ),
    "data.of_sas": (
        _OF_PROGRAM,
        mark(
            "Save the table as CSV and open that; in SAS: PROC EXPORT with DBMS=CSV, "
            "in Python: pandas.read_sas(…).to_csv(…)."
        ),
    ),
    "data.of_spss": (
        _OF_PROGRAM,
        mark(
            "Save the table as CSV and open that; in SPSS: SAVE TRANSLATE with "
            "TYPE=CSV."
        ),
    ),
    "data.of_stata": (
        _OF_PROGRAM,
        mark(
            "Save the table as CSV and open that; in Stata: export delimited using "
            "table.csv."
        ),
    ),
    "data.of_hdf5": (
        _OF_PROGRAM,
        mark(
            "Save the table in it as Parquet and open that; in Python: "
            "pandas.read_hdf(…).to_parquet(…)."
        ),
    ),
    "data.of_numpy": (
        _OF_PROGRAM,
        mark(
            "Save the array with names of columns as Parquet and open that; in Python: "
            "pandas.DataFrame(array, columns=…).to_parquet(…)."
        ),
    ),
    "data.of_matlab": (
        _OF_PROGRAM,
        mark(
            "Save the table as CSV and open that; in MATLAB: writetable(T, "
            "'table.csv')."
        ),
    ),
    "data.of_database": (
        _OF_PROGRAM,
        mark("Export the table or query that holds the rows as CSV and open that."),
    ),
    "data.of_archive": (
        _OF_PROGRAM,
        mark("Unpack it and open what is inside."),
    ),
    "data.is_case": (
        mark("{file} is a case of this program, not a table."),
        mark("Open it as a case: main.py FILE, drop it on the window, or File ▸ Open."),
    ),
    "data.encrypted": (
        mark("{file} is protected by a password."),
        mark("Save a copy without the password and open that."),
    ),
    "data.old_feather": (
        mark("{file} is in the first version of the Feather format."),
        mark("Write it again as Feather version 2 or Parquet."),
    ),
    "data.damaged": (
        mark("{file} ({format}) is damaged or cut short: {why}."),
        mark("Copy it again from its source; nothing of it was used."),
    ),
    "data.still_written": (
        mark("{file} changed while it was being read."),
        mark("Wait until it has been written, then open it again."),
    ),
    "data.changed_since": (
        mark("{file} is no longer as it was read, and its texts are needed now."),
        mark("Open it again."),
    ),
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
    "data.zip_members": (
        mark("{file} holds {n} files ({names}); one is expected."),
        mark("Unpack it and open the folder."),
    ),
    "data.unknown_inside": (
        mark("{file} holds packed {format}, not text."),
        mark("Unpack it and open what is inside."),
    ),
    "data.bomb": (
        mark("{file} grows more than {ratio}-fold when unpacked; it was not opened."),
        mark("If you trust its source, unpack it yourself and open the result."),
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
        mark("The {part} part lacks {n} columns of the data: {columns}."),
        mark("Open a file with the same columns."),
    ),
    "data.other_type": (
        mark("Column {column} of the {part} part is {found}, {expected} is expected."),
        mark("Write it with the type it has in the evaluation part."),
    ),
    "data.other_dates": (
        mark(
            "The dates of {column} are written {found} in the {part} part; those open "
            "now were read as {expected}."
        ),
        mark(
            "Say in the reading options whether the day or the month comes first "
            "(--read day_first=yes)."
        ),
    ),
    "data.no_such_column": (
        mark("There is no column called {column}."),
        mark("Check the spelling; names are compared letter by letter."),
    ),
    "data.no_such_value": (
        mark("Column {column} never is {value}; it is {known}."),
        mark("Choose one of these values."),
    ),
    "data.no_such_part": (
        mark("No {part} part is loaded."),
        mark(
            "Open a file for it (--reference, --calibration), or say which rows "
            "belong to it."
        ),
    ),
    "data.empty_evaluation": (
        mark("By column {column} no row is left for evaluation."),
        mark("Choose other values for the evaluation part (--split)."),
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
    "data.cannot_write": (
        mark("{file} cannot be written: {why}."),
        mark("Choose another folder, or make room."),
    ),
    "rule.syntax": (
        mark("At character {position}: {expected} is expected, not {found}."),
        mark("An example: age < 25 and housing = rent."),
    ),
    "rule.date_expected": (
        mark("{column} holds dates: a date is expected, like {example}, not {found}."),
        mark("A month is written 2024-02, a time 2024-02-01T13:30."),
    ),
    "rule.number_expected": (
        mark(
            "{column} holds numbers: a number like {example} is expected, not {found}."
        ),
        "",
    ),
    "rule.no_order": (
        mark("{column} holds labels, which are not compared with {found}."),
        mark("Use = or in, for example: {example}."),
    ),
    "rule.date_form": (
        mark("{found} is not written as rules write dates."),
        mark("Write year, month and day: 2024-02-01, 2024-02 or 2024-02-01T13:30."),
    ),
    "rule.no_such_date": (
        mark("There is no date {found}."),
        mark("Dates are written 2024-02-01, 2024-02 or 2024-02-01T13:30."),
    ),
    "rule.no_zone": (
        mark("{column} has no time zone, so {found} cannot be compared with it."),
        mark("Leave the offset out."),
    ),
    "rule.unknown_zone": (
        mark("The time zone {zone} of {column} is not known on this computer."),
        mark("Write the dates of the rule with an offset, like 2024-02-01T13:30Z."),
    ),
    # notes: decisions taken while reading
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
    "data.joined_by_key": (
        mark(
            "The columns of {file} were added to the rows of {first} by {column}; {n} "
            "of its rows were not needed."
        ),
        "",
    ),
    "data.joined_by_order": (
        mark(
            "{file} has no column in common with {first} but as many rows: {columns} "
            "were added in the order of the rows."
        ),
        mark("Give both files a column of keys if their order may differ."),
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
    "schema.parsed_dates": (mark("{column} is read as dates written {format}."), ""),
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
    # reasons for kinds and roles
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
    "schema.weight_name": (mark("Its name says that it weighs the rows."), ""),
    "schema.target_name": (mark("Its name is a usual one for a target."), ""),
    "schema.unique_values": (mark("Every row has another value."), ""),
    "schema.counts_up": (mark("It counts the rows."), ""),
    "schema.rest": (mark("Nothing says that it is anything else."), ""),
    # stages
    "data.hashing": (mark("Taking the fingerprint"), ""),
    "data.reading": (mark("Reading"), ""),
    "data.describing": (mark("Looking at the columns"), ""),
    "data.writing": (mark("Writing"), ""),
}
