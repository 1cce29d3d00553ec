"""Files that hold other columns of the same rows: labels or scores kept apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.data.widening import widened, wider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.contracts.errors import Param

_MOST_NAMED = 8


@dataclass(frozen=True, kw_only=True)
class Block:
    """Rows of one or more files of the same columns.

    Attributes
    ----------
    name
        Of the first of the files.
    named
        Whether the file names its columns.
    """

    table: pa.Table
    name: str
    named: bool = True


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Blocks side by side.

    Attributes
    ----------
    origins
        Column name → which block it comes from, and what it is called there.
    rows
        For each block the row of it that each row of the table has, ``None`` where
        they are the same.
    """

    table: pa.Table
    notes: tuple[Note, ...]
    origins: Mapping[str, tuple[int, str]]
    rows: tuple[pa.Array | None, ...]


def joined(blocks: Sequence[Block]) -> Joined:
    """Add the columns of the other blocks to those of the widest.

    Two blocks that share one column are joined by it: each row finds the row that
    has its key. Those that share none are joined row by row if they have as many.

    Raises
    ------
    EngineError
        ``data.files_differ``, ``data.no_common_column`` or ``data.keys_missing``.
    """
    base = max(blocks, key=lambda block: block.table.num_columns)
    table, notes = base.table, []
    first = next(place for place, block in enumerate(blocks) if block is base)
    origins = {name: (first, name) for name in table.column_names}
    rows: list[pa.Array | None] = [None] * len(blocks)
    for place, given in enumerate(blocks):
        if given is base:
            continue
        block = _named_by_file(given, table)
        common = [n for n in block.table.column_names if n in table.column_names]
        if len(common) > 1:
            raise _differ(base, block)
        if common:
            added, rows[place], note = _by_key(table, base.name, block, common[0])
        else:
            added, note = _by_order(table, base.name, block)
        for name, column in zip(added.column_names, added.columns, strict=True):
            table = table.append_column(name, column)
            number = block.table.column_names.index(name)
            origins[name] = (place, given.table.column_names[number])
        notes.append(note)
    return Joined(table=table, notes=tuple(notes), origins=origins, rows=tuple(rows))


def _named_by_file(block: Block, table: pa.Table) -> Block:
    """Call a lone column without a name what its file is called."""
    if block.named or block.table.num_columns > 1:
        return block
    name = block.name.split(".")[0] or block.name
    while name in table.column_names:
        name += "_"
    return replace(block, table=block.table.rename_columns([name]))


def _by_key(
    table: pa.Table, first: str, block: Block, key: str
) -> tuple[pa.Table, pa.Array, Note]:
    ours, theirs = table.column(key), block.table.column(key)
    kind = wider(ours.type, theirs)
    if kind is None:
        raise EngineError(
            "data.files_types",
            file=block.name,
            first=first,
            column=key,
            found=str(theirs.type),
            expected=str(ours.type),
        )
    (ours, _), (theirs, _) = widened(ours, kind, key), widened(theirs, kind, key)
    keys = theirs.combine_chunks()
    if pc.count_distinct(keys, mode="all").as_py() < len(keys):
        raise EngineError("data.keys_twice", file=block.name, column=key)
    rows = pc.index_in(ours, keys, skip_nulls=True)
    if rows.null_count:
        row = pc.index(rows.is_null(), pa.scalar(value=True)).as_py()
        raise EngineError(
            "data.keys_missing",
            file=block.name,
            first=first,
            column=key,
            row=row,
            value=str(ours[row]),
            n=rows.null_count,
        )
    params: dict[str, Param] = {
        "file": block.name,
        "first": first,
        "column": key,
        "n": len(keys) - pc.count_distinct(rows).as_py(),
    }
    rows = rows.combine_chunks()
    added = block.table.drop_columns([key]).take(rows)
    return added, rows, Note(code="data.joined_by_key", params=params)


def _by_order(table: pa.Table, first: str, block: Block) -> tuple[pa.Table, Note]:
    unnamed = not block.named and block.table.num_columns > 1
    if block.table.num_rows != table.num_rows or unnamed:
        raise EngineError(
            "data.no_common_column",
            file=block.name,
            first=first,
            found=block.table.num_rows,
            expected=table.num_rows,
        )
    params: dict[str, Param] = {
        "file": block.name,
        "first": first,
        "columns": tuple(block.table.column_names[:_MOST_NAMED]),
    }
    return block.table, Note(code="data.joined_by_order", params=params)


def _differ(base: Block, block: Block) -> EngineError:
    odd = set(block.table.column_names) ^ set(base.table.column_names)
    return EngineError(
        "data.files_differ",
        file=block.name,
        first=base.name,
        columns=tuple(sorted(odd)[:_MOST_NAMED]),
    )
