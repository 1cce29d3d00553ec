"""Shuffling features: what they lose, which go together, and how sure that is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from engine.contracts.errors import EngineError
from engine.contracts.model import Task
from engine.contracts.readings.importance import permutation as reading
from engine.evaluate.sample import take
from engine.explain.association import associations, groups_at, tree_of
from engine.explain.importance.permutation import most_unseen
from tests.support.explained import case, matrix
from tests.support.in_process import explain

N = 600


def rows(seed=0, n=N):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return {"x": x, "twin": x + 0.01 * rng.normal(size=n), "idle": rng.normal(size=n)}


def score(table):
    x = matrix(table)
    return 1 / (1 + np.exp(-(x[:, 0] + x[:, 1])))


def classified(seed=0, n=N, **kwargs):
    columns = rows(seed, n)
    rng = np.random.default_rng([seed, 1])
    truth = (rng.random(n) < 1 / (1 + np.exp(-2 * columns["x"]))).astype(int)
    return case(columns, score, truth=truth, positive="yes", **kwargs)


def test_what_the_model_does_not_look_at_loses_nothing():
    found = explain(classified()[0], "permutation", metric="accuracy")
    idle = found.feature_names.index("idle")
    assert np.array_equal(found.importances[idle], np.zeros(10))
    assert found.high[idle] == pytest.approx(1 - 0.025 ** (1 / N))  # 0 of N
    assert found.low[idle] == -found.high[idle]
    assert found.importances_mean[:idle].min() > 0.01


def test_a_loss_of_nothing_has_no_interval_where_none_is_known():
    found = explain(classified()[0], "permutation", metric="log_loss")
    idle = found.feature_names.index("idle")
    assert found.importances_mean[idle] == 0
    assert np.isnan(found.low[idle])
    assert np.isnan(found.high[idle])
    assert reading.loss(found, idle).endswith("(no interval)")
    assert "For 1 of 3 features the drop is not distinguishable" in reading.read(found)


def test_a_row_that_costs_more_may_cost_more_unseen():
    inputs, _ = classified()
    one = most_unseen("cost", take(inputs), (1.0, 1.0))
    assert most_unseen("cost", take(inputs), (1.0, 5.0)) == pytest.approx(5 * one)


def test_twins_shuffled_together_lose_more_than_either_alone():
    inputs, _ = classified()
    apart = explain(inputs, "permutation")
    joined = explain(inputs, "permutation", cut=0.2)
    assert joined.groups == ((0, 1), (2,)) or joined.groups == ((2,), (0, 1))
    place = joined.feature_names.index("x + twin")
    assert joined.importances_mean[place] > 1.5 * apart.importances_mean[:2].max()


@pytest.mark.parametrize("metric", ["log_loss", "brier_score", "cost"])
def test_losses_are_turned_so_that_more_matters_more(metric):
    found = explain(classified()[0], "permutation", metric=metric)
    assert found.lower_is_better
    assert found.importances_mean[0] > 0


def test_the_interval_covers_what_many_rows_say():
    truth = explain(classified(seed=99, n=200_000)[0], "permutation", repeats=2)
    covered = 0
    for seed in range(60):
        found = explain(classified(seed=seed)[0], "permutation", repeats=5)
        assert found.interval_from == "rows"
        covered += bool(found.low[0] <= truth.importances_mean[0] <= found.high[0])
    assert 52 <= covered <= 60


def test_regression_by_a_metric_without_known_pull_says_so():
    columns = rows()
    inputs, _ = case(
        columns,
        lambda table: matrix(table)[:, 0],
        task=Task.REGRESSION,
        truth=columns["x"],
    )
    found = explain(inputs, "permutation", metric="median_absolute_error")
    assert found.interval_from == "repeats"
    assert found.baseline == 0


def test_every_shuffle_asks_about_every_row_once():
    inputs, model = classified()
    explain(inputs, "permutation", repeats=3)
    assert model.asked == 3 * 3 * N


def test_a_selection_is_shuffled_within_itself():
    mask = rows()["x"] > 0
    found = explain(classified(mask=mask)[0], "permutation")
    assert found.provenance.n_used == mask.sum()
    assert found.provenance.n_total == N


def test_one_shuffle_of_what_varies_by_shuffles_alone_is_no_interval():
    rng = np.random.default_rng(0)
    columns = {"a": rng.normal(size=80), "b": rng.normal(size=80)}
    inputs, _ = case(
        columns,
        lambda table: matrix(table)[:, 0] * 3,
        task=Task.REGRESSION,
        truth=columns["a"],
    )
    asked = {"metric": "median_absolute_error"}
    with pytest.raises(EngineError, match=r"explain\.one_shuffle"):
        explain(inputs, "permutation", repeats=1, **asked)
    found = explain(inputs, "permutation", repeats=2, **asked)
    assert found.high[0] > found.low[0]
    assert np.isnan(found.low[1])  # both shuffles of what is not looked at gave 0
    assert found.high[0] > found.low[0]
    explain(inputs, "permutation", repeats=1, metric="mean_absolute_error")


def test_no_repeats_is_refused():
    with pytest.raises(EngineError, match=r"explain\.bad_count"):
        explain(classified()[0], "permutation", repeats=0)


def test_association_of_numbers_is_that_of_scipy():
    data = np.column_stack(list(rows().values()))
    data[:5, 0] = np.nan
    found = associations(data, np.zeros(3, dtype=bool))
    expected = abs(spearmanr(data[5:, 0], data[5:, 1]).statistic)
    assert found[0, 1] == pytest.approx(expected, abs=1e-12)
    assert np.allclose(found, found.T)
    assert np.allclose(np.diag(found), 1)


def test_association_of_labels_is_one_where_they_tell_each_other():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, size=900).astype(float)
    data = np.column_stack(
        [codes, (codes + 1) % 3, rng.integers(0, 3, size=900), codes * 10.0]
    )
    found = associations(data, np.array([True, True, True, False]))
    assert found[0, 1] == pytest.approx(1)
    assert found[0, 3] == pytest.approx(1)
    assert found[0, 2] < 0.1


def test_groups_grow_with_the_cut():
    kin = np.array([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]])
    tree = tree_of(kin)
    assert groups_at(tree, 0.0, 3) == ((0,), (1,), (2,))
    assert {frozenset(g) for g in groups_at(tree, 0.15, 3)} == {
        frozenset({0, 1}),
        frozenset({2}),
    }
    assert groups_at(tree, 1.0, 3) == ((0, 1, 2),)
