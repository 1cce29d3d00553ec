"""Rows, targets, and what a saved model is expected to be."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from engine.contracts.model import ScoreKind, Task

N = 120


@dataclass
class Saved:
    """A saved model, rows for it, and what the library itself says of them."""

    format: str
    data: bytes
    rows: pd.DataFrame | np.ndarray
    scores: np.ndarray | None
    labels: np.ndarray | None
    task: Task
    kind: ScoreKind
    tolerance: float = 0.0
    trusted: tuple[str, ...] = ()
    notes: set[str] = field(default_factory=set)


def mixed(seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "zeta": generator.normal(size=N),
            "age": generator.integers(18, 80, N).astype(float),
            "home": generator.choice(["own", "rent", "other"], N).astype(object),
            "alpha": generator.normal(size=N),
        }
    )
    frame.loc[frame.index[::11], "zeta"] = np.nan
    frame.loc[frame.index[::13], "home"] = np.nan
    return frame


def numeric(seed: int = 0) -> pd.DataFrame:
    return mixed(seed)[["zeta", "age", "alpha"]].fillna(0.0)


def two(frame: pd.DataFrame) -> np.ndarray:
    high = frame["alpha"] + 0.02 * frame["age"] > 1
    return np.where(high, "yes", "no").astype(object)


def three(frame: pd.DataFrame) -> np.ndarray:
    return np.digitize(frame["alpha"], [-0.5, 0.5])


def value(frame: pd.DataFrame) -> np.ndarray:
    return np.asarray(frame["alpha"] * 3 + 0.1 * frame["age"])


def pipeline(last):
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    texts = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )
    columns = ColumnTransformer(
        [("n", numbers, ["zeta", "age", "alpha"]), ("t", texts, ["home"])]
    )
    return make_pipeline(columns, last)


def as_joblib(model) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return buffer.getvalue()


def classified(format_, data, model, rows, **more) -> Saved:
    labels = np.asarray(model.predict(rows)).reshape(-1)
    task = Task.BINARY if len(model.classes_) == 2 else Task.MULTICLASS
    codes = np.array([list(map(str, model.classes_)).index(str(v)) for v in labels])
    return Saved(
        format_,
        data,
        rows,
        np.asarray(model.predict_proba(rows)),
        codes,
        task,
        ScoreKind.PROBABILITY,
        **more,
    )


def valued(format_, data, model, rows, **more) -> Saved:
    scores = np.asarray(model.predict(rows)).reshape(-1, 1)
    return Saved(
        format_, data, rows, scores, None, Task.REGRESSION, ScoreKind.VALUE, **more
    )
