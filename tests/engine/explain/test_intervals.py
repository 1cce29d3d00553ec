"""Nominal 95 % intervals of explanations hold the truth about 95 times in a hundred."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contracts.results.effects import mean_of_rows
from engine.evaluate.sample import take
from engine.explain.importance.permutation import most_unseen
from engine.explain.scope import mean_size
from tests.support.explained import case
from tests.support.in_process import explain

LOW, HIGH = 0.92, 0.98


def coverage(low, high, truth):
    return float(np.mean((low <= truth) & (truth <= high)))


def test_mean_size_of_contributions():
    values = np.random.default_rng(0).normal(size=(150, 4000))  # 4,000 samples
    _, low, high = mean_size(values)
    assert LOW <= coverage(low, high, np.sqrt(2 / np.pi)) <= HIGH


def test_mean_prediction_of_partial_dependence():
    values = np.random.default_rng(1).exponential(size=(150, 4000))
    _, low, high = mean_of_rows(values)
    assert LOW <= coverage(low, high, 1.0) <= HIGH


@pytest.mark.parametrize("size", [20, 200, 2000])
def test_what_no_row_showed_lies_within_the_interval_of_nothing(size):
    """Of samples in which no row is moved, at most 2.5 in a hundred may hide more."""
    inputs, _ = case({"x": np.zeros(size)}, lambda t: t.column("x").to_numpy())
    most = most_unseen("accuracy", take(inputs), (1.0, 1.0))
    moved = np.random.default_rng(3).binomial(size, 1.001 * most, 20_000)
    assert 0.02 <= float(np.mean(moved == 0)) <= 0.028  # those miss a share so large


@pytest.mark.parametrize("metric", ["accuracy", "log_loss", "roc_auc"])
def test_permutation_importance(metric):
    rng = np.random.default_rng(2)

    def probability(table):
        return 1 / (1 + np.exp(-2 * table.column("x").to_numpy()))

    def found(n, repeats):
        x = rng.normal(size=n)
        hit = rng.random(n) < 1 / (1 + np.exp(-2 * x))
        columns = {"x": x, "y": rng.normal(size=n)}
        inputs, _ = case(columns, probability, truth=hit, positive="yes")
        return explain(inputs, "permutation", metric=metric, repeats=repeats)

    truth = found(200_000, 2).importances_mean[0]
    every = [found(200, 10) for _ in range(200)]
    low = np.array([one.low[0] for one in every])
    high = np.array([one.high[0] for one in every])
    assert 0.89 <= coverage(low, high, truth) <= 0.99


@pytest.mark.parametrize("interval", [mean_size, mean_of_rows])
def test_one_row_says_nothing_of_others(interval):
    mean, low, high = interval(np.array([[0.25, -3.0]]))
    assert np.abs(mean).tolist() == [0.25, 3.0]
    assert np.isnan(low).all()
    assert np.isnan(high).all()
