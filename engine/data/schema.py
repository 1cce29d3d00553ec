"""What each column is and what it is for, with the reason for either."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.dataset import (
    Column,
    ColumnChoice,
    Kind,
    Note,
    ReadOptions,
    Role,
)
from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT
from engine.data import dates, long_numbers, roles, separated_numbers
from engine.data.roles import FEW_LEVELS
from engine.data.table import MOST_CODES, labels_of
from engine.environment import cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from engine.contracts.errors import Param
    from engine.contracts.progress import Progress

MOST_LEVELS_SHARE = 0.5
LONG_TEXT = 60
# notes that counting makes
OF_VALUES = ("schema.infinite", "schema.constant", "schema.wide_numbers")
MOSTLY = 0.9
_SAMPLE = 5000
_NUMERIC = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
_NUMBERS = re.compile(r"u?int\d+|double|float|halffloat|bool")
_BOOLEANS = ({"true", "false"}, {"yes", "no"}, {"y", "n"}, {"t", "f"})

In = TypeVar("In")
Out = TypeVar("Out")


class Counted(NamedTuple):
    """Missing and distinct values, finite extremes, and how many are infinite."""

    missing: int
    distinct: int
    low: float | None = None
    high: float | None = None
    infinite: int = 0


def typed(
    arrow: pa.Table,
    said: Mapping[str, str],
    options: ReadOptions,
    formats: Mapping[str, str] | None = None,
) -> tuple[pa.Table, dict[str, tuple[Note, ...]]]:
    """Turn text columns that hold dates or numbers into those; say what was done.

    Parameters
    ----------
    said
        Code of the note that says already why a column is text.
    options
        Whether the day comes first in dates, whether texts with separators are
        numbers, and the decimal sign of the file.
    formats
        How the dates of columns are written in other files.

    Returns
    -------
    pyarrow.Table
        With plain types: no dictionaries, decimals or large strings.
    dict
        Notes by column.
    """
    notes: dict[str, tuple[Note, ...]] = {}
    columns = []
    for field, column in zip(arrow.schema, arrow.columns, strict=True):
        found = plain(column)
        if pa.types.is_floating(found.type):
            found = _without_nan(found)
        if pa.types.is_null(found.type):
            found = pc.cast(found, pa.string())
        if pa.types.is_string(found.type):
            known = (formats or {}).get(field.name, "")
            found, of_values = dates.read(
                found, field.name, day_first=options.day_first, known=known
            )
            if not of_values:
                found, of_values = _numbers(found, field.name, said, options)
            if of_values:
                notes[field.name] = of_values
        columns.append(found)
    return pa.Table.from_arrays(columns, names=arrow.column_names), notes


def infer(
    arrow: pa.Table,
    notes: Mapping[str, tuple[Note, ...]],
    progress: Progress = SILENT,
) -> tuple[Column, ...]:
    """Return kinds and roles of every column, with reasons."""
    columns: list[Column] = []
    n = arrow.num_columns

    def describe(name: str) -> Column:
        return described(name, arrow.column(name), notes.get(name, ()))

    for column in _side_by_side(describe, arrow.column_names):
        progress.advance(len(columns), n, "data.describing")
        columns.append(column)
    progress.advance(n, n, "data.describing")
    return tuple(roles.one_target(columns))


def choose(
    columns: tuple[Column, ...], choices: Mapping[str, ColumnChoice]
) -> tuple[Column, ...]:
    """Return the columns as the user has them.

    Raises
    ------
    EngineError
        ``data.no_such_column`` or ``data.not_that_kind``.
    """
    known = {column.name for column in columns}
    for name in choices:
        if name not in known:
            raise EngineError("data.no_such_column", column=name)
    targets = [n for n, choice in choices.items() if choice.role is Role.TARGET]
    if len(targets) > 1:
        raise EngineError("data.two_targets", columns=tuple(targets))
    chosen = Note(code="schema.chosen")
    result = []
    for column in columns:
        choice = choices.get(column.name, ColumnChoice())
        changes: dict[str, object] = {}
        if choice.kind is not None and choice.kind is not column.kind:
            if not _can_be(column, choice.kind):
                raise EngineError(
                    "data.not_that_kind",
                    column=column.name,
                    kind=choice.kind.value,
                    found=column.dtype,
                )
            changes |= {"kind": choice.kind, "kind_reason": chosen}
        if choice.role is not None:
            changes |= {"role": choice.role, "role_reason": chosen}
        elif targets and column.role is Role.TARGET:
            changes |= {"role": Role.FEATURE, "role_reason": chosen}
        result.append(msgspec.structs.replace(column, **changes))
    return tuple(result)


def _can_be(column: Column, kind: Kind) -> bool:
    match kind:
        case Kind.NUMERIC:
            return bool(_NUMBERS.fullmatch(column.dtype))
        case Kind.DATETIME:
            return column.dtype.startswith(("timestamp", "date"))
        case Kind.BOOLEAN:
            return column.n_distinct <= len(("no", "yes"))
    return True


def levels(column: pa.ChunkedArray) -> tuple[str, ...]:
    """Return the different values in order, as labels; none if there are too many."""
    if pa.types.is_floating(column.type):
        column = pc.add(column, 0.0)  # one nought, not two of different signs
    values = pc.unique(column).drop_null()
    if len(values) > MOST_CODES:
        return ()
    return labels_of(values.take(pc.array_sort_indices(values)).to_pylist())


def recounted(columns: tuple[Column, ...], evaluation: pa.Table) -> tuple[Column, ...]:
    """Return the columns with counts and extremes over the evaluation part.

    Kinds, roles and categories stay: those are of all parts, so that a label met
    only in training keeps its name.
    """

    def recount(column: Column) -> Column:
        found = _counted(evaluation.column(column.name))
        return msgspec.structs.replace(
            column,
            n_missing=found.missing,
            n_distinct=found.distinct,
            low=found.low,
            high=found.high,
        )

    return tuple(_side_by_side(recount, columns))


def _side_by_side(work: Callable[[In], Out], items: Sequence[In]) -> Iterator[Out]:
    """Yield what becomes of each item, in order, a thread for every core.

    Sorting and comparing columns leave Python for nearly all of their time.
    """
    with ThreadPoolExecutor(cores()) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            for future in futures:
                yield future.result()
        finally:  # whoever stops listening wants no more of it
            pool.shutdown(wait=False, cancel_futures=True)


def _counted(column: pa.ChunkedArray) -> Counted:
    """Count the values of a column; ``nan`` is missing, not a value."""
    if not _is_number(column.type):
        distinct = int(pc.count_distinct(column, mode="only_valid").as_py())
        low, high = _span(column) if pa.types.is_temporal(column.type) else (None, None)
        return Counted(column.null_count, distinct, low, high)
    # sorting is ten times faster than the hash table of count_distinct
    values = column.drop_null().to_numpy()
    if pa.types.is_floating(column.type):
        values = values[~np.isnan(values)]
    values = np.sort(values)
    distinct = int((values[1:] != values[:-1]).sum()) + (len(values) > 0)
    missing = len(column) - len(values)
    first, end = 0, len(values)
    if pa.types.is_floating(column.type):
        first = int(np.searchsorted(values, -np.inf, side="right"))
        end = int(np.searchsorted(values, np.inf, side="left"))
    infinite = len(values) - (end - first)
    if first >= end:
        return Counted(missing, distinct, infinite=infinite)
    low, high = float(values[first]), float(values[end - 1])
    return Counted(missing, distinct, low, high, infinite)


def _without_nan(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column whose missing values are all of one sort."""
    is_nan = pc.is_nan(column)
    if not pc.any(is_nan).as_py():
        return column
    return pc.if_else(is_nan, pa.scalar(None, column.type), column)


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column without dictionaries, decimals and the larger texts."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return plain(pc.cast(column, kind.value_type))
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pc.cast(column, pa.string())
    if pa.types.is_decimal(kind) or pa.types.is_float16(kind):
        return pc.cast(column, pa.float64())
    if pa.types.is_time(kind) or pa.types.is_duration(kind) or pa.types.is_binary(kind):
        return pc.cast(column, pa.string(), safe=False)
    return column


def _numbers(
    column: pa.ChunkedArray, name: str, said: Mapping[str, str], options: ReadOptions
) -> tuple[pa.ChunkedArray, tuple[Note, ...]]:
    """Turn texts into numbers, or say which value keeps them from being some."""
    told = said.get(name)
    if told not in (None, "data.mixed_column"):
        return column, ()
    found, notes = separated_numbers.read(
        column, name, decimal=options.decimal, wanted=options.separated
    )
    notes = tuple(note for note in notes if note.code != told)
    if not notes and told is None and (odd := _odd_text(found, name)):
        notes = (odd,)
    return found, notes


def _odd_text(column: pa.ChunkedArray, name: str) -> Note | None:
    """Name the first text in a column that otherwise holds numbers."""
    if not _numbers_among(column.slice(0, _SAMPLE)):
        return None
    is_number = pc.match_substring_regex(column, _NUMERIC)
    present = len(column) - column.null_count
    numbers = int(pc.sum(is_number).as_py() or 0)
    if numbers == present or numbers < MOSTLY * present:
        return None
    row = pc.index(is_number, pa.scalar(value=False)).as_py()
    params: dict[str, Param] = {
        "column": name,
        "row": row,
        "value": column[row].as_py()[:80],
    }
    return Note(code="data.mixed_column", params=params)


def _numbers_among(column: pa.ChunkedArray) -> bool:
    numbers = pc.sum(pc.match_substring_regex(column, _NUMERIC)).as_py() or 0
    return bool(numbers >= MOSTLY * (len(column) - column.null_count) and numbers > 0)


def described(
    name: str, column: pa.ChunkedArray, notes: tuple[Note, ...] = ()
) -> Column:
    """Return what a column is and what it is for, with the reasons."""
    n = len(column)
    found = _counted(column)
    distinct, present = found.distinct, n - found.missing
    if found.infinite:
        params: dict[str, Param] = {"column": name, "n": found.infinite}
        notes = (*notes, Note(code="schema.infinite", params=params))
    if (note := long_numbers.wide(column, name)) is not None:
        notes = (*notes, note)
    kind, kind_reason, categories = _kind(name, column, distinct, present)
    role, reason = roles.role_of(name, kind, column, distinct, present, categories)
    if distinct <= 1:
        notes = (*notes, Note(code="schema.constant", params={"column": name}))
    return Column(
        name=name,
        kind=kind,
        role=role,
        dtype=str(column.type),
        kind_reason=kind_reason,
        role_reason=reason,
        n_missing=found.missing,
        n_distinct=distinct,
        categories=categories,
        low=found.low,
        high=found.high,
        notes=notes,
    )


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _span(column: pa.ChunkedArray) -> tuple[float | None, float | None]:
    """Return the first and the last date, in seconds since 1970."""
    fine = pa.types.is_timestamp(column.type) and column.type.unit == "ns"
    micro = pc.cast(column, pa.timestamp("us"), safe=not fine)  # nanoseconds are cut
    found = pc.min_max(pc.cast(micro, pa.int64())).as_py()
    if found["min"] is None:
        return None, None
    return float(found["min"]) * 1e-6, float(found["max"]) * 1e-6


def _kind(
    name: str, column: pa.ChunkedArray, distinct: int, present: int
) -> tuple[Kind, Note, tuple[str, ...]]:
    kind = column.type
    if pa.types.is_boolean(kind):
        return Kind.BOOLEAN, Note(code="schema.boolean_type"), ("false", "true")
    if pa.types.is_temporal(kind):
        return Kind.DATETIME, Note(code="schema.date_type"), ()
    labels = levels(column) if distinct <= MOST_CODES else ()
    if _is_number(kind):
        few = 1 < distinct <= FEW_LEVELS and present > 5 * distinct
        if few and (pa.types.is_integer(kind) or _whole(column)):
            if set(labels) <= {"0", "1"}:
                return Kind.BOOLEAN, Note(code="schema.zero_one"), labels
            params: dict[str, Param] = {"n": distinct}
            return (
                Kind.CATEGORICAL,
                Note(code="schema.few_integers", params=params),
                labels,
            )
        return Kind.NUMERIC, Note(code="schema.number_type"), ()
    if {level.casefold() for level in labels} in _BOOLEANS:
        return Kind.BOOLEAN, Note(code="schema.two_words"), labels
    if distinct <= MOST_CODES and distinct <= max(20, MOST_LEVELS_SHARE * present):
        params = {"n": distinct}
        return Kind.CATEGORICAL, Note(code="schema.few_texts", params=params), labels
    length = pc.mean(pc.utf8_length(column)).as_py() or 0
    if length > LONG_TEXT:
        return Kind.TEXT, Note(code="schema.long_text"), ()
    return Kind.TEXT, Note(code="schema.many_texts", params={"n": distinct}), ()


def _whole(column: pa.ChunkedArray) -> bool:
    values = column.drop_null()
    rounded = pc.equal(pc.floor(values), values)
    return bool(pc.all(rounded).as_py())
