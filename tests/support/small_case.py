"""A data set and models that are small, fast and always the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

N_ROWS = 400


@dataclass(frozen=True)
class SmallFiles:
    """Files of one small case; ``folder`` holds them all.

    ``data`` has the columns x1, x2, colour, outcome (no/yes), amount (a number),
    group, weight, p_yes and guess; ``model`` (skops) and ``pickled`` (joblib) say
    *outcome* from x1, x2 and colour; ``regressor`` (skops) says *amount* from them.
    """

    folder: Path

    data: Path
    table: Path
    model: Path
    pickled: Path
    regressor: Path

    def frame(self) -> pd.DataFrame:
        return pd.read_csv(self.data)


def frame(n: int = N_ROWS, seed: int = 0) -> pd.DataFrame:
    """Rows in which x1 and colour tell much of the outcome, but not all."""
    rng = np.random.default_rng(seed)
    x1, x2 = rng.normal(size=n), rng.uniform(0, 10, size=n).round(2)
    colour = rng.choice(["blue", "green", "red"], size=n)
    signal = 1.5 * x1 + np.where(colour == "red", 1.0, 0.0) - 1.0
    yes = rng.uniform(size=n) < 1 / (1 + np.exp(-signal))
    told = 1 / (1 + np.exp(-signal - 0.3 * rng.normal(size=n)))
    return pd.DataFrame(
        {
            "x1": x1.round(4),
            "x2": x2,
            "colour": colour,
            "outcome": np.where(yes, "yes", "no"),
            "amount": (10 + 3 * x1 + rng.normal(size=n)).round(3),
            "group": rng.choice(["test", "train"], size=n),
            "weight": rng.integers(1, 4, size=n).astype(float),
            "p_yes": told.round(6),
            "guess": np.where(told >= 0.5, "yes", "no"),
        }
    )


def write(folder: Path) -> SmallFiles:
    """Fit and write everything into ``folder``."""
    import joblib
    import skops.io
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    def pipeline(last):
        one_hot = OneHotEncoder(handle_unknown="ignore")
        columns = make_column_transformer(
            (one_hot, ["colour"]), remainder="passthrough"
        )
        return make_pipeline(columns, last)

    made = frame()
    inputs = made[["x1", "x2", "colour"]]
    classifier = pipeline(LogisticRegression(max_iter=500))
    classifier.fit(inputs, made["outcome"])
    regressor = pipeline(LinearRegression()).fit(inputs, made["amount"])
    files = SmallFiles(
        folder=folder,
        data=folder / "small.csv",
        table=folder / "small.parquet",
        model=folder / "model.skops",
        pickled=folder / "model.joblib",
        regressor=folder / "regressor.skops",
    )
    made.to_csv(files.data, index=False)
    made.to_parquet(files.table)
    skops.io.dump(classifier, files.model)
    joblib.dump(classifier, files.pickled)
    skops.io.dump(regressor, files.regressor)
    return files
