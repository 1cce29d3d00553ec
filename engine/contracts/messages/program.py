"""Sentences about the program itself, and analyses that are asked for by name."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "engine.internal": (
        mark("Something went wrong inside the program ({kind})."),
        mark("Nothing was changed. Copy the details and report them."),
    ),
    "engine.out_of_memory": (
        mark("There is not enough memory for this: {free} GB are free."),
        mark("Close other programs, or use fewer rows or columns."),
    ),
    "engine.out_of_memory_for": (
        mark(
            "There is not enough memory for this: it asked for {needed} GB more, and "
            "{free} GB are free."
        ),
        mark("Close other programs, or use fewer rows or columns."),
    ),
    "engine.disk_full": (
        mark("The disk is full: nothing more can be written to {folder}."),
        mark("Free some space on that disk, then try again. Nothing was changed."),
    ),
    "engine.no_room": (
        mark("The result could not be passed on: {why}."),
        mark("Make room on the disk that holds your cache folder."),
    ),
    "analysis.unknown": (
        mark("There is no analysis called {name}; there are {known}."),
        "",
    ),
    "analysis.unknown_parameter": (
        mark("{analysis} has no parameter {name}; it has {known}."),
        "",
    ),
    "analysis.bad_parameter": (
        mark("A parameter of {analysis} does not fit: {why}."),
        "",
    ),
}
