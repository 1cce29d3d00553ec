"""Intervals of linear models' weights: published ones, and how often they hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from engine.contracts.dataset import Part
from engine.contracts.decision import Decision
from engine.contracts.progress import SILENT
from engine.contracts.readings.glass_box.glass_box import read
from engine.contracts.structure import Link
from engine.explain.glass_box.wald import WaldIntervals, of_fit
from tests.support.in_process import explain, fitted_case

# Ezekiel (1930): speed of cars and the way they took to stop.
SPEED = (
    "4 4 7 7 8 9 10 10 10 11 11 12 12 12 12 13 13 13 13 14 14 14 14 15 15 15 16 16 17 "
    "17 17 18 18 18 18 19 19 19 20 20 20 20 20 22 23 24 24 24 24 25"
)
DISTANCE = (
    "2 10 4 22 16 10 18 26 34 17 28 14 20 24 28 26 34 34 46 26 36 60 80 20 26 54 32 40 "
    "32 40 50 42 56 76 84 36 46 68 32 48 52 56 64 66 54 70 92 93 120 85"
)
# Henderson and Velleman (1981): weight of 32 cars, and which are shifted by hand.
WEIGHT = (
    "2.62 2.875 2.32 3.215 3.44 3.46 3.57 3.19 3.15 3.44 3.44 4.07 3.73 3.78 5.25 "
    "5.424 5.345 2.2 1.615 1.835 2.465 3.52 3.435 3.84 3.845 1.935 2.14 1.513 3.17 "
    "2.77 3.57 2.78"
)
BY_HAND = "1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 0 0 0 0 0 1 1 1 1 1 1 1"
FREE = {"C": np.inf, "tol": 1e-10, "max_iter": 10_000}


def read_off(text):
    return np.array([float(word) for word in text.split()])


def glass(model, frame, truth, *, training=True, **kwargs):
    """The model itself, with the rows it was fitted to as the reference."""
    inputs = fitted_case(model, frame, truth, **kwargs)
    if training:
        part = Part.REFERENCE
        inputs = replace(
            inputs,
            predictions={
                **inputs.predictions,
                part: inputs.predictions[Part.EVALUATION],
            },
            tables={**inputs.tables, part: inputs.tables[Part.EVALUATION]},
        )
    return explain(inputs, "glass_box")


def codes(found):
    return [note.code for note in found.notes]


def labelled(n=400, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.normal(40.0, 12.0, n),
            "income": rng.lognormal(3.0, 0.4, n),
            "home": rng.choice(["owner", "rent", "parents"], n),
        }
    )
    margin = 0.05 * (frame["age"] - 40) - 0.8 * (frame["home"] == "rent")
    truth = (rng.random(n) < 1 / (1 + np.exp(-margin))).astype(int)
    return frame, truth.to_numpy()


def prepared(drop="first", **settings):
    return make_pipeline(
        make_column_transformer(
            (StandardScaler(), ["age", "income"]),
            (OneHotEncoder(drop=drop), ["home"]),
        ),
        LogisticRegression(**{**FREE, **settings}),
    )


def test_of_least_squares_are_those_that_r_prints():
    frame = pd.DataFrame({"speed": read_off(SPEED)})
    model = LinearRegression().fit(frame, read_off(DISTANCE))
    assert model.coef_[0] == pytest.approx(3.932409, abs=1e-6)
    found = glass(model, frame, read_off(DISTANCE))
    assert found.body.low[0, 0] == pytest.approx(3.096964, abs=1e-6)
    assert found.body.high[0, 0] == pytest.approx(4.767853, abs=1e-6)
    assert "95 %" in read(found)
    assert "50 training rows" in read(found)


def test_of_a_logistic_regression_are_those_of_the_errors_that_r_prints():
    frame = pd.DataFrame({"wt": read_off(WEIGHT)})
    truth = read_off(BY_HAND).astype(int)
    model = LogisticRegression(**FREE).fit(frame, truth)
    assert model.coef_[0, 0] == pytest.approx(-4.024, abs=5e-4)
    found = glass(model, frame, truth)
    error = (found.body.high - found.body.low)[0, 0] / 2 / 1.959964
    # whose weights are those of the last step but one
    assert error == pytest.approx(1.436, abs=1e-3)
    middle = (found.body.high + found.body.low) / 2
    np.testing.assert_allclose(middle, found.body.weights)


def test_behind_a_scaler_and_labels_they_are_of_the_units_of_the_data():
    frame, truth = labelled()
    found = glass(prepared().fit(frame, truth), frame, truth)
    plain = pd.DataFrame(
        {
            "age": frame["age"],
            "income": frame["income"],
            "parents": (frame["home"] == "parents").astype(float),
            "rent": (frame["home"] == "rent").astype(float),
        }
    )
    bare = LogisticRegression(**FREE, solver="newton-cholesky").fit(plain, truth)
    weights = np.append(bare.coef_[0], bare.intercept_)
    sure = of_fit(plain.to_numpy(), truth.astype(float), weights, SILENT, Link.LOGIT)
    assert isinstance(sure, WaldIntervals)
    half = sure.times * np.sqrt(np.diag(sure.covariance))[:4]
    names = [(found.body.kind[i], found.body.what[i]) for i in range(5)]
    order = [names.index(w) for w in (("level", "parents"), ("level", "rent"))]
    order = [0, 1, *order]
    shown = (found.body.high - found.body.low)[order, 0] / 2
    np.testing.assert_allclose(shown, half, rtol=1e-4)
    owner = names.index(("level", "owner"))  # the one that the others are set against
    assert found.body.low[owner, 0] == found.body.high[owner, 0] == 0.0


def test_of_the_other_class_they_are_turned_round():
    frame, truth = labelled()
    model = prepared().fit(frame, truth)
    one = glass(model, frame, truth, decision=Decision(positive="1"))
    other = glass(model, frame, truth, decision=Decision(positive="0"))
    np.testing.assert_allclose(one.body.low, -other.body.high)
    assert (one.body.low <= one.body.weights).all()
    assert (other.body.low <= other.body.weights).all()


def test_the_true_weight_lies_in_nineteen_of_twenty_intervals():
    held = np.zeros(2)
    tries = 400
    for seed in range(tries):
        rng = np.random.default_rng(seed)
        columns = rng.normal(size=(200, 2))
        true = np.array([0.8, -0.4])
        chance = 1 / (1 + np.exp(-(columns @ true + 0.3)))
        truth = (rng.random(200) < chance).astype(float)
        model = LogisticRegression(**FREE, solver="newton-cholesky").fit(columns, truth)
        weights = np.append(model.coef_[0], model.intercept_)
        sure = of_fit(columns, truth, weights, SILENT, Link.LOGIT)
        half = sure.half(np.eye(3)[:2])
        held += np.abs(model.coef_[0] - true) <= half
    assert ((held / tries > 0.92) & (held / tries < 0.98)).all()


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (prepared(C=0.01), "explain.not_likeliest"),
        (prepared(class_weight="balanced"), "explain.not_likeliest"),
        (prepared(drop=None, C=1e4), "explain.same_columns"),
        (
            make_pipeline(
                make_column_transformer((StandardScaler(), ["age", "income"])),
                RidgeClassifier(),
            ),
            "explain.no_likelihood",
        ),
    ],
)
def test_where_they_cannot_be_told_it_is_said_why(model, code):
    frame, truth = labelled()
    found = glass(model.fit(frame, truth), frame, truth)
    assert found.body.low is None
    assert code in codes(found)
    assert "No intervals for the weights" in read(found)


def test_other_rows_than_those_of_the_fit_tell_nothing():
    frame, truth = labelled()
    others, known = labelled(seed=1)
    model = prepared().fit(frame, truth)
    assert "explain.not_likeliest" in codes(glass(model, others, known))
    without = glass(model, frame, truth, training=False)
    assert "explain.no_fitted_rows" in codes(without)


def test_fewer_rows_than_weights_tell_nothing():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 5.0]})
    model = LinearRegression().fit(frame, [1.0, 2.0])
    found = glass(model, frame, np.array([1.0, 2.0]))
    assert "explain.few_fitted_rows" in codes(found)
