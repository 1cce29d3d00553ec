"""What an XGBoost file says that its library does not hand out.

Its version, and the weights of a DART model's trees. Up to version 3.2 these stand
in a booster of their own around the trees (``dart``, ``gbtree``, ``weight_drop``);
since 3.3 beside the trees of a plain ``gbtree``, where older libraries pass over them.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import xgboost

from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model_host.adapters.objects import Seen

_EDGE = 400
_JSON_VERSION = re.compile(rb'"version"\s*:\s*\[\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)')
_UBJ_VERSION = re.compile(rb"version\[(?:\$(.))?#[iUIlL]\x00*\x03(.{3,27})", re.DOTALL)
_UBJ_SIZES = {ord("i"): 1, ord("U"): 1, ord("I"): 2, ord("l"): 4, ord("L"): 8}
_UBJ_WEIGHTS = re.compile(
    rb"[iUIlL]\x00*\x0bweight_drop\[(?:\$(?P<kind>[dD]))?#(?P<size>[iUIlL])"
)
_UBJ_FLOATS: dict[bytes, np.dtype[Any]] = {b"d": np.dtype(">f4"), b"D": np.dtype(">f8")}
_NAME = b"weight_drop"


def written_by(data: bytes) -> str:
    """Return the version that wrote a file: it is stored at one of its ends."""
    for edge in (data[-_EDGE:], data[:_EDGE]):
        found = _JSON_VERSION.search(edge)
        if found:
            return ".".join(part.decode() for part in found.groups())
        packed = _UBJ_VERSION.search(edge)
        if packed:
            return ".".join(str(n) for n in _unpack(packed[1], packed[2]))
    return ""


@contextlib.contextmanager
def noticing(seen: Seen) -> Iterator[None]:
    """Look at the native bytes of every booster that is rebuilt meanwhile.

    They name their version, and in newer layouts hold weights of trees that the
    installed library passes over; of a rebuilt booster neither is left to see.
    """
    rebuild = xgboost.Booster.__setstate__

    def rebuild_and_look(booster: xgboost.Booster, state: dict[str, Any]) -> None:
        native = bytes(state.get("handle") or b"")
        rebuild(booster, state)
        written = written_by(native)
        if written:
            seen.saved_with["xgboost"] = written
        apply_tree_weights(booster, native)

    xgboost.Booster.__setstate__ = rebuild_and_look
    try:
        yield
    finally:
        xgboost.Booster.__setstate__ = rebuild


def apply_tree_weights(booster: xgboost.Booster, data: bytes) -> None:
    """Give a booster the weights of its trees that the library did not read."""
    weights = tree_weights(data)
    if not weights or all(weight == 1.0 for weight in weights):
        return
    booster.load_model(with_tree_weights(bytes(booster.save_raw("json")), weights))


def tree_weights(data: bytes) -> list[float]:
    """Return the weights that stand beside the trees of a plain ``gbtree``.

    Empty where there are none, and in the layout that the library itself reads.

    Raises
    ------
    EngineError
        ``model.tree_weights`` if they are there and cannot be read.
    """
    if _NAME not in data:
        return []
    if data.lstrip()[:2] == b'{"' or data[1:2].isspace():
        return _from_json(data)
    if re.search(rb"\x04name[S][iUIlL]\x00*\x04dart", data):
        return []
    return _from_ubj(data)


def _from_json(data: bytes) -> list[float]:
    try:
        document = json.loads(data)
        document = document.get("Model", document)
        model = document["learner"]["gradient_booster"].get("model", {})
        return [float(weight) for weight in model.get(_NAME.decode(), [])]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise EngineError("model.tree_weights") from error


def _from_ubj(data: bytes) -> list[float]:
    found = list(_UBJ_WEIGHTS.finditer(data))
    if len(found) != 1:
        raise EngineError("model.tree_weights")
    width = _UBJ_SIZES[found[0]["size"][0]]
    start = found[0].end() + width
    n = int.from_bytes(data[start - width : start], "big")
    kind = found[0]["kind"]
    if kind is not None:
        floats = _UBJ_FLOATS[kind]
        raw = data[start : start + n * floats.itemsize]
    else:  # each number with its own mark
        kind = data[start : start + 1]
        floats = _UBJ_FLOATS.get(kind, _UBJ_FLOATS[b"d"])
        marked = data[start : start + n * (1 + floats.itemsize)]
        pieces = [
            marked[at : at + 1 + floats.itemsize]
            for at in range(0, len(marked), 1 + floats.itemsize)
        ]
        if any(piece[:1] != kind for piece in pieces):
            raise EngineError("model.tree_weights")
        raw = b"".join(piece[1:] for piece in pieces)
    if len(raw) != n * floats.itemsize:
        raise EngineError("model.tree_weights")
    return [float(weight) for weight in np.frombuffer(raw, dtype=floats)]


def with_tree_weights(data: bytes, weights: list[float]) -> bytearray:
    """Return a model with weights for its trees, as the installed library reads them.

    Parameters
    ----------
    data
        JSON of a ``gbtree``, as the installed library writes it.

    Raises
    ------
    EngineError
        ``model.tree_weights`` if there are more or fewer than trees.
    """
    document: dict[str, Any] = json.loads(data)
    plain = document["learner"]["gradient_booster"]
    trees = plain.get("model", {}).get("trees")
    if plain["name"] != "gbtree" or trees is None or len(trees) != len(weights):
        raise EngineError("model.tree_weights")
    if not np.isfinite(weights).all():
        raise EngineError("model.tree_weights")
    document["learner"]["gradient_booster"] = {
        "name": "dart",
        "gbtree": plain,
        # nine digits are enough for single precision, and what the library reads
        "weight_drop": [float(f"{weight:.9g}") for weight in weights],
    }
    return bytearray(json.dumps(document).encode())


def _unpack(common: bytes | None, data: bytes) -> list[int]:
    """Read three UBJSON integers."""
    numbers: list[int] = []
    position = 0
    while len(numbers) < 3 and position < len(data):
        mark = common[0] if common else data[position]
        position += 0 if common else 1
        size = _UBJ_SIZES.get(mark, 1)
        numbers.append(int.from_bytes(data[position : position + size], "big"))
        position += size
    return numbers
