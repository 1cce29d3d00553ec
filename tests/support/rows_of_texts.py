"""Rows whose categories look like something else, and models of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lightgbm
import numpy as np
import pandas as pd
import xgboost

from engine.contracts.dataset import Part
from engine.data.dataset import Dataset
from engine.predict import Matched, features_of

if TYPE_CHECKING:
    from pathlib import Path

    from engine.model_host.adapters.opened import Opened

N = 480


def rows_of_texts() -> pd.DataFrame:
    """Each column of texts hides its kind otherwise; every level pulls its own way."""
    rng = np.random.default_rng(5)
    columns, pull = {}, rng.normal(size=N) * 0.3
    for name, known in {
        "tokens": ("None", "NA", "?", "-", "word"),
        "digits": ("0", "1", "?", "None"),
        "padded": ("01", "1", "10"),
        "percent": ("30%", "5%"),
        "comma": ("3,5", "4,25"),
        "day": ("2020-01-01", "2021-12-31"),
        "clock": ("08:00:00", "17:30:00"),
        "truth": ("TRUE", "FALSE"),
    }.items():
        codes = rng.integers(0, len(known), N)
        columns[name] = np.array(known, dtype=object)[codes]
        pull = pull + rng.normal(size=len(known))[codes]
    z = rng.normal(size=N).round(4)
    drawn = pull + z
    y = np.where(drawn > np.median(drawn), "a", "b")
    return pd.DataFrame({**columns, "z": z, "y": y})


def texts(frame: pd.DataFrame) -> list[str]:
    """Names of the columns of texts."""
    return [name for name in frame.columns if name not in ("z", "y")]


def from_csv(frame: pd.DataFrame, folder: Path) -> Dataset:
    """Return the rows as they come out of a file that was written of them."""
    path = folder / "rows.csv"
    frame.to_csv(path, index=False)
    return Dataset.open([str(path)])


def categories(frame: pd.DataFrame) -> pd.DataFrame:
    """The inputs, their texts as categories of pandas."""
    rows = frame.drop(columns="y")
    return rows.astype(dict.fromkeys(texts(frame), "category"))


def probabilities(opened: Opened, data: Dataset) -> np.ndarray:
    """What the engine makes a model answer for the rows of a file."""
    case = Matched(info=opened.info, target="y")
    return opened.predict(features_of(data.parts[Part.EVALUATION], case)).scores


def lightgbm_trees() -> Any:
    """A few trees."""
    return lightgbm.LGBMClassifier(
        n_estimators=5, min_child_samples=5, n_jobs=1, verbose=-1
    )


def xgboost_trees() -> Any:
    """A few trees."""
    return xgboost.XGBClassifier(n_estimators=5, enable_categorical=True, n_jobs=1)
