"""What recorded columns say of every row: scores, and the class decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import known_labels
from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind, Task, natural_threshold
from engine.labels import class_codes
from engine.models import recorded_scores

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from engine.contracts.model import ModelInfo, RecordedScores
    from engine.data.table import Table

    Answers = tuple[NDArray[np.floating], NDArray[np.int32 | np.float64], ScoreKind]


def answers(
    table: Table, info: ModelInfo, recorded: RecordedScores, positive: str
) -> Answers:
    """Return ``(scores, labels, kind)`` of every row.

    Rows without a score have ``nan`` and the label ``-1``. Recorded labels are the
    decisions, where there are any; else the natural threshold decides for the class
    that a lone column speaks of, and the largest of several scores, the first of
    equal ones.

    Raises
    ------
    EngineError
        If the columns are no scores or no labels.
    """
    if info.task is Task.REGRESSION:
        name = recorded.scores[0] if recorded.scores else recorded.prediction or ""
        values = score_column(table, name)
        known = np.where(np.isfinite(values), values, np.nan)
        return known[:, None], known, ScoreKind.VALUE
    told = None
    if recorded.prediction:
        told = _labels(table, recorded.prediction, info)
    if not recorded.scores:
        assert told is not None
        return np.empty((table.n_rows, 0)), told, ScoreKind.LABEL
    if len(recorded.scores) == 1 and info.task is not Task.BINARY:
        raise EngineError("scores.columns", n_columns=1, classes=info.classes[:20])
    names = recorded_scores.ordered_columns(recorded, info.classes)
    found = score_columns(table, names)
    how = recorded.kind or recorded_scores.how_told(found, names)
    scores, kind, _notes = recorded_scores.taken(found, names, how)
    if len(names) == 1:
        label = recorded_scores.class_of_single(recorded, info.classes)
        code = info.classes.index(label or positive)
        own = _by_threshold(scores[:, 0], code, natural_threshold(kind))
        scores = recorded_scores.both_classes(scores[:, 0], code, kind)
    else:
        own = _by_largest(scores)
    return scores, own if told is None else told, kind


def look(
    table: Table, recorded: RecordedScores, names: tuple[str, ...]
) -> tuple[str, ScoreKind, tuple[Note, ...]]:
    """Return how scores of classes are taken, judged by all rows, and what is odd.

    Returns
    -------
    how
        ``probability``, ``percent`` or ``margin``.
    kind
        What they are then.
    notes
        How they are taken, if that is not plain, and which rows have none.

    Raises
    ------
    EngineError
        As :func:`engine.models.recorded_scores.how_told` and ``taken``.
    """
    if not names:
        return "", ScoreKind.LABEL, ()
    found = score_columns(table, names)
    how = recorded.kind or recorded_scores.how_told(found, names)
    _, kind, notes = recorded_scores.taken(found, names, how)
    if kind is ScoreKind.MARGIN and not recorded.kind:
        notes = (Note(code="scores.as_margin", params={"columns": names}), *notes)
    return how, kind, notes


def score_columns(table: Table, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Return ``(n, k)`` numbers."""
    return np.stack([score_column(table, name) for name in names], axis=1)


def score_column(table: Table, name: str) -> NDArray[np.float64]:
    """Return a column of numbers.

    Raises
    ------
    EngineError
        ``scores.missing_column``, ``scores.not_numeric``.
    """
    if name not in table.names:
        raise EngineError(
            "scores.missing_column", column=name, columns=table.names[:20]
        )
    try:
        return table.numbers(name)
    except TypeError as error:
        raise EngineError("scores.not_numeric", column=name) from error


def label_column(
    table: Table, name: str, known: Collection[str]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return the codes and labels of a column of decisions.

    Parameters
    ----------
    known
        Texts that are labels, whatever the reader took them for.

    Raises
    ------
    EngineError
        ``scores.missing_column``, ``target.not_labels``.
    """
    if name not in table.names:
        raise EngineError(
            "scores.missing_column", column=name, columns=table.names[:20]
        )
    try:
        return known_labels.labels(table, name, known)
    except TypeError as error:
        raise EngineError("target.not_labels", column=name) from error


def _labels(table: Table, column: str, info: ModelInfo) -> NDArray[np.int32]:
    codes, labels = label_column(table, column, info.classes)
    found: NDArray[np.int32] = class_codes(labels, info.classes, {})[codes]
    unknown = (found < 0) & (codes >= 0)
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        raise EngineError(
            "scores.unknown_label",
            column=column,
            row=row,
            value=labels[codes[row]],
            classes=info.classes[:10],
        )
    return found


def _by_threshold(
    score: NDArray[np.floating], code: int, natural: float
) -> NDArray[np.int32]:
    chosen = np.where(score >= natural, code, 1 - code)
    return np.where(np.isnan(score), -1, chosen).astype(np.int32)


def _by_largest(scores: NDArray[np.floating]) -> NDArray[np.int32]:
    out = np.isnan(scores).any(axis=1)
    largest = np.argmax(np.nan_to_num(scores), axis=1)
    return np.where(out, -1, largest).astype(np.int32)
