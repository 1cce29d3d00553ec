"""Contributions to models of texts that look like something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from engine.analysis import Inputs
from engine.contracts.dataset import Part
from engine.contracts.decision import Decision
from engine.contracts.provenance import Provenance
from engine.model_host.adapters.objects import Seen, adapt
from engine.predict import Matched, predict
from tests.support.evaluation import ArrayColumns
from tests.support.in_process import InProcess, explain
from tests.support.rows_of_texts import (
    N,
    from_csv,
    lightgbm_trees,
    rows_of_texts,
    xgboost_trees,
)

if TYPE_CHECKING:
    import pandas as pd

    from engine.data.dataset import Dataset

ALONG_TREES = ("lightgbm", "lightgbm behind", "xgboost behind", "trees")
STAMP = Provenance(n_used=N, n_total=N)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return rows_of_texts()


@pytest.fixture(scope="module")
def data(frame, tmp_path_factory) -> Dataset:
    return from_csv(frame, tmp_path_factory.mktemp("adapters"))


def passing() -> ColumnTransformer:
    table = ColumnTransformer([("z", StandardScaler(), ["z"])], remainder="passthrough")
    return table.set_output(transform="pandas")


def explained() -> dict[str, Any]:
    def encoded(encoder: Any, *more: Any) -> Any:
        names = ["tokens", "digits", "padded"]
        table = ColumnTransformer([("t", encoder, names)], remainder="passthrough")
        return make_pipeline(table, *more)

    return {
        "lightgbm": lightgbm_trees(),
        "lightgbm behind": make_pipeline(passing(), lightgbm_trees()),
        "xgboost behind": make_pipeline(passing(), xgboost_trees()),
        "logistic": encoded(OneHotEncoder(), LogisticRegression(max_iter=500)),
        "trees": encoded(
            OrdinalEncoder(), RandomForestClassifier(5, max_depth=4, random_state=0)
        ),
        "calibrated": CalibratedClassifierCV(
            encoded(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()), cv=2
        ),
    }


@pytest.mark.parametrize("name", explained())
def test_contributions_add_up_to_the_answer_of_the_model_itself(name, frame, data):
    """They are of the texts that the model knows, not of what a reader made of them."""
    rows = frame[["tokens", "digits", "padded", "z"]]
    if "boost" in name or "lightgbm" in name:
        rows = rows.astype(dict.fromkeys(rows.columns[:3], "category"))
    model = explained()[name].fit(rows, (frame["y"] == "b").astype(int))
    table = data.parts[Part.EVALUATION]
    asked = InProcess(adapt(model, Seen()))
    meant = {"a": "0", "b": "1"}
    matched = Matched(info=asked.info, model=asked, target="y", class_map=meant)
    inputs = Inputs(
        predictions={Part.EVALUATION: predict(table, matched, STAMP)},
        columns=ArrayColumns(N),
        decision=Decision(positive="1"),
        matched=matched,
        tables=data.parts,
    )
    found = explain(inputs, "shapley", background="20", rows=25)
    expected = model.predict_proba(rows.iloc[found.row_ids])[:, 1]
    if found.space == "margin":
        expected = np.log(expected / (1 - expected))
    total = found.base_values[0] + found.values.sum(axis=1)
    np.testing.assert_allclose(total, expected, atol=1e-6)
    assert (found.method == "trees") == (name in ALONG_TREES)
    assert np.ptp(expected) > 0.1
