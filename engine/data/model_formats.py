"""Files of models, known by their first bytes. Nothing is opened or run."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_TEXT_MODELS = ((b"tree\nversion=", "lightgbm"),)
_XGBOOST_KEYS = (b'"learner"', b"learner")
_GLOBALS = tuple(
    b"c" + module
    for module in (
        b"__builtin__\n", b"builtins\n", b"copy_reg\n", b"copyreg\n",
        b"collections\n", b"sklearn.", b"numpy.", b"joblib.", b"xgboost.",
        b"lightgbm.", b"catboost.",
    )
)  # fmt: skip
_CONTAINER = re.compile(rb"\([dl]p\d+\n|\(i[\w.]+\n\w+\n")


def model_format(path: Path, head: bytes) -> str:
    """Return the format of a model by its first bytes, or ``""`` if it is none."""
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
    # text as well: a table may begin with "cc_num" or "(dollars)"
    return bool(_CONTAINER.match(head) or head.startswith(_GLOBALS))
