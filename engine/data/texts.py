"""Delimited text."""

from __future__ import annotations

import csv
import io
import itertools
import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pcsv

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.data.missing import TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.dataset import ReadOptions
    from engine.contracts.errors import Param
    from engine.contracts.progress import Progress
    from engine.data.packed import Unpacked

_BLOCK = 16 << 20
# A few ragged rows in a large file are left out and named; more than this share
# means that the file was read wrongly, and nothing is guessed.
MOST_RAGGED = 0.001
_ROWS_NAMED = 5
_FEW_ROWS = 100
_LOOKED_AT = 500
_ZERO_PADDED = re.compile(r"0\d+")
_CONVERSION = re.compile(
    r"In CSV column #(?P<column>\d+):(?: Row #(?P<row>\d+):)? CSV conversion error to "
    r"\S+: invalid value '(?P<value>.*?)'",
    re.DOTALL,
)


def read_delimited(
    reopen: Callable[[], Unpacked],
    name: str,
    options: ReadOptions,
    progress: Progress,
) -> tuple[pa.Table, tuple[Note, ...]]:
    """Read rows of cells; every column comes as Arrow infers it.

    A column that turns out to hold something else than its first block promised
    is read again as text, and the first such value is named.

    Parameters
    ----------
    reopen
        Returns the decompressed bytes from their start.

    Raises
    ------
    EngineError
        ``data.ragged_rows``, ``data.wrong_encoding``.
    """
    padded = _zero_padded(reopen(), options)
    as_text: dict[str, pa.DataType] = dict.fromkeys(padded, pa.string())
    notes = [
        Note(code="data.leading_zeros", params={"column": column}) for column in padded
    ]
    while True:
        ragged: list[tuple[int, int, int]] = []
        try:
            table = _read_once(reopen(), options, as_text, ragged, progress)
            break
        except UnicodeDecodeError as error:
            encoding = options.encoding or "utf-8"
            raise EngineError(
                "data.wrong_encoding", file=name, encoding=encoding, why=error.reason
            ) from error
        except pa.ArrowInvalid as error:
            place = _CONVERSION.search(str(error))
            if place is None:
                raise _explained(error, name, options.encoding or "utf-8") from error
            column, value = _column_name(reopen(), options, place), place["value"]
            if as_text.get(column) == pa.string():
                raise _explained(error, name, options.encoding or "utf-8") from error
            if column not in as_text and _is_number(value, options.decimal or "."):
                as_text[column] = pa.float64()  # whole numbers or blanks so far
                continue
            as_text[column] = pa.string()
            params = {"column": column, "value": value[:80], "row": _row_of(place)}
            notes.append(Note(code="data.mixed_column", params=params))
    for field in table.schema:
        if pa.types.is_binary(field.type):  # text that is not in the encoding
            raise EngineError(
                "data.wrong_encoding",
                file=name,
                encoding=options.encoding or "utf-8",
                why=field.name,
            )
    if not options.header:
        names = [f"column {i}" for i in range(1, table.num_columns + 1)]
        table = table.rename_columns(names)
    if ragged:
        notes.append(_ragged_note(ragged, table.num_rows, name))
    return table, tuple(notes)


def _read_once(
    file: Unpacked,
    options: ReadOptions,
    as_text: dict[str, pa.DataType],
    ragged: list[tuple[int, int, int]],
    progress: Progress,
) -> pa.Table:
    def skip(row: pcsv.InvalidRow) -> str:
        ragged.append((row.number or 0, row.expected_columns, row.actual_columns))
        return "skip"

    progress.advance(0, 1, "data.reading")
    tokens = options.missing_tokens
    encoding = options.encoding or "utf-8"
    reader = pcsv.open_csv(
        pa.PythonFile(file, mode="r"),
        read_options=pcsv.ReadOptions(
            use_threads=False,  # keeps the numbers of rows that do not fit
            block_size=_BLOCK,
            autogenerate_column_names=not options.header,
            encoding="utf-8" if encoding == "utf-8-sig" else encoding,
        ),
        parse_options=pcsv.ParseOptions(
            delimiter=options.separator or ",",
            quote_char=options.quote or '"',
            newlines_in_values=True,
            invalid_row_handler=skip,
        ),
        convert_options=pcsv.ConvertOptions(
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=list(TOKENS if tokens is None else tokens),
            decimal_point=options.decimal or ".",
            column_types=as_text,
        ),
    )
    batches = []
    for batch in reader:
        batches.append(batch)
        progress.advance(file.position, file.size, "data.reading")
    progress.advance(1, 1, "data.reading")
    return pa.Table.from_batches(batches, reader.schema)


def _zero_padded(file: io.RawIOBase, options: ReadOptions) -> list[str]:
    """Return columns whose first rows hold codes such as 01234: no numbers."""
    encoding = options.encoding or "utf-8"
    text = io.TextIOWrapper(
        io.BufferedReader(file), encoding=encoding, errors="replace", newline=""
    )
    rows = csv.reader(text, delimiter=options.separator or ",")
    try:
        first = list(itertools.islice(rows, _LOOKED_AT))
    except csv.Error:  # said by the reading itself
        return []
    names = [f"f{i}" for i in range(len(first[0]))] if first else []
    if options.header and first:
        names = first.pop(0)
    return [
        name
        for place, name in enumerate(names)
        if any(place < len(row) and _ZERO_PADDED.fullmatch(row[place]) for row in first)
    ]


def _column_name(file: io.RawIOBase, options: ReadOptions, place: re.Match[str]) -> str:
    number = int(place["column"])
    if not options.header:
        return f"f{number}"
    encoding = options.encoding or "utf-8"
    text = io.TextIOWrapper(io.BufferedReader(file), encoding=encoding, newline="")
    return next(csv.reader(text, delimiter=options.separator or ","))[number]


def _is_number(value: str, decimal: str) -> bool:
    try:
        float(value.replace(decimal, "."))
    except ValueError:
        return False
    return True


def _row_of(place: re.Match[str]) -> int:
    return int(place["row"]) if place["row"] else 0


def _ragged_note(ragged: list[tuple[int, int, int]], n: int, name: str) -> Note:
    rows = [row for row, _, _ in ragged]
    params: dict[str, Param] = {
        "file": name,
        "n": len(ragged),
        "row": rows[0],
        "expected": ragged[0][1],
        "found": ragged[0][2],
    }
    if n < _FEW_ROWS or len(ragged) > max(MOST_RAGGED * n, 1):
        raise EngineError("data.ragged_rows", **params)
    named = tuple(str(row) for row in rows[:_ROWS_NAMED])
    return Note(code="data.rows_left_out", params={**params, "rows": named})


def _explained(error: pa.ArrowInvalid, name: str, encoding: str) -> EngineError:
    text = str(error)
    if "UTF8" in text or "UTF-8" in text or "decode" in text:
        return EngineError(
            "data.wrong_encoding", file=name, encoding=encoding, why=text[:200]
        )
    if "Empty CSV file" in text:
        return EngineError("data.no_rows", file=name)
    return EngineError("data.damaged", file=name, format="text", why=text[:300])
