"""What is typed after ``-p``, as the values that an analysis takes."""

from __future__ import annotations

import csv
import json
from typing import Any, get_args, get_origin

import msgspec

from engine.contracts.errors import EngineError


def typed(given: list[str], params: type[msgspec.Struct]) -> dict[str, Any]:
    """Return ``KEY=VALUE`` texts as parameters.

    A parameter that takes text is the very text (a class may be called 1, a label
    ``true``), in quotes or not; lists are JSON, or separated by commas.

    Parameters
    ----------
    params
        The parameters of the analysis, of which the types are read.

    Raises
    ------
    EngineError
        ``command.bad_parameter``.
    """
    kinds = {field.name: field.type for field in msgspec.structs.fields(params)}
    found: dict[str, Any] = {}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign or not key:
            raise EngineError("command.bad_parameter", text=text)
        found[key.strip()] = _value(value.strip(), kinds.get(key.strip()))
    return found


def _value(text: str, kind: Any) -> Any:
    if get_origin(kind) is tuple:
        return _texts(text)
    takes = set(get_args(kind)) or {kind}
    if text.startswith("[") and any(get_origin(item) is tuple for item in takes):
        return _texts(text)
    value = _decoded(text)
    if str not in takes:
        return value
    if takes == {str, int} and isinstance(value, int) and not isinstance(value, bool):
        return value
    return value if isinstance(value, str) else text


def _texts(text: str) -> tuple[str, ...]:
    try:
        found = json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError:
        found = next(csv.reader([text], skipinitialspace=True), [])
    if not isinstance(found, list):
        found = [text]
    words = {True: "true", False: "false", None: ""}
    return tuple(i if isinstance(i, str) else words.get(i, str(i)) for i in found)


def _decoded(text: str) -> Any:
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {"True": True, "False": False}.get(text, text)
    return value if isinstance(value, (int, float, bool, str)) else text
