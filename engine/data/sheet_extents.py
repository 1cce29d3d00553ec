"""How far the cells of a workbook's sheets lie apart, before the library opens it.

It keeps a place for every cell between the first and the last one, and ends the
process where memory does not suffice: two cells in opposite corners are enough.
"""

from __future__ import annotations

import re
import struct
import zipfile
from typing import TYPE_CHECKING

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
_BEGINS = 0x0809


def of_zip(path: Path, look: Callable[[], None]) -> tuple[int, int]:
    """Return the most rows and columns that a sheet of a zipped workbook spans.

    Parameters
    ----------
    look
        Called between blocks; raises where the user wants to stop.
    """
    most = (0, 0)
    with zipfile.ZipFile(path) as archive:
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
    """Return the same for the stream of records of a workbook before 2007."""
    most, rows, columns, at = (0, 0), 0, 0, 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _BEGINS:
            most = max(most, (rows, columns), key=lambda extent: extent[0] * extent[1])
            rows = columns = 0
        elif kind in _CELLS and length >= 4 and at + 8 <= len(stream):
            row, column = struct.unpack_from("<HH", stream, at + 4)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        at += 4 + length
    return max(most, (rows, columns), key=lambda extent: extent[0] * extent[1])
