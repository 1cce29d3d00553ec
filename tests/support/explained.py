"""A case whose model is a function of the test, for analyses that ask it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

from engine import analysis
from engine.contracts.dataset import Part
from engine.contracts.decision import Decision
from engine.contracts.model import Input, ModelInfo, ScoreKind, Task
from engine.contracts.predictions import Predictions
from engine.contracts.progress import SILENT
from engine.contracts.provenance import Provenance
from engine.data.table import Table
from engine.predict import Matched
from tests.support.evaluation import ArrayColumns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.contracts.progress import Progress
    from engine.models.model import Model


class FunctionModel:
    """Answers with a function; counts the rows it was asked about."""

    def __init__(self, info: ModelInfo, answer: Callable[[pa.Table], Any]) -> None:
        self.info = info
        self.asked = 0
        self._answer = answer

    def predict(
        self, table: pa.Table, progress: Progress = SILENT
    ) -> tuple[np.ndarray, np.ndarray]:
        progress.raise_if_cancelled()
        self.asked += table.num_rows
        scores = np.asarray(self._answer(table), dtype=np.float64)
        if self.info.task is Task.REGRESSION:
            return scores.reshape(-1, 1), scores.reshape(-1)
        if scores.ndim == 1:
            scores = np.column_stack([1 - scores, scores])
        return scores, scores.argmax(axis=1).astype(np.int32)

    def structure(self, progress: Progress = SILENT) -> None:
        """A function cannot be taken apart."""


def matrix(table: pa.Table) -> np.ndarray:
    """The columns of a table of numbers as ``(n, d)``."""
    return np.column_stack([c.to_numpy() for c in table.columns])


def case(
    columns: Mapping[str, Any],
    answer: Callable[[pa.Table], Any],
    *,
    task: Task = Task.BINARY,
    classes: tuple[str, ...] = ("no", "yes"),
    truth: Any = None,
    reference: Mapping[str, Any] | None = None,
    positive: str = "",
    kind: str = "tests.FunctionModel",
    **kwargs: Any,
) -> tuple[analysis.Inputs, FunctionModel]:
    """Inputs of an analysis on ``columns``, all of them inputs of the model."""
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    info = ModelInfo(
        name="m",
        sha256="0" * 64,
        format="test",
        kind=kind,
        task=task,
        score_kind=(
            ScoreKind.VALUE if task is Task.REGRESSION else ScoreKind.PROBABILITY
        ),
        classes=() if task is Task.REGRESSION else classes,
        inputs=tuple(Input(name=name) for name in columns),
    )
    model = FunctionModel(info, answer)
    parts = {Part.EVALUATION: table}
    if reference is not None:
        parts[Part.REFERENCE] = pa.table(dict(reference))
    predictions = {part: _predicted(model, rows, truth) for part, rows in parts.items()}
    model.asked = 0
    plain = {name: np.asarray(values) for name, values in columns.items()}
    inputs = analysis.Inputs(
        predictions=predictions,
        columns=ArrayColumns(table.num_rows, **plain),
        decision=Decision(positive=positive),
        matched=Matched(info=info, model=cast("Model", model), target="truth"),
        tables={part: Table(rows) for part, rows in parts.items()},
        **kwargs,
    )
    return inputs, model


def _predicted(model: FunctionModel, table: pa.Table, truth: Any) -> Predictions:
    scores, labels = model.predict(table)
    if truth is None or len(truth) != table.num_rows:
        truth = labels
    return Predictions(
        task=model.info.task,
        classes=model.info.classes,
        score_kind=model.info.score_kind,
        truth=np.asarray(truth, dtype=labels.dtype),
        scores=scores,
        labels=labels,
        provenance=Provenance(n_used=table.num_rows, n_total=table.num_rows),
    )
