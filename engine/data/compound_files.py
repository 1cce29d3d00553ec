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
_SMALL = 4096  # bytes, below which a stream is kept among the small ones
_PIECE = 64  # bytes, of those
_WORKBOOKS = tuple(
    name.encode("utf-16-le").rstrip(b"\0") for name in ("Workbook", "Book")
)


def workbooks(path: Path) -> list[bytes]:
    """Return every workbook's stream of a file whose chains all have an end.

    Raises
    ------
    ValueError
        If one has none, sectors are missing, or the header makes no sense.
    """
    data = path.read_bytes()
    if len(data) < _HEADER:
        raise ValueError("its header is cut short")
    shift, mini = struct.unpack_from("<HH", data, 30)
    first_folder, _, cutoff, first_mini = struct.unpack_from("<IIII", data, 48)
    if shift not in (9, 12) or mini != 6 or cutoff != _SMALL:
        raise ValueError("its header names sectors of an unknown size")
    table = _table(data, 1 << shift)
    small = _sectors(data, _chain(first_mini, table), 1 << shift)
    small_table = np.frombuffer(small, "<u4")
    folder = _sectors(data, _chain(first_folder, table), 1 << shift)
    found, pieces = [], b""
    for place in range(0, len(folder) - _ENTRY + 1, _ENTRY):
        kind = folder[place + 66]
        # the library goes by the name alone, so that the kind says nothing of these
        named = folder[place : place + 64].rstrip(b"\0") in _WORKBOOKS
        start, size = struct.unpack_from("<II", folder, place + 116)
        stream = b""
        if kind == _ROOT or (size >= _SMALL and (named or kind == _STREAM)):
            chain = _chain(start, table)
            if named or place == 0:
                stream = b"".join(_sector(data, n, 1 << shift) for n in chain)
            pieces = stream if place == 0 else pieces
        elif named or kind == _STREAM:
            chain = _chain(start, small_table)
            if named:
                stream = b"".join(pieces[_PIECE * n : _PIECE * (n + 1)] for n in chain)
        if named:
            if len(stream) < size:
                raise ValueError("it ends before the last of its sectors")
            found.append(stream[:size])
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
