"""The reading of the agreement of explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentences
from engine.contracts.messages.words import WORDS

if TYPE_CHECKING:
    from engine.contracts.results import Agreement

_OF_ROW = {
    "reliable": mark(
        "This explanation can be relied on, for the direction and the order of the "
        "main features."
    ),
    "direction": mark(
        "Rely on this explanation for the direction of the main features, not for "
        "their order."
    ),
    "near_base": mark("There is little to explain in this row."),
    "unreliable": mark("Do not rely on this explanation."),
}
_OF_ALL = {
    "reliable": mark("The order of the features can be relied on."),
    "unreliable": mark("Do not rely on the order of the features."),
}


def read(result: Agreement) -> str:
    """Return what the explanation can be relied on for, and why."""
    known = _OF_ALL if result.row < 0 else _OF_ROW
    caveat = tr("This is about the model's behaviour, not a cause.")
    why = sentences(result.reasons)
    return " ".join([tr(known[result.verdict]), *why, caveat])


def method(name: str) -> str:
    """Return the title of a method."""
    return tr(WORDS["explanation"][name])
