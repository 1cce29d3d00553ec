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
        "This explanation is reliable for the direction and the order of the main "
        "features."
    ),
    "direction": mark(
        "This explanation is reliable for the direction of the main features, not "
        "for their order."
    ),
    "near_base": mark("There is little to explain in this row."),
    "unreliable": mark("This explanation is not reliable."),
}
_OF_ALL = {
    "reliable": mark("The order of the features is reliable."),
    "unreliable": mark("The order of the features is not reliable."),
}


def read(result: Agreement) -> str:
    """Return what the explanation can be relied on for, and why."""
    known = _OF_ALL if result.row < 0 else _OF_ROW
    why = sentences(result.reasons)
    return " ".join([tr(known[result.verdict]), *why])


def method(name: str) -> str:
    """Return the title of a method."""
    return tr(WORDS["explanation"][name])
