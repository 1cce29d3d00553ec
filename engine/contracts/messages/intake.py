"""Sentences about taking model files in, and who may open them."""

from __future__ import annotations

from engine.contracts.i18n import mark
from engine.contracts.messages.steps import NOTHING, SMALLER

MESSAGES: dict[str, tuple[str, str]] = {
    "intake.copying": (mark("Copying the file"), NOTHING),
    "intake.missing": (
        mark("{file} is not there."),
        mark("Check the name (--model), or drop the file on the window again."),
    ),
    "intake.folder": (
        mark("{file} is a folder, not a model file."),
        mark("Open the model file inside it."),
    ),
    "intake.not_a_file": (
        mark("{file} is not a regular file (it is a pipe, a device or the like)."),
        mark("Copy the model into a regular file first."),
    ),
    "intake.denied": (
        mark("{file} cannot be read: {cause}."),
        mark("Check the permissions of the file and its folder."),
    ),
    "intake.empty": (
        mark("{file} is empty."),
        mark("Check that it was copied or downloaded to the end."),
    ),
    "intake.too_large": (
        mark("{file} has {n} bytes; the limit is {limit}."),
        SMALLER,
    ),
    "intake.changed": (
        mark("{file} changed while it was read."),
        mark("Wait until whatever writes it has finished, then open it again."),
    ),
    "intake.no_space": (
        mark("{file} could not be copied into the program's own folder: {cause}."),
        mark("Free some space on the disk and try again."),
    ),
    "policy.forbids": (
        mark(
            "The rules on this computer ({file}) do not allow {light} model files to "
            "be opened."
        ),
        mark("Ask your administrator. {contact}"),
    ),
    "policy.damaged": (
        mark(
            "The rules on this computer ({file}) cannot be read, so nothing that needs "
            "consent is opened."
        ),
        mark("Ask your administrator to correct the file. {contact}"),
    ),
    "consent.not_kept": (
        mark("Your consent holds for this time only: it could not be kept ({why})."),
        mark("You will be asked again. Check the folder {folder}."),
    ),
    "consent.not_withdrawn": (
        mark("The consent in {file} could not be removed: {why}."),
        mark("Remove the file, or ask your administrator to."),
    ),
}
