"""How far the cells of a workbook's sheets lie apart, before the library opens it.

It keeps a place for every cell between the first and the last one, and ends the
process where memory does not suffice: two cells in opposite corners are enough.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from engine.zip_directory import open_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_BLOCK = 8 << 20
_SHEET = re.compile(r"/?xl/(work)?sheets?/[^/]+\.xml", re.IGNORECASE)
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})?(\d{1,10})["']""")
_LONGEST = 64  # of what the expression matches
# cells of Excel 97, each with its row and column: formulas, numbers, texts …
_CELLS = frozenset((0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205,
                    0x027E))  # fmt: skip
_BEGINS, _SHEET_STARTS, _TEXTS, _CLAIMED = 0x0809, 0x0085, 0x00FC, 0x0200


def of_zip(path: Path, look: Callable[[], None]) -> tuple[int, int]:
    """Return the most rows and columns that a sheet of a zipped workbook spans.

    Parameters
    ----------
    look
        Called between blocks; raises where the user wants to stop.
    """
    most = (0, 0)
    with open_zip(path) as archive:
        for member in archive.infolist():
            if _SHEET.fullmatch(member.filename):
                with archive.open(member) as file:
                    found = _extent(iter(lambda: file.read(_BLOCK), b""), look)
                most = max(most, found, key=lambda extent: extent[0] * extent[1])
    return most


def _extent(blocks: Iterator[bytes], look: Callable[[], None]) -> tuple[int, int]:
    rows, columns = {0}, {b""}
    rest = b""
    for block in blocks:
        look()
        text = rest + block
        found = _PLACE.findall(text)
        columns |= {column for column, _ in found}
        rows |= {max((int(row) for row in {row for _, row in found}), default=0)}
        rest = text[-_LONGEST:]
    return max(rows), max(map(_number, columns))


def _number(column: bytes) -> int:
    """Return the number of a column, such as 28 for AB."""
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def of_excel_97(stream: bytes) -> tuple[int, int]:
    """Return the same for the stream of records of a workbook before 2007.

    Raises
    ------
    ValueError
        If its list of texts claims more of them than there is room for, or a sheet
        ends before it begins: the library would make room without end.
    """
    starts = [0]
    for kind, place, length in _records(stream, 0):
        if kind == _SHEET_STARTS and length >= 4:
            starts += struct.unpack_from("<I", stream, place)
        elif kind == _TEXTS and length >= 8:
            (n,) = struct.unpack_from("<I", stream, place + 4)
            if n > len(stream):
                raise ValueError("its list of texts contradicts itself")
    spans = [_span(stream, start) for start in starts]
    return max(spans, key=lambda extent: extent[0] * extent[1])


def _span(stream: bytes, start: int) -> tuple[int, int]:
    rows = columns = 0
    most = (0, 0)
    for kind, place, length in _records(stream, start):
        if kind == _BEGINS:
            most = max(most, (rows, columns), key=lambda extent: extent[0] * extent[1])
            rows = columns = 0
        elif kind == _CLAIMED and length >= 10:  # room for so many cells is made
            form = "<IIHH" if length >= 14 else "<HHHH"
            low, high, left, right = struct.unpack_from(form, stream, place)
            if high and right and (high < low or right < left):
                raise ValueError("a sheet of it ends before it begins")
            rows, columns = max(rows, high - low), max(columns, right - left)
        elif kind in _CELLS and length >= 4:
            row, column = struct.unpack_from("<HH", stream, place)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
    return max(most, (rows, columns), key=lambda extent: extent[0] * extent[1])


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and length of each whole record from a place on."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            return
        yield kind, at + 4, length
        at += 4 + length
