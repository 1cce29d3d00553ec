"""JSON: an object a line, or one array of objects."""

from __future__ import annotations

import io
import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pjson

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.data import long_numbers
from engine.data.decoding import pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from engine.contracts.errors import Param
    from engine.contracts.progress import Progress
    from engine.data.packed import Unpacked

_BLOCK = 8 << 20
_OBJECTS = 5_000
_LONGEST_OBJECT = 64 << 20
_SHOWN = 80
_WITH_OFFSET = re.compile(r':\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)"')
_BETWEEN = re.compile(r"[\s,]*")


class _Spelled(str):
    """A number as it stands in the file."""

    __slots__ = ()


class _MixedError(Exception):
    """A column holds texts beside something else and must be read as text."""

    def __init__(self, column: str, note: Note | None) -> None:
        super().__init__(column)
        self.column, self.note = column, note


def read_json(
    reopen: Callable[[], Unpacked],
    name: str,
    kind: str,
    encoding: str,
    progress: Progress,
    as_text: Collection[str] = (),
) -> tuple[pa.Table, tuple[Note, ...]]:
    """Read objects, a block at a time; what they lack is missing.

    A column of texts and numbers is read again as text, and the first value that
    does not fit is named.

    Parameters
    ----------
    kind
        ``jsonl`` for an object a line, ``json`` for an array of objects.
    as_text
        Columns that are read as they are written: strings as they are, numbers as
        their digits.

    Raises
    ------
    EngineError
        ``data.bad_json`` with the line or object, ``data.wrong_encoding_at`` with the
        line, ``data.no_usable_columns``.
    """
    reader = _Reader(name, encoding, as_text)
    read = reader.lines if kind == "jsonl" else reader.array
    notes: list[Note] = []
    while True:
        progress.advance(0, 1, "data.reading")
        tables = []
        try:
            with reopen() as file:
                for table in read(file):
                    tables.append(table)
                    progress.advance(file.position, file.size, "data.reading")
            joined = _joined(tables)
        except _MixedError as found:
            reader.as_text.add(found.column)
            if found.note is not None:
                notes.append(found.note)
            continue
        progress.advance(1, 1, "data.reading")
        joined = reader.without_nested(joined)
        notes = [n for n in notes if n.params["column"] not in reader.nested]
        return joined, (*notes, *reader.rounded.values(), *reader.left_out())


class _Reader:
    """Blocks of a file as tables; remembers which columns are texts."""

    def __init__(self, name: str, encoding: str, as_text: Collection[str]) -> None:
        self._name = name
        self._encoding = encoding
        self.as_text = set(as_text)
        self.nested: dict[str, None] = {}  # in the order in which they were met
        self.rounded: dict[str, Note] = {}

    def without_nested(self, table: pa.Table) -> pa.Table:
        """Return the columns that never held objects or lists.

        Raises
        ------
        EngineError
            ``data.no_usable_columns`` if there is none.
        """
        kept = [name for name in table.column_names if name not in self.nested]
        if self.nested and not kept:
            raise EngineError(
                "data.no_usable_columns", file=self._name, content="records"
            )
        return table.select(kept)

    def left_out(self) -> tuple[Note, ...]:
        """Return what says which columns were left out."""
        return tuple(
            Note(
                code="data.unusable_column",
                params={"file": self._name, "column": name, "content": "records"},
            )
            for name in self.nested
        )

    def lines(self, file: Unpacked) -> Iterator[pa.Table]:
        """Read an object a line."""
        first_line, first_row = 1, 0
        for text in self._texts(file):
            table = self._of_lines(text, first_line, first_row)
            first_line += text.count("\n")
            first_row += table.num_rows
            yield table

    def array(self, file: Unpacked) -> Iterator[pa.Table]:
        """Read an array of objects."""
        objects = self._elements(file)
        first_row = 0
        while some := list(islice(objects, _OBJECTS)):
            yield self._of_objects(some, first_row)
            first_row += len(some)

    def _pieces(self, file: Unpacked) -> Iterator[str]:
        return pieces(file, self._name, self._encoding, _BLOCK)

    def _texts(self, file: Unpacked) -> Iterator[str]:
        """Yield texts that end where a line does."""
        rest = "\ufeff"
        for piece in self._pieces(file):
            text = rest + piece if rest != "\ufeff" else piece.removeprefix(rest)
            end = text.rfind("\n") + 1 if piece else len(text)
            text, rest = text[:end], text[end:]
            if text:
                yield text

    def _of_lines(self, text: str, first_line: int, first_row: int) -> pa.Table:
        data = text.encode()
        texts = [(column, pa.string()) for column in sorted(self.as_text)]
        try:
            table = pjson.read_json(
                io.BytesIO(data),
                read_options=pjson.ReadOptions(block_size=len(data) + 1),
                parse_options=pjson.ParseOptions(explicit_schema=pa.schema(texts)),
            )
        except pa.ArrowInvalid:  # it does not say where; reading line by line does
            return self._of_objects(self._objects(text, first_line), first_row)
        moments = [f.name for f in table.schema if pa.types.is_timestamp(f.type)]
        if moments and _WITH_OFFSET.search(text):
            raise _MixedError(moments[0], None)  # Arrow would drop the offsets
        nested = [f.name for f in table.schema if pa.types.is_nested(f.type)]
        self.nested.update(dict.fromkeys(nested))
        table = table.drop_columns(nested)
        if any(long_numbers.among(column) for column in table.columns):
            return self._of_objects(self._objects(text, first_line), first_row)
        return table

    def _objects(self, text: str, first_line: int) -> list[dict[str, Any]]:
        decode = self._decoder().decode
        found = []
        for number, line in enumerate(text.split("\n"), start=first_line):
            if not line.strip():
                continue
            try:
                value = decode(line)
            except (ValueError, RecursionError) as error:
                raise self._bad("data.bad_json", number, line) from error
            if not isinstance(value, dict):
                raise self._bad("data.bad_json", number, line)
            found.append(value)
        return found

    def _elements(self, file: Unpacked) -> Iterator[dict[str, Any]]:
        decode = self._decoder().raw_decode
        later = self._pieces(file)
        text = next(later).lstrip("\ufeff \t\r\n").removeprefix("[")
        at, number = 0, 1
        while True:
            at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
            if text[at : at + 1] == "]":
                return
            try:
                value, end = decode(text, at)
            except (ValueError, RecursionError) as error:
                more = next(later, "")
                if not more or len(text) - at > _LONGEST_OBJECT:
                    raise self._bad(
                        "data.bad_json_object", number, text[at:]
                    ) from error
                text, at = text[at:] + more, 0
                continue
            if not isinstance(value, dict):
                raise self._bad("data.bad_json_object", number, text[at:end])
            yield value
            at, number = end, number + 1

    def _of_objects(self, objects: list[dict[str, Any]], first_row: int) -> pa.Table:
        names = list(dict.fromkeys(name for found in objects for name in found))
        columns = [
            self._column(name, [found.get(name) for found in objects], first_row)
            for name in names
        ]
        return pa.Table.from_arrays(columns, names=names)

    def _column(self, name: str, values: list[Any], first_row: int) -> pa.Array:
        kinds = {type(value) for value in values if value is not None}
        if kinds & {dict, list}:
            self.nested[name] = None
            return pa.nulls(len(values))
        if name in self.as_text:
            return pa.array([_text(value) for value in values], pa.string())
        if len(kinds) > 1:
            rarest = min(kinds, key=lambda kind: sum(type(v) is kind for v in values))
            row = next(i for i, v in enumerate(values) if type(v) is rarest)
            raise _MixedError(name, _mixed(name, first_row + row, values[row]))
        if kinds == {_Spelled}:
            spelled = pa.chunked_array([pa.array(values, pa.string())])
            numbers, note = long_numbers.read(spelled, name, first_row)
            if numbers is None:
                raise _MixedError(name, note)
            if note is not None:
                self.rounded.setdefault(name, note)
            return numbers.combine_chunks()
        return pa.array(values)

    def _decoder(self) -> json.JSONDecoder:
        return json.JSONDecoder(
            parse_int=_Spelled, parse_float=_Spelled, parse_constant=_Spelled
        )

    def _bad(self, code: str, row: int, text: str) -> EngineError:
        return EngineError(code, file=self._name, row=row, found=text[:_SHOWN])


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the blocks as one table; what one of them lacks is missing in it."""
    names = dict.fromkeys(name for table in tables for name in table.column_names)
    columns = [_whole_column(tables, name) for name in names]
    return pa.Table.from_arrays(columns, names=list(names))


def _whole_column(tables: Sequence[pa.Table], name: str) -> pa.ChunkedArray:
    parts = [
        table.column(name)
        if name in table.column_names
        else pa.chunked_array([pa.nulls(table.num_rows)])
        for table in tables
    ]
    kinds = {part.type for part in parts if not pa.types.is_null(part.type)}
    numbers = {pa.int64(), pa.float64()}
    if len(kinds) > 1 and kinds != numbers:
        raise _MixedError(name, _change(parts, name, kinds))
    kind = pa.float64() if kinds == numbers else next(iter(kinds), pa.null())
    chunks = [chunk for part in parts for chunk in part.cast(kind, safe=False).chunks]
    return pa.chunked_array(chunks, kind)


def _change(
    parts: Sequence[pa.ChunkedArray], name: str, kinds: set[pa.DataType]
) -> Note | None:
    """Name the first value that is of another kind than those before it."""
    if kinds == {pa.string(), pa.timestamp("s")}:
        return None  # dates are texts here, and found among them later
    first_row, kind = 0, None
    for part in parts:
        if kind is None and not pa.types.is_null(part.type):
            kind = part.type
        if part.type not in (kind, pa.null()):
            row = pc.index(part.is_valid(), pa.scalar(value=True)).as_py()
            return _mixed(name, first_row + row, part[row].as_py())
        first_row += len(part)
    return None


def _mixed(column: str, row: int, value: Any) -> Note:
    params: dict[str, Param] = {
        "column": column,
        "row": row,
        "value": (_text(value) or "")[:_SHOWN],
    }
    return Note(code="data.mixed_column", params=params)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
