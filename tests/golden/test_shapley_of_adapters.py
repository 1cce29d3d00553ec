"""Shapley values of every kind of model that is taken apart, against others' values.

Trees are held against the reference library in both variants; everything is held
against the definition, all coalitions of features asked about, through the model
itself.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from catboost import CatBoostClassifier, CatBoostRegressor
from interpret.glassbox import (
    ExplainableBoostingClassifier,
    ExplainableBoostingRegressor,
)
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor
from xgboost import XGBClassifier, XGBRegressor

from tests.support.in_process import as_matrix, explain, fitted_case
from tests.support.taken_apart import numbers, three, two, value

shap = pytest.importorskip("shap")

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")

FEW = 25
XGB = {"n_estimators": 10, "max_depth": 4, "n_jobs": 1}
LGBM = {"n_estimators": 10, "num_leaves": 12, "n_jobs": 1, "verbose": -1}
CAT = {"iterations": 10, "depth": 4, "verbose": 0, "allow_writing_files": False}
EBM = {"outer_bags": 2, "max_rounds": 50, "n_jobs": 1, "random_state": 0}


def codes(target):
    return np.unique(target, return_inverse=True)[1]


@pytest.fixture(scope="module")
def frame():
    # No number on a threshold: there the reference leaves the models' own answers.
    shaken = numbers() + np.random.default_rng(3).normal(0, 0.01, (len(numbers()), 4))
    return shaken.astype(np.float32).astype(np.float64)


TREES = [
    (XGBClassifier(**XGB), two),
    (XGBClassifier(**XGB), three),
    (XGBRegressor(**XGB), value),
    (LGBMClassifier(**LGBM), two),
    (LGBMClassifier(**LGBM), three),
    (LGBMRegressor(**LGBM), value),
    (CatBoostClassifier(**CAT), two),
    (CatBoostClassifier(**CAT), three),
    (CatBoostRegressor(**CAT), value),
    (HistGradientBoostingClassifier(max_iter=10), two),
    (HistGradientBoostingClassifier(max_iter=10), three),
    (HistGradientBoostingRegressor(max_iter=10), value),
    (RandomForestClassifier(6, max_depth=5, random_state=0), three),
    (ExtraTreesRegressor(6, max_depth=6, random_state=0), value),
    (GradientBoostingRegressor(n_estimators=10, random_state=0), value),
    (DecisionTreeRegressor(max_depth=5, random_state=0), value),
]
# Sums of terms and coefficients, and models behind steps that change the columns.
OTHERS = [
    (ExplainableBoostingClassifier(**EBM, interactions=3), two),
    (ExplainableBoostingClassifier(**EBM, interactions=0), three),
    (ExplainableBoostingRegressor(**EBM, interactions=2), value),
    (LogisticRegression(max_iter=500), two),
    (LogisticRegression(max_iter=500), three),
    (Ridge(), value),
    (PoissonRegressor(), lambda rows: np.abs(value(rows))),
    (make_pipeline(StandardScaler(), LogisticRegression()), two),
    (make_pipeline(StandardScaler(), XGBClassifier(**XGB)), three),
    (make_pipeline(StandardScaler(), CatBoostRegressor(**CAT)), value),
]


def name(case):
    model, target = case
    last = model[-1] if hasattr(model, "steps") else model
    kind = getattr(target, "__name__", "counts").strip("<>")
    return f"{'scaled-' * hasattr(model, 'steps')}{type(last).__name__}-{kind}"


def fitted(case, frame):
    model, target = case
    answer = target(frame)
    last = model[-1] if hasattr(model, "steps") else model
    if isinstance(last, XGBClassifier):
        answer = codes(answer)
    return model.fit(frame, answer)


def as_ours(values, found):
    """The reference's values without the first of two classes."""
    told = np.asarray(values)
    if told.ndim == 3 and found.values.ndim == 2:
        told = told[:, :, -1]
    return told


@pytest.mark.parametrize("case", TREES, ids=map(name, TREES))
def test_interventional_values_of_trees_are_those_of_the_reference(case, frame):
    model = fitted(case, frame)
    if isinstance(model, CatBoostClassifier) and len(model.classes_) > 2:
        pytest.skip("the reference ends the process on several outputs of CatBoost")
    found = explain(fitted_case(model, frame), "shapley", background="40")
    assert found.method == "trees"
    others = as_matrix(frame)[found.background.rows]
    reference = shap.TreeExplainer(model, others, feature_perturbation="interventional")
    expected = reference.shap_values(as_matrix(frame)[:FEW], check_additivity=False)
    np.testing.assert_allclose(found.values[:FEW], as_ours(expected, found), atol=1e-6)
    assert found.additivity_error < 1e-6 * max(1.0, np.abs(found.predictions).max())


@pytest.mark.parametrize("case", TREES, ids=map(name, TREES))
def test_path_dependent_values_of_trees_are_those_of_the_reference(case, frame):
    model = fitted(case, frame)
    found = explain(fitted_case(model, frame), "shapley", variant="path_dependent")
    reference = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    expected = reference.shap_values(as_matrix(frame)[:FEW])
    np.testing.assert_allclose(found.values[:FEW], as_ours(expected, found), atol=1e-6)


@pytest.mark.parametrize("case", TREES + OTHERS, ids=map(name, TREES + OTHERS))
def test_values_are_those_of_the_definition_through_the_model_itself(case, frame):
    """All coalitions, on log-odds or log scale where that is what is added up."""
    model = fitted(case, frame)
    inputs = fitted_case(model, frame.head(12))
    found = explain(inputs, "shapley", background="9")
    assert found.method in ("trees", "linear", "additive")
    rows = as_matrix(frame.head(12))
    raw = summed(model, frame.columns)

    def worth(row, known):
        mixed = rows[found.background.rows].copy()
        mixed[:, known] = row[known]
        return raw(mixed).mean(axis=0)

    expected = np.array([by_definition(worth, row) for row in rows])
    ours = found.values.reshape((*expected.shape[:2], -1))
    expected = expected.reshape(ours.shape)
    if "softmax" in kind_of_sum(model):  # a sum alike for all classes is nothing
        ours = ours - ours.mean(axis=2, keepdims=True)
        expected = expected - expected.mean(axis=2, keepdims=True)
    np.testing.assert_allclose(ours, expected, atol=2e-5)


def kind_of_sum(model):
    if not hasattr(model, "predict_proba"):
        return "log" if isinstance(model, PoissonRegressor) else "value"
    if isinstance(model, RandomForestClassifier):
        return "value"
    return "logit" if len(model.classes_) == 2 else "softmax"


def summed(model, columns):
    """What the model adds up, told from its answers alone."""
    kind = kind_of_sum(model)

    def told(x):
        rows = pd.DataFrame(x, columns=columns)
        if not hasattr(model, "predict_proba"):
            found = np.asarray(model.predict(rows), dtype=np.float64)
            return np.log(found) if kind == "log" else found
        scores = np.asarray(model.predict_proba(rows), dtype=np.float64)
        if kind == "logit":
            return np.log(scores[:, 1] / scores[:, 0])
        return np.log(scores) if kind == "softmax" else scores

    return told


def by_definition(worth, row):
    """Shapley values of one row, as the mean over all orders of four features."""
    d = len(row)
    total = 0.0
    orders = list(itertools.permutations(range(d)))
    cache = {}
    for size in range(d + 1):
        for known in itertools.combinations(range(d), size):
            cache[frozenset(known)] = worth(row, list(known))
    for order in orders:
        gained = [None] * d
        for place, feature in enumerate(order):
            before, after = frozenset(order[:place]), frozenset(order[: place + 1])
            gained[feature] = cache[after] - cache[before]
        total = total + np.array(gained)
    return total / len(orders)
