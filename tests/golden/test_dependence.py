"""Partial dependence and lines of single rows against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, three, two, value


def reference(model, frame, names, points, **kwargs):
    return partial_dependence(
        model,
        frame,
        names,
        method="brute",
        percentiles=(0, 1),
        grid_resolution=points,
        **kwargs,
    )


@pytest.mark.parametrize("points", [5, 20, 60])
@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_two_classes(name, points):
    frame = numbers()
    model = GradientBoostingClassifier(n_estimators=20, random_state=0)
    model.fit(frame, two(frame))
    theirs = reference(
        model, frame, [name], points, kind="both", response_method="predict_proba"
    )
    ours = explain(
        fitted_case(model, frame),
        "dependence",
        first=name,
        points=points,
        spacing="even",
    )
    np.testing.assert_allclose(ours.axes[0].values, theirs["grid_values"][0])
    np.testing.assert_allclose(
        ours.average[:, 0], theirs["average"][0], rtol=0, atol=1e-12
    )
    np.testing.assert_allclose(
        ours.ice[:, :, 0], theirs["individual"][0], rtol=0, atol=1e-12
    )


def test_margins_are_what_the_model_adds_up():
    frame = numbers()
    model = LogisticRegression().fit(frame, two(frame))
    theirs = reference(
        model, frame, ["a"], 15, kind="both", response_method="decision_function"
    )
    ours = explain(
        fitted_case(model, frame),
        "dependence",
        first="a",
        points=15,
        spacing="even",
        output="margin",
    )
    inside = np.abs(theirs["individual"][0]) < 12  # beyond, probabilities are cut off
    np.testing.assert_allclose(
        ours.ice[:, :, 0][inside], theirs["individual"][0][inside], atol=1e-5
    )
    assert ours.space == "margin"


def test_three_classes():
    frame = numbers()
    model = RandomForestClassifier(20, max_depth=5, random_state=0)
    model.fit(frame, three(frame))
    theirs = reference(model, frame, ["c"], 12, kind="both")
    ours = explain(
        fitted_case(model, frame), "dependence", first="c", points=12, spacing="even"
    )
    assert ours.outputs == ("0", "1", "2")
    np.testing.assert_allclose(ours.average.T, theirs["average"], atol=1e-12)
    np.testing.assert_allclose(
        ours.ice.transpose(2, 0, 1), theirs["individual"], atol=1e-12
    )


def test_two_features_of_a_regression():
    frame = numbers()
    model = RandomForestRegressor(20, max_depth=6, random_state=0)
    model.fit(frame, value(frame))
    theirs = reference(model, frame, ["a", "c"], 9, kind="average")
    ours = explain(
        fitted_case(model, frame),
        "dependence",
        first="a",
        second="c",
        points=9,
        spacing="even",
    )
    for axis, grid in zip(ours.axes, theirs["grid_values"], strict=True):
        np.testing.assert_allclose(axis.values, grid)
    np.testing.assert_allclose(ours.average[:, :, 0], theirs["average"][0], atol=1e-9)


def test_places_at_quantiles_with_missing_values_elsewhere():
    frame = numbers(missing=True)
    frame["a"] = numbers()["a"]
    model = HistGradientBoostingRegressor(max_iter=20, random_state=0)
    model.fit(frame, value(frame))
    ours = explain(fitted_case(model, frame), "dependence", first="a", points=11)
    theirs = partial_dependence(
        model,
        frame,
        ["a"],
        method="brute",
        kind="both",
        custom_values={"a": ours.axes[0].values},
    )
    assert set(ours.axes[0].values) <= set(frame["a"])
    np.testing.assert_allclose(ours.average[:, 0], theirs["average"][0], atol=1e-9)


def test_labels():
    frame = numbers()[["a", "d"]]
    rng = np.random.default_rng(3)
    frame["town"] = rng.choice(["Ávila", "Burgos", "Cádiz"], len(frame))
    answer = np.where(
        frame["a"] + (frame["town"] == "Cádiz") + rng.normal(size=len(frame)) > 0.5,
        "yes",
        "no",
    )
    model = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["town"]), remainder="passthrough"),
        LogisticRegression(),
    ).fit(frame, answer)
    theirs = partial_dependence(
        model,
        frame,
        ["town"],
        method="brute",
        kind="both",
        categorical_features=["town"],
        response_method="predict_proba",
    )
    ours = explain(fitted_case(model, frame), "dependence", first="town")
    order = np.argsort(theirs["grid_values"][0])
    assert ours.axes[0].labels == ("Burgos", "Cádiz", "Ávila")
    assert list(theirs["grid_values"][0][order]) == list(ours.axes[0].labels)
    np.testing.assert_allclose(
        ours.average[:, 0], theirs["average"][0][order], atol=1e-12
    )
    assert ours.axes[0].counts.tolist() == [
        int(n) for n in pd.Series(frame["town"]).value_counts().sort_index()
    ]
