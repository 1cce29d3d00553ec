"""Whether the chains of a compound file, as Excel before 2007 writes them, are sound.

The library follows a chain of sectors to its end. Where a damaged one leads back into
itself there is none, and memory fills until the process is ended.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_IN_HEADER = 109  # sectors of the table, named in the header
_ENTRY = 128
_STREAM, _ROOT = 2, 5
_WORKBOOKS = tuple(
    name.encode("utf-16-le").rstrip(b"\0") for name in ("Workbook", "Book")
)


def workbook(path: Path) -> bytes:
    """Return the workbook's stream of a file whose chains all have an end.

    Empty where there is none, or where it is kept among the small streams.

    Raises
    ------
    ValueError
        If one has none, sectors are missing, or the header makes no sense.
    """
    data = path.read_bytes()
    if len(data) < _HEADER:
        raise ValueError("its header is cut short")
    shift, mini = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini != 6:
        raise ValueError("its header names sectors of an unknown size")
    first_folder, _, cutoff, first_mini = struct.unpack_from("<IIII", data, 48)
    table = _table(data, 1 << shift)
    small = _sectors(data, _chain(first_mini, table), 1 << shift)
    small_table = np.frombuffer(small, "<u4")
    folder = _sectors(data, _chain(first_folder, table), 1 << shift)
    found = b""
    for place in range(0, len(folder) - _ENTRY + 1, _ENTRY):
        kind = folder[place + 66]
        start, size = struct.unpack_from("<II", folder, place + 116)
        if kind == _ROOT or (kind == _STREAM and size >= cutoff):
            chain = _chain(start, table)
            if folder[place : place + 64].rstrip(b"\0") in _WORKBOOKS:
                found = b"".join(_sector(data, n, 1 << shift) for n in chain)[:size]
                if len(found) < size:
                    raise ValueError("it ends before the last of its sectors")
        elif kind == _STREAM:
            _chain(start, small_table)
    return found


def _table(data: bytes, size: int) -> NDArray[np.uint32]:
    """Return which sector follows which."""
    sectors = list(struct.unpack_from(f"<{_IN_HEADER}I", data, 76))
    (following,) = struct.unpack_from("<I", data, 68)
    seen: set[int] = set()
    while (block := _sector(data, following, size)) and len(block) == size:
        if following in seen:
            raise ValueError("the list of its tables leads back into itself")
        seen.add(following)
        *more, following = struct.unpack(f"<{size // 4}I", block)
        sectors += more
    return np.frombuffer(_sectors(data, sectors, size), "<u4")


def _chain(start: int, table: NDArray[np.uint32]) -> list[int]:
    """Return the sectors from one to the last of its chain."""
    found: list[int] = []
    while start < len(table):
        found.append(start)
        if len(found) > len(table):
            raise ValueError("a chain of its sectors leads back into itself")
        start = int(table[start])
    return found


def _sectors(data: bytes, numbers: list[int], size: int) -> bytes:
    whole = (_sector(data, number, size) for number in numbers)
    return b"".join(block for block in whole if len(block) == size)


def _sector(data: bytes, number: int, size: int) -> bytes:
    return data[(number + 1) * size : (number + 2) * size]
