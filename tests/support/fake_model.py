"""A model without a host: a function, and what the engine would know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.contracts.dataset import Part
from engine.contracts.model import Input, ModelInfo, ScoreKind, Task
from engine.data.dataset import Dataset
from engine.predict import Matched

if TYPE_CHECKING:
    from pathlib import Path


class FakeModel:
    """Stands in for :class:`engine.models.model.Model`."""

    def __init__(self, info: ModelInfo, answer, *, deterministic: bool = True) -> None:
        self.info = info
        self.answer = answer
        self.deterministic = deterministic
        self.asked: list[Any] = []

    def predict(self, table, progress):
        self.asked.append(table)
        progress.advance(table.num_rows, table.num_rows, "model.scoring")
        scores = np.asarray(self.answer(table))
        if self.info.task is Task.REGRESSION:
            return scores[:, None], scores
        return scores, np.argmax(scores, axis=1).astype(np.int32)

    def is_deterministic(self, sample, progress):
        return self.deterministic


def info(*inputs: str | Input, classes=("no", "yes"), **changes: Any) -> ModelInfo:
    """A description of a model with these inputs."""
    task = {0: Task.REGRESSION, 2: Task.BINARY}.get(len(classes), Task.MULTICLASS)
    kind = ScoreKind.PROBABILITY if classes else ScoreKind.VALUE
    fields = tuple(
        field if isinstance(field, Input) else Input(name=field, dtype="float")
        for field in inputs
    )
    made = {
        "name": "fake",
        "sha256": "0" * 64,
        "format": "fake",
        "kind": "fake",
        "task": task,
        "score_kind": kind,
        "classes": classes,
        "inputs": fields,
    }
    return ModelInfo(**{**made, **changes})


def logistic(column: str):
    """The answer of a two-class model that looks at one column."""

    def answer(table):
        x = np.asarray(table.column(column).to_numpy(), dtype=float)
        p = 1 / (1 + np.exp(-x))
        return np.column_stack([1 - p, p])

    return answer


def matched(model: FakeModel | None, target: str, **changes: Any) -> Matched:
    """A match that is still to be filled in."""
    described = changes.pop("info", None) or (model.info if model else None)
    return Matched(info=described, model=model, target=target, **changes)


def data_set(folder: Path, frame: pd.DataFrame) -> Dataset:
    """The frame as it would be opened from a Parquet file."""
    path = folder / "data.parquet"
    frame.to_parquet(path)
    found = Dataset.open((str(path),))
    assert Part.EVALUATION in found.parts
    return found.configure({}, None)


def mixed_frame(n: int) -> pd.DataFrame:
    """Rows of numbers, texts, dates and codes, with a target of two labels."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=n).round(6)
    return pd.DataFrame(
        {
            "z": rng.normal(size=n).round(6),
            "x": x,
            "when": pd.date_range("2020-01-01", periods=n, freq="h"),
            "colour": rng.choice(["red", "green"], size=n),
            "size": np.where(np.arange(n) == 41, "n/a?", rng.integers(0, 90, n)),
            "code": rng.integers(0, 5000, n).astype(str) + "0",
            "y": np.where(x + rng.normal(size=n) > 1, "yes", "no"),
        }
    )
