"""Sentences about a data file itself: what it is, and why it is not opened."""

from __future__ import annotations

from engine.contracts.i18n import mark

_OF_PROGRAM = mark("{file} is a file of {program}, which is not read here.")

MESSAGES: dict[str, tuple[str, str]] = {
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
}
