"""The header of a ``.npy`` file, parsed as text and never evaluated."""

from __future__ import annotations

import ast
import math
import struct
from dataclasses import dataclass
from typing import Any

from engine.models.static.outcome import NotUnderstoodError

MAGIC = b"\x93NUMPY"
MAX_HEADER = 64 << 10


@dataclass(frozen=True)
class Header:
    """What a ``.npy`` file says of itself."""

    descr: Any
    shape: tuple[int, ...]
    fortran: bool
    start: int

    @property
    def has_objects(self) -> bool:
        """Return whether the array is a pickle in disguise."""
        return _has_objects(self.descr)

    @property
    def count(self) -> int:
        """Return the number of items."""
        return math.prod(self.shape)


def read_header(data: bytes) -> Header:
    """Parse the head of a ``.npy`` file.

    Raises
    ------
    NotUnderstoodError
        If it is not one, or says something odd.
    """
    if data[:6] != MAGIC or len(data) < 12 or data[6] not in (1, 2, 3):
        raise NotUnderstoodError("safety.bad_array")
    layout, at = ("<H", 8) if data[6] == 1 else ("<I", 8)
    (length,) = struct.unpack_from(layout, data, at)
    start = at + struct.calcsize(layout)
    if length > MAX_HEADER or start + length > len(data):
        raise NotUnderstoodError("safety.bad_array")
    try:
        text = data[start : start + length].decode("utf-8")
        found = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise NotUnderstoodError("safety.bad_array") from error
    if not isinstance(found, dict) or set(found) != {
        "descr",
        "fortran_order",
        "shape",
    }:
        raise NotUnderstoodError("safety.bad_array")
    shape = found["shape"]
    if not isinstance(shape, tuple) or not all(
        type(n) is int and 0 <= n < 2**48 for n in shape
    ):
        raise NotUnderstoodError("safety.bad_array")
    return Header(found["descr"], shape, bool(found["fortran_order"]), start + length)


def _has_objects(descr: Any) -> bool:
    if isinstance(descr, str):
        return "O" in descr or "|O" in descr
    if isinstance(descr, list | tuple):
        return any(_has_objects(part) for part in descr)
    return not isinstance(descr, int)
