"""Parts with the same columns, of one type and with the same missing values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from engine.contracts.dataset import Column, Kind, Note, Part
from engine.contracts.errors import EngineError
from engine.data import dates, long_numbers, schema
from engine.data.missing import without
from engine.data.widening import widened, wider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.contracts.dataset import ColumnChoice
    from engine.contracts.errors import Param
    from engine.data.files import Files

    Tables = Mapping[Part, pa.Table]
    PartColumns = dict[Part, pa.ChunkedArray]


_LEVELLED = (Kind.CATEGORICAL, Kind.ORDINAL, Kind.BOOLEAN)


@dataclass(frozen=True, kw_only=True)
class Aligned:
    """Tables of the same columns, and those columns described."""

    tables: Tables
    columns: tuple[Column, ...]


def align(
    files: Mapping[Part, Files],
    inferred: Sequence[Column],
    choices: Mapping[str, ColumnChoice],
) -> Aligned:
    """Give every column one type in all parts, and its own missing values.

    Parameters
    ----------
    inferred
        The columns of the first part as they were read.

    Raises
    ------
    EngineError
        ``data.other_type`` with part and column.
    """
    main = next(iter(files))
    n_rows = {part: file.arrow.num_rows for part, file in files.items()}
    described = []
    found: dict[Part, list[pa.ChunkedArray]] = {part: [] for part in files}
    by_name = {
        part: dict(zip(file.arrow.column_names, file.arrow.columns, strict=True))
        for part, file in files.items()
    }
    for column in inferred:
        given = {
            # the other parts may do without the column that splits the first
            part: columns.get(column.name, pa.chunked_array([pa.nulls(n_rows[part])]))
            for part, columns in by_name.items()
        }
        parts, notes = _of_one_type(given, column.name)
        choice = choices.get(column.name)
        if choice is not None and choice.missing_tokens:
            parts, of_tokens = _lacking(parts, column.name, choice.missing_tokens)
            notes += of_tokens
        known = _described(column, given[main], parts[main], notes)
        if choice is not None and choice.kind in _LEVELLED and not known.categories:
            labels = schema.levels(parts[main])
            known = msgspec.structs.replace(known, categories=labels)
        described.append(known)
        for part, values in parts.items():
            found[part].append(values)
    names = [column.name for column in inferred]
    return Aligned(
        tables={p: pa.Table.from_arrays(c, names=names) for p, c in found.items()},
        columns=tuple(described),
    )


def _described(
    column: Column,
    before: pa.ChunkedArray,
    now: pa.ChunkedArray,
    notes: tuple[Note, ...],
) -> Column:
    if now is before:
        return msgspec.structs.replace(column, notes=(*column.notes, *notes))
    old = [note for note in column.notes if note.code not in schema.OF_VALUES]
    again = schema.described(column.name, now, (*old, *notes))
    # what it is for was said before, and is not said otherwise by its values
    return msgspec.structs.replace(
        again, role=column.role, role_reason=column.role_reason
    )


def _of_one_type(given: PartColumns, name: str) -> tuple[PartColumns, tuple[Note, ...]]:
    kind = pa.null()
    for part, values in given.items():
        wide = wider(kind, values)
        if wide is None:
            raise EngineError(
                "data.other_type",
                part=part.value,
                column=name,
                found=str(values.type),
                expected=str(kind),
            )
        kind = wide
    if pa.types.is_null(kind):
        kind = pa.string()
    cast, notes = {}, []
    for part, values in given.items():
        cast[part], note = widened(values, kind, name)
        notes += [note] if note is not None else []
    return cast, tuple(notes[:1])


def _lacking(
    given: PartColumns, name: str, tokens: tuple[str, ...]
) -> tuple[PartColumns, tuple[Note, ...]]:
    """Take the user's tokens out; texts that are numbers but for them become so."""
    found = {part: without(values, tokens) for part, values in given.items()}
    n = sum(found[part].null_count - given[part].null_count for part in given)
    params: dict[str, Param] = {"column": name, "n": n, "tokens": tokens}
    notes: tuple[Note, ...] = (Note(code="schema.chosen_missing", params=params),)
    if n == 0 or any(not pa.types.is_string(v.type) for v in found.values()):
        return found, notes
    read: PartColumns = {}
    for part, values in found.items():
        try:
            numbers, _ = long_numbers.read(values, name)
        except pa.ArrowInvalid:
            numbers, of_dates = dates.read(values, name)
            notes = of_dates + notes if not read else notes
        if numbers is None or pa.types.is_string(numbers.type):
            return found, notes
        read[part] = numbers
    read, rounded = _of_one_type(read, name)
    return read, notes + rounded
