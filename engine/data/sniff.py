"""What a file is and how its text is written: by its bytes, never by its name."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
from charset_normalizer import from_bytes

from engine import formats
from engine.contracts.errors import EngineError
from engine.data.decoding import check, wrong
from engine.data.header import LOOKED_AT, Layout, find, placed
from engine.data.signatures import refused

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Iterable
    from pathlib import Path

    from engine.contracts.dataset import ReadOptions

HEAD = formats.HEAD
csv.field_size_limit(4 * HEAD)  # a cell may be as long as what is looked at
SEPARATORS = (",", ";", "\t", "|")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")
_DECIMAL_POINT = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)\.\d+")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")  # one and a bit, or thousands
_ARRAY = re.compile(r"\[\s*\{")
SAID = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # a first line for spreadsheets
_APOSTROPHE = re.compile(r"(?:^|[,;\t|])'")
_APOSTROPHES = re.compile(r"(?:^|[,;\t|])'[^']*'(?=$|[,;\t|])")
_LEAST_TEXT = 0.9
_LEAST_ZEROS = 0.3


def format_of(path: Path) -> str:
    """Return what a file is.

    Returns
    -------
    str
        ``parquet``, ``arrow``, ``arrow stream``, ``excel``, ``gzip``, ``bz2``, ``xz``,
        ``lzma``, ``zip``, ``zstd``, ``jsonl``, ``json`` or ``text``.

    Raises
    ------
    EngineError
        ``data.empty_file``, ``data.encrypted``, ``data.binary``, ``data.is_model``, or
        what it is instead: ``data.pdf``, ``data.of_r`` …
    """
    with path.open("rb") as file:
        found = formats.of(file)
        file.seek(0)
        head = file.read(HEAD)
    if found.name == "excel" and _ENCRYPTED in head:
        raise EngineError("data.encrypted", file=path.name)
    return _of_table(found, head, path.name)


def format_inside(head: bytes, name: str) -> str:
    """Return what a packed file holds, by its first bytes; raises as the other does."""
    return _of_table(formats.of_bytes(head), head, name)


def _of_table(found: formats.Format, head: bytes, name: str) -> str:
    if not head:
        raise EngineError("data.empty_file", file=name)
    if found.name in ("text", "unknown"):
        encoding = encoding_of(head, name)
        start = head.decode(encoding, errors="replace").lstrip("\ufeff \r\n\t")
        if start.startswith("<"):  # in two bytes a letter, perhaps
            found = formats.of_bytes(start[:1024].encode())
        elif start.startswith("{"):
            return "jsonl"
        else:
            return "json" if _ARRAY.match(start) else "text"
    if found.model:
        raise refused(found, name)
    inside = found.inside
    if inside and inside.family in ("model", "other") and inside.name != "unknown":
        raise refused(inside, name)
    if found.family not in ("data", "packed"):
        raise refused(found, name)
    if found.name in ("zlib", "lz4"):
        raise EngineError("data.of_archive", file=name, program=found.name)
    return found.name


def encoding_of(head: bytes, name: str) -> str:
    """Return the encoding of a text's first bytes.

    Raises
    ------
    EngineError
        ``data.binary`` if they are not text.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if head.startswith(mark):
            return encoding
    if encoding := _wide(head):
        return encoding
    if b"\x00" in head or _control_share(head) > 1 - _LEAST_TEXT:
        raise EngineError("data.binary", file=name)
    try:
        head[: len(head) - 4 if len(head) >= HEAD else None].decode("utf-8")
    except UnicodeDecodeError as error:
        if len(head) >= HEAD and error.start > len(head) - 8:
            return "utf-8"
    else:
        return "utf-8"
    start = head[: 64 << 10]
    # western ones first: they are the commonest, and told apart from few letters
    best = from_bytes(start, cp_isolation=["cp1252", "latin_1"]).best()
    best = best or from_bytes(start).best()
    return str(best.encoding) if best is not None else "cp1252"


def _wide(head: bytes) -> str:
    """Return which UTF-16 a text without a mark is written in, or nothing.

    In most scripts' tables every second byte of most characters is zero.
    """
    even, odd = (head[place::2].count(0) / max(1, len(head) // 2) for place in (0, 1))
    for mine, other, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if mine < _LEAST_ZEROS or other > 1 - _LEAST_TEXT:
            continue
        try:
            text = head[: len(head) // 2 * 2].decode(encoding)
        except UnicodeDecodeError:
            continue
        odd_ones = sum(not (c.isprintable() or c in "\t\r\n") for c in text[:5000])
        if odd_ones == 0:
            return encoding
    return ""


def text_layout(head: bytes, name: str, wanted: ReadOptions, *, whole: bool) -> Layout:
    """Return how a delimited text is written; what is given is kept.

    Parameters
    ----------
    head
        First bytes, decompressed.
    whole
        Whether ``head`` is the whole file.

    Raises
    ------
    EngineError
        ``data.empty_file``, ``data.wrong_encoding_at``, ``data.no_such_line``.
    """
    encoding = check(wanted.encoding or encoding_of(head, name))
    try:
        text = head.decode(encoding, errors="strict" if whole else "ignore")
    except UnicodeDecodeError as error:
        before = head[: error.start].decode(encoding, "replace")
        raise wrong(name, encoding, 1 + before.count("\n")) from error
    every = list(io.StringIO(text.lstrip("\ufeff"), newline=None))
    if not whole and len(every) > 1:
        every = every[:-1]  # the last one may be cut
    lines = [line for line in every if line.strip()][:LOOKED_AT]
    if not lines:
        raise EngineError("data.empty_file", file=name)
    quote = wanted.quote if wanted.quote is not None else _quote(lines)
    said = SAID.fullmatch(lines[0]) if len(lines) > 1 else None
    if said:
        lines = lines[1:]
    separator = wanted.separator or (said and said[1]) or _separator(lines, quote)
    begun = 1 + every.index(next(line for line in every if line.strip())) if said else 0
    rows, places = _rows(every, separator, quote, begun)
    decimal = wanted.decimal or _decimal(rows[1:], separator)
    options = msgspec.structs.replace(
        wanted, encoding=encoding, separator=separator, quote=quote, decimal=decimal
    )
    found = find(rows, wanted.header, quoted=_only_names_quoted(lines, quote))
    return placed(rows, places, found, options, name)


def _rows(
    lines: list[str], separator: str, quote: str, begun: int
) -> tuple[list[list[str]], list[int]]:
    """Return the first rows, but for blank lines, and the lines they begin in."""
    reader = cells(lines[begun:], separator, quote)
    rows, places, line = [], [], begun + 1
    try:
        for row in reader:
            if len(row) > 1 or any(cell.strip() for cell in row):
                rows.append(row)
                places.append(line)
            line = begun + reader.line_num + 1
            if len(rows) == LOOKED_AT:
                break
    except csv.Error:  # said by the reading itself
        pass
    return rows, places


def _only_names_quoted(lines: list[str], quote: str) -> bool:
    """Whether every name is quoted and no number below is."""
    if not quote or len(lines) < 2:
        return False
    sign = re.escape(quote)
    names = lines[0].count(quote)
    plain = re.sub(f"{sign}[^{sign}]*{sign}", "", lines[0]).strip()
    below = re.compile(f"{sign}[\\d.,+-]+{sign}")
    return (
        names > 0
        and not any(c.isalnum() for c in plain)
        and not any(below.search(line) for line in lines[1:])
    )


def _control_share(head: bytes) -> float:
    control = sum(
        n for b, n in Counter(head).items() if b < 32 and b not in b"\t\r\n\f"
    )
    return control / len(head)


def cells(lines: Iterable[str], separator: str, quote: str) -> Reader:
    """Yield the cells of each row; without a sign for quotes there are none."""
    ended = (line if line.endswith("\n") else line + "\n" for line in lines)
    if not quote:
        return csv.reader(ended, delimiter=separator, quoting=csv.QUOTE_NONE)
    return csv.reader(ended, delimiter=separator, quotechar=quote)


def _quote(lines: list[str]) -> str:
    """Return an apostrophe where whole cells stand between two, or else '"'."""
    if any('"' in line for line in lines):
        return '"'
    between = sum(len(_APOSTROPHES.findall(line)) for line in lines)
    begun = sum(len(_APOSTROPHE.findall(line)) for line in lines)
    return "'" if begun and between == begun else '"'


def _separator(lines: list[str], quote: str) -> str:
    """Return the separator that splits most lines into the same number of cells."""

    def fitness(separator: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in cells(lines, separator, quote)]
        except csv.Error:
            return 0.0, 0
        width, n = Counter(widths).most_common(1)[0]
        return (n / len(widths), width) if width > 1 else (0.0, 1)

    best = max(SEPARATORS, key=fitness)
    return best if fitness(best)[1] > 1 else ","


def _decimal(rows: list[list[str]], separator: str) -> str:
    if separator == ",":
        return "."
    cells = [cell.strip(" %") for row in rows for cell in row]
    commas = [cell for cell in cells if _DECIMAL_COMMA.fullmatch(cell)]
    points = [cell for cell in cells if _DECIMAL_POINT.fullmatch(cell)]
    sure = [
        sum(not _EITHER.fullmatch(cell) for cell in found) for found in (commas, points)
    ]
    if sure[0] != sure[1]:
        return "," if sure[0] > sure[1] else "."
    return "," if len(commas) > len(points) else "."
