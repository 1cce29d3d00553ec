"""Columns whose values a table here can hold; the others are left out and named."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from engine.contracts.errors import Param

_EPOCH = datetime.datetime(1970, 1, 1)
_DAY_S = 86_400
_FIRST_S = int((datetime.datetime.min - _EPOCH).total_seconds()) + _DAY_S
_LAST_S = int((datetime.datetime.max - _EPOCH).total_seconds()) - _DAY_S
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


class _UnusableError(Exception):
    """A column cannot be used.

    Parameters
    ----------
    code
        Of the note that says so.
    **params
        Its parameters beside file and column.
    """

    def __init__(self, code: str, **params: Param) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def usable(table: pa.Table, file: str) -> tuple[pa.Table, tuple[Note, ...]]:
    """Return the columns that can be used, in types that all the program knows.

    Raises
    ------
    EngineError
        ``data.no_usable_columns`` if none is left.
    """
    columns, names, notes = [], [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        try:
            found = _plain(column)
        except _UnusableError as error:
            params: dict[str, Param] = {"file": file, "column": name, **error.params}
            notes.append(Note(code=error.code, params=params))
            continue
        if pa.types.is_duration(column.type):
            params = {"file": file, "column": name}
            notes.append(Note(code="data.durations", params=params))
        columns.append(found)
        names.append(name)
    if notes and not columns:
        content = notes[0].params.get("content", "dates")
        raise EngineError("data.no_usable_columns", file=file, content=content)
    return pa.Table.from_arrays(columns, names=names), tuple(notes)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column in a type of its own, without wrappers round it."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        stored = [chunk.storage for chunk in column.chunks]
        column = _plain(pa.chunked_array(stored, kind.storage_type))
        return pc.cast(column, pa.bool_()) if isinstance(kind, pa.Bool8Type) else column
    if pa.types.is_run_end_encoded(kind):
        decoded = [pc.run_end_decode(chunk) for chunk in column.chunks]
        return _plain(pa.chunked_array(decoded, kind.value_type))
    if pa.types.is_dictionary(kind):
        values = kind.value_type
        if pa.types.is_string(values) or pa.types.is_large_string(values):
            return column
        if (content := _content(values)) or pa.types.is_dictionary(values):
            raise _UnusableError("data.unusable_column", content=content or "mixed")
        return _plain(pc.cast(column, values))
    if content := _content(kind):
        raise _UnusableError("data.unusable_column", content=content)
    if (
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or kind == pa.binary_view()
    ):
        return _texts(column)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        _check_years(column)
    if pa.types.is_duration(kind):
        counted = pc.cast(pc.cast(column, pa.int64()), pa.float64(), safe=False)
        return pc.divide(counted, float(_PER_SECOND[kind.unit]))
    return column


def _content(kind: pa.DataType) -> str:
    """Return what a type holds that no column here can, or nothing."""
    if pa.types.is_map(kind):
        return "maps"
    if pa.types.is_struct(kind):
        return "records"
    if pa.types.is_union(kind):
        return "mixed"
    if pa.types.is_nested(kind):
        return "lists"
    return "intervals" if pa.types.is_interval(kind) else ""


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return pc.cast(pc.cast(column, pa.large_binary()), pa.large_string())
    except pa.ArrowInvalid as error:
        raise _UnusableError("data.unusable_column", content="bytes") from error


def _check_years(column: pa.ChunkedArray) -> None:
    """Refuse dates that no calendar here has: outside the years 1 to 9999."""
    kind = column.type
    if getattr(kind, "unit", "") == "ns":
        return  # 64 bits of them end in the year 2262
    if pa.types.is_timestamp(kind):
        first, last = (s * _PER_SECOND[kind.unit] for s in (_FIRST_S, _LAST_S))
        counted = pc.cast(column, pa.int64())
    elif pa.types.is_date64(kind):
        first, last = _FIRST_S * 1000, _LAST_S * 1000
        counted = pc.cast(column, pa.int64())
    else:
        first, last = _FIRST_S // _DAY_S, _LAST_S // _DAY_S
        counted = pc.cast(pc.cast(column, pa.int32()), pa.int64())
    outside = pc.or_(pc.less(counted, first), pc.greater(counted, last))
    row = pc.index(outside, pa.scalar(value=True)).as_py()
    if row >= 0:
        raise _UnusableError("data.dates_beyond", row=row)
