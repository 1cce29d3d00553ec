"""Recorded scores beside the column that holds the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine import known_labels, labels
from engine.contracts.dataset import Kind, Note
from engine.contracts.errors import EngineError
from engine.contracts.score_names import subjects
from engine.labels import canonical
from engine.models import recorded_scores
from engine.models.recorded_scores import class_of_column
from engine.recorded_answers import answers, label_column, look, score_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.contracts.dataset import DatasetInfo
    from engine.contracts.errors import Param
    from engine.contracts.model import ModelInfo, RecordedScores
    from engine.data.table import Table

_BOTH = {"0", "1"}


def recorded_model(
    recorded: RecordedScores,
    target: str,
    table: Table,
    data: DatasetInfo,
    *,
    positive: str = "",
    class_map: Mapping[str, str] | None = None,
) -> tuple[ModelInfo, RecordedScores]:
    """Return recorded scores as if they were a model of ``target``.

    The classes are those of the truth, of the recorded labels, and of the names of
    several score columns: what only the model gives is a class too. A column of
    numbers with at most one score beside it is a number that was predicted, unless
    it has two values, or one of 0 and 1 beside scores of classes, or a ``positive``
    class was named, or anything was said of its labels.

    Returns
    -------
    info
        With what was noticed in reading the scores.
    recorded
        With the class of each column and the kind of scores, decided by all rows.

    Raises
    ------
    EngineError
        ``target.missing_column`` if there is no such column, ``match.no_target`` if
        none was said; ``scores.are_truth``; what forbids to read the scores, or to
        compare the labels.
    """
    if not target:
        raise EngineError("match.no_target")
    if target not in table.names:
        raise EngineError("target.missing_column", column=target)
    if target in (*recorded.scores, recorded.prediction):
        raise EngineError("scores.are_truth", column=target)
    said = class_map or {}
    try:
        rows = _rows_of_labels(table, target, recorded, said)
    except TypeError:  # too many different numbers to be classes
        rows = {}
    is_number = not said and _is_number(recorded, target, rows, table, data, positive)
    if not rows or is_number:
        return _of_numbers(recorded, table), recorded
    truth = _distinct(said.get(label, label) for label in rows)
    by_column: tuple[str, ...] = ()
    if len(recorded.scores) > 1:
        by_column = recorded.classes or recorded_scores.classes_in_names(
            recorded.scores, truth
        )
    given = by_column
    if recorded.prediction:
        written = known_labels.tokens(table, recorded.prediction)
        codes, told = label_column(table, recorded.prediction, written)
        present = np.bincount(codes[codes >= 0], minlength=len(told))
        decided = tuple(label for label, n in zip(told, present, strict=True) if n)
        given = _distinct((*given, *decided))
    if given:
        labels.check(target, rows, given, said)
    new = labels.class_codes(given, truth, {})[:-1] < 0
    classes = (*truth, *(c for c, is_new in zip(given, new, strict=True) if is_new))
    if len(classes) == 1:
        classes = _with_other(classes[0], recorded, positive)
    if set(classes) != set(truth):
        classes = tuple(_ordered(classes))
    if len(recorded.scores) == 1:
        by_column = tuple(n for n in recorded.classes if _known(n, classes))
    if by_column:
        recorded = msgspec.structs.replace(
            recorded, classes=tuple(_called(name, classes) for name in by_column)
        )
    if len(recorded.scores) > 1 and by_column:  # labels of no column are unknown
        classes = tuple(c for c in classes if c in recorded.classes)
    how, kind, notes = look(table, recorded, recorded.scores)
    notes += _without_label(table, recorded, classes)
    info = recorded_scores.describe(recorded, classes, kind, notes)
    recorded = msgspec.structs.replace(recorded, kind=how)
    notes += _decided_otherwise(table, info, recorded)
    return msgspec.structs.replace(info, notes=notes), recorded


def _rows_of_labels(
    table: Table, column: str, recorded: RecordedScores, said: Mapping[str, str]
) -> dict[str, int]:
    names = known_labels.recorded_classes(table, column, recorded)
    codes, found = known_labels.labels(table, column, {*names, *said})
    present = np.bincount(codes[codes >= 0], minlength=len(found))
    return {label: int(n) for label, n in zip(found, present, strict=True) if n}


def _is_number(
    recorded: RecordedScores,
    target: str,
    rows: Mapping[str, int],
    table: Table,
    data: DatasetInfo,
    positive: str,
) -> bool:
    """Return whether the truth is a number that was predicted, not a class."""
    column = data.column(target)
    if column is None or column.kind is not Kind.NUMERIC or positive:
        return False
    if len(recorded.scores) > 1 or len(rows) == 2:
        return False
    if len(rows) > 2 or canonical(next(iter(rows))) not in _BOTH:
        return True
    name = recorded.scores[0] if recorded.scores else recorded.prediction or ""
    beside = score_column(table, name)
    known = beside[np.isfinite(beside)]
    inside = (known >= 0) & (known <= 1)
    return not bool(2 * np.count_nonzero(inside) > len(known))


def _of_numbers(recorded: RecordedScores, table: Table) -> ModelInfo:
    name = recorded.scores[0] if recorded.scores else recorded.prediction or ""
    bad = ~np.isfinite(score_column(table, name))
    notes: tuple[Note, ...] = ()
    if bad.any():
        if bad.all():
            raise EngineError("scores.none", columns=(name,), n=table.n_rows)
        notes = (_missing("scores.missing", name, bad),)
    return recorded_scores.describe(recorded, (), notes=notes)


def _without_label(
    table: Table, recorded: RecordedScores, classes: tuple[str, ...]
) -> tuple[Note, ...]:
    if not recorded.prediction:
        return ()
    codes, _ = label_column(table, recorded.prediction, classes)
    if not (codes < 0).any():
        return ()
    return (_missing("scores.no_label", recorded.prediction, codes < 0),)


def _decided_otherwise(
    table: Table, info: ModelInfo, recorded: RecordedScores
) -> tuple[Note, ...]:
    """Say where recorded decisions of several classes are not the largest score."""
    if not recorded.scores or not recorded.prediction or len(info.classes) < 3:
        return ()
    alone = msgspec.structs.replace(recorded, prediction=None)
    told = answers(table, info, recorded, "")[1]
    largest = answers(table, info, alone, "")[1]
    apart = (told >= 0) & (largest >= 0) & (told != largest)
    if not apart.any():
        return ()
    return (_missing("scores.decided_otherwise", recorded.prediction, apart),)


def _missing(code: str, column: str, where: np.ndarray) -> Note:
    params: dict[str, Param] = {
        "column": column,
        "row": int(np.flatnonzero(where)[0]),
        "n": int(np.count_nonzero(where)),
    }
    return Note(code=code, params=params)


def _distinct(names: object) -> tuple[str, ...]:
    """Return names without those that are another spelling of an earlier one."""
    found: dict[str, str] = {}
    for name in names:  # type: ignore[attr-defined]
        if name:
            found.setdefault(canonical(name), name)
    return tuple(found.values())


def _known(name: str, classes: tuple[str, ...]) -> bool:
    return bool(labels.class_codes((name,), classes, {})[0] >= 0)


def _called(name: str, classes: tuple[str, ...]) -> str:
    return classes[int(labels.class_codes((name,), classes, {})[0])]


def _with_other(label: str, recorded: RecordedScores, positive: str) -> tuple[str, ...]:
    """Return two classes where only one occurs."""
    other = labels.counterpart(label)
    if positive and canonical(positive) != canonical(label):
        other = positive
    pair = tuple(_ordered((label, other)))
    if len(recorded.scores) == 1 and class_of_column(recorded.scores[0], pair) is None:
        spoken = [t for t in subjects(recorded.scores[0]) if t]
        if spoken and not positive:
            pair = tuple(_ordered((label, spoken[0])))
    return pair


def _ordered(names: tuple[str, ...]) -> list[str]:
    try:
        return sorted(names, key=lambda name: float(canonical(name)))
    except ValueError:
        return sorted(names)
