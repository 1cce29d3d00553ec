"""Nominal 95 % intervals hold the truth about 95 times in a hundred."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from engine.contracts.metrics import metrics_at, risk_ratio, wilson, wilson_array
from engine.contracts.progress import SILENT
from engine.contracts.selection import Range
from engine.evaluate import ranking, regression
from engine.evaluate.calibration_error import calibration_error, top_label
from engine.evaluate.classification import table_figures
from engine.evaluate.intervals import CellBootstrap, of_mean, of_median
from tests.support.evaluation import classified, regressed, run

LOW, HIGH = 0.92, 0.98


def coverage(metrics, truth):
    return float(np.mean([m.low <= truth <= m.high for m in metrics]))


def scores_of(rng, n, share=0.3, shift=1.2):
    hit = rng.random(n) < share
    return hit, rng.normal(size=n) + shift * hit


def test_wilson_equals_its_formula_and_the_array_form():
    expected = stats.binomtest(191, 361).proportion_ci(method="wilson")
    assert wilson(191, 361) == pytest.approx((expected.low, expected.high), abs=1e-12)
    low, high = wilson_array(np.array([191.0, 0.0]), np.array([361.0, 0.0]))
    assert (low[0], high[0]) == pytest.approx(wilson(191, 361))
    assert np.isnan(low[1])
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == 1


@pytest.mark.parametrize("name", metrics_at(1, 1, 1, 1))
def test_rates_at_a_threshold(name):
    rng = np.random.default_rng(0)
    cells = np.array([0.15, 0.1, 0.2, 0.55])
    truth = metrics_at(*cells)[name].value
    found = [
        metrics_at(*map(float, draw))[name]
        for draw in rng.multinomial(150, cells, 2000)
    ]
    assert LOW <= coverage(found, truth) <= HIGH


@pytest.mark.parametrize("weighted", [False, True])
def test_roc_auc(weighted):
    rng = np.random.default_rng(1)
    truth = stats.norm.cdf(1.2 / np.sqrt(2))
    found = []
    for _ in range(1000):
        hit, score = scores_of(rng, 150)
        weights = rng.exponential(size=150) if weighted else None
        found.append(ranking.roc_auc(ranking.curve(score, hit, weights, SILENT)))
    assert LOW <= coverage(found, truth) <= HIGH


@pytest.mark.parametrize("weighted", [False, True])
def test_average_precision(weighted):
    rng = np.random.default_rng(2)
    hit, score = scores_of(rng, 1_000_000)
    truth = ranking.average_precision(ranking.curve(score, hit, None, SILENT))
    found = []
    for _ in range(1000):
        hit, score = scores_of(rng, 300)
        weights = rng.exponential(size=300) if weighted else None
        found.append(ranking.mean_precision(ranking.curve(score, hit, weights, SILENT)))
    assert LOW <= coverage(found, truth) <= HIGH


def test_influence_is_the_derivative_by_the_weight():
    rng = np.random.default_rng(3)
    hit, score = scores_of(rng, 40)
    score = np.round(score, 1)
    weights = rng.exponential(size=40)
    found = ranking.curve(score, hit, weights, SILENT, by_row=True)
    for value, derivative in (
        (ranking.area, ranking.area_influence),
        (ranking.average_precision, ranking.average_precision_influence),
    ):
        here = value(found)
        influence = ranking.row_influence(found, derivative(found, here), hit)
        for row in range(0, 40, 7):
            moved = weights.copy()
            moved[row] += 1e-6
            there = value(ranking.curve(score, hit, moved, SILENT))
            assert (there - here) / 1e-6 == pytest.approx(influence[row], abs=1e-5)


def test_perfect_ranking_is_not_certain():
    hit = np.arange(20) < 8
    found = ranking.roc_auc(ranking.curve(hit.astype(float), hit, None, SILENT))
    assert found.value == 1.0
    assert found.interval == "wilson"
    assert found.low == pytest.approx(wilson(8, 8)[0])


@pytest.mark.parametrize("k", [2, 4])
def test_figures_of_the_confusion_table(k):
    rng = np.random.default_rng(4)
    share = np.full((k, k), 0.3 / (k * k - k))
    np.fill_diagonal(share, 0.7 / k)

    def figures(table):
        margins = (np.diag(table), table.sum(axis=1), table.sum(axis=0))
        return table_figures(*(values[None, :] for values in margins))

    truth = {name: values[0] for name, values in figures(share).items()}
    inside = dict.fromkeys(truth, 0)
    for draw in rng.multinomial(300, share.ravel(), 400):
        table = draw.reshape(k, k).astype(float)
        ends = CellBootstrap(table, 1.0, 300).run(table_figures, rng, SILENT)
        for name, (low, high) in ends.items():
            inside[name] += low <= truth[name] <= high
    for name, hits in inside.items():
        assert LOW <= hits / 400 <= HIGH, name


def test_resampled_cells_are_resampled_rows():
    """Means and deviations agree with the bootstrap of rows themselves."""
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 3, size=200)
    decided = np.where(rng.random(200) < 0.6, truth, rng.integers(0, 3, size=200))
    table = np.bincount(truth * 3 + decided, minlength=9).reshape(3, 3).astype(float)
    ends = CellBootstrap(table, 1.0, 4000).run(table_figures, rng, SILENT)
    rows = []
    for _ in range(2000):
        pick = rng.integers(0, 200, size=200)
        drawn = np.bincount(truth[pick] * 3 + decided[pick], minlength=9).reshape(3, 3)
        margins = (np.diag(drawn), drawn.sum(axis=1), drawn.sum(axis=0))
        rows.append(table_figures(*(m[None, :].astype(float) for m in margins)))
    for name, found in ends.items():
        expected = np.quantile([row[name][0] for row in rows], [0.025, 0.975])
        np.testing.assert_allclose(found, expected, atol=0.015)


@pytest.mark.parametrize("name", ["log_loss", "brier_score", "roc_auc"])
def test_multiclass_and_mean_figures(name):
    rng = np.random.default_rng(6)

    def draw(n):
        z = rng.normal(size=(n, 3))
        scores = np.exp(1.5 * z)
        scores /= scores.sum(axis=1, keepdims=True)
        return (z + rng.gumbel(size=(n, 3))).argmax(axis=1), scores

    truth = run("summary", classified(*draw(200_000)), resamples=20).metrics[name].value
    found = [
        run("summary", classified(*draw(200)), resamples=20).metrics[name]
        for _ in range(400)
    ]
    assert LOW <= coverage(found, truth) <= HIGH


def test_expected_calibration_error_of_a_model_that_is_off():
    rng = np.random.default_rng(7)

    def draw(n):
        said = rng.beta(4, 2, size=n)
        scores = np.column_stack([1 - said, said])
        truth = (rng.random(n) < said**2.2).astype(int)
        return top_label(truth, scores)

    truth = calibration_error(*draw(2_000_000), None, 15, rng).expected.value
    found = [calibration_error(*draw(1000), None, 15, rng).expected for _ in range(500)]
    assert LOW <= coverage(found, truth) <= HIGH


@pytest.mark.parametrize("name", regression.NAMES)
@pytest.mark.parametrize("weighted", [False, True])
def test_regression_figures(name, weighted):
    rng = np.random.default_rng(8)

    def draw(n):
        truth = rng.normal(size=n) * 2
        return truth, truth + 0.2 + rng.normal(size=n)

    truth = regression.evaluate(*draw(2_000_000), None)[name].value
    found = []
    for _ in range(600):
        weights = rng.uniform(0.5, 2, size=150) if weighted else None
        found.append(regression.evaluate(*draw(150), weights)[name])
    assert LOW <= coverage(found, truth) <= HIGH


def test_few_rows_have_no_interval_rather_than_a_wrong_one():
    assert of_mean(np.array([1.0]), None).low is None
    assert of_median(np.array([1.0, 2.0, 3.0]), None, 2.0).low is None
    constant = regression.evaluate(np.ones(5), np.arange(5.0), None)["r2"]
    assert constant.value is None
    assert constant.why.code == "evaluate.constant_target"


def test_figures_too_large_say_so():
    huge = np.array([1e308, -1e308, 1e308])
    found = regression.evaluate(huge, -huge, None)
    assert found["root_mean_squared_error"].value is None
    assert found["root_mean_squared_error"].why.code == "evaluate.not_finite"


@pytest.mark.parametrize("share", [0.5, 0.05])
def test_delta_method_agrees_with_the_resampled_cells(share):
    rng = np.random.default_rng(9)
    cells = np.array([[0.9, 0.1], [0.3, 0.7]]) * [[1 - share], [share]]
    table = np.round(cells * 4000)
    (tn, fp), (fn, tp) = table
    ends = CellBootstrap(table, 1.0, 4000).run(table_figures, rng, SILENT)
    found = metrics_at(tp, fp, fn, tn)
    margins = (np.diag(table), table.sum(axis=1), table.sum(axis=0))
    values = table_figures(*(m[None, :] for m in margins))
    for name, (low, high) in ends.items():
        assert found[name].value == pytest.approx(values[name][0], rel=1e-12)
        assert found[name][1:] == pytest.approx((low, high), abs=0.1 * (high - low))


def test_delong_equals_its_definition_pair_by_pair():
    rng = np.random.default_rng(10)
    hit, score = scores_of(rng, 60)
    score = np.round(score, 1)
    yes, no = score[hit], score[~hit]
    wins = (yes[:, None] > no[None, :]) + 0.5 * (yes[:, None] == no[None, :])
    expected = wins.mean(axis=1).var(ddof=1) / len(yes)
    expected += wins.mean(axis=0).var(ddof=1) / len(no)
    found = ranking.curve(score, hit, None, SILENT)
    value = ranking.area(found)
    assert value == pytest.approx(wins.mean(), rel=1e-12)
    spread = ranking.variance(found, ranking.area_influence(found, value))
    assert spread == pytest.approx(expected, rel=0.03)  # one (n - 1) for both sides


@pytest.mark.parametrize("kind", ["labels", "numbers"])
@pytest.mark.parametrize("weighted", [False, True])
def test_ratio_of_a_group_to_the_rest(kind, weighted):
    rng = np.random.default_rng(11)
    covered = []
    for _ in range(400):
        here = np.arange(400) < 150
        weights = rng.uniform(0.5, 2, size=400) if weighted else None
        if kind == "labels":
            wrong = rng.random(400) < np.where(here, 0.3, 0.2)
            truth = rng.integers(0, 2, size=400)
            scores = np.where(wrong, 1 - truth, truth).astype(float)
            predictions = classified(truth, scores, weights=weights)
        else:
            size = rng.exponential(np.where(here, 3.0, 2.0))
            predictions = regressed(size, np.zeros(400), weights=weights)
        found = run(
            "buckets",
            predictions,
            buckets={"here": Range("place", None, 150.0)},
            columns={"place": np.arange(400.0)},
        ).buckets[0]
        covered.append(found.ratio_low <= 1.5 <= found.ratio_high)
    assert LOW <= np.mean(covered) <= HIGH


def test_risk_ratio():
    rng = np.random.default_rng(12)
    draws = zip(rng.binomial(150, 0.3, 2000), rng.binomial(250, 0.2, 2000), strict=True)
    found = [risk_ratio(float(a), 150.0, float(b), 250.0) for a, b in draws]
    assert LOW <= coverage(found, 1.5) <= HIGH
