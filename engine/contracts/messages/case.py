"""Sentences about case files."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "case.exists": (
        mark("There is already a file called {file}."),
        mark("Choose another name, or open the existing case."),
    ),
    "case.missing": (
        mark("The case {file} is not there any more."),
        mark("Look for it where it was moved to, and open it from there."),
    ),
    "case.not_a_case": (
        mark("{file} is not a Trasluz case."),
        mark("If it holds data or a model, drop it on the window instead."),
    ),
    "case.damaged": (
        mark("The case {file} is damaged and cannot be read in full."),
        mark(
            "Nothing was changed in it. Open a backup, or start again from the files."
        ),
    ),
    "case.unwritable": (
        mark("The case {file} could not be read or written: {why}."),
        mark("Check that the folder exists, is writable and has room, then try again."),
    ),
    "case.read_only": (
        mark("{file} is open for reading only."),
        mark("It was made by a newer version or is write-protected; save a copy."),
    ),
    "case.changed_elsewhere": (
        mark("{file} was changed by another window since it was opened here."),
        mark("Save this state under another name, or open the case again."),
    ),
    "case.file_gone": (
        mark("{file} is not there any more."),
        mark("Locate it, or keep looking at the stored state for reading only."),
    ),
    "case.file_changed": (
        mark(
            "{file} is not the file that the case was made from: its SHA-256 begins "
            "{found}, that of the case {saved}."
        ),
        mark("Compute everything again with these bytes, or locate the original."),
    ),
    "case.comparing": (mark("Comparing files with the case"), ""),
}
