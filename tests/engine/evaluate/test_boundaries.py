"""0 of n rows is no certainty, nor is n of n: every interval stays open there."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contracts.metrics import metrics_at, risk_ratio, wilson
from engine.contracts.progress import SILENT
from engine.contracts.selection import Values
from engine.evaluate.calibration_error import calibration_error
from engine.evaluate.classification import table_figures
from engine.evaluate.intervals import CellBootstrap, of_mean
from tests.support.evaluation import classified, run

# What can be said of 0 of n rows: at most about 3 of n, and not much more.
LEAST, MOST = 2.2, 8.0
BOTH = (
    "balanced_accuracy",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "matthews_corrcoef",
    "cohen_kappa",
)


@pytest.mark.parametrize("n", [10, 100, 10_000])
@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "f1", *BOTH])
def test_a_classifier_without_errors_may_make_about_three_in_n(name, n):
    value, low, high = metrics_at(n / 2, 0, 0, n / 2)[name]
    assert value == high == 1
    assert 1 - MOST / (n / 4) < low < 1 - 1 / n


@pytest.mark.parametrize("name", BOTH)
def test_a_classifier_that_is_always_wrong_may_be_right_about_three_in_n(name):
    value, low, high = metrics_at(0, 50, 50, 0)[name]
    assert value == low
    assert value < high < value + 0.2


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("cells", [(6, 9, 0, 85), (15, 0, 6, 79), (20, 12, 0, 68)])
def test_one_empty_cell_leaves_the_side_open(name, cells):
    """No error of one class in few rows must not count as none at all."""
    tight = metrics_at(*(cell + (cell == 0) for cell in cells))[name]
    found = metrics_at(*cells)[name]
    assert found.low <= found.value <= found.high
    assert found.high - found.low > 0.7 * (tight.high - tight.low)


def test_weights_count_as_their_effective_rows():
    light = metrics_at(50, 0, 0, 50, 0.2)["balanced_accuracy"]
    few = metrics_at(10, 0, 0, 10)["balanced_accuracy"]
    assert light[1] == pytest.approx(few[1])


@pytest.mark.parametrize("k", [3, 10])
@pytest.mark.parametrize("name", BOTH)
def test_many_classes_without_an_error(k, name):
    n = 40 * k
    table = np.diag(np.full(k, 40.0))
    rng = np.random.default_rng(0)
    low, _ = CellBootstrap(table, 1.0, 2000).run(table_figures, rng, SILENT)[name]
    assert LEAST / n < 1 - low < MOST / n
    found = run("summary", classified(np.arange(n) % k, np.eye(k)[np.arange(n) % k]))
    metric = found.metrics[name]
    assert metric.value == metric.high == 1
    assert metric.low == pytest.approx(low, abs=2 / n)


def test_many_classes_never_right():
    table = np.roll(np.diag(np.full(4, 25.0)), 1, axis=1)
    rng = np.random.default_rng(0)
    ends = CellBootstrap(table, 1.0, 2000).run(table_figures, rng, SILENT)
    assert LEAST / 100 < ends["recall_macro"][1] < MOST / 100


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy", "f1_macro"])
@pytest.mark.parametrize("k", [2, 3])
def test_rare_errors_are_covered(name, k):
    """The mutant that trusts what it has seen covers a truth of 98 % in two thirds."""
    rng = np.random.default_rng(1)
    share = np.full((k, k), 0.02 / (k * k - k))
    np.fill_diagonal(share, 0.98 / k)
    truth = 0.98
    inside = 0
    for draw in rng.multinomial(60, share.ravel(), 120):
        table = draw.reshape(k, k)
        rows = np.repeat(np.arange(k), table.sum(axis=1))
        decided = np.concatenate([np.repeat(np.arange(k), line) for line in table])
        metric = run(
            "summary", classified(rows, np.eye(k)[decided]), resamples=200
        ).metrics[name]
        inside += metric.low <= truth <= metric.high
    assert inside / 120 > 0.9


@pytest.mark.parametrize(
    ("errors", "n", "other", "m"), [(20, 20, 9, 30), (9, 30, 20, 20), (20, 20, 30, 30)]
)
def test_the_ratio_of_a_group_that_is_always_wrong_is_open(errors, n, other, m):
    ratio, low, high = risk_ratio(errors, n, other, m)
    assert low < ratio < high
    almost = risk_ratio(errors - (errors == n), n, other - (other == m), m)
    assert high / low > 0.8 * (almost.high / almost.low)


def test_a_group_without_errors_may_have_some():
    _, low, high = risk_ratio(0, 40, 30, 100)
    assert low == 0
    assert 0.2 < high < 1


def test_engine_and_window_tell_one_ratio():
    rng = np.random.default_rng(2)
    home = rng.choice(["own", "rent"], 200)
    wrong = (rng.random(200) < 0.3) | (home == "rent")
    scores = np.where(wrong, 1.0, 0.0)
    found = run(
        "buckets",
        classified(np.zeros(200), scores),
        buckets={"rent": Values("home", ("rent",))},
        columns={"home": home},
    ).buckets[0]
    n, errors = int((home == "rent").sum()), int(wrong.sum())
    expected = risk_ratio(n, n, errors - n, 200 - n)
    told = (found.ratio, found.ratio_low, found.ratio_high)
    assert told == pytest.approx(tuple(expected))
    assert found.ratio_low < found.ratio
    assert found.low == pytest.approx(wilson(n, n)[0])


@pytest.mark.parametrize("n", [20, 1000])
@pytest.mark.parametrize("right", [True, False])
def test_calibration_of_sure_answers_that_all_hold_is_not_certain(n, right):
    sure = np.ones(n)
    found = calibration_error(
        sure, np.full(n, right), None, 15, np.random.default_rng(3)
    ).expected
    assert found.value == (0 if right else 1)
    open_end = found.high if right else 1 - found.low
    assert LEAST / n < open_end < MOST / n
    assert found.low <= found.value <= found.high <= 1


def test_a_brier_score_of_nothing_wrong_is_open_and_a_log_loss_says_why():
    found = run("summary", classified([0, 1] * 50, [0.0, 1.0] * 50)).metrics
    assert found["brier_score"].value == found["brier_score"].low == 0
    assert LEAST / 100 < found["brier_score"].high < MOST / 100
    assert found["log_loss"].low is None
    assert found["log_loss"].why.code == "evaluate.no_variation"


@pytest.mark.parametrize("value", [0.0, 0.3, -7.5e6])
def test_numbers_that_are_all_alike_have_no_interval(value):
    found = of_mean(np.full(50, value), None)
    assert found.value == pytest.approx(value)
    assert found.low is None
    assert found.why.code == "evaluate.no_variation"
