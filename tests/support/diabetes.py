"""The diabetes case: a random forest on 768 women of Pima heritage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

if TYPE_CHECKING:
    from pathlib import Path

TARGET = "outcome"


def write_files(table: Path, folder: Path) -> None:
    """Write ``forest.skops``, ``train.parquet`` and ``test.csv``.

    Parameters
    ----------
    table
        The measurements (Smith et al., 1988), target ``outcome``.
    """
    frame = pd.read_csv(table)
    train, test = train_test_split(
        frame, test_size=0.25, stratify=frame[TARGET], random_state=0
    )
    forest = RandomForestClassifier(300, min_samples_leaf=3, random_state=0)
    forest.fit(train.drop(columns=TARGET), train[TARGET])
    skops.io.dump(forest, folder / "forest.skops")
    train.to_parquet(folder / "train.parquet")
    test.to_csv(folder / "test.csv", index=False)
