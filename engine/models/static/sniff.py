"""Which format a file is in, by its first bytes and its table of contents.

Names returned, used by the whole engine: ``skops``, ``pickle``, ``joblib_zlib``,
``joblib_gzip``, ``joblib_bz2``, ``joblib_lzma``, ``joblib_xz``, ``joblib_lz4``,
``onnx``, ``xgboost_json``, ``xgboost_ubj``, ``xgboost_binary``, ``lightgbm``,
``catboost``, ``npy``, ``npz``, ``torch_zip``, ``torchscript``, ``pt2``,
``torch_legacy``, ``safetensors``, ``keras``, ``hdf5``, ``joblib_old``, ``zip`` and
``unknown``. (A joblib file that is not compressed is told from a pickle only by
following it, so :func:`engine.models.safety.report_on` says ``joblib`` then.)
"""

from __future__ import annotations

import re
from typing import IO

from engine.models.static.archives import members, open_archive
from engine.models.static.outcome import NotUnderstoodError
from engine.models.static.pickle_machine import Listing, Machine
from engine.models.static.torch_files import is_legacy

HEAD = 4096
SENSIBLE_OPERATIONS = 12
JOBLIB = frozenset(
    f"joblib_{method}" for method in ("zlib", "gzip", "bz2", "lzma", "xz", "lz4")
)
_MAGIC = (
    (b"\x93NUMPY", "npy"),
    (b"CBM1", "catboost"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"\x1f\x8b", "joblib_gzip"),
    (b"BZ", "joblib_bz2"),
    (b"\xfd7zXZ\x00", "joblib_xz"),
    (b"\x5d\x00", "joblib_lzma"),
    (b"\x04\x22\x4d\x18", "joblib_lz4"),
    (b"ZF", "joblib_old"),
    (b"binf", "xgboost_binary"),
    (b"{L\x00\x00\x00\x00", "xgboost_ubj"),
    (b"tree\n", "lightgbm"),
    (b"tree\r\n", "lightgbm"),
)
_XGBOOST_NAMES = re.compile(rb"(\x06|\x08|\x04)\x00{7}(gbtree|gblinear|dart)")
_ONNX_WIRE = {1: 0, 5: 0} | dict.fromkeys((2, 3, 4, 6, 7, 8, 14, 20, 25, 26), 2)


def sniff(file: IO[bytes]) -> str:
    """Return the format of an open file; the suffix is never looked at."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    head = file.read(HEAD)
    if head[:4] == b"PK\x03\x04" or head[:4] == b"PK\x05\x06":
        return _archive(file)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if len(head) > 1 and head[0] == 0x78 and int.from_bytes(head[:2], "big") % 31 == 0:
        return "joblib_zlib"
    if re.match(rb'\s*\{\s*"', head) and (b'"learner"' in head or b'"version"' in head):
        return "xgboost_json"
    if len(head) > 9 and head[8:9] == b"{" and _is_safetensors(head, size):
        return "safetensors"
    if _XGBOOST_NAMES.search(head[:512]):
        return "xgboost_binary"
    if _is_onnx(file, size):
        return "onnx"
    if is_legacy(head):
        return "torch_legacy"
    if head[:1] == b"\x80" or _reads_as_pickle(head):
        return "pickle"
    return "unknown"


def _archive(file: IO[bytes]) -> str:
    try:
        with open_archive(file) as archive:
            names = list(members(archive))
    except NotUnderstoodError:
        return "zip"
    inner = {name.partition("/")[2] for name in names}
    if "schema.json" in names:
        return "skops"
    if "config.json" in names and "metadata.json" in names:
        return "keras"
    if "constants.pkl" in inner or any(name.startswith("code/") for name in inner):
        return "torchscript"
    if "archive_format" in inner or any(n.startswith("models/") for n in inner):
        return "pt2"
    if "data.pkl" in inner or "data.pkl" in names:
        return "torch_zip"
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    return "zip"


def _is_safetensors(head: bytes, size: int) -> bool:
    return int.from_bytes(head[:8], "little") + 8 <= size


def _reads_as_pickle(head: bytes) -> bool:
    """Return whether the start makes sense to the pickle machine (protocol 0, 1)."""
    listing = Listing()
    try:
        Machine(head, listing).run()
    except NotUnderstoodError:
        return bool(listing.uses) or listing.operations > SENSIBLE_OPERATIONS
    return True


def _is_onnx(file: IO[bytes], size: int) -> bool:
    """Walk the outermost fields of a protocol buffer; a model has a graph."""
    position, graph, steps = 0, False, 0
    while position < size:
        file.seek(position)
        chunk = file.read(24)
        tag, used = _varint(chunk, 0)
        value, after = _varint(chunk, used)
        number, wire = tag >> 3, tag & 7
        steps += 1
        if not after or _ONNX_WIRE.get(number) != wire or steps > 10_000:
            return False
        graph = graph or number == 7
        position += after + (value if wire == 2 else 0)
    return graph and position == size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length integer and the place behind it (0: there is none)."""
    value = 0
    for n in range(10):
        if at + n >= len(data):
            return 0, 0
        byte = data[at + n]
        value |= (byte & 0x7F) << (7 * n)
        if byte < 0x80:
            return value, at + n + 1
    return 0, 0
