"""Confusion tables, buckets and residual pictures on small, known rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from engine.contracts.errors import EngineError
from engine.contracts.metrics import wilson
from engine.contracts.selection import Range, Values
from engine.evaluate.ordering import bring_together
from tests.support.evaluation import classified, regressed, run


def blocks(k, rng, size=4):
    """A table in which classes of one residue are confused among themselves."""
    group = np.arange(k) % (k // size)
    rates = np.where(group[:, None] == group[None, :], 8.0, 0.05)
    np.fill_diagonal(rates, 60.0)
    return rng.poisson(rates).astype(float), group


@pytest.mark.parametrize("k", [12, 100, 480])
def test_order_puts_confused_classes_side_by_side(k):
    table, group = blocks(k, np.random.default_rng(0))
    order = bring_together(table)
    assert sorted(order) == list(range(k))
    changes = np.count_nonzero(np.diff(group[order]))
    assert changes <= k // 4 - 1 + k // 50


def test_order_of_few_or_never_confused_classes_is_natural():
    assert bring_together(np.array([[1.0, 5.0], [4.0, 2.0]])).tolist() == [0, 1]
    assert bring_together(np.eye(9) * 3).tolist() == list(range(9))
    alone = np.eye(6) * 10
    alone[4, 1] = 3
    assert sorted(bring_together(alone).tolist()) == list(range(6))


def test_any_categorical_column_can_be_an_axis():
    truth = np.array([0, 1, 1, 0, 1])
    home = np.array(["rent", "own", "rent", "own", "rent"])
    predictions = classified(truth, [0.1, 0.9, 0.8, 0.7, 0.3])
    found = run("confusion", predictions, columns={"home": home}, rows="home")
    assert found.row_labels == ("own", "rent")
    assert found.counts.tolist() == [[0, 2], [2, 1]]
    assert found.order.tolist() == [0, 1]


def test_a_column_of_numbers_is_no_axis():
    predictions = classified([0, 1], [0.2, 0.7])
    with pytest.raises(EngineError, match=r"evaluate\.not_categorical"):
        run("confusion", predictions, columns={"x": np.array([0.1, 0.2])}, rows="x")
    many = np.array([f"{i:05}" for i in range(1500)])
    predictions = classified(np.arange(1500) % 2, np.linspace(0, 1, 1500))
    with pytest.raises(EngineError, match=r"evaluate\.too_many_labels"):
        run("confusion", predictions, columns={"x": many}, rows="x")


def test_pairs_are_the_fullest_wrong_cells():
    truth = np.repeat([0, 1, 2], [30, 20, 10])
    decided = np.concatenate(
        [[0] * 20 + [1] * 8 + [2] * 2, [1] * 20, [0] * 3 + [2] * 7]
    )
    scores = np.eye(3)[decided]
    first, second, third = run("confusion", classified(truth, scores)).pairs(3)
    assert (first.row, first.column, first.count) == ("c0", "c1", 8)
    assert first.rate == pytest.approx(8 / 30)
    assert (first.low, first.high) == pytest.approx(wilson(8, 30))
    assert [second.count, third.count] == [3, 2]


def test_a_thousand_classes():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 1000, size=20_000)
    decided = np.where(rng.random(20_000) < 0.8, truth, rng.integers(0, 1000, 20_000))
    scores = np.zeros((20_000, 0))
    predictions = classified(
        truth, scores, labels=decided, classes=tuple(f"k{i}" for i in range(1000))
    )
    found = run("confusion", predictions)
    assert found.counts.shape == (1000, 1000)
    assert sorted(found.order) == list(range(1000))
    assert len(found.pairs(20)) == 20


def test_a_bucket_against_the_rest():
    age = np.repeat([20.0, 50.0], 100)
    wrong = np.zeros(200, dtype=bool)
    wrong[:42] = wrong[100:120] = True
    truth = np.arange(200) % 2
    score = np.where(wrong, 1 - truth, truth)
    found = run(
        "buckets",
        classified(truth, score.astype(float)),
        columns={"age": age},
        buckets={"young": Range("age", None, 30.0)},
    )
    (young,) = found.buckets
    assert (young.n, young.n_errors, young.small) == (100, 42, False)
    assert (young.low, young.high) == pytest.approx(wilson(42, 100))
    assert young.share == pytest.approx(42 / 62)
    expected = stats.contingency.relative_risk(42, 100, 20, 100)
    ends = expected.confidence_interval(0.95)
    assert young.ratio == pytest.approx(expected.relative_risk)
    assert (young.ratio_low, young.ratio_high) == pytest.approx((ends.low, ends.high))
    assert found.overall.rate == pytest.approx(62 / 200)
    assert found.overall.ratio is None


def test_buckets_that_cannot_be_judged_say_so():
    truth = np.arange(40) % 2
    x = np.linspace(0, 1, 40)
    found = run(
        "buckets",
        classified(truth, np.where(x < 0.2, 1 - truth, truth).astype(float)),
        columns={"x": x},
        buckets={
            "empty": Range("x", 5.0, None),
            "faultless": Range("x", 0.5, None),
            "all": Range("x", None, 2.0),
            "gone": Values("nowhere", ("a",)),
        },
    )
    empty, faultless, everyone = found.buckets
    assert empty.n == 0
    assert np.isnan(empty.rate)
    assert empty.small
    assert faultless.ratio == 0.0
    assert faultless.ratio_high > 0
    assert faultless.small
    assert everyone.ratio is None
    assert [note.code for note in found.notes] == ["evaluate.bucket_unresolved"]
    assert found.notes[0].params == {"name": "gone"}


def test_buckets_of_a_regressor_compare_absolute_errors():
    rng = np.random.default_rng(3)
    x = rng.random(400)
    truth = rng.normal(size=400)
    found = run(
        "buckets",
        regressed(truth, truth + rng.normal(size=400) * np.where(x < 0.5, 2, 1)),
        columns={"x": x},
        buckets={"low": Range("x", None, 0.5)},
    )
    (low,) = found.buckets
    assert low.ratio_low < 2 < low.ratio_high
    assert low.ratio_low > 1


@pytest.mark.parametrize("weighted", [False, True])
def test_pictures_hold_every_row(weighted):
    rng = np.random.default_rng(3)
    truth = rng.normal(size=5000)
    predicted = truth + rng.normal(size=5000)
    weights = rng.random(5000) if weighted else None
    found = run("residuals", regressed(truth, predicted, weights=weights), bins=32)
    total = weights.sum() if weighted else 5000
    assert found.density.sum() == pytest.approx(total)
    assert found.residual_density.sum() == pytest.approx(total)
    assert found.histogram.sum() == pytest.approx(total)
    expected, *_ = np.histogram2d(
        predicted, truth, [found.x_edges, found.y_edges], weights=weights
    )
    assert np.abs(found.density - expected).sum() <= 4  # rows on an edge
    assert len(found.trend_x) == 20
    assert (np.diff(found.trend_x) > 0).all()
    # Regression to the mean: high predictions are too high.
    assert found.trend_high[-1] < 0 < found.trend_low[0]


def test_constant_predictions_have_pictures_too():
    found = run("residuals", regressed(np.arange(50.0), np.full(50, 3.0)))
    assert found.density.sum() == 50
    assert found.trend_mean.tolist() == [pytest.approx(21.5)]


def test_no_table_has_one_column_on_both_sides():
    """All would stand on the diagonal, as if it were right."""
    predictions = classified([0, 1, 1], [0.2, 0.9, 0.4])
    with pytest.raises(EngineError, match=r"evaluate\.same_axis"):
        run("confusion", predictions, rows="@prediction")
