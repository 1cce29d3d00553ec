"""Which column feeds which input, and does the first look make sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.dataset import Kind, Note, Part, Role
from engine.contracts.errors import EngineError
from engine.contracts.model import Input, Mapping, ScoreKind, Task
from engine.contracts.progress import SILENT
from engine.contracts.results import MatchPreview
from engine.predict import (
    Matched,
    answers_of,
    class_codes,
    infer_positive,
    truth_of,
)

if TYPE_CHECKING:
    from engine.contracts.dataset import Column, DatasetInfo
    from engine.contracts.model import ModelInfo
    from engine.contracts.progress import Progress
    from engine.data.table import Table

N_TRIED = 200
N_SHOWN = 12
_MOST_NAMED = 8
_NOT_FEATURES = (Role.TARGET, Role.SPLIT, Role.SCORE, Role.PREDICTION, Role.WEIGHT)


def propose(
    info: ModelInfo, data: DatasetInfo, wanted: Mapping | None, target: str
) -> tuple[Mapping, tuple[Note, ...]]:
    """Return how inputs are fed, and what is wrong with that.

    By name where the model knows names. By order only if asked, or if the model
    knows none; it is said then, because order alone can be silently wrong.
    """
    names = [column.name for column in data.columns]
    inputs = [field.name for field in info.inputs]
    if wanted is None or not wanted.columns:
        method = wanted.method if wanted is not None else "name"
        if not info.names_known and method == "name":
            method = "order"
        if method == "order":
            free = [
                column.name
                for column in data.columns
                if column.name != target
                and column.role not in _NOT_FEATURES
                and column.role not in (Role.ENTITY, Role.IGNORE)
            ]
            if len(free) != len(inputs):
                note = Note(
                    code="match.order_count",
                    params={"n_inputs": len(inputs), "n_columns": len(free)},
                )
                return Mapping(method="order"), (note,)
            columns = dict(zip(inputs, free, strict=True))
        else:
            columns = _by_name(inputs, names)
        wanted = Mapping(method=method, columns=columns)
    return wanted, _problems(info, data, wanted, target)


def _by_name(inputs: list[str], names: list[str]) -> dict[str, str]:
    folded = {name.strip().casefold(): name for name in names}
    return {
        name: name if name in names else folded[name.strip().casefold()]
        for name in inputs
        if name in names or name.strip().casefold() in folded
    }


def _problems(
    info: ModelInfo, data: DatasetInfo, mapping: Mapping, target: str
) -> tuple[Note, ...]:
    problems = []
    missing = [f.name for f in info.inputs if f.name not in mapping.columns]
    gone = [c for c in mapping.columns.values() if data.column(c) is None]
    if missing:
        used = {*mapping.columns.values(), target}
        spare = [c.name for c in data.columns if c.name not in used]
        problems.append(
            Note(
                code="match.missing",
                params={
                    "columns": tuple(missing[:_MOST_NAMED]),
                    "n": len(missing),
                    "spare": tuple(spare[:_MOST_NAMED]),
                },
            )
        )
    if gone:
        problems.append(
            Note(code="match.no_such_column", params={"columns": tuple(gone)})
        )
    for field in info.inputs:
        column = data.column(mapping.columns.get(field.name, ""))
        if column is not None:
            problems += _type_problems(field, column)
    if target in mapping.columns.values():
        problems.append(Note(code="match.target_is_input", params={"column": target}))
    return tuple(problems)


def _type_problems(field: Input, column: Column) -> list[Note]:
    if field.dtype in ("float", "int") and column.kind in (
        Kind.CATEGORICAL,
        Kind.TEXT,
        Kind.DATETIME,
    ):
        return [
            Note(
                code="match.not_numeric",
                params={"column": column.name, "kind": column.kind.value},
            )
        ]
    return []


def _unknown_categories(
    info: ModelInfo, data: DatasetInfo, mapping: Mapping
) -> list[Note]:
    notes = []
    for field in info.inputs:
        column = data.column(mapping.columns.get(field.name, ""))
        if column is None or not field.categories or not column.categories:
            continue
        new = [c for c in column.categories if c not in field.categories]
        if new:
            notes.append(
                Note(
                    code="match.unknown_categories",
                    params={
                        "column": column.name,
                        "categories": tuple(new[:_MOST_NAMED]),
                        "n": len(new),
                    },
                )
            )
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
        mapping, problems = propose(info, data, matched.mapping, matched.target)
        if mapping.method == "order":
            warnings.append(Note(code="match.by_order"))
        warnings += _unknown_categories(info, data, mapping)
        matched = _with(matched, mapping=mapping)
    if table.n_rows == 0:
        problems = (*problems, Note(code="match.no_rows"))
    unmatched, counts = _labels(table, matched)
    if unmatched:
        warnings.append(
            Note(
                code="match.unmatched_labels",
                params={"labels": unmatched[:_MOST_NAMED], "column": matched.target},
            )
        )
    positive = matched.positive
    if info.task is Task.BINARY and positive not in info.classes:
        positive = infer_positive(info.classes, counts)
        matched = _with(matched, positive=positive)
    result = MatchPreview(
        mapping=matched.mapping or Mapping(),
        task=info.task,
        classes=info.classes,
        positive=positive,
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


def _with(matched: Matched, **changes: object) -> Matched:
    from dataclasses import replace  # noqa: PLC0415 - msgspec has one of that name

    return replace(matched, **changes)


def _labels(table: Table, matched: Matched) -> tuple[tuple[str, ...], dict[str, int]]:
    if matched.info.task is Task.REGRESSION or matched.target not in table.names:
        return (), {}
    try:
        codes, labels = table.codes(matched.target)
    except TypeError:
        return (), {}
    of_label = class_codes(labels, matched.info.classes, matched.class_map)[:-1]
    unmatched = tuple(
        label for label, code in zip(labels, of_label, strict=True) if code < 0
    )
    present = np.bincount(codes[codes >= 0], minlength=len(labels))
    counts: dict[str, int] = {}
    for code, n in zip(of_label, present, strict=True):
        if code >= 0:
            name = matched.info.classes[code]
            counts[name] = counts.get(name, 0) + int(n)
    return unmatched, counts


def _tried(
    result: MatchPreview, matched: Matched, table: Table, progress: Progress
) -> MatchPreview:
    n = min(N_TRIED, table.n_rows)
    rows = np.sort(np.random.default_rng(0).choice(table.n_rows, n, replace=False))
    sample = table.take(rows)
    truth = truth_of(sample, matched)
    scores, labels, kind = answers_of(sample, matched, progress)
    info = matched.info
    if info.task is Task.REGRESSION:
        known = ~np.isnan(truth)
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
        known = truth >= 0
        sanity = float(np.mean((labels == truth)[known])) if known.any() else None
        most = np.bincount(truth[known].astype(int)).max() if known.any() else 0
        baseline = float(most / known.sum()) if known.any() else None
        told = [info.classes[t] if t >= 0 else "" for t in truth]
        answered = [info.classes[v] for v in labels]
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
    return scores[np.arange(len(labels)), labels]


def target_of(data: DatasetInfo) -> str:
    """Return the column that is most likely the target, or ``""``."""
    targets = data.with_role(Role.TARGET)
    return targets[0].name if len(targets) == 1 else ""


def evaluation_table(tables: dict[Part, Table]) -> Table:
    """Return the part that is judged.

    Raises
    ------
    EngineError
        ``data.none`` if no data are open.
    """
    if Part.EVALUATION not in tables:
        raise EngineError("data.none")
    return tables[Part.EVALUATION]
