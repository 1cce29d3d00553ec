"""No model: what it once said, read from columns of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.errors import EngineError
from engine.contracts.model import (
    Capability,
    ModelInfo,
    RecordedScores,
    ScoreKind,
    Task,
)
from engine.contracts.score_names import subjects

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SUM_TOLERANCE = 1e-3


def class_of_column(name: str, classes: tuple[str, ...]) -> str | None:
    """Return the class that a score column's name speaks of (``p_bad`` → ``bad``)."""
    folded = {label.casefold(): label for label in classes}
    spoken = (folded.get(text.casefold()) for text in (name, *subjects(name)))
    return next((label for label in spoken if label is not None), None)


def class_of_single(recorded: RecordedScores, classes: tuple[str, ...]) -> str | None:
    """Return the class a lone score column speaks of, ``None`` for the positive."""
    if len(recorded.scores) != 1:
        return None
    if len(recorded.classes) == 1 and recorded.classes[0] in classes:
        return recorded.classes[0]
    return class_of_column(recorded.scores[0], classes)


def describe(recorded: RecordedScores, classes: tuple[str, ...]) -> ModelInfo:
    """Return recorded scores as if they were a model.

    Parameters
    ----------
    recorded
        The columns.
    classes
        Labels of the target; empty where it is a number to be predicted.
    """
    if not classes:
        task, kind = Task.REGRESSION, ScoreKind.VALUE
    else:
        task = Task.BINARY if len(classes) == 2 else Task.MULTICLASS
        kind = ScoreKind.PROBABILITY if recorded.scores else ScoreKind.LABEL
    capabilities = (Capability.PROBABILITY,) if kind is ScoreKind.PROBABILITY else ()
    return ModelInfo(
        name=", ".join(recorded.scores) or recorded.prediction or "",
        sha256="",
        format="recorded",
        kind="recorded scores",
        task=task,
        score_kind=kind,
        classes=classes,
        capabilities=capabilities,
        deterministic=True,
    )


def ordered_columns(
    recorded: RecordedScores, classes: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the score columns in the order of ``classes``; one alone stays so.

    Raises
    ------
    EngineError
        ``scores.columns`` if there are more or fewer than classes, ``scores.names``
        if it is not clear which column is whose.
    """
    columns = recorded.scores
    if len(columns) <= 1:
        return columns
    if len(columns) != len(classes):
        raise EngineError(
            "scores.columns", n_columns=len(columns), classes=classes[:20]
        )
    by_class = recorded.classes or tuple(
        class_of_column(name, classes) or "" for name in columns
    )
    if set(by_class) != set(classes):
        raise EngineError("scores.names", columns=columns, classes=classes[:20])
    return tuple(columns[by_class.index(label)] for label in classes)


def check_scores(scores: NDArray[np.floating], names: tuple[str, ...]) -> ScoreKind:
    """Return what the numbers are, or say which row and column are not scores.

    Raises
    ------
    EngineError
        ``scores.missing`` where one is missing or infinite, ``scores.range`` and
        ``scores.sum`` where those of all classes are no probabilities.
    """
    bad = ~np.isfinite(scores)
    if bad.any():
        row, column = map(int, np.argwhere(bad)[0])
        raise EngineError(
            "scores.missing", column=names[column], row=row, n=int(bad.sum())
        )
    if scores.size == 0:
        return ScoreKind.PROBABILITY
    if scores.min() < 0 or scores.max() > 1:
        if scores.shape[1] == 1:
            return ScoreKind.MARGIN
        row, column = map(int, np.argwhere((scores < 0) | (scores > 1))[0])
        raise EngineError("scores.range", column=names[column], row=row)
    if scores.shape[1] > 1:
        off = np.abs(scores.sum(axis=1) - 1) > _SUM_TOLERANCE
        if off.any():
            row = int(np.flatnonzero(off)[0])
            total = float(scores[row].sum())
            raise EngineError("scores.sum", row=row, total=total, n=int(off.sum()))
    return ScoreKind.PROBABILITY


def both_classes(
    score: NDArray[np.floating], positive: int, kind: ScoreKind
) -> NDArray[np.floating]:
    """Return ``(n, 2)`` scores from those of the positive class alone."""
    other = -score if kind is ScoreKind.MARGIN else 1 - score
    pair = [other, score] if positive == 1 else [score, other]
    return np.stack(pair, axis=1)
