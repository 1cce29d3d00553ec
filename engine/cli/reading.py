"""How files are to be read, as it is typed: ``--read header=2,decimal=,``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from engine.contracts.dataset import Part, ReadOptions
from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NAMED = {
    "comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|",
    "space": " ", "point": ".", "none": "", "double": '"', "single": "'",
}  # fmt: skip
_TRUTH = {"yes": True, "true": True, "no": False, "false": False}
_PARTS = {"data": Part.EVALUATION, "reference": Part.REFERENCE,
          "calibration": Part.CALIBRATION}  # fmt: skip


def reading(typed: Sequence[str]) -> dict[Part, ReadOptions]:
    """Return how the files of each part are to be read.

    Parameters
    ----------
    typed
        Texts such as ``header=2,sheet=May`` for all files, and
        ``reference:sheet=April`` for those of one part. A comma separates questions
        only where the next one begins, so that ``decimal=,`` needs no quotes.

    Raises
    ------
    EngineError
        ``command.bad_reading``, ``command.bad_reading_value``.
    """
    found: dict[Part, ReadOptions] = dict.fromkeys(Part, ReadOptions())
    for text in typed:
        prefix, sign, rest = text.partition(":")
        one = _PARTS.get(prefix) if sign else None
        changes = _changes(text if one is None else rest)
        for part in Part if one is None else (one,):
            found[part] = msgspec.structs.replace(found[part], **changes)
    return found


def _changes(text: str) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for item in _BETWEEN.split(text):
        key, sign, value = item.partition("=")
        if not sign or key.strip() not in _QUESTIONS:
            raise EngineError("command.bad_reading", text=item, known=tuple(_QUESTIONS))
        changes |= _QUESTIONS[key.strip()](value, item)
    return changes


def _header(value: str, item: str) -> dict[str, Any]:
    if value in _TRUTH:
        return {"header": _TRUTH[value]}
    return {"header": True, "header_line": _line(value, item)}


def _line(value: str, item: str) -> int:
    if not value.isdecimal() or not value.isascii() or int(value) < 1:
        raise EngineError(
            "command.bad_reading_value", text=item, known="a line, from 1"
        )
    return int(value)


def _sign(name: str, longest: int = 1) -> Callable[[str, str], dict[str, Any]]:
    def read(value: str, item: str) -> dict[str, Any]:
        sign = _NAMED.get(value, value)
        if len(sign) > 1 or len(sign) < longest:
            raise EngineError("command.bad_reading_value", text=item, known="one sign")
        return {name: sign}

    return read


def _truth(name: str, **words: bool) -> Callable[[str, str], dict[str, Any]]:
    known = {**_TRUTH, **words}

    def read(value: str, item: str) -> dict[str, Any]:
        if value not in known:
            shown = ", ".join(dict.fromkeys(words) or ("yes", "no"))
            raise EngineError("command.bad_reading_value", text=item, known=shown)
        return {name: known[value]}

    return read


def _missing(value: str, _item: str) -> dict[str, Any]:
    tokens = (token.strip() for token in value.split(","))
    return {"missing_tokens": tuple(dict.fromkeys(("", *tokens)))}


_QUESTIONS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "header": _header,
    "rows": lambda value, item: {"first_line": _line(value, item)},
    "sheet": lambda value, _: {"sheet": value},
    "separator": _sign("separator"),
    "decimal": _sign("decimal"),
    "encoding": lambda value, _: {"encoding": value.strip()},
    "quote": _sign("quote", 0),
    "missing": _missing,
    "day_first": _truth("day_first"),
    "separated": _truth("separated", numbers=True, texts=False),
}
_BETWEEN = re.compile(rf",(?=\s*(?:{'|'.join(_QUESTIONS)})\s*=)")
