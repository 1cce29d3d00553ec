"""Drop-column importance against fits made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.base import clone
from sklearn.compose import (
    ColumnTransformer,
    TransformedTargetRegressor,
    make_column_transformer,
)
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.model import ModelInfo, ScoreKind, Task
from engine.contracts.readings.importance.drop_column import read
from engine.data.table import Table
from engine.explain.importance.refit import can_refit
from tests.support.explained import case
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, three, two, value

HALF = 200


def split_case(model, frame, truth):
    """A fitted model tried on one half of the rows, the other half its training."""
    training = fitted_case(model, frame[:HALF], truth[:HALF])
    tried = fitted_case(model, frame[HALF:].reset_index(drop=True), truth[HALF:])
    part = Part.EVALUATION
    return replace(
        tried,
        predictions={
            **tried.predictions,
            Part.REFERENCE: training.predictions[part],
        },
        tables={**tried.tables, Part.REFERENCE: training.tables[part]},
    )


def by_hand(model, frame, truth, score):
    """What each column costs, by clones fitted without it."""
    whole = score(clone(model).fit(frame[:HALF], truth[:HALF]), frame[HALF:])
    lost = []
    for name in frame:
        less = frame.drop(columns=name)
        fitted = clone(model).fit(less[:HALF], truth[:HALF])
        lost.append(whole - score(fitted, less[HALF:]))
    return whole, np.array(lost)


def test_a_forest_of_two_classes():
    frame = numbers()
    truth = (two(frame) == "yes").astype(int)
    model = RandomForestClassifier(25, max_depth=4, random_state=3)
    model.fit(frame[:HALF], truth[:HALF])
    found = explain(split_case(model, frame, truth), "drop_column", metric="roc_auc")
    whole, lost = by_hand(
        model,
        frame,
        truth,
        lambda m, x: sk.roc_auc_score(truth[HALF:], m.predict_proba(x)[:, 1]),
    )
    assert found.baseline == pytest.approx(whole, abs=1e-12)
    assert found.own == pytest.approx(whole, abs=1e-12)  # it is the same fit
    np.testing.assert_allclose(found.importances_mean, lost, atol=1e-12)
    assert found.n_training == HALF
    assert "refitted on 200 training rows" in read(found)


def test_three_classes_by_a_loss():
    frame = numbers()
    names = three(frame)
    truth = np.unique(names, return_inverse=True)[1]
    model = LogisticRegression(max_iter=500).fit(frame[:HALF], truth[:HALF])
    found = explain(split_case(model, frame, truth), "drop_column", metric="log_loss")
    whole, lost = by_hand(
        model,
        frame,
        truth,
        lambda m, x: sk.log_loss(truth[HALF:], m.predict_proba(x)),
    )
    assert found.lower_is_better
    assert found.baseline == pytest.approx(whole, abs=1e-9)
    np.testing.assert_allclose(found.importances_mean, -lost, atol=1e-9)


def test_a_regression():
    frame, truth = numbers(), value(numbers())
    truth = np.asarray(truth, dtype=float)
    model = HistGradientBoostingRegressor(max_iter=20, random_state=0)
    model.fit(frame[:HALF], truth[:HALF])
    found = explain(split_case(model, frame, truth), "drop_column", metric="r2")
    whole, lost = by_hand(
        model, frame, truth, lambda m, x: sk.r2_score(truth[HALF:], m.predict(x))
    )
    assert found.baseline == pytest.approx(whole, abs=1e-12)
    np.testing.assert_allclose(found.importances_mean, lost, atol=1e-12)


def test_other_seeds_show_how_far_a_loss_moves():
    frame = numbers()
    truth = (two(frame) == "yes").astype(int)
    model = RandomForestClassifier(10, random_state=3).fit(frame[:HALF], truth[:HALF])
    found = explain(split_case(model, frame, truth), "drop_column", repeats=3)
    assert found.importances.shape == (frame.shape[1], 3)
    assert found.importances_std.max() > 0


def info(kind):
    return ModelInfo(
        name="m",
        sha256="",
        format="",
        kind=kind,
        task=Task.BINARY,
        score_kind=ScoreKind.PROBABILITY,
    )


@pytest.mark.parametrize(
    "kind",
    [
        "sklearn.pipeline.Pipeline",
        "os.RandomForestClassifier",
        "sklearn.ensemble._forest.NoSuchThing",
        "",
    ],
)
def test_kinds_that_are_not_plain_estimators_are_not_made(kind):
    assert not can_refit(info(kind))


def test_labels_and_missing_training_rows_are_said():
    kind = "sklearn.linear_model._logistic.LogisticRegression"
    rows = {"x": [f"l{i % 3}" for i in range(40)], "y": np.arange(40.0)}

    def answer(table):
        return np.clip(table["y"].to_numpy() / 40, 0, 1)

    inputs, _ = case(rows, answer, kind=kind)
    with pytest.raises(EngineError, match=r"explain\.no_training_rows"):
        explain(inputs, "drop_column")
    inputs, _ = case(rows, answer, kind=kind, reference=rows)
    with pytest.raises(EngineError, match=r"explain\.refit_labels"):
        explain(inputs, "drop_column")
    missing = {"x": [None, *range(39)], "y": np.arange(40.0)}
    inputs, _ = case(missing, answer, kind=kind, reference=missing)
    with pytest.raises(EngineError, match=r"explain\.refit_failed"):
        explain(inputs, "drop_column")
    assert isinstance(inputs.tables[Part.REFERENCE], Table)


def mixed():
    """Numbers, one of them not used, and a column of labels, some cells missing."""
    frame = numbers()
    rng = np.random.default_rng(4)
    frame["home"] = rng.choice(["owner", "rent", "parents"], len(frame))
    frame.loc[::17, frame.columns[0]] = np.nan
    return frame


def pipeline(frame):
    first = list(frame.columns[:3])
    return make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), ["home"]),
            (make_pipeline(SimpleImputer(), StandardScaler()), first),
        ),
        RandomForestClassifier(20, max_depth=4, random_state=1),
    )


def test_a_pipeline_prepares_its_columns_as_in_the_file():
    frame = mixed()
    truth = (two(frame) == "yes").astype(int) ^ (frame["home"] == "rent").astype(int)
    truth = truth.to_numpy()
    model = pipeline(frame).fit(frame[:HALF], truth[:HALF])
    found = explain(split_case(model, frame, truth), "drop_column", metric="roc_auc")

    before, estimator = model[:-1], model[-1]
    training, tried = before.transform(frame[:HALF]), before.transform(frame[HALF:])
    source = [
        name.split("__")[1].split("_")[0] for name in before.get_feature_names_out()
    ]

    def area(without):
        keep = np.array([name != without for name in source])
        fitted = clone(estimator).fit(training[:, keep], truth[:HALF])
        scores = fitted.predict_proba(tried[:, keep])[:, 1]
        return sk.roc_auc_score(truth[HALF:], scores)

    whole = area("")
    lost = [whole - area(name) for name in frame]
    assert found.baseline == pytest.approx(whole, abs=1e-12)
    np.testing.assert_allclose(found.importances_mean, lost, atol=1e-12)
    assert found.importances_mean[list(frame).index("home")] > 0.05
    assert not found.importances_mean[3:-1].any()  # the pipeline lets them not through
    assert "prepare the columns as in the file" in read(found)


def test_trees_that_ask_for_labels_are_not_fitted_to_their_codes():
    frame = mixed()[["home"]].astype("category")
    frame["x"] = numbers()[numbers().columns[1]].to_numpy()
    truth = (two(numbers()) == "yes").astype(int)
    model = make_pipeline(
        ColumnTransformer([("all", "passthrough", ["home", "x"])]).set_output(
            transform="pandas"
        ),
        HistGradientBoostingClassifier(max_iter=5, categorical_features="from_dtype"),
    ).fit(frame[:HALF], truth[:HALF])
    inputs = split_case(model, frame, truth)
    with pytest.raises(EngineError, match=r"explain\.no_refit"):
        explain(inputs, "drop_column")


def test_a_truth_that_is_turned_is_not_fitted_to():
    turned = TransformedTargetRegressor(
        LinearRegression(), func=np.log, inverse_func=np.exp
    )
    frame = numbers()
    model = turned.fit(frame, np.exp(np.asarray(value(frame), dtype=float) / 100))
    assert not can_refit(fitted_case(model, frame).matched.info)
    inside = make_pipeline(StandardScaler(), turned)
    inside.fit(frame, np.exp(np.asarray(value(frame), dtype=float) / 100))
    assert not can_refit(fitted_case(inside, frame).matched.info)
