"""Whether what a host says can be true. It is believed only as far as this."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.bounds import size_of
from engine.contracts.model import ScoreKind, Task

if TYPE_CHECKING:
    from engine.contracts.host import Scores
    from engine.contracts.model import ModelInfo

MAX_INPUTS = 200_000
MAX_CLASSES = 10_000
MAX_STEPS = 1_000
MAX_NOTES = 1_000
MAX_BYTES = 32 << 20
MAX_TEXT = 4_000
SUM_TOLERANCE = 1e-3
_RANGE_TOLERANCE = 1e-6
_TWO = 2
_KINDS = {
    Task.REGRESSION: {ScoreKind.VALUE},
    Task.BINARY: {ScoreKind.PROBABILITY, ScoreKind.MARGIN, ScoreKind.LABEL},
    Task.MULTICLASS: {ScoreKind.PROBABILITY, ScoreKind.MARGIN, ScoreKind.LABEL},
}


class Lie(Exception):  # noqa: N818 - it is not our error
    """An answer that cannot be true."""


class NotFinite(Exception):  # noqa: N818 - an answer, not our error
    """A score is missing or infinite: first such row of the batch, and how many."""

    def __init__(self, row: int, n: int) -> None:
        super().__init__(row, n)
        self.row = row
        self.n = n


def n_scores(info: ModelInfo) -> int:
    """Return the number of score columns a model of this description gives."""
    if info.score_kind is ScoreKind.LABEL:
        return 0
    return 1 if info.task is Task.REGRESSION else len(info.classes)


def check_info(info: ModelInfo) -> None:
    """Check that a description is consistent and of reasonable size.

    Raises
    ------
    Lie
        If it is not.
    """
    if info.score_kind not in _KINDS[info.task]:
        raise Lie(f"{info.task} with {info.score_kind} scores")
    n_classes = len(info.classes)
    if len(set(info.classes)) != n_classes:
        raise Lie("two classes of the same name")
    allowed = {
        Task.REGRESSION: n_classes == 0,
        Task.BINARY: n_classes == _TWO,
        Task.MULTICLASS: _TWO < n_classes <= MAX_CLASSES,
    }
    if not allowed[info.task]:
        raise Lie(f"{info.task} with {n_classes} classes")
    names = [field.name for field in info.inputs]
    if len(names) > MAX_INPUTS or len(set(names)) != len(names):
        raise Lie("two inputs of the same name, or too many")
    counted = (info.notes, info.parameters, info.saved_with, info.installed)
    if len(info.steps) > MAX_STEPS or max(map(len, counted)) > MAX_NOTES:
        raise Lie("a description without end")
    if size_of(info) > MAX_BYTES:
        raise Lie("names without end")
    categories = (level for field in info.inputs for level in field.categories)
    texts = (*info.classes, *names, *categories, info.kind, info.estimator)
    if any(len(text) > MAX_TEXT for text in texts):
        raise Lie("a name without end")


def check_scores(info: ModelInfo, answer: Scores, n_rows: int) -> None:
    """Check the answer for ``n_rows`` rows.

    Raises
    ------
    Lie
        If type, shape, range or sums cannot be right.
    NotFinite
        If a score is missing or infinite.
    """
    scores, labels = answer.scores, answer.labels
    if scores.dtype not in (np.float32, np.float64):
        raise Lie(f"scores of type {scores.dtype}")
    if scores.shape != (n_rows, n_scores(info)):
        raise Lie(f"scores of shape {scores.shape} for {n_rows} rows")
    if labels.dtype != np.int32:
        raise Lie(f"labels of type {labels.dtype}")
    wanted = 0 if info.task is Task.REGRESSION else n_rows
    if labels.shape != (wanted,):
        raise Lie(f"labels of shape {labels.shape} for {n_rows} rows")
    if wanted and (labels.min() < 0 or labels.max() >= len(info.classes)):
        raise Lie("a label that is no class")
    finite = np.isfinite(scores)
    if not finite.all():
        bad = ~finite.all(axis=1)
        raise NotFinite(int(np.argmax(bad)), int(bad.sum()))
    if info.score_kind is ScoreKind.PROBABILITY:
        _check_probabilities(scores)


def _check_probabilities(scores: np.ndarray) -> None:
    low, high = float(scores.min()), float(scores.max())
    if low < -_RANGE_TOLERANCE or high > 1 + _RANGE_TOLERANCE:
        raise Lie(f"probabilities from {low:.6g} to {high:.6g}")
    off = float(np.abs(scores.sum(axis=1, dtype=np.float64) - 1).max())
    if off > SUM_TOLERANCE:
        raise Lie(f"probabilities that miss the sum of 1 by {off:.3g}")
