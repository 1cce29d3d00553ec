"""From a code to a sentence and a next step, in the reader's language.

Each area keeps its own table; a code stands in exactly one of them.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from engine.contracts.i18n import tr
from engine.contracts.messages.steps import NOTHING
from engine.contracts.messages.words import WORDS
from engine.contracts.printable import printable, shortened
from engine.contracts.readings import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.contracts.dataset import Note
    from engine.contracts.errors import Param

_LONGEST = 300
AREAS = (
    "case",
    "columns",
    "command",
    "contents",
    "data_files",
    "evaluate",
    "explain",
    "intake",
    "labels",
    "matching",
    "model",
    "parts",
    "program",
    "reading",
    "recorded",
    "rules",
    "safety",
    "weights",
    "window",
)


@cache
def table() -> dict[str, tuple[str, str]]:
    """Return every code with its sentence and next step, untranslated."""
    merged: dict[str, tuple[str, str]] = {}
    for area in AREAS:
        messages = import_module(f"engine.contracts.messages.{area}").MESSAGES
        twice = merged.keys() & messages.keys()
        if twice:
            raise ValueError(f"codes in two areas: {sorted(twice)}")
        merged.update(messages)
    return merged


def sentence(code: str, params: Mapping[str, Param] | None = None) -> str:
    """Return what happened, in words; a code nobody knows is shown as it is."""
    return _filled(code, params, 0) or code


def next_step(code: str, params: Mapping[str, Param] | None = None) -> str:
    """Return what to do about it; empty where there is nothing to do."""
    return _filled(code, params, 1)


def in_full(code: str, params: Mapping[str, Param] | None = None) -> str:
    """Return what happened, and what to do about it where there is something to do."""
    said, step = sentence(code, params), next_step(code, params)
    return said if step in ("", tr(NOTHING)) else f"{said} {step}"


def sentences(notes: Iterable[Note]) -> list[str]:
    """Return what notes say."""
    return [sentence(note.code, note.params) for note in notes]


def _filled(code: str, params: Mapping[str, Param] | None, place: int) -> str:
    text = table().get(code, ("", ""))[place]
    if not text:
        return ""
    shown = {name: _shown(name, value) for name, value in (params or {}).items()}
    try:
        return tr(text, **shown) if shown or "{" in text else tr(text)
    except (KeyError, IndexError, ValueError):  # sent without all it needs
        return tr(text)


def _shown(name: str, value: Param) -> str:
    if isinstance(value, tuple):
        return ", ".join(_word(name, item) for item in value)
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return numbers.count(value)
    if isinstance(value, float) and name == "threshold":
        return numbers.threshold(value)
    if isinstance(value, float):
        return numbers.significant(value, 6)
    return "" if value is None else _word(name, value)


def _word(name: str, value: str) -> str:
    known = WORDS.get(name, {}).get(value)
    return _printable(value) if known is None else tr(known)


def _printable(text: str) -> str:
    """Return text from a file so that it cannot steer a terminal or fill a window."""
    return printable(shortened(text, _LONGEST))
