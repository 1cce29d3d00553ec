"""What a model is made of against the arrays of the libraries themselves."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest
from interpret.glassbox import (
    ExplainableBoostingClassifier,
    ExplainableBoostingRegressor,
)
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
)
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    StandardScaler,
)

from engine.contracts.decision import Decision
from engine.contracts.readings.glass_box.glass_box import read
from engine.contracts.results.glass_box import Shapes, WeightedSum
from tests.support.in_process import glass_box as glass
from tests.support.taken_apart import numbers, three, two, value

if TYPE_CHECKING:
    import pandas as pd


def rebuilt(result, frame: pd.DataFrame) -> np.ndarray:
    """The sums ``(n, k)`` from the weights that are shown and the raw rows."""
    body = result.body
    total = np.tile(body.intercept, (len(frame), 1))
    for place, kind in enumerate(body.kind):
        column = frame[result.feature_names[body.feature[place]]]
        if kind == "number":
            times = column.fillna(0.0).to_numpy()
        elif kind == "level":
            texts = column.map(lambda v: v if isinstance(v, str) else f"{v:.12g}")
            times = ((texts == body.what[place]) & column.notna()).to_numpy()
        else:
            assert kind == "missing"
            times = column.isna().to_numpy()
        total += times[:, None] * body.weights[place]
    return total


class TestWeights:
    def test_are_those_of_the_library(self):
        frame = numbers()
        model = LogisticRegression().fit(frame, two(frame))
        found = glass(model, frame)
        assert isinstance(found.body, WeightedSum)
        assert found.kind == "linear"
        assert found.space == "margin"
        np.testing.assert_array_equal(found.body.weights[:, 0], model.coef_[0])
        np.testing.assert_array_equal(found.body.intercept, model.intercept_)
        np.testing.assert_allclose(found.ratios()[:, 0], np.exp(model.coef_[0]))
        spread = frame.to_numpy().std(axis=0)
        np.testing.assert_allclose(
            found.body.standardised()[:, 0], model.coef_[0] * spread
        )

    def test_behind_a_scaler_are_for_units_of_the_data(self):
        frame = numbers()
        model = make_pipeline(StandardScaler(), Ridge()).fit(frame, value(frame))
        found = glass(model, frame)
        scaler, ridge = model[0], model[-1]
        np.testing.assert_allclose(
            found.body.weights[:, 0], ridge.coef_ / scaler.scale_, rtol=1e-12
        )
        np.testing.assert_allclose(
            rebuilt(found, frame)[:, 0], model.predict(frame), rtol=1e-12
        )
        assert found.gap < 1e-9

    def test_of_labels_and_missing_values_rebuild_the_probabilities(self):
        frame = numbers(missing=True)
        rng = np.random.default_rng(5)
        frame["town"] = rng.choice(["Ávila", "Burgos", "Cádiz"], len(frame))
        frame["rooms"] = rng.integers(1, 5, len(frame))
        model = make_pipeline(
            make_column_transformer(
                (OneHotEncoder(drop="first"), ["town", "rooms"]),
                (
                    make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()),
                    ["a", "b", "c", "d"],
                ),
            ),
            LogisticRegression(),
        ).fit(frame, two(frame))
        found = glass(model, frame)
        assert set(found.body.kind) == {"number", "level", "missing"}
        np.testing.assert_allclose(
            rebuilt(found, frame)[:, 0], model.decision_function(frame), rtol=1e-9
        )
        town = [
            weight
            for weight, feature in zip(
                found.body.weights[:, 0], found.body.feature, strict=True
            )
            if found.feature_names[feature] == "town"
        ]
        np.testing.assert_allclose(town[:1], [0.0], atol=1e-12)  # the dropped one
        np.testing.assert_allclose(town[1:], model[-1].coef_[0][:2])

    def test_turn_round_with_the_positive_class(self):
        frame = numbers()
        model = LogisticRegression().fit(frame, two(frame))
        found = glass(model, frame, decision=Decision(positive="no"))
        np.testing.assert_array_equal(found.body.weights[:, 0], -model.coef_[0])
        assert found.outputs == ("no",)
        assert found.gap < 1e-12

    def test_of_three_classes(self):
        frame = numbers()
        model = LogisticRegression().fit(frame, three(frame))
        found = glass(model, frame)
        np.testing.assert_array_equal(found.body.weights.T, model.coef_)
        assert found.ratios() is None

    def test_multiply_the_answer_behind_a_logarithm(self):
        frame = numbers()
        model = PoissonRegressor().fit(frame, np.abs(value(frame)))
        found = glass(model, frame)
        np.testing.assert_allclose(found.ratios()[:, 0], np.exp(model.coef_))

    def test_of_curves_stay_with_the_curve(self):
        frame = numbers()
        steps = make_column_transformer(
            (FunctionTransformer(np.exp, feature_names_out="one-to-one"), ["a"]),
            remainder="passthrough",
        )
        model = make_pipeline(steps, LinearRegression()).fit(frame, value(frame))
        found = glass(model, frame)
        assert found.body.kind == ("encoded", "number", "number", "number")
        assert found.body.what[0] == "functiontransformer__a"
        np.testing.assert_allclose(found.body.weights[:, 0], model[-1].coef_)


class TestShapes:
    @pytest.mark.parametrize("kind", ["value", "two", "three"])
    def test_are_the_librarys_terms(self, kind):
        frame = numbers(missing=True)
        frame["town"] = np.random.default_rng(3).choice(["x", "y", "z"], len(frame))
        regressor = kind == "value"
        make = (
            ExplainableBoostingRegressor if regressor else ExplainableBoostingClassifier
        )
        target = {"value": value, "two": two, "three": three}[kind](frame)
        pairs = 0 if kind == "three" else 2
        model = make(interactions=pairs, max_rounds=60, outer_bags=2, n_jobs=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it does not draw missing values
            model.fit(frame, target)
        found = glass(model, frame)
        assert isinstance(found.body, Shapes)
        k = len(found.outputs)
        np.testing.assert_allclose(
            found.body.intercept, np.asarray(model.intercept_).reshape(-1)
        )
        assert len(found.body.shapes) == len(model.term_features_)
        by_features = {tuple(s.features): s for s in found.body.shapes}
        for features, table in zip(
            model.term_features_, model.term_scores_, strict=True
        ):
            shape = by_features[tuple(features)]
            whole = table.reshape(*table.shape[: len(features)], k)
            within = whole[tuple(slice(1, -1) for _ in features)]
            np.testing.assert_allclose(shape.values, within)
            if len(features) == 1 and shape.n_missing:
                np.testing.assert_allclose(shape.missing, whole[0])
            for feature, edges in zip(features, shape.edges, strict=True):
                level = min(len(features), len(model.bins_[feature])) - 1
                bins = model.bins_[feature][level]
                if isinstance(bins, dict):
                    assert not len(edges)
                    continue
                np.testing.assert_allclose(edges[1:-1], bins, rtol=1e-12, atol=1e-14)
        assert found.gap < 1e-6

    def test_strength_is_the_librarys_importance(self):
        frame = numbers()
        model = ExplainableBoostingRegressor(
            interactions=1, max_rounds=60, outer_bags=2, n_jobs=1
        ).fit(frame, value(frame))
        found = glass(model, frame)
        theirs = dict(
            zip(map(tuple, model.term_features_), model.term_importances(), strict=True)
        )
        for shape in found.body.shapes:
            np.testing.assert_allclose(shape.strength[0], theirs[shape.features])
            assert shape.counts.sum() + shape.n_missing == len(frame)
        sizes = [shape.strength[0] for shape in found.body.shapes]
        assert sizes == sorted(sizes, reverse=True)

    def test_the_row_stands_on_its_own_step(self):
        frame = numbers()
        model = ExplainableBoostingRegressor(
            interactions=1, max_rounds=60, outer_bags=2, n_jobs=1
        ).fit(frame, value(frame))
        found = glass(model, frame, row=11)
        added = sum(shape.values[shape.row] for shape in found.body.shapes)
        np.testing.assert_allclose(
            added + found.body.intercept, model.predict(frame.iloc[[11]]), rtol=1e-9
        )
        for shape in found.body.shapes:
            if len(shape.features) == 1:
                step, edges = shape.row[0], shape.edges[0]
                own = frame.iloc[11, shape.features[0]]
                assert edges[step] <= own <= edges[step + 1]


def test_a_model_that_cannot_be_taken_apart_says_so():
    frame = numbers()
    model = KNeighborsRegressor().fit(frame, value(frame))
    found = glass(model, frame)
    assert found.kind == "closed"
    assert found.body is None
    assert [note.code for note in found.notes] == ["explain.closed"]
    assert "The structure of this model cannot be shown" in read(found)
