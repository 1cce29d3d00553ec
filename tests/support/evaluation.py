"""Predictions made in a test, and the analyses run on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from engine import analysis
from engine.contracts.dataset import Part
from engine.contracts.decision import Decision
from engine.contracts.model import ScoreKind, Task
from engine.contracts.predictions import Predictions
from engine.contracts.progress import SILENT
from engine.contracts.provenance import Provenance

if TYPE_CHECKING:
    from engine.contracts.selection import Selection


class ArrayColumns:
    """Columns of arrays: numbers as they are, texts as codes."""

    def __init__(self, n_rows: int, **columns: np.ndarray) -> None:
        self.n_rows = n_rows
        self._columns = columns

    def numbers(self, name: str) -> np.ndarray:
        return self._columns[name].astype(np.float64)

    def dates(self, _name: str) -> None:
        return None

    def codes(self, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
        if self._columns[name].dtype.kind == "f":
            raise TypeError(name)
        labels, codes = np.unique(self._columns[name], return_inverse=True)
        return codes.astype(np.int32), tuple(map(str, labels))

    def read_as_missing(self, name: str, _texts: Any) -> np.ndarray:
        return np.zeros(self.n_rows, dtype=bool)

    def saved(self, name: str) -> Selection:
        raise KeyError(name)


def classified(
    truth: Any,
    scores: Any,
    *,
    weights: Any = None,
    classes: tuple[str, ...] = (),
    kind: ScoreKind = ScoreKind.PROBABILITY,
    labels: Any = None,
) -> Predictions:
    """Predictions of a classifier; one column of scores is the second class's."""
    truth = np.asarray(truth, dtype=np.int32)
    scores = np.asarray(scores)
    if scores.ndim == 1:
        scores = np.column_stack([1 - scores, scores])
    k = scores.shape[1] or int(truth.max()) + 1
    if labels is None:
        labels = scores.argmax(axis=1)
    return Predictions(
        task=Task.BINARY if k == 2 else Task.MULTICLASS,
        classes=classes or tuple(f"c{code}" for code in range(k)),
        score_kind=kind,
        truth=truth,
        scores=scores,
        labels=np.asarray(labels, dtype=np.int32),
        weights=None if weights is None else np.asarray(weights, dtype=np.float64),
        provenance=Provenance(n_used=len(truth), n_total=len(truth)),
    )


def regressed(truth: Any, predicted: Any, *, weights: Any = None) -> Predictions:
    """Predictions of a regressor."""
    predicted = np.asarray(predicted)
    return Predictions(
        task=Task.REGRESSION,
        classes=(),
        score_kind=ScoreKind.VALUE,
        truth=np.asarray(truth, dtype=np.float64),
        scores=predicted[:, None],
        labels=predicted.astype(np.float64),
        weights=None if weights is None else np.asarray(weights, dtype=np.float64),
        provenance=Provenance(n_used=len(predicted), n_total=len(predicted)),
    )


def run(
    name: str,
    predictions: Predictions,
    *,
    threshold: float = 0.5,
    positive: str = "",
    mask: np.ndarray | None = None,
    buckets: dict[str, Selection] | None = None,
    columns: dict[str, np.ndarray] | None = None,
    others: dict[Part, Predictions] | None = None,
    seed: int = 0,
    **params: Any,
) -> Any:
    """Run a registered analysis on predictions of the evaluation part."""
    found = analysis.load(name)
    inputs = analysis.Inputs(
        predictions={Part.EVALUATION: predictions, **(others or {})},
        columns=ArrayColumns(predictions.n_rows, **(columns or {})),
        decision=Decision(positive=positive, threshold=threshold),
        mask=mask,
        buckets=buckets or {},
        seed=seed,
    )
    return found.run(inputs, found.Params(**params), SILENT)


def same(one: Any, other: Any) -> bool:
    """Whether two results are equal, arrays and all (``nan`` equals itself)."""
    if isinstance(one, np.ndarray):
        return (
            isinstance(other, np.ndarray)
            and one.dtype == other.dtype
            and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        )
    if isinstance(one, msgspec.Struct):
        return type(one) is type(other) and all(
            same(getattr(one, name), getattr(other, name))
            for name in one.__struct_fields__
        )
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or (one != one and other != other)
