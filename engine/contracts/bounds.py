"""How much a model may say of itself: cut where it is said, and where it is heard.

A model file decides how many steps, settings and notes there are and how long they are.
What is only read by people is cut, with a note that counts what was left out. What the
answers depend on (inputs, classes, categories) is kept whole or refused, see
:mod:`engine.models.checks`; the window is given the beginning of it.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from engine.contracts.dataset import Note
from engine.contracts.errors import ErrorInfo
from engine.contracts.printable import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.contracts.errors import Param
    from engine.contracts.model import Input, ModelInfo

MAX_STEPS = 100
MAX_SETTINGS = 500
MAX_NOTES = 100
MAX_VERSIONS = 50
MAX_ITEMS = 50
MAX_TEXT = 1_000
MAX_DETAILS = 20_000
# What the window is given of a model: about a megabyte at the most.
SHOWN_CATEGORIES = 100
SHOWN_BYTES = 800_000
_PER_INPUT = 24  # bytes that an input takes beside its texts


def bounded(info: ModelInfo) -> ModelInfo:
    """Return a description of which people can read all, and notes on what was cut."""
    left_out = {
        "model.more_steps": len(info.steps) - MAX_STEPS,
        "model.more_settings": len(info.parameters) - MAX_SETTINGS,
        "model.more_notes": len(info.notes) - MAX_NOTES,
    }
    notes = [
        Note(code=_text(note.code), params=params_of(note.params))
        for note in info.notes[:MAX_NOTES]
    ]
    notes += [Note(code=code, params={"n": n}) for code, n in left_out.items() if n > 0]
    return msgspec.structs.replace(
        info,
        kind=_text(info.kind),
        estimator=_text(info.estimator),
        steps=tuple(_text(step) for step in info.steps[:MAX_STEPS]),
        parameters=params_of(info.parameters, MAX_SETTINGS),
        saved_with=_texts(info.saved_with),
        installed=_texts(info.installed),
        capabilities=tuple(dict.fromkeys(info.capabilities)),
        notes=tuple(notes),
    )


def params_of(params: Mapping[str, Param], most: int = MAX_ITEMS) -> dict[str, Param]:
    """Return settings, or the parameters of a sentence, that are not too long."""
    return {_text(k): _param(v) for k, v in islice(params.items(), most)}


def bounded_error(error: ErrorInfo) -> ErrorInfo:
    """Return an error that a model may have worded, so that it can be shown."""
    return ErrorInfo(
        code=_text(error.code),
        params=params_of(error.params),
        details=error.details[-MAX_DETAILS:],
    )


def for_window(info: ModelInfo) -> ModelInfo:
    """Return the beginning of a description, which the window can hold and show."""
    inputs: list[Input] = []
    room, more_categories = SHOWN_BYTES, 0
    for one in info.inputs:
        kept: list[str] = []
        room -= _PER_INPUT + _bytes(one.name)
        for category in one.categories[:SHOWN_CATEGORIES]:
            room -= 2 + _bytes(category)
            if room < 0:
                break
            kept.append(category)
        if room < 0 and not kept:
            break
        more_categories += len(one.categories) - len(kept)
        inputs.append(msgspec.structs.replace(one, categories=tuple(kept)))
    left_out = {
        "model.more_inputs": len(info.inputs) - len(inputs),
        "model.more_categories": more_categories,
    }
    more = [Note(code=code, params={"n": n}) for code, n in left_out.items() if n > 0]
    if not more:
        return info
    return msgspec.structs.replace(
        info, inputs=tuple(inputs), notes=(*info.notes, *more)
    )


def size_of(info: ModelInfo) -> int:
    """Return about how many bytes the inputs, classes and categories take."""
    texts: Iterable[str] = (
        text for one in info.inputs for text in (one.name, one.dtype, *one.categories)
    )
    return sum(map(_bytes, texts)) + sum(map(_bytes, info.classes))


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def _param(value: Param) -> Param:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, tuple):
        shown = tuple(_text(item) for item in value[:MAX_ITEMS])
        return (*shown, "…") if len(value) > MAX_ITEMS else shown
    return value


def _texts(found: Mapping[str, str]) -> dict[str, str]:
    return {_text(k): _text(v) for k, v in islice(found.items(), MAX_VERSIONS)}


def _text(text: str) -> str:
    """Return a text without an end too far away, and without control characters."""
    shown = shortened(text, MAX_TEXT)
    if shown.isascii() and not shown.isprintable():
        shown = " ".join(shown.split())
    return printable(shown)
