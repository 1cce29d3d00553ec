"""One type for the values of several files or parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from engine.data import long_numbers

if TYPE_CHECKING:
    from engine.contracts.dataset import Note


def wider(kind: pa.DataType, column: pa.ChunkedArray) -> pa.DataType | None:
    """Return the type that holds values of ``kind`` and those of a column.

    ``None`` if there is none. A column without values fits any type.
    """
    other = column.type
    if kind == other or column.null_count == len(column):
        return kind
    if pa.types.is_null(kind):
        return other
    if pa.types.is_temporal(kind) and pa.types.is_temporal(other):
        return pa.timestamp("us")
    pair = [pa.schema([("", one)]) for one in (kind, other)]
    try:
        return pa.unify_schemas(pair, promote_options="permissive").field(0).type
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None


def widened(
    column: pa.ChunkedArray, kind: pa.DataType, name: str
) -> tuple[pa.ChunkedArray, Note | None]:
    """Return a column in a wider type, and what that rounds."""
    if column.type == kind:
        return column, None
    note = None
    if pa.types.is_integer(column.type) and pa.types.is_floating(kind):
        note = long_numbers.rounded(column, name)
    return pc.cast(column, kind, safe=False), note
