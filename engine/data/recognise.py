"""What dropped files are: data, a model, a case, or nothing we know."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.results import Recognised, RecognisedFile
from engine.data.files import unfolded
from engine.data.sniff import HEAD, format_of

if TYPE_CHECKING:
    from pathlib import Path

_CASE_ID = b"TRZ1"
_TEXT_MODELS = ((b"tree\nversion=", "lightgbm"),)
_XGBOOST_KEYS = (b'"learner"', b"learner")


def recognise(paths: tuple[str, ...]) -> Recognised:
    """Return what each file is, folders unfolded, by content alone."""
    found: list[RecognisedFile] = []
    for path in paths:
        try:
            files = unfolded([path])
        except EngineError as error:
            found.append(_nothing(path, error))
            continue
        found += [_recognised(file) for file in files]
    return Recognised(files=tuple(found))


def _recognised(path: Path) -> RecognisedFile:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        model = _model_format(path, head)
        if model:
            return RecognisedFile(path=str(path), what="model", format=model)
        if head.startswith(b"SQLite format 3\x00") and head[68:72] == _CASE_ID:
            return RecognisedFile(path=str(path), what="case", format="trasluz")
        kind = format_of(path, head)
    except EngineError as error:
        return _nothing(str(path), error)
    except OSError as error:
        why = error.strerror or str(error)
        unreadable = EngineError("data.unreadable", file=str(path), why=why)
        return _nothing(str(path), unreadable)
    return RecognisedFile(path=str(path), what="data", format=kind)


def _nothing(path: str, error: EngineError) -> RecognisedFile:
    note = Note(code=error.code, params=error.params)
    return RecognisedFile(path=path, what="none", format="", note=note)


def _model_format(path: Path, head: bytes) -> str:
    for start, name in _TEXT_MODELS:
        if head.startswith(start):
            return name
    if head.startswith(b"CBM1"):
        return "catboost"
    if head[:1] == b"\x80" and head[1:2] <= b"\x05":
        return "pickle"
    if head.startswith(b"binf"):
        return "xgboost"
    if head.lstrip()[:1] == b"{" and _XGBOOST_KEYS[0] in head[:65536]:
        return "xgboost"
    if head[:1] == b"{" and _XGBOOST_KEYS[1] in head[:64]:
        return "xgboost"
    if head.startswith(b"PK\x03\x04"):
        return _archived_model(path)
    if _looks_like_onnx(head):
        return "onnx"
    if head[:2] == b"\x1f\x8b" or head[:1] == b"x" or head[:3] == b"BZh":
        return "joblib" if _holds_pickle(path, head) else ""
    if head[:5] == b"]\x00\x00\x80\x00" or head.startswith(b"\xfd7zXZ"):
        return "joblib"
    if _protocol_0(head):
        return "pickle"
    if (
        len(head) > 8
        and head[8:9] == b"{"
        and int.from_bytes(head[:8], "little") < 1 << 27
    ):
        return "safetensors"
    return ""


def _archived_model(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:2000]
    except (zipfile.BadZipFile, OSError):
        return ""
    if "schema.json" in names:
        return "skops"
    if any(name.endswith("/data.pkl") or name == "data.pkl" for name in names):
        return "torch"
    return "keras" if "config.json" in names and "metadata.json" in names else ""


def _looks_like_onnx(head: bytes) -> bool:
    # field 1 (ir_version) as a small varint, then a string or the graph
    small = 32
    return len(head) > 4 and head[0] == 0x08 and 0 < head[1] < small and head[2] in (
        0x12, 0x1A, 0x22, 0x32, 0x3A, 0x42,
    )  # fmt: skip


def _holds_pickle(path: Path, head: bytes) -> bool:
    import bz2  # noqa: PLC0415 - only for such files
    import gzip  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    try:
        if head[:2] == b"\x1f\x8b":
            with gzip.open(path) as file:
                start = file.read(2)
        elif head[:3] == b"BZh":
            with bz2.open(path) as file:
                start = file.read(2)
        else:
            start = zlib.decompressobj().decompress(head, 2)
    except (OSError, EOFError, zlib.error):
        return False
    return start[:1] == b"\x80" and start[1:2] <= b"\x05"


def _protocol_0(head: bytes) -> bool:
    return head[:2] in (b"(d", b"(l", b"(i", b"cc") or head.startswith(
        (b"c__builtin__\n", b"ccopy_reg\n", b"ccopyreg\n", b"csklearn")
    )
