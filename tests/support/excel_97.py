"""Workbooks as Excel 97 wrote them, and what stands round an encrypted newer one.

Both are streams in a compound file: sectors of 512 bytes, a table that chains them,
a directory of names ([MS-CFB]); the cells are records of a code, a length and a body
([MS-XLS]).
"""

from __future__ import annotations

import datetime
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.table_files import Columns

_SECTOR = 512
_LEAST_STREAM = 4096  # a shorter one would have to go where small ones are kept
_LONGEST_RECORD = 8224
_END, _FREE, _IS_TABLE, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
_FIRST_DAY = datetime.date(1899, 12, 30)
_GLOBALS, _SHEET = 5, 16
_DAY_STYLE = 1
_PASSWORD = 0x2F


def write_old_workbook(path: Path, sheets: dict[str, Columns]) -> None:
    """Write a workbook of the binary format, numbers, days, truth values and text."""
    path.write_bytes(_compound({"Workbook": _workbook(sheets)}))


def write_old_workbook_with_password(path: Path, sheets: dict[str, Columns]) -> None:
    """Write one whose second record says that the rest is encrypted."""
    book = _workbook(sheets)
    first = 4 + int.from_bytes(book[2:4], "little")
    secret = _record(_PASSWORD, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    path.write_bytes(_compound({"Workbook": book[:first] + secret + book[first:]}))


def write_encrypted_package(path: Path) -> None:
    """Write what a newer Excel makes of a workbook with a password ([MS-OFFCRYPTO])."""
    described = (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><encryption '
        b'xmlns="http://schemas.microsoft.com/office/2006/encryption"><keyData '
        b'saltSize="16" blockSize="16" keyBits="256" hashSize="64" '
        b'cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" '
        b'hashAlgorithm="SHA512" saltValue="AAAAAAAAAAAAAAAAAAAAAA=="/></encryption>'
    )
    package = struct.pack("<Q", 9000) + bytes(i * 31 % 256 for i in range(9008))
    path.write_bytes(
        _compound(
            {
                "EncryptionInfo": struct.pack("<HHI", 4, 4, 0x40) + described,
                "EncryptedPackage": package,
            }
        )
    )


# The records of a workbook


def _workbook(sheets: dict[str, Columns]) -> bytes:
    rows = {
        name: [list(table), *map(list, zip(*table.values(), strict=True))]
        for name, table in sheets.items()
    }
    cells = (cell for sheet in rows.values() for row in sheet for cell in row)
    texts = {cell: None for cell in cells if isinstance(cell, str)}
    numbers = {text: place for place, text in enumerate(texts)}
    bodies = [_sheet(sheet, numbers) for sheet in rows.values()]
    before = _globals(sheets, [0] * len(sheets), numbers)  # as long as the real one
    starts, at = [], len(before)
    for body in bodies:
        starts.append(at)
        at += len(body)
    return b"".join([_globals(sheets, starts, numbers), *bodies])


def _record(code: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(body)) + body


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 1997, 0, 6))


def _globals(
    sheets: dict[str, Columns], starts: list[int], texts: dict[str, int]
) -> bytes:
    parts = [_begin(_GLOBALS), _record(0x42, struct.pack("<H", 1200))]
    # number formats 0 (general) and 14 (a day)
    parts += [_record(0xE0, struct.pack("<HH", 0, n) + bytes(16)) for n in (0, 14)]
    for name, start in zip(sheets, starts, strict=True):
        said = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
        parts.append(_record(0x85, struct.pack("<IBB", start, 0, 0) + said))
    return b"".join([*parts, _shared_texts(texts), _record(0x0A)])


def _shared_texts(texts: dict[str, int]) -> bytes:
    """Return the table of texts; a record that would be too long is continued."""
    bodies = [struct.pack("<II", len(texts), len(texts))]
    for text in texts:
        said = _text(text)
        if len(bodies[-1]) + len(said) > _LONGEST_RECORD:
            bodies.append(b"")
        bodies[-1] += said
    first, *others = bodies
    return _record(0xFC, first) + b"".join(_record(0x3C, body) for body in others)


def _text(text: str) -> bytes:
    wide = any(ord(letter) > 255 for letter in text)
    said = text.encode("utf-16-le" if wide else "latin-1")
    return struct.pack("<HB", len(text), int(wide)) + said


def _sheet(rows: list[list[Any]], texts: dict[str, int]) -> bytes:
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows), default=0), 0)
    cells = (
        _cell(r, c, value, texts)
        for r, row in enumerate(rows)
        for c, value in enumerate(row)
    )
    return b"".join([_begin(_SHEET), _record(0x200, size), *cells, _record(0x0A)])


def _cell(row: int, column: int, value: Any, texts: dict[str, int]) -> bytes:
    style = _DAY_STYLE if isinstance(value, datetime.date) else 0
    place = struct.pack("<HHH", row, column, style)
    match value:
        case None:
            return _record(0x201, place)
        case bool():
            return _record(0x205, place + struct.pack("<BB", value, 0))
        case datetime.date():
            return _record(0x203, place + struct.pack("<d", (value - _FIRST_DAY).days))
        case int() | float():
            return _record(0x203, place + struct.pack("<d", value))
        case _:
            return _record(0xFD, place + struct.pack("<I", texts[value]))


# The compound file


def _compound(streams: dict[str, bytes]) -> bytes:
    """Return a compound file of up to three streams."""
    padded = {
        name: content.ljust(_LEAST_STREAM, b"\0") for name, content in streams.items()
    }
    lengths = [-(-len(content) // _SECTOR) for content in padded.values()]
    n_tables = 1
    while n_tables * 128 < n_tables + 1 + sum(lengths):
        n_tables += 1
    chain = [_IS_TABLE] * n_tables + [_END]  # the tables, and the directory
    starts = []
    for length in lengths:
        starts.append(len(chain))
        chain += [*range(len(chain) + 1, len(chain) + length), _END]
    chain += [_FREE] * (n_tables * 128 - len(chain))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIIIIII", 0, n_tables, n_tables, 0, 4096, _END, 0, _END, 0)
        + struct.pack("<109I", *range(n_tables), *[_FREE] * (109 - n_tables))
    )
    directory = _entry("Root Entry", 5, child=1, start=_END, size=0)
    for number, (name, content) in enumerate(padded.items(), start=1):
        after = number + 1 if number < len(padded) else _NONE
        start = starts[number - 1]
        directory += _entry(name, 2, right=after, start=start, size=len(content))
    body = b"".join(
        c.ljust(-(-len(c) // _SECTOR) * _SECTOR, b"\0") for c in padded.values()
    )
    table = struct.pack(f"<{len(chain)}I", *chain)
    return header + table + directory.ljust(_SECTOR, b"\0") + body


def _entry(
    name: str,
    kind: int,
    *,
    start: int,
    size: int,
    right: int = _NONE,
    child: int = _NONE,
) -> bytes:
    said = name.encode("utf-16-le") + b"\0\0"
    return (
        said.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(said), kind, 1, _NONE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
