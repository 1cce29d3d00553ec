"""Shapley values of trees against the reference library."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from engine.explain.shapley.tree_shap import tree_base, tree_interactions, tree_shapley
from engine.model_host.structure.sklearn_trees import part_of

shap = pytest.importorskip("shap")

N_FEATURES = 8


def table():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(600, N_FEATURES)).astype(np.float32).astype(np.float64)
    rows[:, 3] = rng.integers(0, 3, size=600)
    signal = rows[:, 0] * rows[:, 1] + rows[:, 2] + (rows[:, 3] == 1)
    return rows, signal + 0.3 * rng.normal(size=600)


MODELS = [
    RandomForestClassifier(12, max_depth=5, random_state=0),
    RandomForestRegressor(6, random_state=0),
    ExtraTreesClassifier(8, max_depth=9, random_state=0),
    GradientBoostingRegressor(n_estimators=20, random_state=0),
    GradientBoostingClassifier(n_estimators=20, random_state=0),
]


def answer(model, task):
    _, signal = table()
    if task == "regression":
        return signal
    edges = [0.0] if task == "binary" else [-0.5, 1.0]
    return np.digitize(signal, edges)


def tasks(model):
    if hasattr(model, "classes_") or "Classifier" in type(model).__name__:
        several = not isinstance(model, GradientBoostingClassifier)  # shap refuses
        return ("binary", "multiclass") if several else ("binary",)
    return ("regression",)


CASES = [(model, task) for model in MODELS for task in tasks(model)]
NAMES = [f"{type(model).__name__}-{task}" for model, task in CASES]


@pytest.mark.parametrize(("model", "task"), CASES, ids=NAMES)
@pytest.mark.parametrize("variant", ["interventional", "path_dependent"])
def test_values_are_those_of_the_reference(model, task, variant):
    rows, _ = table()
    model.fit(rows, answer(model, task))
    form = part_of(model).form
    others = rows[:40] if variant == "interventional" else None
    explained = rows[40:140]
    perturbation = "interventional" if others is not None else "tree_path_dependent"
    reference = shap.TreeExplainer(model, others, feature_perturbation=perturbation)
    expected = np.asarray(reference.shap_values(explained, check_additivity=False))
    expected = expected.reshape(len(explained), N_FEATURES, -1)
    base = np.ravel(reference.expected_value)
    ours = tree_shapley(form, explained, others)
    if ours.shape[2] == 1:  # of two classes, ours is the second
        expected, base = expected[:, :, -1:], base[-1:]
    np.testing.assert_allclose(ours, expected, atol=1e-6)
    np.testing.assert_allclose(tree_base(form, others), base, atol=1e-6)


@pytest.mark.parametrize("model", [MODELS[1], MODELS[3]], ids=["forest", "boosted"])
def test_interactions_are_those_of_the_reference(model):
    rows, signal = table()
    model.fit(rows, signal)
    explained = rows[:60]
    expected = shap.TreeExplainer(model).shap_interaction_values(explained)
    form = part_of(model).form
    ours = np.concatenate([v for _, v in tree_interactions(form, explained, None)])
    np.testing.assert_allclose(ours[..., 0], expected, atol=1e-6)
