"""The state of a case as one JSON text a section, and back, within limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from engine.case.image import LARGEST_SECTION
from engine.contracts.case import CaseFile, FileRecipe
from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = CaseFile.__struct_fields__
# Sections that earlier versions wrote and this one has no use for.
FORMER = frozenset({"consent"}) - frozenset(NAMES)
# The note that a section is lost.
LOST = {
    "data": "case.lost.data",
    "choices": "case.lost.choices",
    "split": "case.lost.split",
    "model": "case.lost.model",
    "consent": "case.lost.consent",
    "recorded": "case.lost.recorded",
    "target": "case.lost.target",
    "positive": "case.lost.positive",
    "weights": "case.lost.weights",
    "mapping": "case.lost.mapping",
    "class_map": "case.lost.class_map",
    "decision": "case.lost.decision",
    "selection": "case.lost.selection",
    "current_row": "case.lost.current_row",
    "buckets": "case.lost.buckets",
    "notes": "case.lost.notes",
    "settings": "case.lost.settings",
    "layout": "case.lost.layout",
    "perspective": "case.lost.perspective",
}
DEEPEST = 200  # brackets within brackets
LONGEST_PATH = 4096
MOST_FILES = 10_000
_LARGEST_NUMBER = 2**63

_TYPES = {field.name: field.type for field in msgspec.structs.fields(CaseFile)}
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in _TYPES.items()}
_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|([\[{])|[\]}]', re.DOTALL)


class Decoded(NamedTuple):
    """A state, and what of it could not be understood.

    Attributes
    ----------
    case
        Sections that are missing or not understood have their defaults.
    lost
        Names of sections that are not understood.
    unknown
        Sections, and fields within them, that this version does not know.
    """

    case: CaseFile
    lost: tuple[str, ...]
    unknown: tuple[str, ...]


def encode(case: CaseFile) -> dict[str, bytes]:
    """Return each section's text.

    Raises
    ------
    EngineError
        ``case.cannot_keep`` for a section that could not be read back.
    """
    bodies: dict[str, bytes] = {}
    for name in NAMES:
        value = getattr(case, name)
        try:
            body = msgspec.json.encode(value)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise EngineError("case.cannot_keep", section=name) from error
        found = _decoded(name, body)
        if found is None or found[0] != value:  # NaN would be written as nothing
            raise EngineError("case.cannot_keep", section=name)
        bodies[name] = body
    return bodies


def decode(bodies: Mapping[str, bytes]) -> Decoded:
    """Return the state that sections describe; nothing in them is believed."""
    values: dict[str, Any] = {}
    lost: list[str] = []
    unknown = [name for name in bodies if name not in _TYPES and name not in FORMER]
    for name in NAMES:
        if name not in bodies:
            continue
        found = _decoded(name, bodies[name])
        if found is None:
            lost.append(name)
        else:
            values[name], extra = found
            unknown += extra
    return Decoded(CaseFile(**values), tuple(lost), tuple(unknown))


def _decoded(name: str, body: bytes) -> tuple[Any, list[str]] | None:
    """Return the value and the unknown fields of a section; ``None`` if it is bad."""
    if len(body) > LARGEST_SECTION or not _is_shallow(body):
        return None
    try:
        value = _DECODERS[name].decode(body)
        plain = msgspec.json.decode(body)
        known = msgspec.json.decode(msgspec.json.encode(value))
        if not _is_sensible(name, value) or not _has_small_numbers(plain):
            return None
        return value, _unknown(plain, known, name)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _is_shallow(body: bytes) -> bool:
    depth = 0
    for token in _BRACKETS.finditer(body):
        if token.group(1):
            depth += 1
            if depth > DEEPEST:
                return False
        elif token.group(0) in b"]}":
            depth -= 1
    return True


def _is_sensible(name: str, value: Any) -> bool:
    match name:
        case "data":
            return len(value) <= MOST_FILES and all(map(_is_recipe, value))
        case "model":
            return value is None or (_is_recipe(value) and len(value.paths) == 1)
        case "current_row":
            return value is None or value >= 0
    return True


def _is_recipe(recipe: FileRecipe) -> bool:
    return 0 < len(recipe.paths) == len(recipe.sha256) <= MOST_FILES and all(
        0 < len(path) <= LONGEST_PATH for path in recipe.paths
    )


def _has_small_numbers(plain: Any) -> bool:
    if isinstance(plain, dict):
        return all(map(_has_small_numbers, plain.values()))
    if isinstance(plain, list):
        return all(map(_has_small_numbers, plain))
    return not isinstance(plain, int) or abs(plain) < _LARGEST_NUMBER


def _unknown(found: Any, known: Any, where: str) -> list[str]:
    if isinstance(found, dict) and isinstance(known, dict):
        lists = (
            _unknown(value, known[key], f"{where}.{key}")
            if key in known
            else [f"{where}.{key}"]
            for key, value in found.items()
        )
    elif isinstance(found, list) and isinstance(known, list):
        pairs = enumerate(zip(found, known, strict=False))
        lists = (_unknown(one, two, f"{where}[{i}]") for i, (one, two) in pairs)
    else:
        return []
    return [name for names in lists for name in names]
