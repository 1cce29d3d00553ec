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
    "case.not_a_plain_file": (
        mark("{file} is a link, a folder or a device, not a case file."),
        mark("Open the file itself, from the folder where it lies."),
    ),
    "case.too_large": (
        mark("The case {file} has {size} MiB, more than the {limit} MiB of a case."),
        mark("Save as a new case with shorter notes, or open a backup."),
    ),
    "case.damaged": (
        mark("The case {file} is damaged, or was not made by this program."),
        mark(
            "Nothing was changed in it. Open a backup, or start again from the files."
        ),
    ),
    "case.newer_unreadable": (
        mark("The case {file} was made by a newer version of Trasluz."),
        mark("Nothing was changed in it. Open it with the version that made it."),
    ),
    "case.cannot_keep": (
        mark("The case cannot be saved: its part “{section}” could not be read back."),
        mark("Undo the last change; what was saved before is still there."),
    ),
    "case.damaged_read_only": (
        mark(
            "The case {file} is damaged. What its checksums confirm is shown, for "
            "reading only; nothing was changed in the file."
        ),
        mark("Open a backup, or save what is left as a new case."),
    ),
    "case.lost.data": (mark("Lost: which data files it was made from."), ""),
    "case.lost.choices": (mark("Lost: roles and kinds of columns."), ""),
    "case.lost.split": (mark("Lost: the split of the rows."), ""),
    "case.lost.model": (mark("Lost: which model file it was made from."), ""),
    "case.lost.consent": (mark("Lost: the consent to open the model."), ""),
    "case.lost.recorded": (mark("Lost: which columns hold recorded scores."), ""),
    "case.lost.target": (mark("Lost: the target column."), ""),
    "case.lost.positive": (mark("Lost: the positive class."), ""),
    "case.lost.weights": (mark("Lost: the column of row weights."), ""),
    "case.lost.mapping": (mark("Lost: how columns match the model's inputs."), ""),
    "case.lost.class_map": (mark("Lost: how labels match the model's classes."), ""),
    "case.lost.decision": (mark("Lost: the threshold and the costs."), ""),
    "case.lost.selection": (mark("Lost: the selected rows."), ""),
    "case.lost.current_row": (mark("Lost: the row that was looked at."), ""),
    "case.lost.buckets": (mark("Lost: the saved groups."), ""),
    "case.lost.notes": (mark("Lost: the notes."), ""),
    "case.lost.settings": (mark("Lost: the settings of the panels."), ""),
    "case.lost.layout": (mark("Lost: the arrangement of the window."), ""),
    "case.lost.perspective": (mark("Lost: which perspective was open."), ""),
    "case.newer": (
        mark(
            "The case {file} was made by a newer version of Trasluz; it is open for "
            "reading only."
        ),
        mark("Save as a new case to go on with what this version understands."),
    ),
    "case.unknown_part": (mark("Not understood: {part}."), ""),
    "case.older": (
        mark(
            "The case {file} was made by an earlier version. Before the first change "
            "is saved, it is kept as {copy}."
        ),
        "",
    ),
    "case.write_protected": (
        mark("The case {file} is write-protected; it is open for reading only."),
        mark("Save as a new case to go on working."),
    ),
    "case.folder_write_protected": (
        mark(
            "The folder of the case {file} is write-protected; it is open for reading "
            "only."
        ),
        mark("Save as a new case in another folder to go on working."),
    ),
    "case.open_elsewhere": (
        mark("The case {file} is open in another window; here it is for reading only."),
        mark("Go on in the other window, or save as a new case."),
    ),
    "case.path_refused": (
        mark(
            "The case {file} names a file as no case does: {path}. It was not looked "
            "for there."
        ),
        mark("Open the file yourself if you trust it."),
    ),
    "case.unwritable": (
        mark("The case {file} could not be read or written: {why}."),
        mark("Check that the folder exists, is writable and has room, then try again."),
    ),
    "case.read_only": (
        mark("{file} is open for reading only."),
        mark(
            "It is damaged, of a newer version, write-protected or open in another "
            "window. Save as a new case."
        ),
    ),
    "case.changed_elsewhere": (
        mark("{file} was changed by another window since it was opened here."),
        mark("Save this state under another name, or open the case again."),
    ),
    "case.file_gone": (
        mark("{file} is not there any more."),
        mark("Locate it, or keep looking at the stored state for reading only."),
    ),
    "case.file_denied": (
        mark("{file} cannot be read: {why}."),
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
