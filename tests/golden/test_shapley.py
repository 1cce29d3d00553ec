"""Shapley values of whole models against the reference library."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from xgboost import XGBClassifier

from engine.contracts.decision import Decision
from tests.support.in_process import as_matrix, explain, fitted_case
from tests.support.taken_apart import numbers, three, two, value

shap = pytest.importorskip("shap")

FEW = 40


@pytest.fixture(scope="module")
def frame():
    # No number on a threshold: there the reference leaves the model's own answers.
    shaken = numbers() + np.random.default_rng(3).normal(0, 0.01, (len(numbers()), 4))
    return shaken.astype(np.float32).astype(np.float64)


def test_forest_and_boosted_trees_are_those_of_tree_explainer(frame):
    for model in (
        RandomForestClassifier(8, max_depth=6, random_state=0),
        GradientBoostingClassifier(n_estimators=15, random_state=0),
    ):
        model.fit(frame, two(frame))
        found = explain(fitted_case(model, frame), "shapley", background="50")
        others = as_matrix(frame)[found.background.rows]
        reference = shap.TreeExplainer(model, others)
        expected = np.asarray(
            reference.shap_values(as_matrix(frame)[:FEW], check_additivity=False)
        )
        expected = expected if expected.ndim == 2 else expected[:, :, 1]
        np.testing.assert_allclose(found.values[:FEW], expected, atol=1e-6)
        assert found.method == "trees"
        assert found.additivity_error < 1e-9


def test_on_thresholds_the_trees_say_what_the_model_says_when_asked():
    tied = numbers()
    model = RandomForestClassifier(8, max_depth=6, random_state=0)
    model.fit(tied, two(tied))
    inputs = fitted_case(model, tied.head(30))
    trees = explain(inputs, "shapley", background="10")
    asked = explain(inputs, "shapley", background="10", route="exact")
    assert (trees.method, asked.method) == ("trees", "exact")
    np.testing.assert_allclose(trees.values, asked.values, atol=1e-12)


def test_several_classes_of_a_forest(frame):
    model = RandomForestClassifier(6, max_depth=5, random_state=0)
    model.fit(frame, three(frame))
    found = explain(fitted_case(model, frame), "shapley", variant="path_dependent")
    expected = shap.TreeExplainer(model).shap_values(as_matrix(frame)[:FEW])
    np.testing.assert_allclose(found.values[:FEW], expected, atol=1e-6)


def test_linear_models_are_those_of_linear_explainer(frame):
    rows = as_matrix(frame)
    everyone = shap.maskers.Independent(rows, max_samples=len(rows))
    for model, answer in (
        (LinearRegression(), value(frame)),
        (LogisticRegression(), two(frame)),
    ):
        model.fit(frame, answer)
        found = explain(fitted_case(model, frame), "shapley", background="all")
        expected = shap.LinearExplainer(model, everyone).shap_values(rows)
        np.testing.assert_allclose(found.values, expected, atol=1e-6)
        assert found.method == "linear"


def test_the_other_class_has_the_opposite_values(frame):
    model = LogisticRegression().fit(frame, two(frame))
    yes = explain(fitted_case(model, frame), "shapley")
    no = explain(fitted_case(model, frame, decision=Decision(positive="no")), "shapley")
    np.testing.assert_allclose(no.values, -yes.values)
    assert no.outputs == ("no",)
    assert no.additivity_error < 1e-9


def test_any_other_model_has_the_values_of_exact_explainer(frame):
    model = make_pipeline(StandardScaler(), KNeighborsClassifier(15))
    model.fit(frame, two(frame))
    found = explain(fitted_case(model, frame.head(20)), "shapley", background="10")
    rows = as_matrix(frame.head(20))

    def positive(x):
        return model.predict_proba(pd.DataFrame(x, columns=frame.columns))[:, 1]

    masker = shap.maskers.Independent(rows[found.background.rows])
    expected = shap.explainers.Exact(positive, masker)(rows, silent=True).values
    np.testing.assert_allclose(found.values, expected, atol=1e-6)
    assert found.method == "exact"


def test_encoded_columns_are_added_up_to_the_feature_they_come_from(frame):
    rows = frame.assign(
        home=np.array(["own", "rent", "free"])[np.arange(len(frame)) % 3]
    )
    model = make_pipeline(
        ColumnTransformer(
            [("one", OneHotEncoder(), ["home"]), ("num", "passthrough", ["a", "b"])]
        ),
        RandomForestClassifier(6, max_depth=5, random_state=0),
    )
    model.fit(rows, two(frame))
    found = explain(fitted_case(model, rows), "shapley", background="30")
    encoded = model[:-1].transform(rows)
    reference = shap.TreeExplainer(model[-1], encoded[found.background.rows])
    by_column = reference.shap_values(encoded[:FEW], check_additivity=False)[:, :, 1]
    place = {name: found.feature_names.index(name) for name in ("home", "a", "b")}
    np.testing.assert_allclose(
        found.values[:FEW, place["home"]], by_column[:, :3].sum(axis=1), atol=1e-6
    )
    np.testing.assert_allclose(
        found.values[:FEW, place["a"]], by_column[:, 3], atol=1e-6
    )
    assert not found.values[:, found.feature_names.index("c")].any()


def test_interactions_of_a_forest_are_those_of_tree_explainer(frame):
    model = RandomForestClassifier(6, max_depth=5, random_state=0)
    model.fit(frame, three(frame))
    inputs = fitted_case(model, frame)
    found = explain(
        inputs, "interactions", variant="path_dependent", first="a", second="c"
    )
    told = shap.TreeExplainer(model).shap_interaction_values(as_matrix(frame))
    strength = np.abs(told).mean(axis=0)
    strength[~np.eye(4, dtype=bool)] *= 2  # both halves
    np.testing.assert_allclose(found.strength, strength, atol=1e-6)
    np.testing.assert_allclose(found.values, 2 * told[:, 0, 2], atol=1e-6)
    np.testing.assert_allclose(found.alone[:, 0], told[:, 0, 0], atol=1e-6)


@pytest.mark.parametrize(
    "model", [XGBClassifier(n_estimators=10, n_jobs=1), LogisticRegression()]
)
def test_probabilities_through_margins_are_those_of_the_reference(model, frame):
    model.fit(frame, (two(frame) == "yes").astype(int))
    inputs = fitted_case(model, frame.head(60))
    found = explain(inputs, "shapley", route="rescaled", background="20")
    assert (found.method, found.space) == ("rescaled", "probability")
    assert found.additivity_error < 1e-6
    if isinstance(model, XGBClassifier):
        others = as_matrix(frame)[found.background.rows]
        reference = shap.TreeExplainer(model, others, model_output="probability")
        expected = reference.shap_values(as_matrix(frame.head(60)))
        np.testing.assert_allclose(found.values, expected, atol=1e-6)
    itself = explain(inputs, "shapley", output="probability", background="20")
    assert itself.method == "exact"  # the same base and sum, shared out otherwise
    np.testing.assert_allclose(itself.base_values, found.base_values, atol=1e-6)
    np.testing.assert_allclose(
        itself.values.sum(axis=1), found.values.sum(axis=1), atol=1e-6
    )
    assert np.abs(itself.values - found.values).max() > 1e-3
