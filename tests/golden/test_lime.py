"""Local lines against those of the ``lime`` package, for the same seed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lime.lime_tabular import LimeTabularExplainer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.neighbors import KNeighborsClassifier

from tests.support.explained import case
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, three, two, value

ROW, SEED = 11, 4


def reference(frame, predict, **kwargs):
    """What the package says of a row: the explanation of one output."""
    options = {"num_features": 10, "num_samples": 2_000, **kwargs}
    mode = options.pop("mode", "classification")
    label = options.pop("label", 1)
    labelled = options.pop("labelled", [])
    explainer = LimeTabularExplainer(
        frame.to_numpy(dtype=float),
        mode=mode,
        feature_names=list(frame.columns),
        categorical_features=labelled,
        random_state=SEED,
    )
    found = explainer.explain_instance(
        frame.to_numpy(dtype=float)[ROW],
        lambda rows: predict(pd.DataFrame(rows, columns=frame.columns)),
        labels=(label,),
        **options,
    )
    return found, label


def ours(inputs, **params):
    options = {"num_samples": 2_000, "seed": SEED, "repeats": 1, **params}
    return explain(inputs, "lime", **options)


def assert_same(found, theirs, label):
    pairs = theirs.local_exp[label]
    assert [term.feature for term in found.terms] == [place for place, _ in pairs]
    np.testing.assert_allclose(
        found.weights, [weight for _, weight in pairs], rtol=0, atol=1e-12
    )
    assert found.intercept == pytest.approx(theirs.intercept[label], abs=1e-12)
    assert found.r2 == pytest.approx(theirs.score, abs=1e-12)
    assert found.local_prediction == pytest.approx(theirs.local_pred[0], abs=1e-12)


@pytest.mark.parametrize("num_features", [1, 3, 6, 7, 10])
def test_two_classes_at_any_number_of_features(num_features):
    frame = numbers()
    model = RandomForestClassifier(30, random_state=0).fit(frame, two(frame))
    theirs, label = reference(frame, model.predict_proba, num_features=num_features)
    found = ours(fitted_case(model, frame, row=ROW), num_features=num_features)
    assert_same(found, theirs, label)
    assert found.model_prediction == pytest.approx(theirs.predict_proba[1])


@pytest.mark.parametrize("label", [0, 1, 2])
def test_every_one_of_three_classes(label):
    frame = numbers()
    model = KNeighborsClassifier(25).fit(frame, three(frame))
    theirs, _ = reference(frame, model.predict_proba, label=label)
    name = str(model.classes_[label])
    found = ours(fitted_case(model, frame, row=ROW), output=name)
    assert_same(found, theirs, label)
    assert found.output == name


def test_a_regression():
    frame = numbers()
    model = RandomForestRegressor(30, random_state=0).fit(frame, value(frame))
    theirs, _ = reference(frame, model.predict, mode="regression", num_samples=500)
    found = ours(fitted_case(model, frame, row=ROW), num_samples=500)
    assert_same(found, theirs, 1)


def test_labels_are_drawn_as_categories():
    rng = np.random.default_rng(1)
    frame = numbers().assign(kind=lambda f: rng.integers(0, 4, len(f)))
    answer = two(frame) ^ (frame["kind"] == 2)
    model = RandomForestClassifier(30, random_state=0).fit(frame, answer)
    theirs, label = reference(
        frame, model.predict_proba, labelled=[frame.columns.get_loc("kind")]
    )
    labels = frame.assign(kind=frame["kind"].map("k{}".format))
    inputs = fitted_case(_OnLabels(model), labels, row=ROW)
    assert_same(ours(inputs), theirs, label)


class _OnLabels(RandomForestClassifier):
    """A fitted model whose column of codes comes as labels."""

    def __init__(self, fitted=None):
        self.fitted = fitted

    @property
    def classes_(self):
        return self.fitted.classes_

    @property
    def feature_names_in_(self):
        return self.fitted.feature_names_in_

    @property
    def n_features_in_(self):
        return self.fitted.n_features_in_

    def predict_proba(self, frame):
        codes = frame["kind"].str.slice(1).astype(int)
        return self.fitted.predict_proba(frame.assign(kind=codes))

    def predict(self, frame):
        return self.classes_[self.predict_proba(frame).argmax(axis=1)]


def _with_a_quarter_of_one_value():
    """``a`` is 3 in the lowest quarter: nothing lies between its least and that."""
    frame = numbers()
    return frame.assign(a=np.maximum(frame["a"], frame["a"].quantile(0.4)) + 3.0)


def test_a_quarter_of_one_value_is_zero_for_the_package():
    frame = _with_a_quarter_of_one_value()
    model = RandomForestClassifier(30, random_state=0).fit(frame, two(frame))
    theirs, label = reference(frame, model.predict_proba)
    inputs = fitted_case(model, frame, row=ROW)
    assert_same(ours(inputs, drawn="package"), theirs, label)


def test_a_quarter_of_one_value_is_that_value_for_us():
    frame = _with_a_quarter_of_one_value()
    lowest = []

    def answer(table):
        lowest.append(table.column("a").to_numpy().min())
        return np.clip(table.column("b").to_numpy(), 0, 1)

    inputs, _ = case({name: frame[name].to_numpy() for name in frame}, answer, row=ROW)
    lowest.clear()
    ours(inputs)
    assert min(lowest) == frame["a"].min()
    lowest.clear()
    ours(inputs, drawn="package")
    assert min(lowest) == 0.0


def test_many_rows_are_what_each_is_alone():
    frame = numbers()
    model = RandomForestClassifier(30, random_state=0).fit(frame, two(frame))
    many = explain(
        fitted_case(model, frame), "lime", scope="all", num_samples=500, seed=SEED
    )
    for row in (0, 17, 200):
        alone = ours(fitted_case(model, frame, row=row), num_samples=500)
        place = int(np.flatnonzero(many.row_ids == row)[0])
        features = [term.feature for term in alone.terms]
        np.testing.assert_allclose(many.values[place, features], alone.weights)
        assert many.r2[place] == pytest.approx(alone.r2)
        assert many.local_predictions[place] == pytest.approx(alone.local_prediction)
