"""Sentences about what is typed on the command line."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "command.unknown_kind": (
        mark("Rows cannot be written to {file}; the kinds of file are: {kinds}."),
        mark("An example: --out rows.xlsx."),
    ),
    "command.bad_split": (
        mark("--split wants COLUMN=VALUE, not {text}."),
        mark("An example: --split part=evaluation."),
    ),
    "command.bad_reading": (
        mark("--read wants KEY=VALUE, not {text}. The keys are {known}."),
        mark("An example: --read header=2,decimal=, (lines count from 1)."),
    ),
    "command.bad_reading_value": (
        mark("--read cannot use {text}: it wants {known}."),
        mark("An example: --read header=2,decimal=, (lines count from 1)."),
    ),
    "command.no_threshold": (
        mark("A threshold decides nothing here (the task is {task})."),
        mark("Leave --threshold out, or give probabilities of two classes."),
    ),
    "command.bad_threshold": (mark("--threshold wants a number, not {text}."), ""),
    "command.threshold_range": (
        mark(
            "The scores are probabilities, from 0 to 1 (also those recorded in per "
            "cent): on none of them could the threshold {threshold} lie."
        ),
        mark("Give a threshold between 0 and 1: --threshold 0.5 is 50 %."),
    ),
    "command.cannot_write": (
        mark("{file} cannot be written: {why}."),
        mark("Choose another folder, or make room."),
    ),
    "command.bad_parameter": (
        mark("-p wants KEY=VALUE, not {text}."),
        mark("An example: -p bins=20."),
    ),
    "command.bad_pairs": (
        mark("{option} wants NAME=VALUE, not {text}."),
        mark(
            'Examples: --labels "1=yes,2=no", --match age=AGE, --kind zip=categorical.'
        ),
    ),
    "command.order_and_match": (
        mark("--by-order and --match exclude each other."),
        mark("Leave one of them out."),
    ),
    "command.no_such_word": (
        mark("{option} knows no {text}; it knows {known}."),
        "",
    ),
}
