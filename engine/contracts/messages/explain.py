"""Sentences of the explanations: errors, notes and stages."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "explain.no_model": (
        mark("Recorded scores cannot be asked about other rows."),
        mark("Open the model itself to explain its answers."),
    ),
    "explain.labels_only": (
        mark("The model answers with labels alone, without scores."),
        mark("Explanations need a score that can rise and fall."),
    ),
    "explain.no_row": (
        mark("No row is current."),
        mark("Click a row, or name one with --row; there are {total} rows."),
    ),
    "explain.path_too_long": (
        mark("One path through a tree asks for {n} different features."),
        mark("Choose the route that asks the model itself."),
    ),
    "explain.trees": (mark("Working through the trees"), ""),
}
