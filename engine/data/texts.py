"""Delimited text."""

from __future__ import annotations

import csv
import io
import itertools
import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.data import dates, long_numbers
from engine.data.decoding import pieces
from engine.data.missing import TOKENS, is_number, without
from engine.data.sniff import cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from engine.contracts.errors import Param
    from engine.contracts.progress import Progress
    from engine.data.header import Layout
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
    layout: Layout,
    progress: Progress,
) -> tuple[pa.Table, tuple[Note, ...]]:
    """Read rows of cells; every column comes as Arrow infers it.

    A column that turns out to hold something else than its first block promised
    is read again as text, and the first such value is named. So is one of whole
    numbers with more digits than a number keeps.

    Parameters
    ----------
    reopen
        Returns the decompressed bytes from their start.

    Raises
    ------
    EngineError
        ``data.ragged_rows``, ``data.wrong_encoding_at``.
    """
    reading = _Reading(reopen, name, layout, progress)
    table = reading.read()
    if layout.names is None:
        table = table.rename_columns(_numbered(table.num_columns))
    return table, tuple(reading.notes)


def read_as_written(
    reopen: Callable[[], Unpacked],
    name: str,
    layout: Layout,
    places: Sequence[int],
    progress: Progress,
) -> list[pa.ChunkedArray]:
    """Return the cells of some columns as the file has them, blanks as ``""``.

    Of the same rows as :func:`read_delimited`, which has told what is wrong with the
    file.
    """
    return _Reading(reopen, name, layout, progress).as_written(places)


class _Reading:
    """One file, read as often as it takes to know the types of its columns."""

    def __init__(
        self,
        reopen: Callable[[], Unpacked],
        name: str,
        layout: Layout,
        progress: Progress,
    ) -> None:
        self._reopen, self._name = reopen, name
        self._progress = progress
        self._options, self._names = layout.options, layout.names
        self._first_line = layout.options.first_line or 1
        self._encoding = self._options.encoding or "utf-8"
        tokens = self._options.missing_tokens
        self._tokens = TOKENS if tokens is None else tokens
        self._types: dict[str, pa.DataType] = {}
        self._undecided: set[str] = set()  # read as text to see whether they are
        self.notes: list[Note] = list(layout.notes)

    def as_written(self, places: Sequence[int]) -> list[pa.ChunkedArray]:
        text = pa.dictionary(pa.int32(), pa.string())
        wanted = {f"f{place}": text for place in places}
        table = self._once([], wanted).unify_dictionaries()
        return [table.column(name) for name in wanted]

    def read(self) -> pa.Table:
        for column in self._zero_padded():
            self._types[column] = pa.string()
            self._note("data.leading_zeros", column)
        while True:
            ragged: list[tuple[int, int, int]] = []
            try:
                table = self._once(ragged)
            except UnicodeDecodeError as error:
                raise self._wrong_encoding() from error
            except pa.ArrowInvalid as error:
                self._learn(error, ragged)
                continue
            if any(pa.types.is_binary(kind) for kind in table.schema.types):
                raise self._wrong_encoding()
            large = {
                field.name
                for field, column in zip(table.schema, table.columns, strict=True)
                if long_numbers.among(column)
            }
            if not large:
                break
            self._undecided |= large
            self._types |= dict.fromkeys(large, pa.string())
        if ragged:
            lines = self._lines([number for number, _, _ in ragged[:_ROWS_NAMED]])
            note = _ragged_note(ragged, lines, table.num_rows, self._name)
            self.notes.append(note)
        self._say_offsets(table)
        return self._settled(table)

    def _say_offsets(self, table: pa.Table) -> None:
        """Note times that have become moments in UTC, from what the file says."""
        places = [
            place
            for place, kind in enumerate(table.schema.types)
            if pa.types.is_timestamp(kind) and kind.tz is not None
        ]
        if not places:
            return
        for place, texts in zip(places, self.as_written(places), strict=True):
            name = self._shown(table.column_names[place])
            self.notes += dates.shifted(texts.cast(pa.string()), name)

    def _learn(
        self, error: pa.ArrowInvalid, ragged: list[tuple[int, int, int]]
    ) -> None:
        """Note what kind of column a value asks for, or raise what is wrong.

        Lines that have been left out so far are no rows.
        """
        text = str(error)
        place = _CONVERSION.search(text)
        if place is None:
            if "UTF8" in text or "UTF-8" in text:
                raise self._wrong_encoding() from error
            if "Empty CSV file" in text:
                raise EngineError("data.no_rows", file=self._name) from error
            raise self._damaged(text) from error
        column, value = self._column_name(int(place["column"])), place["value"]
        if column not in self._types and value.strip() in self._tokens:
            self._types[column] = pa.string()
            self._undecided.add(column)
            return
        if self._types.get(column) == pa.string():
            raise self._damaged(text) from error
        if column not in self._types and is_number(value, self._options.decimal or "."):
            self._types[column] = pa.float64()  # whole numbers or blanks so far
            return
        self._types[column] = pa.string()
        line = int(place["row"] or 0)
        left_out = sum(number < line for number, _, _ in ragged)
        row = line - self._first_line - left_out
        self._note("data.mixed_column", column, row=row, value=value[:80])

    def _once(
        self,
        ragged: list[tuple[int, int, int]],
        as_written: Mapping[str, pa.DataType] | None = None,
    ) -> pa.Table:
        """Read the file once.

        Parameters
        ----------
        ragged
            Gets the lines that do not fit.
        as_written
            The columns that are read, by their number, with nothing taken for
            missing; ``None`` for all columns, as Arrow infers them.
        """

        def skip(row: pcsv.InvalidRow) -> str:
            ragged.append((row.number or 0, row.expected_columns, row.actual_columns))
            return "skip"

        options, names = self._options, self._names
        if as_written is not None and names is not None:
            names = tuple(f"f{place}" for place in range(len(names)))
        self._progress.advance(0, 1, "data.reading")
        file = self._reopen()
        reader = pcsv.open_csv(
            pa.PythonFile(file, mode="r"),
            read_options=pcsv.ReadOptions(
                use_threads=False,  # keeps the numbers of rows that do not fit
                block_size=_BLOCK,
                skip_rows=self._first_line - 1,
                column_names=names,
                autogenerate_column_names=names is None,
                encoding="utf-8" if self._encoding == "utf-8-sig" else self._encoding,
            ),
            parse_options=pcsv.ParseOptions(
                delimiter=options.separator or ",",
                quote_char=options.quote or False,
                newlines_in_values=True,
                invalid_row_handler=skip,
            ),
            convert_options=pcsv.ConvertOptions(
                strings_can_be_null=as_written is None,
                quoted_strings_can_be_null=True,
                null_values=list(self._tokens),
                decimal_point=options.decimal or ".",
                column_types=self._types if as_written is None else as_written,
                include_columns=list(as_written or ()),
            ),
        )
        batches = []
        for batch in reader:
            batches.append(batch)
            self._progress.advance(file.position, file.size, "data.reading")
        self._progress.advance(1, 1, "data.reading")
        return pa.Table.from_batches(batches, reader.schema)

    def _settled(self, table: pa.Table) -> pa.Table:
        """Return the table without tokens among blanks, what they hid decided on."""
        columns = table.columns
        for place, (field, given) in enumerate(zip(table.schema, columns, strict=True)):
            if not pa.types.is_string(field.type):
                continue
            column = without(given, self._tokens)
            hidden = column is not given and field.name not in self._types
            if hidden or field.name in self._undecided:
                column = self._numbers(column, field.name)
            columns[place] = column
        return pa.Table.from_arrays(columns, names=table.column_names)

    def _numbers(self, column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
        spelled = column
        if self._options.decimal == ",":
            spelled = pc.replace_substring(column, ",", ".")
        try:
            numbers, note = long_numbers.read(spelled, self._shown(name))
        except pa.ArrowInvalid:  # words after all
            return column
        if note is not None:
            self.notes.append(note)
        return column if numbers is None else numbers

    def _zero_padded(self) -> list[str]:
        """Return columns whose first rows hold codes such as 01234: no numbers."""
        first = self._first_rows(_LOOKED_AT)
        names: Sequence[str] = [f"f{i}" for i in range(len(first[0]))] if first else []
        if self._names is not None:
            names = self._names
        return [
            name
            for place, name in enumerate(names)
            if any(
                place < len(row) and _ZERO_PADDED.fullmatch(row[place].strip())
                for row in first
            )
        ]

    def _first_rows(self, n: int) -> list[list[str]]:
        return [row for _, row in itertools.islice(self._rows(), n)]

    def _lines(self, numbers: Sequence[int]) -> list[int]:
        """Return the lines in which rows begin, which Arrow counts without blanks."""
        wanted = dict(zip(numbers, numbers, strict=True))
        counted = enumerate(self._rows(), self._first_line)
        for number, (line, _) in itertools.islice(counted, max(numbers)):
            if number in wanted:
                wanted[number] = line
        return list(wanted.values())

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield rows that are not blank, each with the line in which it begins."""
        with self._reopen() as file:
            text = io.TextIOWrapper(
                io.BufferedReader(file),
                encoding=self._encoding,
                errors="replace",
                newline="",
            )
            table = itertools.islice(text, self._first_line - 1, None)
            rows = cells(
                table, self._options.separator or ",", self._options.quote or ""
            )
            line = self._first_line
            try:
                for row in rows:
                    if row:
                        yield line, row
                    line = self._first_line + rows.line_num
            except csv.Error:  # said by the reading itself
                return

    def _column_name(self, number: int) -> str:
        names = self._names or ()
        return names[number] if number < len(names) else f"f{number}"

    def _note(self, code: str, column: str, **params: Param) -> None:
        params["column"] = self._shown(column)
        self.notes.append(Note(code=code, params=params))

    def _shown(self, column: str) -> str:
        if self._names is not None:
            return column.strip()
        return _numbered(int(column[1:]) + 1)[-1]

    def _damaged(self, why: str) -> EngineError:
        return EngineError(
            "data.damaged", file=self._name, format="text", why=why[:300].rstrip(".")
        )

    def _wrong_encoding(self) -> EngineError:
        """Return the error that names the first line that is not in the encoding."""
        try:
            with self._reopen() as file:
                for _ in pieces(file, self._name, self._encoding, _BLOCK):
                    self._progress.raise_if_cancelled()
        except EngineError as error:
            return error
        return self._damaged(self._encoding)


def _numbered(n: int) -> list[str]:
    return [f"column {i}" for i in range(1, n + 1)]


def _ragged_note(
    ragged: list[tuple[int, int, int]], lines: list[int], n: int, name: str
) -> Note:
    params: dict[str, Param] = {
        "file": name,
        "n": len(ragged),
        "row": lines[0],
        "expected": ragged[0][1],
        "found": ragged[0][2],
    }
    if n < _FEW_ROWS or len(ragged) > max(MOST_RAGGED * n, 1):
        raise EngineError("data.ragged_rows", **params)
    named = tuple(map(str, lines))
    return Note(code="data.rows_left_out", params={**params, "rows": named})
