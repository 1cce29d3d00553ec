"""Laws that hold for any predictions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from tests.support.evaluation import classified, regressed, run, same


@st.composite
def binary(draw):
    n = draw(st.integers(8, 60))
    seed = draw(st.integers(0, 10_000))
    digits = draw(st.sampled_from([1, 2, 12]))
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, size=n)
    truth[:2] = 0, 1
    score = np.round(np.clip(0.5 * truth + rng.random(n) * 0.6 - 0.05, 0, 1), digits)
    return truth, score, rng.integers(1, 4, size=n)


def values(result):
    return {name: metric.value for name, metric in result.metrics.items()}


def assert_close(one, other):
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert value == pytest.approx(other[name], rel=1e-9, abs=1e-9), name


@given(binary())
@settings(max_examples=30, deadline=None)
def test_order_of_rows_changes_nothing(drawn):
    truth, score, weights = drawn
    order = np.random.default_rng(0).permutation(len(truth))
    one = run("summary", classified(truth, score, weights=weights), resamples=20)
    other = run(
        "summary",
        classified(truth[order], score[order], weights=weights[order]),
        resamples=20,
    )
    assert_close(values(one), values(other))


@given(binary())
@settings(max_examples=30, deadline=None)
def test_weights_stand_for_repeated_rows(drawn):
    truth, score, weights = drawn
    one = run("summary", classified(truth, score, weights=weights), resamples=20)
    rows = np.repeat(np.arange(len(truth)), weights)
    other = run("summary", classified(truth[rows], score[rows]), resamples=20)
    assert_close(values(one), values(other))


@given(binary())
@settings(max_examples=30, deadline=None)
def test_curves_only_rise(drawn):
    truth, score, weights = drawn
    found = run("thresholds", classified(truth, score, weights=weights))
    fpr, tpr = found.roc_curve()
    assert (np.diff(fpr) >= 0).all()
    assert (np.diff(tpr) >= 0).all()
    assert (np.diff(found.scores) < 0).all()
    assert fpr[-1] == pytest.approx(1)
    assert tpr[-1] == pytest.approx(1)


@given(binary())
@settings(max_examples=30, deadline=None)
def test_area_follows_the_order_alone(drawn):
    truth, score, _ = drawn
    one = run("thresholds", classified(truth, score)).roc_auc
    other = run("thresholds", classified(truth, 0.1 + score**3 / 2)).roc_auc
    assert one.value == pytest.approx(other.value, abs=1e-12)
    assert one.low == pytest.approx(other.low, abs=1e-9)


@given(binary(), st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_a_look_up_equals_the_matrix(drawn, threshold):
    truth, score, weights = drawn
    predictions = classified(truth, score, weights=weights)
    table = run("confusion", predictions, threshold=threshold).counts
    (tn, fp), (fn, tp) = table
    found = run("thresholds", predictions).counts_at(threshold)
    assert found == pytest.approx((tp, fp, fn, tn), abs=1e-9)


@given(binary())
@settings(max_examples=30, deadline=None)
def test_intervals_hold_their_estimate(drawn):
    truth, score, weights = drawn
    found = run("summary", classified(truth, score, weights=weights), resamples=50)
    for name, metric in found.metrics.items():
        if metric.low is not None:
            assert metric.low <= metric.value <= metric.high, name


@pytest.mark.parametrize("name", ["summary", "residuals", "buckets"])
def test_a_single_row_is_no_error(name):
    found = run(name, regressed([1.0], [1.5]))
    assert found.provenance.n_used == 1


def test_unknown_truth_is_left_out_and_counted():
    truth, score = np.array([0, 1, -1, 1, 0]), np.array([0.2, 0.7, 0.9, np.nan, 0.6])
    found = run("summary", classified(truth, score), resamples=20)
    assert found.skipped_rows == 2
    assert found.n_rows == 3
    assert found.provenance.sampling == "usable"
    assert [note.code for note in found.notes] == ["evaluate.rows_left_out"]
    assert found.metrics["accuracy"].value == pytest.approx(2 / 3)


def test_other_parts_stand_beside_and_selection_is_not_theirs():
    truth, score = np.array([0, 1] * 50), np.array([0.2, 0.4] * 50)
    reference = classified(truth, np.where(truth, 0.9, 0.1))
    mask = np.arange(100) < 40
    found = run(
        "summary",
        classified(truth, score),
        mask=mask,
        others={Part.REFERENCE: reference},
    )
    assert found.n_rows == 40
    (other,) = found.others
    assert (other.part, other.n_rows) == ("reference", 100)
    assert other.metrics["accuracy"].value == 1.0
    assert found.metrics["accuracy"].value == 0.5


def test_an_empty_part_costs_its_own_column_only():
    here = classified([0, 1, 1], [0.1, 0.8, 0.4])
    empty = classified([-1, -1], [0.1, 0.2])
    found = run("summary", here, others={Part.REFERENCE: empty})
    assert found.others == ()
    assert "evaluate.no_rows" in [note.code for note in found.notes]


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_a_bad_weight_is_named_by_row(bad):
    predictions = classified([0, 1, 1], [0.1, 0.8, 0.4], weights=[1.0, bad, 1.0])
    with pytest.raises(EngineError, match=r"evaluate\.bad_weights") as caught:
        run("summary", predictions)
    assert caught.value.params["row"] == 1


def test_zero_weights_and_unknown_classes_are_errors():
    predictions = classified([0, 1], [0.1, 0.8], weights=[0.0, 0.0])
    with pytest.raises(EngineError, match=r"evaluate\.no_weight"):
        run("summary", predictions)
    with pytest.raises(EngineError, match=r"evaluate\.unknown_positive"):
        run("summary", classified([0, 1], [0.1, 0.8]), positive="nobody")


def test_baseline_answers_the_most_frequent_class():
    truth = np.array([0] * 70 + [1] * 30)
    found = run("summary", classified(truth, np.full(100, 0.4)), resamples=20)
    assert found.baseline["accuracy"] == pytest.approx(0.7)
    assert found.baseline["balanced_accuracy"] == pytest.approx(0.5)
    assert found.baseline["roc_auc"] == 0.5
    assert found.baseline["average_precision"] == pytest.approx(0.3)
    assert found.baseline["brier_score"] == pytest.approx(0.21)
    assert found.baseline["recall"] == 0.0
    assert "precision" not in found.baseline


def test_seed_alone_moves_the_bootstrap():
    truth = np.arange(200) % 2
    predictions = classified(truth, np.random.default_rng(0).random(200))
    one, two = (run("summary", predictions, seed=seed).metrics for seed in (1, 2))
    name = "expected_calibration_error"
    assert one[name].value == two[name].value
    assert one[name].low != two[name].low
    assert same(one["accuracy"], two["accuracy"])
