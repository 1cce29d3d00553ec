"""What a model knows of texts is found behind other steps, and inside its file."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import catboost
import numpy as np
import pandas as pd
import pytest
import skl2onnx
from interpret.glassbox import ExplainableBoostingClassifier
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from engine.contracts.dataset import Part
from engine.contracts.model import Levels
from engine.data.dataset import Dataset
from engine.known_values import doubts
from engine.model_host.adapters.objects import Seen, adapt
from tests.support.opened_models import open_bytes
from tests.support.rows_of_texts import (
    N,
    categories,
    lightgbm_trees,
    probabilities,
    texts,
    xgboost_trees,
)

if TYPE_CHECKING:
    from collections.abc import Callable


PASSING: dict[str, Callable[[], Any]] = {
    "lightgbm": lightgbm_trees,
    "xgboost": xgboost_trees,
    "histograms": lambda: HistGradientBoostingClassifier(max_iter=5),
}


@pytest.mark.parametrize("name", PASSING)
def test_categories_behind_a_transformer_that_passes_them_on(name, frame, data):
    rows = categories(frame)
    table = ColumnTransformer(
        [("z", StandardScaler(), ["z"]), ("kept", "passthrough", ["digits"])],
        remainder="passthrough",
    ).set_output(transform="pandas")
    model = make_pipeline(table, PASSING[name]())
    model.fit(rows, (frame["y"] == "b").astype(int))
    opened = adapt(model, Seen())
    told = {field.name: set(field.categories) for field in opened.info.inputs}
    assert told == {"z": set(), **{n: set(frame[n]) for n in texts(frame)}}
    np.testing.assert_array_equal(
        probabilities(opened, data), model.predict_proba(rows)
    )


def test_an_imputer_in_a_transformer_passes_on_what_a_later_encoder_knows(frame, data):
    rows = frame.drop(columns="y")
    first = ColumnTransformer(
        [("i", SimpleImputer(strategy="most_frequent"), ["digits", "tokens"])],
        remainder="passthrough",
    ).set_output(transform="pandas")
    encoded = ["i__digits", "i__tokens"]
    later = ColumnTransformer([("t", OneHotEncoder(), encoded)])
    model = make_pipeline(first, later, LogisticRegression()).fit(rows, frame["y"])
    opened = adapt(model, Seen())
    told = {field.name: field for field in opened.info.inputs}
    assert set(told["tokens"].categories) == set(frame["tokens"])
    assert told["tokens"].takes_missing
    assert not told["day"].categories
    np.testing.assert_array_equal(
        probabilities(opened, data), model.predict_proba(rows)
    )


@pytest.mark.parametrize("blanks", [True, False])
def test_an_explainable_boosting_machine_says_whether_it_met_blanks(blanks, frame):
    rows = frame[["padded", "z"]].copy()
    if blanks:
        rows.loc[::9, "padded"] = None
    model = ExplainableBoostingClassifier(
        feature_types=["nominal", "continuous"],
        interactions=[(0, 1)],
        exclude=[("z",)],
        max_rounds=5,
        outer_bags=1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of blanks, which it does not draw
        model.fit(rows, frame["y"])
    padded = adapt(model, Seen()).info.inputs[0]
    assert padded.takes_missing is blanks
    assert padded.categories == ("01", "1", "10")


@pytest.mark.parametrize("named", [True, False])
def test_numbers_that_an_encoder_met_as_objects(named, tmp_path):
    """A column of objects may hold numbers and truth values beside no text at all."""
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(
        {
            "x0": pd.Series(rng.integers(0, 3, N), dtype=object),
            "x1": pd.Series(rng.integers(0, 3, N) / 2, dtype=object),
            "x2": pd.Series(rng.random(N) < 0.5, dtype=object),
        }
    )
    given = rows if named else rows.to_numpy(dtype=object)
    model = make_pipeline(OneHotEncoder(), LogisticRegression())
    model.fit(given, (rows["x0"] == 1) ^ (rng.random(N) < 0.2))
    rows.assign(y=0).to_csv(tmp_path / "rows.csv", index=False)
    found = probabilities(
        adapt(model, Seen()), Dataset.open([str(tmp_path / "rows.csv")])
    )
    np.testing.assert_array_equal(found, model.predict_proba(given))


@pytest.mark.parametrize("written", ["True", "TRUE", "1"])
def test_catboost_of_a_column_of_truth_values(written, tmp_path):
    """The library makes the texts 1 and 0 of such a column."""
    rng = np.random.default_rng(2)
    rows = pd.DataFrame({"truth": rng.random(N) < 0.5, "z": rng.normal(size=N)})
    model = catboost.CatBoostClassifier(
        iterations=10,
        cat_features=["truth"],
        allow_writing_files=False,
        thread_count=1,
        verbose=0,
    ).fit(rows, rows["truth"] ^ (rows["z"] > 1))
    other = {"True": "False", "TRUE": "FALSE", "1": "0"}[written]
    in_file = rows.assign(y=0, truth=np.where(rows["truth"], written, other))
    in_file.to_csv(tmp_path / "rows.csv", index=False)
    found = probabilities(
        adapt(model, Seen()), Dataset.open([str(tmp_path / "rows.csv")])
    )
    np.testing.assert_allclose(found, model.predict_proba(rows), rtol=1e-9)


def test_catboost_of_blanks_that_it_knows_as_empty_texts(tmp_path):
    rng = np.random.default_rng(3)
    known = np.array(["", "u", "v"], dtype=object)[rng.integers(0, 3, N)]
    rows = pd.DataFrame({"a": known, "z": rng.normal(size=N).round(4)})
    model = catboost.CatBoostClassifier(
        iterations=10,
        cat_features=["a"],
        allow_writing_files=False,
        thread_count=1,
        verbose=0,
    ).fit(rows, (known == "") ^ (rows["z"] > 1))
    rows.assign(y=0).to_csv(tmp_path / "rows.csv", index=False)
    found = probabilities(
        adapt(model, Seen()), Dataset.open([str(tmp_path / "rows.csv")])
    )
    np.testing.assert_allclose(found, model.predict_proba(rows), rtol=1e-9)


@pytest.mark.parametrize(
    "encoder", [OneHotEncoder(handle_unknown="ignore"), OrdinalEncoder()]
)
def test_an_onnx_graph_says_which_texts_it_knows(encoder, frame, tmp_path):
    rows = frame[["tokens", "padded", "z"]]
    model = make_pipeline(
        ColumnTransformer(
            [("t", encoder, ["tokens", "padded"])], remainder="passthrough"
        ),
        LogisticRegression(max_iter=1000),
    ).fit(rows, frame["y"])
    kinds: list[tuple[str, Any]] = [
        ("tokens", StringTensorType([None, 1])),
        ("padded", StringTensorType([None, 1])),
        ("z", FloatTensorType([None, 1])),
    ]
    graph = skl2onnx.convert_sklearn(
        model, initial_types=kinds, options={"zipmap": False}, target_opset=17
    )
    opened = open_bytes("onnx", graph.SerializeToString())
    tokens, padded, z = opened.info.inputs
    assert set(tokens.categories) == set(frame["tokens"])
    assert (padded.categories, padded.levels) == (("01", "1", "10"), Levels.TEXT)
    assert z.categories == ()
    other = rows.assign(y=frame["y"])
    other.loc[3, "tokens"], other.loc[4, "padded"] = "new", ""
    other.to_csv(tmp_path / "rows.csv", index=False)
    table = Dataset.open([str(tmp_path / "rows.csv")]).parts[Part.EVALUATION]
    assert doubts(table, "tokens", tokens).unknown == {"new": 1}
    assert doubts(table, "padded", padded).n_missing == 1
    assert padded.takes_missing is False
