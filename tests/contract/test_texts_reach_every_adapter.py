"""Categories that look like something else reach every kind of model as texts.

From a CSV file, through the match and the adapter come the predictions that the
library itself makes of the frame it was fitted on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import catboost
import lightgbm
import numpy as np
import pandas as pd
import pytest
import skl2onnx
import xgboost
from interpret.glassbox import ExplainableBoostingClassifier
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from engine.contracts.dataset import Part
from engine.contracts.model import Levels
from engine.known_values import doubts
from engine.model_host.adapters import opened as adapters_opened
from engine.model_host.adapters.objects import Seen, adapt
from tests.support.opened_models import open_bytes
from tests.support.rows_of_texts import (
    categories,
    lightgbm_trees,
    probabilities,
    texts,
    xgboost_trees,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def encoders() -> dict[str, Any]:
    return {
        "one hot": OneHotEncoder(handle_unknown="ignore"),
        "ordinal": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        "target": TargetEncoder(cv=2),
    }


@pytest.mark.parametrize("imputer", ["no", "frequent", "constant"])
@pytest.mark.parametrize("encoder", encoders())
def test_encoders_of_scikit_learn(encoder, imputer, frame, data):
    steps = [encoders()[encoder]]
    if imputer == "frequent":
        steps.insert(0, SimpleImputer(strategy="most_frequent"))
    if imputer == "constant":
        steps.insert(0, SimpleImputer(strategy="constant", fill_value="missing"))
    table = ColumnTransformer(
        [("t", make_pipeline(*steps), texts(frame))], remainder="passthrough"
    )
    model = make_pipeline(table, LogisticRegression(max_iter=1000))
    rows = frame.drop(columns="y")
    model.fit(rows, frame["y"])
    found = probabilities(adapt(model, Seen()), data)
    np.testing.assert_array_equal(found, model.predict_proba(rows))


def test_a_bag_of_words_gets_every_word(frame, data):
    words = CountVectorizer(token_pattern=r".+", lowercase=False)
    table = ColumnTransformer([("w", words, "tokens")])
    model = make_pipeline(table, LogisticRegression()).fit(
        frame[["tokens"]], frame["y"]
    )
    found = probabilities(adapt(model, Seen()), data)
    np.testing.assert_array_equal(found, model.predict_proba(frame[["tokens"]]))


def test_catboost(frame, data, tmp_path):
    rows = frame.drop(columns="y")
    model = catboost.CatBoostClassifier(
        iterations=30,
        cat_features=texts(frame),
        allow_writing_files=False,
        thread_count=1,
        verbose=0,
    ).fit(rows, frame["y"])
    model.save_model(str(tmp_path / "model.cbm"))
    opened = open_bytes("catboost", (tmp_path / "model.cbm").read_bytes())
    np.testing.assert_allclose(
        probabilities(opened, data), model.predict_proba(rows), rtol=1e-12
    )


def test_catboost_of_what_pandas_took_for_missing_or_true(frame, data, tmp_path):
    """Whoever read the file with pandas trained on nan, True and 1 as texts."""
    (tmp_path / "rows.csv").write_text(frame.to_csv(index=False))
    rows = pd.read_csv(tmp_path / "rows.csv").drop(columns="y")
    rows[texts(frame)] = rows[texts(frame)].astype(object).fillna("nan").astype(str)
    assert {"nan", "?", "-"} < set(rows["tokens"])
    assert set(rows["truth"]) == {"True", "False"}
    assert set(rows["padded"]) == {"1", "10"}
    model = catboost.CatBoostClassifier(
        iterations=30,
        cat_features=texts(frame),
        allow_writing_files=False,
        thread_count=1,
        verbose=0,
    ).fit(rows, frame["y"])
    np.testing.assert_allclose(
        probabilities(adapt(model, Seen()), data), model.predict_proba(rows), rtol=1e-12
    )


def test_lightgbm(frame, data):
    rows = categories(frame)
    model = lightgbm.LGBMClassifier(
        n_estimators=20, min_child_samples=5, n_jobs=1, verbose=-1
    ).fit(rows, frame["y"])
    opened = open_bytes("lightgbm", model.booster_.model_to_string().encode())
    np.testing.assert_allclose(
        probabilities(opened, data), model.predict_proba(rows), rtol=1e-12
    )


def test_xgboost(frame, data):
    rows = categories(frame)
    model = xgboost.XGBClassifier(
        n_estimators=20, enable_categorical=True, n_jobs=1, tree_method="hist"
    ).fit(rows, frame["y"] == "b")
    raw = bytes(model.get_booster().save_raw("json"))
    opened = open_bytes("xgboost_json", raw)
    np.testing.assert_allclose(
        probabilities(opened, data), model.predict_proba(rows), rtol=1e-6
    )


def test_explainable_boosting(frame, data):
    rows = frame.drop(columns="y")
    model = ExplainableBoostingClassifier(
        interactions=0,
        max_rounds=50,
        outer_bags=2,
        feature_types=["nominal"] * len(texts(frame)) + ["continuous"],
    )
    model.fit(rows, frame["y"])
    opened = adapt(model, Seen())
    assert set(opened.info.inputs[0].categories) == set(frame["tokens"])
    np.testing.assert_array_equal(
        probabilities(opened, data), model.predict_proba(rows)
    )


def test_onnx_strings(frame, data):
    rows = frame.drop(columns="y")
    model = make_pipeline(
        ColumnTransformer(
            [("t", OneHotEncoder(handle_unknown="ignore"), texts(frame))],
            remainder="passthrough",
        ),
        LogisticRegression(max_iter=1000),
    ).fit(rows, frame["y"])
    kinds: list[tuple[str, Any]] = [
        (name, StringTensorType([None, 1])) for name in texts(frame)
    ]
    kinds.append(("z", FloatTensorType([None, 1])))
    graph = skl2onnx.convert_sklearn(
        model, initial_types=kinds, options={"zipmap": False}, target_opset=17
    )
    opened = open_bytes("onnx", graph.SerializeToString())
    np.testing.assert_allclose(
        probabilities(opened, data), model.predict_proba(rows), atol=1e-5
    )


WRAPPED: dict[str, Callable[[], Any]] = {
    "calibrated lightgbm": lambda: CalibratedClassifierCV(lightgbm_trees(), cv=2),
    "calibrated xgboost": lambda: CalibratedClassifierCV(xgboost_trees(), cv=2),
    "both vote": lambda: VotingClassifier(
        [("a", lightgbm_trees()), ("b", xgboost_trees())], voting="soft"
    ),
    "search in a pipeline": lambda: make_pipeline(
        GridSearchCV(lightgbm_trees(), {}, cv=2)
    ),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_boosters_inside_wrappers_get_their_categories(name, frame, data):
    rows = categories(frame)
    model = WRAPPED[name]().fit(rows, (frame["y"] == "b").astype(int))
    found = probabilities(adapt(model, Seen()), data)
    np.testing.assert_array_equal(found, model.predict_proba(rows))


def test_catboost_at_the_end_of_a_pipeline(frame, data):
    rows = frame.drop(columns="y")
    model = make_pipeline(
        catboost.CatBoostClassifier(
            iterations=10,
            cat_features=texts(frame),
            allow_writing_files=False,
            thread_count=1,
            verbose=0,
        )
    ).fit(rows, frame["y"])
    opened = adapt(model, Seen())
    assert opened.info.names_known
    np.testing.assert_array_equal(
        probabilities(opened, data), model.predict_proba(rows)
    )


def test_levels_too_many_to_be_told_are_left_out_whole(frame, data, monkeypatch):
    monkeypatch.setattr(adapters_opened, "MAX_LEVELS", 3)
    rows = frame.drop(columns="y")
    table = ColumnTransformer(
        [("t", OneHotEncoder(), texts(frame))], remainder="passthrough"
    )
    model = make_pipeline(table, LogisticRegression(max_iter=1000))
    opened = adapt(model.fit(rows, frame["y"]), Seen())
    tokens, _, padded, *_ = opened.info.inputs
    assert (tokens.categories, tokens.levels) == ((), Levels.TEXT)
    assert set(padded.categories) == {"01", "1", "10"}
    np.testing.assert_array_equal(
        probabilities(opened, data), model.predict_proba(rows)
    )
    notes = doubts(data.parts[Part.EVALUATION], "tokens", tokens)
    assert not notes.lost
    assert set(notes.kept) == {"None", "NA", "?", "-"}
