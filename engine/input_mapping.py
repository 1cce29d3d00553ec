"""Which column of the data feeds which input of a model, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from engine import known_values
from engine.contracts.dataset import Kind, Note, Part, Role
from engine.contracts.model import Input, Mapping
from engine.data.missing import is_number

if TYPE_CHECKING:
    from engine.contracts.dataset import Column, DatasetInfo
    from engine.contracts.errors import Param
    from engine.contracts.model import ModelInfo
    from engine.data.table import Table

_MOST_NAMED = 8
_MOST_SHOWN = 20
_LONGEST = 80
_OF_NUMBERS = ("float", "int")
_NOT_FEATURES = (Role.TARGET, Role.SPLIT, Role.SCORE, Role.PREDICTION, Role.WEIGHT)


def propose(
    info: ModelInfo,
    data: DatasetInfo,
    wanted: Mapping | None,
    target: str,
    table: Table,
) -> tuple[Mapping, tuple[Note, ...]]:
    """Return how inputs are fed, and what is wrong with that.

    By name where the model knows names. By order only if asked, or if the model
    knows none; it is said then, because order alone can be silently wrong. By hand
    for the inputs that were given a column, and by name for the others.
    """
    names = [column.name for column in data.columns]
    inputs = [field.name for field in info.inputs]
    method = wanted.method if wanted is not None else "name"
    if method == "name" and not info.names_known:
        method = "order"
    if wanted is not None and wanted.columns:
        columns = dict(wanted.columns)
        if method == "hand":
            columns = _by_name(inputs, names) | columns
    elif method == "order":
        free = _in_order(data, target, len(inputs))
        if len(free) != len(inputs):
            params: dict[str, Param] = {"n_inputs": len(inputs), "n_columns": len(free)}
            note = Note(code="match.order_count", params=params)
            return Mapping(method="order"), (note,)
        columns = dict(zip(inputs, free, strict=True))
    else:
        columns = _by_name(inputs, names)
    notes = (Note(code="match.by_order"),) if method == "order" else ()
    mapping = Mapping(method=method, columns=columns, notes=notes)
    return mapping, _problems(info, data, mapping, target, table)


def _by_name(inputs: list[str], names: list[str]) -> dict[str, str]:
    """Return the columns of the same name; letter case matters only where it must."""
    folded: dict[str, list[str]] = {}
    for name in names:
        folded.setdefault(name.strip().casefold(), []).append(name)
    found = {}
    for name in inputs:
        alike = folded.get(name.strip().casefold(), [])
        if name in names:
            found[name] = name
        elif len(alike) == 1:
            found[name] = alike[0]
    return found


def _in_order(data: DatasetInfo, target: str, wanted: int) -> list[str]:
    """Return the columns that may be inputs; constants and the like if they fit."""
    free = [
        column
        for column in data.columns
        if column.name != target and column.role not in _NOT_FEATURES
    ]
    likely = [c for c in free if c.role not in (Role.ENTITY, Role.IGNORE)]
    chosen = free if len(likely) != wanted and len(free) == wanted else likely
    return [column.name for column in chosen]


def _problems(
    info: ModelInfo, data: DatasetInfo, mapping: Mapping, target: str, table: Table
) -> tuple[Note, ...]:
    problems = []
    inputs = tuple(field.name for field in info.inputs)
    strange = tuple(name for name in mapping.columns if name not in inputs)
    if strange:
        strange_params: dict[str, Param] = {
            "names": strange[:_MOST_NAMED],
            "inputs": inputs[:_MOST_SHOWN],
        }
        problems.append(Note(code="match.no_such_input", params=strange_params))
    missing = [f.name for f in info.inputs if f.used and f.name not in mapping.columns]
    gone = [c for c in mapping.columns.values() if data.column(c) is None]
    if missing:
        used = {*mapping.columns.values(), target}
        spare = [c.name for c in data.columns if c.name not in used]
        params: dict[str, Param] = {
            "columns": tuple(missing[:_MOST_NAMED]),
            "n": len(missing),
            "spare": tuple(spare[:_MOST_NAMED]),
        }
        code = "match.missing" if spare else "match.missing_all_used"
        problems.append(Note(code=code, params=params))
    if gone:
        problems.append(
            Note(code="match.no_such_column", params={"columns": tuple(gone)})
        )
    for field in info.inputs:
        column = data.column(mapping.columns.get(field.name, ""))
        if column is not None and field.used:
            problems += _type_problems(field, column, table, _decimal(data))
    fed = {mapping.columns.get(field.name) for field in info.inputs if field.used}
    if target in fed:
        problems.append(Note(code="match.target_is_input", params={"column": target}))
    return tuple(problems)


def _decimal(data: DatasetInfo) -> str:
    part = data.part(Part.EVALUATION)
    signs = [] if part is None else [source.options.decimal for source in part.sources]
    return next((sign for sign in signs if sign), ".")


def _type_problems(
    field: Input, column: Column, table: Table, decimal: str
) -> list[Note]:
    if field.dtype not in _OF_NUMBERS or column.name not in table.names:
        return []
    if not table.arrow.column(column.name).drop_null():
        return []  # without a value it fits any input
    try:
        table.numbers(column.name)
    except TypeError:
        if _texts_as_numbers(column.name, table):
            return []  # told among the warnings
    else:
        if column.kind is not Kind.DATETIME:
            return []
    codes, labels = table.codes(column.name)
    is_odd = [not is_number(label, decimal) for label in labels]
    odd = np.asarray([*is_odd, False])[codes]
    if not odd.any():
        return [
            Note(code="match.numbers_as_text", params={"column": column.name}),
        ]
    row = int(np.argmax(odd))
    params: dict[str, Param] = {
        "column": column.name,
        "kind": column.kind.value,
        "value": labels[codes[row]],
        "row": row,
        "n": int(np.count_nonzero(odd)),
    }
    return [Note(code="match.not_numeric", params=params)]


def mapping_warnings(info: ModelInfo, mapping: Mapping, table: Table) -> list[Note]:
    """Return what is doubtful about a mapping that is possible."""
    notes = list(mapping.notes)
    similar = [
        f"{name} ← {column}"
        for name, column in mapping.columns.items()
        if mapping.method == "name" and name != column
    ]
    if similar:
        params: dict[str, Param] = {"pairs": tuple(similar[:_MOST_NAMED])}
        notes.append(Note(code="match.similar_names", params=params))
    notes += _fed_twice(info, mapping)
    for field in info.inputs:
        column = mapping.columns.get(field.name, "")
        if column not in table.names or not field.used:
            continue
        if field.dtype in _OF_NUMBERS:
            notes += _texts_as_numbers(column, table)
            n_missing = table.arrow.column(column).null_count
            notes += _unseen_missing(field, column, n_missing)
        else:
            notes += _doubts(field, column, table)
    return notes


def _fed_twice(info: ModelInfo, mapping: Mapping) -> list[Note]:
    """Say which columns feed several inputs."""
    fed: dict[str, list[str]] = {}
    for field in info.inputs:
        if field.used and field.name in mapping.columns:
            fed.setdefault(mapping.columns[field.name], []).append(field.name)
    return [
        Note(
            code="match.fed_twice",
            params={"column": column, "inputs": tuple(inputs[:_MOST_NAMED])},
        )
        for column, inputs in fed.items()
        if len(inputs) > 1
    ]


def _texts_as_numbers(name: str, table: Table) -> list[Note]:
    """Say that a column of texts is given as the numbers that they are."""
    column = table.arrow.column(name)
    if not pa.types.is_string(column.type) or column.null_count == len(column):
        return []
    numbers = known_values.plain_numbers(column)
    if numbers is None:
        return []
    row = int(np.argmax(column.is_valid().to_numpy()))
    params: dict[str, Param] = {
        "column": name,
        "value": column[row].as_py(),
        "number": f"{numbers[row].as_py():.15g}",
    }
    return [Note(code="match.texts_as_numbers", params=params)]


def _doubts(field: Input, column: str, table: Table) -> list[Note]:
    """Return which values the model does not know, or may mean otherwise."""
    try:
        found = known_values.doubts(table, column, field)
    except TypeError:  # numbers, and more of them than there are categories
        return [Note(code="match.not_categories", params={"column": column})]
    notes = []
    for code, values in (
        ("match.unknown_categories", found.unknown),
        ("match.respelled", found.respelled),
        ("match.tokens_as_text", found.kept),
        ("match.tokens_as_missing", found.lost),
    ):
        if values:
            params: dict[str, Param] = {
                "column": column,
                "categories": tuple(sorted(values)[:_MOST_NAMED]),
                "n": len(values),
                "n_rows": values.total(),
            }
            if code == "match.respelled":
                params |= {"value": min(values), "level": found.spelled}
            notes.append(Note(code=code, params=params))
    if found.as_text:
        params = {"column": column, "value": found.as_text[:_LONGEST]}
        notes.append(Note(code="match.as_in_file", params=params))
    if found.n_blank:
        params = {"column": column, "n": found.n_blank}
        notes.append(Note(code="match.blank_category", params=params))
    return notes + _unseen_missing(field, column, found.n_missing)


def _unseen_missing(field: Input, column: str, n: int) -> list[Note]:
    """Say that there are blanks where the model has met none."""
    if not n or field.takes_missing is not False:
        return []
    return [Note(code="match.unseen_missing", params={"column": column, "n": n})]
