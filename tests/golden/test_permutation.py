"""Permutation importance against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

import engine.explain.importance.permutation as ours
from engine.contracts.progress import SILENT
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, two

REPEATS = 4


def orders_of(seed, n):
    """The orders of rows that scikit-learn shuffles a column by, each on the last."""
    inner = np.random.RandomState(
        np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    )
    order, column, found = np.arange(n), np.arange(n), []
    for _ in range(REPEATS):
        inner.shuffle(order)
        column = column[order]
        found.append(column)
    return found


class Dealt:
    """A generator that deals out given orders."""

    def __init__(self, orders):
        self._left = list(orders)

    def permutation(self, n):
        return self._left.pop(0)


@pytest.mark.parametrize(
    ("metric", "scoring"),
    [
        ("roc_auc", "roc_auc"),
        ("accuracy", "accuracy"),
        ("log_loss", "neg_log_loss"),
        ("f1", "f1"),
    ],
)
def test_the_same_shuffles_lose_the_same(metric, scoring, monkeypatch):
    frame = numbers()
    truth = (two(frame) == "yes").astype(int)
    model = GradientBoostingClassifier(n_estimators=12, random_state=0)
    half = len(frame) // 2
    model.fit(frame[:half], truth[:half])
    tried, answers = frame[half:].reset_index(drop=True), truth[half:]
    reference = permutation_importance(
        model, tried, answers, scoring=scoring, n_repeats=REPEATS, random_state=5
    )
    dealt = Dealt(orders_of(5, len(tried)))
    monkeypatch.setattr(ours.np.random, "default_rng", lambda _seed: dealt)
    inputs = fitted_case(model, tried, truth=answers)
    found = ours.PermutationAnalysis().run(
        inputs, ours.PermutationParams(metric=metric, repeats=REPEATS), SILENT
    )
    np.testing.assert_allclose(found.importances, reference.importances, atol=1e-12)
    np.testing.assert_allclose(found.importances_mean, reference.importances_mean)
    np.testing.assert_allclose(
        found.importances_std, reference.importances_std, atol=1e-12
    )


def test_the_published_importances_of_the_diabetes_data():
    data = load_diabetes(as_frame=True)
    fit, tried, truth_fit, truth = train_test_split(
        data.data, data.target, random_state=0
    )
    model = Ridge(alpha=1e-2).fit(fit, truth_fit)
    tried = tried.reset_index(drop=True)
    inputs = fitted_case(model, tried, truth=truth.to_numpy())
    found = explain(inputs, "permutation", metric="r2", repeats=30)
    assert found.baseline == pytest.approx(0.356, abs=1e-3)
    assert model.score(tried, truth) == pytest.approx(found.baseline)
    published = {"s5": 0.204, "bmi": 0.176, "bp": 0.088, "sex": 0.056}
    spread = {"s5": 0.050, "bmi": 0.048, "bp": 0.033, "sex": 0.023}
    said = dict(zip(found.feature_names, found.importances_mean, strict=True))
    for name, value in published.items():
        assert said[name] == pytest.approx(value, abs=spread[name])
    assert pd.Series(said).nlargest(2).index.tolist() == ["s5", "bmi"]
