"""Formats with less in them: numpy arrays, safetensors, Keras."""

from __future__ import annotations

import json
import re
import struct
from typing import IO, TYPE_CHECKING, Any

from engine.contracts.dataset import Note
from engine.contracts.model import Light, Verdict
from engine.models.static import pickles
from engine.models.static.allow_list import shipped
from engine.models.static.archives import members, open_archive, read_member
from engine.models.static.numpy_files import read_header
from engine.models.static.outcome import BrokenError, NotUnderstoodError, Outcome
from engine.models.static.pickle_machine import Listing
from engine.models.static.streams import whole

if TYPE_CHECKING:
    from engine.contracts.progress import Progress

MAX_HEADER = 100 << 20
MAX_MEMBER = 1 << 30
MAX_CONFIG = 64 << 20
_KERAS_MODULE = re.compile(
    r"keras(\.src)?(\.(layers|models|initializers|regularizers|constraints|optimizers"
    r"|losses|metrics|activations)(\.[a-z_0-9.]+)?)?"
)
# layers that run code or unpickle what their configuration carries
_KERAS_RUNS = {"lambda", "torchmodulewrapper", "jaxlayer", "flaxlayer", "tfsmlayer"}


def examine_npy(file: IO[bytes], progress: Progress) -> Outcome:
    """Report on a ``.npy`` file; one of objects is a pickle."""
    outcome = Outcome(best=Light.GREEN, reason=Note(code="safety.plain_array"))
    try:
        with whole(file) as data:
            _array(data, "array", outcome, progress)
    except NotUnderstoodError as error:
        outcome.not_understood(error)
    return outcome


def examine_npz(file: IO[bytes], progress: Progress) -> Outcome:
    """Report on a ``.npz`` archive."""
    outcome = Outcome(best=Light.GREEN, reason=Note(code="safety.plain_array"))
    try:
        with open_archive(file) as archive:
            for name in members(archive):
                _array(read_member(archive, name, MAX_MEMBER), name, outcome, progress)
    except NotUnderstoodError as error:
        outcome.not_understood(error)
    return outcome


def _array(data: Any, name: str, outcome: Outcome, progress: Progress) -> None:
    header = read_header(bytes(data[: 1 << 17]))
    if not header.has_objects:
        outcome.add("array", name, Verdict.VETTED)
        return
    outcome.best = Light.AMBER
    outcome.reason = Note(code="safety.pickle_vetted")
    listing = Listing()
    try:
        pickles.follow(data, listing, progress, header.start)
        pickles.conclude(listing, data, outcome)
    except NotUnderstoodError:
        pickles.judge(listing, shipped(), outcome)
        raise
    finally:
        pickles.describe(listing, outcome)


def examine_safetensors(file: IO[bytes]) -> Outcome:
    """Report on a safetensors file: its header, against its length."""
    outcome = Outcome(
        best=Light.GREEN,
        reason=Note(code="safety.safetensors"),
        producer="safetensors",
    )
    try:
        with whole(file) as data:
            _check_tensors(data)
    except NotUnderstoodError as error:
        outcome.not_understood(error)
    else:
        outcome.add("structure", "header", Verdict.VETTED)
    return outcome


def _check_tensors(data: Any) -> None:
    (length,) = struct.unpack("<Q", data[:8])
    if length > MAX_HEADER or 8 + length > len(data):
        raise BrokenError("safety.broken_tensor", name="header")
    try:
        header = json.loads(data[8 : 8 + length])
        entries = [v for k, v in header.items() if k != "__metadata__"]
        spans = sorted(tuple(entry["data_offsets"]) for entry in entries)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise BrokenError("safety.broken_tensor", name="header") from error
    end = 0
    for span in spans:
        if len(span) != 2 or span[0] != end or type(span[1]) is not int:
            raise BrokenError("safety.broken_tensor", name="data_offsets")
        end = span[1]
    if end != len(data) - 8 - length:
        raise BrokenError("safety.broken_tensor", name="data_offsets")


def examine_keras(file: IO[bytes]) -> Outcome:
    """Report on a ``.keras`` archive: the classes its configuration names."""
    outcome = Outcome(
        best=Light.AMBER, reason=Note(code="safety.keras_layers"), producer="Keras"
    )
    try:
        with open_archive(file) as archive:
            config = json.loads(read_member(archive, "config.json", MAX_CONFIG))
            _keras_version(read_member(archive, "metadata.json", MAX_CONFIG), outcome)
        for name in sorted(_keras_classes(config)):
            outcome.add("keras_class", name, _keras_verdict(name))
    except NotUnderstoodError as error:
        outcome.not_understood(error)
    except (ValueError, RecursionError):
        outcome.not_understood(NotUnderstoodError("safety.bad_schema"))
    return outcome


def _keras_verdict(name: str) -> Verdict:
    module, _, kind = name.rpartition(".")
    if kind.lower().strip("_") in _KERAS_RUNS:
        return Verdict.DANGEROUS
    # a class of layers and their parts; keras.utils and others hold functions too
    vetted = _KERAS_MODULE.fullmatch(module) and kind.isidentifier()
    return Verdict.VETTED if vetted and kind[:1].isupper() else Verdict.UNKNOWN


def _keras_version(raw: bytes, outcome: Outcome) -> None:
    found = json.loads(raw)
    version = found.get("keras_version") if isinstance(found, dict) else None
    if isinstance(version, str):
        outcome.versions["keras"] = version[:40]
        outcome.producer = f"Keras {version[:40]}"


def _keras_classes(config: Any) -> set[str]:
    found = set()
    waiting = [config]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            name = item.get("class_name")
            if isinstance(name, str):
                module = item.get("module")
                found.add(f"{module if isinstance(module, str) else '?'}.{name}"[:200])
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found
