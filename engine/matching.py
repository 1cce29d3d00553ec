"""Which column feeds which input, and does the first look make sense."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from engine import known_values
from engine.contracts.dataset import Kind, Note, Part, Role
from engine.contracts.errors import EngineError
from engine.contracts.model import Input, Mapping, ScoreKind, Task
from engine.contracts.progress import SILENT
from engine.contracts.results import MatchPreview
from engine.data.missing import is_number
from engine.labels import class_codes, respelled
from engine.models.recorded_scores import class_of_single
from engine.predict import (
    Matched,
    answers_of,
    features_of,
    infer_positive,
    labels_of_target,
    truth_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf

    from engine.contracts.dataset import Column, DatasetInfo
    from engine.contracts.errors import Param
    from engine.contracts.model import ModelInfo
    from engine.contracts.progress import Progress
    from engine.data.table import Table

N_TRIED = 200
N_SHOWN = 12
_MOST_NAMED = 8
_OF_NUMBERS = ("float", "int")
_MOST_SHOWN = 20
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
    missing = [f.name for f in info.inputs if f.name not in mapping.columns]
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
        if column is not None:
            problems += _type_problems(field, column, table, _decimal(data))
    if target in mapping.columns.values():
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


def _warnings(info: ModelInfo, mapping: Mapping, table: Table) -> list[Note]:
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
    for field in info.inputs:
        column = mapping.columns.get(field.name, "")
        if column not in table.names:
            continue
        if field.dtype in _OF_NUMBERS:
            notes += _texts_as_numbers(column, table)
        else:
            notes += _doubts(field, column, table)
    return notes


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
        (
            "match.tokens_as_text" if found.kept else "match.tokens_as_missing",
            found.tokens,
        ),
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
    if found.n_missing and field.takes_missing is False:
        params = {"column": column, "n": found.n_missing}
        notes.append(Note(code="match.unseen_missing", params=params))
    return notes


def preview(
    matched: Matched,
    data: DatasetInfo,
    table: Table,
    progress: Progress = SILENT,
) -> MatchPreview:
    """Try a match on a seeded sample of rows before anything else is computed.

    Parameters
    ----------
    matched
        The model, target and wished-for mapping; gaps are filled here.
    data, table
        The data set and its evaluation part.
    """
    info = matched.info
    problems: tuple[Note, ...] = ()
    warnings: list[Note] = []
    if matched.model is not None:
        mapping, problems = propose(info, data, matched.mapping, matched.target, table)
        warnings += _warnings(info, mapping, table)
        matched = replace(matched, mapping=mapping)
    if not matched.target:
        problems = (*problems, Note(code="match.no_target"))
    if table.n_rows == 0:
        problems = (*problems, Note(code="match.no_rows"))
    unmatched, counts = label_counts(table, matched)
    problems = (*problems, *_label_problems(table, matched))
    if unmatched and not any(p.code.startswith("target.") for p in problems):
        warnings.append(_unmatched(table, matched, unmatched))
    warnings += _respelled(table, matched)
    if matched.recorded is not None:
        warnings += info.notes
    positive, reason = positive_class(matched, counts)
    matched = replace(matched, positive=positive)
    result = MatchPreview(
        mapping=matched.mapping or Mapping(),
        task=info.task,
        classes=info.classes,
        positive=positive,
        positive_reason=reason,
        problems=problems,
        warnings=tuple(warnings),
        unmatched_labels=unmatched,
    )
    if problems:
        return result
    try:
        return _tried(result, matched, table, progress)
    except EngineError as error:
        note = Note(code=error.code, params=error.params)
        return msgspec.structs.replace(result, problems=(note,))


def positive_class(matched: Matched, counts: dict[str, int]) -> tuple[str, Note | None]:
    """Return the class to be found, and why where nobody chose it."""
    if matched.info.task is not Task.BINARY:
        return "", None
    if matched.positive:
        return matched.positive, None
    if matched.recorded is not None:
        named = class_of_single(matched.recorded, matched.info.classes)
        if named:
            note = Note(code="match.positive_by_score", params={"name": named})
            return named, note
    return infer_positive(matched.info.classes, counts)


def _label_problems(table: Table, matched: Matched) -> tuple[Note, ...]:
    """Return why the labels of the target are no classes of the model."""
    if matched.target not in table.names:
        return ()
    try:
        truth_of(table, matched)
    except EngineError as error:
        return (Note(code=error.code, params=error.params),)
    return ()


def _unmatched(table: Table, matched: Matched, unmatched: tuple[str, ...]) -> Note:
    codes, labels = labels_of_target(table, matched)
    places = [labels.index(label) for label in unmatched if label in labels]
    params: dict[str, Param] = {
        "labels": unmatched[:_MOST_NAMED],
        "column": matched.target,
        "n_rows": int(np.count_nonzero(np.isin(codes, places))),
        "mapping": f"{unmatched[0]}={matched.info.classes[0]}",
    }
    return Note(code="match.unmatched_labels", params=params)


def _respelled(table: Table, matched: Matched) -> list[Note]:
    if matched.info.task is Task.REGRESSION or matched.target not in table.names:
        return []
    try:
        _, labels = labels_of_target(table, matched)
    except TypeError:
        return []
    pairs = respelled(labels, matched.info.classes, matched.class_map)
    if not pairs:
        return []
    params: dict[str, Param] = {"pairs": pairs[:_MOST_NAMED]}
    return [Note(code="match.respelled_labels", params=params)]


def label_counts(
    table: Table, matched: Matched
) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the target's labels that are no class, and the rows of each class."""
    if matched.info.task is Task.REGRESSION or matched.target not in table.names:
        return (), {}
    try:
        codes, labels = labels_of_target(table, matched)
    except TypeError:
        return (), {}
    of_label = class_codes(labels, matched.info.classes, matched.class_map)[:-1]
    present = np.bincount(codes[codes >= 0], minlength=len(labels))
    unmatched = []
    counts: dict[str, int] = {}
    for label, code, n in zip(labels, of_label, present, strict=True):
        if code >= 0:
            name = matched.info.classes[code]
            counts[name] = counts.get(name, 0) + int(n)
        elif n:
            unmatched.append(label)
    if (codes < 0).any():
        known = {*matched.info.classes, *matched.class_map}
        tokens = known_values.tokens(table, matched.target)
        unmatched += sorted(tokens.keys() - known)
    return tuple(unmatched), counts


def _tried(
    result: MatchPreview, matched: Matched, table: Table, progress: Progress
) -> MatchPreview:
    n = min(N_TRIED, table.n_rows)
    rows = np.sort(np.random.default_rng(0).choice(table.n_rows, n, replace=False))
    sample = table.take(rows)
    truth = truth_of(sample, matched, whole=False)
    scores, labels, kind = answers_of(sample, matched, progress)
    info = matched.info
    if matched.model is not None:
        features = features_of(sample, matched)
        if not matched.model.is_deterministic(features, progress):
            note = Note(code="model.not_deterministic")
            result = msgspec.structs.replace(result, warnings=(*result.warnings, note))
    if info.task is Task.REGRESSION:
        known = np.isfinite(truth) & np.isfinite(labels)
        sanity = (
            float(np.median(np.abs(truth - labels)[known])) if known.any() else None
        )
        centre = np.median(truth[known]) if known.any() else 0.0
        baseline = (
            float(np.median(np.abs(truth[known] - centre))) if known.any() else None
        )
        told, answered = [f"{t:.6g}" for t in truth], [f"{v:.6g}" for v in labels]
        shown = labels
    else:
        known = (truth >= 0) & (labels >= 0)
        sanity = float(np.mean((labels == truth)[known])) if known.any() else None
        most = np.bincount(truth[known].astype(int)).max() if known.any() else 0
        baseline = float(most / known.sum()) if known.any() else None
        told = [info.classes[t] if t >= 0 else "" for t in truth]
        answered = [info.classes[v] if v >= 0 else "" for v in labels]
        shown = _shown_scores(scores, labels, matched, kind)
    return msgspec.structs.replace(
        result,
        n_tried=n,
        rows=tuple(int(row) for row in rows[:N_SHOWN]),
        truth=tuple(told[:N_SHOWN]),
        prediction=tuple(answered[:N_SHOWN]),
        score=tuple(float(s) for s in shown[:N_SHOWN]),
        sanity=sanity,
        baseline=baseline,
    )


def _shown_scores(
    scores: np.ndarray, labels: np.ndarray, matched: Matched, kind: ScoreKind
) -> np.ndarray:
    if kind is ScoreKind.LABEL:
        return np.full(len(labels), np.nan)
    if matched.info.task is Task.BINARY:
        return scores[:, matched.info.classes.index(matched.positive)]
    found: np.ndarray = scores[np.arange(len(labels)), labels]
    return found


def target_of(data: DatasetInfo) -> str:
    """Return the column that is most likely the target, or ``""``."""
    targets = data.with_role(Role.TARGET)
    return targets[0].name if len(targets) == 1 else ""


def evaluation_table(tables: MappingOf[Part, Table]) -> Table:
    """Return the part that is judged.

    Raises
    ------
    EngineError
        ``data.none`` if no data are open.
    """
    if Part.EVALUATION not in tables:
        raise EngineError("data.none")
    return tables[Part.EVALUATION]
