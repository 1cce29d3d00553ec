"""The look-ups behind a drag agree with counting."""

from __future__ import annotations

import time

import numpy as np
import pytest

from engine.contracts import metrics
from engine.contracts.counts import confused_pairs, counts
from tests.support.evaluation import classified, run


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_counts_equal_a_loop(weighted, masked):
    rng = np.random.default_rng(0)
    truth = rng.integers(-1, 4, size=500).astype(np.int32)
    decided = rng.integers(-1, 4, size=500).astype(np.int32)
    weights = rng.random(500) if weighted else None
    mask = rng.random(500) < 0.4 if masked else None
    expected = np.zeros((4, 4))
    for row in range(500):
        if (mask is None or mask[row]) and truth[row] >= 0 and decided[row] >= 0:
            expected[truth[row], decided[row]] += 1 if weights is None else weights[row]
    found = counts(truth, decided, 4, mask, weights)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_single_precision_scores_are_compared_in_single_precision():
    score = np.array([0.7, 0.2], dtype=np.float32)
    predictions = classified([1, 0], np.column_stack([1 - score, score]))
    found = run("thresholds", predictions)
    assert found.counts_at(0.7)[0] == 1.0
    assert run("confusion", predictions, threshold=0.7).counts.tolist() == [
        [1, 0],
        [0, 1],
    ]


def test_undefined_rates_are_none():
    found = metrics.metrics_at(0, 0, 0, 10)
    assert found["precision"] is None
    assert found["recall"] is None
    assert found["f1"] is None
    assert found["specificity"].value == 1.0


def test_unequal_weights_widen_an_interval():
    weights = np.array([1.0, 1.0, 8.0])
    assert metrics.effective_share(None) == 1.0
    assert metrics.effective_share(np.full(7, 2.0)) == pytest.approx(0.5)
    share = metrics.effective_share(weights)
    assert share * weights.sum() == pytest.approx(100 / 66)
    equal, unequal = metrics.wilson(5, 10), metrics.wilson(5, 10, 0.3)
    assert unequal[1] - unequal[0] > equal[1] - equal[0]


def test_fullest_wrong_cells_come_first():
    table = np.array([[9.0, 2.0, 0.0], [5.0, 9.0, 1.0], [0.0, 2.0, 9.0]])
    assert confused_pairs(table, 3) == ((1, 0), (0, 1), (2, 1))
    assert confused_pairs(np.eye(3)) == ()


def test_a_threshold_move_costs_microseconds():
    rng = np.random.default_rng(2)
    score = rng.random(200_000)
    found = run("thresholds", classified(rng.random(200_000) < score, score))
    started = time.perf_counter()
    for threshold in np.linspace(0, 1, 100):
        found.metrics_at(float(threshold))
    assert (time.perf_counter() - started) / 100 < 5e-3
