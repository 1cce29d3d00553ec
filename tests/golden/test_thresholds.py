"""Operating points equal those of scikit-learn; the choices are the best there are."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_curve

from engine.contracts import operating_points
from tests.support.evaluation import classified, run


def made(n=800, seed=0, dtype=np.float64, ties=False, weighted=False):
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.3
    score = 1 / (1 + np.exp(-(rng.normal(size=n) + 1.2 * truth)))
    score = (np.round(score, 2) if ties else score).astype(dtype)
    weights = rng.exponential(size=n) if weighted else None
    predictions = classified(truth, score, weights=weights)
    return truth, score, weights, run("thresholds", predictions)


CASES = [
    {"ties": ties, "weighted": weighted, "dtype": dtype}
    for ties in (False, True)
    for weighted in (False, True)
    for dtype in (np.float64, np.float32)
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_curves_equal_scikit_learn(case):
    truth, score, weights, found = made(**case)
    fpr, tpr, at = roc_curve(
        truth, score, sample_weight=weights, drop_intermediate=False
    )
    mine = found.roc_curve()
    np.testing.assert_allclose(mine[0], fpr, atol=1e-12)
    np.testing.assert_allclose(mine[1], tpr, atol=1e-12)
    np.testing.assert_array_equal(found.scores, at[1:])
    precision, recall, at = precision_recall_curve(truth, score, sample_weight=weights)
    mine = found.precision_recall_curve()
    np.testing.assert_allclose(mine[0][::-1], recall[:-1], atol=1e-12)
    np.testing.assert_allclose(mine[1][::-1], precision[:-1], atol=1e-12)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_counts_at_any_threshold(case):
    truth, score, weights, found = made(**case)
    for threshold in (-1.0, 0.0, 0.3, 0.5, float(score[7]), 0.7, 1.0, 2.0):
        decided = score >= threshold
        tn, fp, fn, tp = confusion_matrix(
            truth, decided, sample_weight=weights, labels=[False, True]
        ).ravel()
        expected = pytest.approx((tp, fp, fn, tn), rel=1e-9, abs=1e-9)
        assert found.counts_at(threshold) == expected


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("n", [30, 5000])
def test_choices_are_exact_over_all_distinct_scores(case, n):
    *_, found = made(n=n, seed=n, **case)
    points = [
        operating_points.operating_point(found, float(s), 1.0, 4.0)
        for s in found.scores
    ]
    best = max(point.f1 for point in points)
    assert operating_points.best_f1(found).f1 == pytest.approx(best, rel=1e-12)
    for recall in (0.05, 0.5, 0.8, 1.0):
        enough = [point for point in points if point.recall >= recall]
        chosen = operating_points.best_precision_at_recall(found, recall)
        assert chosen.recall >= recall
        expected = max(point.precision for point in enough)
        assert chosen.precision == pytest.approx(expected, rel=1e-12)
    for costs in ((1.0, 1.0), (1.0, 4.0), (10.0, 1.0)):
        points = [
            operating_points.operating_point(found, float(s), *costs)
            for s in found.scores
        ]
        never = costs[1] * found.positives
        expected = min(never, *(point.cost for point in points))
        assert operating_points.min_cost(found, *costs).cost == pytest.approx(
            expected, rel=1e-9
        )


def test_when_every_alarm_costs_too_much_none_is_raised():
    score = np.array([0.9, 0.8, 0.4, 0.2])
    found = run("thresholds", classified([0, 1, 1, 0], score))
    chosen = operating_points.min_cost(found, 1e6, 1.0)
    assert chosen.cost == 2.0
    assert found.counts_at(chosen.threshold)[:2] == (0.0, 0.0)


def test_long_curves_are_thinned_without_losing_their_shape():
    *_, found = made(n=60_000)
    fpr, tpr = found.roc_curve()
    assert len(found.roc) <= 2000
    assert found.roc[0].tolist() == [0, 0]
    assert found.roc[-1].tolist() == [1, 1]
    # Within one cell of the grid in either direction.
    above = np.interp(fpr + 1 / 999, found.roc[:, 0], found.roc[:, 1]) + 1 / 999
    below = np.interp(fpr - 1 / 999, found.roc[:, 0], found.roc[:, 1]) - 1 / 999
    assert ((below <= tpr) & (tpr <= above)).all()
    recall, precision = found.precision_recall_curve()
    assert len(found.precision_recall) <= 2000
    assert found.precision_recall[:, 1].min() == precision.min()
    assert found.precision_recall[:, 1].max() == precision.max()
    assert found.precision_recall[-1].tolist() == [recall[-1], precision[-1]]


def test_short_curves_are_kept_whole():
    *_, found = made(n=300)
    np.testing.assert_array_equal(found.roc, np.column_stack(found.roc_curve()))
