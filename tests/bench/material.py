"""The files that are measured on, made once and kept in ``build/bench``."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = Path(__file__).resolve().parents[2] / "build" / "bench"


def wide_table(n_columns: int = 50) -> Path:
    """Return a Parquet file of a million rows with a binary target ``y``."""
    n_rows = 1_000_000
    path = FOLDER / f"wide_{n_rows}x{n_columns}.parquet"
    if not path.exists():
        rng = np.random.default_rng(0)
        features = {
            f"x{i:02d}": rng.normal(size=n_rows).round(4) for i in range(n_columns - 2)
        }
        logit = sum(w * features[f"x{i:02d}"] for i, w in enumerate((1.0, -0.8, 0.5)))
        positive = rng.random(n_rows) < 1 / (1 + np.exp(-np.asarray(logit) + 1))
        table = pa.table(
            {
                "segment": rng.choice(np.array(["north", "south", "east"]), n_rows),
                "y": np.where(positive, "yes", "no"),
                **features,
            }
        )
        FOLDER.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
    return path


def forest() -> Path:
    """Return a forest of 100 trees fitted on 20,000 rows of the wide table."""
    path = FOLDER / "forest.skops"
    if not path.exists():
        import skops.io
        from sklearn.ensemble import RandomForestClassifier

        frame = pq.read_table(wide_table()).slice(0, 20_000).to_pandas()
        features = [name for name in frame.columns if name.startswith("x")]
        model = RandomForestClassifier(
            n_estimators=100, max_depth=10, random_state=0, n_jobs=1
        )
        model.fit(frame[features], frame["y"])
        skops.io.dump(model, path, compression=zipfile.ZIP_DEFLATED)
    return path


def boosted() -> Path:
    """Return 100 rounds of XGBoost fitted on 20,000 rows of the wide table."""
    path = FOLDER / "boosted.ubj"
    if not path.exists():
        import xgboost

        frame = pq.read_table(wide_table()).slice(0, 20_000).to_pandas()
        features = [name for name in frame.columns if name.startswith("x")]
        rows = xgboost.DMatrix(frame[features], label=frame["y"] == "yes")
        settings = {"objective": "binary:logistic", "max_depth": 6, "eta": 0.1}
        xgboost.train(settings, rows, 100).save_model(path)
    return path


def recorded_scores(n_rows: int) -> Path:
    """Return a Parquet file with a binary truth ``y`` and a probability ``p_yes``."""
    path = FOLDER / f"scores_{n_rows}.parquet"
    if not path.exists():
        rng = np.random.default_rng(1)
        score = rng.beta(1.2, 2.4, n_rows)
        truth = np.where(rng.random(n_rows) < score, "yes", "no")
        group = rng.choice(np.array(["a", "b", "c"]), n_rows)
        FOLDER.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"y": truth, "p_yes": score, "group": group}), path)
    return path


def make() -> None:
    """Make all of it, in a process whose memory nobody measures."""
    wide_table()
    wide_table(100)
    forest()
    boosted()
    for n_rows in (1_000_000, 10_000_000):
        recorded_scores(n_rows)


if __name__ == "__main__":
    make()
