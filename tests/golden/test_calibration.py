"""Reliability and calibration errors against published and scikit-learn's values."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

from engine.evaluate.calibration_error import calibration_error
from tests.support.evaluation import classified, run


def test_published_binary_case():
    """The example in torchmetrics' documentation: l1 0.29, max 0.3167."""
    said = np.array([0.25, 0.25, 0.55, 0.75, 0.75])
    happened = np.array([0, 0, 1, 1, 1], dtype=bool)
    rng = np.random.default_rng(0)
    error = calibration_error(said, happened, None, 2, rng)
    assert error.expected.value == pytest.approx(0.29, abs=1e-12)
    assert error.maximum.value == pytest.approx(0.3166666666666667, abs=1e-12)
    found = run("reliability", classified(happened, said), bins=2)
    assert found.ece_of_diagram.value == pytest.approx(0.29, abs=1e-12)


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@pytest.mark.parametrize("digits", [1, 15])
def test_bins_are_those_of_scikit_learn(strategy, digits):
    rng = np.random.default_rng(1)
    said = np.round(rng.beta(1, 2, size=3000), digits)
    happened = rng.random(3000) < said**1.3
    found = run("reliability", classified(happened, said), bins=10)
    bins = getattr(found, strategy)
    observed, predicted = calibration_curve(
        happened, said, n_bins=10, strategy=strategy
    )
    filled = bins.count > 0
    np.testing.assert_allclose(bins.observed[filled], observed, rtol=1e-12)
    np.testing.assert_allclose(bins.predicted[filled], predicted, rtol=1e-12)
    assert bins.count.sum() == 3000
    assert (bins.low[filled] <= bins.observed[filled]).all()
    assert (bins.observed[filled] <= bins.high[filled]).all()


def test_proper_scores_stand_beside():
    rng = np.random.default_rng(2)
    said = rng.random(500)
    happened = rng.random(500) < said
    found = run("reliability", classified(happened, said))
    expected = brier_score_loss(happened, said)
    assert found.brier_score.value == pytest.approx(expected, rel=1e-12)
    assert found.log_loss.value == pytest.approx(log_loss(happened, said), rel=1e-12)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below():
    said = np.full(10, 0.6)
    error = calibration_error(
        said, np.arange(10) < 3, None, 5, np.random.default_rng(0)
    )
    assert error.expected.value == pytest.approx(0.3, abs=1e-12)
    found = run("reliability", classified(np.arange(10) < 3, said), bins=5)
    assert found.uniform.count.tolist() == [0, 0, 10, 0, 0]


def test_multiclass_reliability_is_of_the_top_label():
    rng = np.random.default_rng(3)
    scores = rng.dirichlet(np.ones(4), size=2000)
    truth = np.array([rng.choice(4, p=row) for row in scores])
    found = run("reliability", classified(truth, scores), bins=15)
    assert found.of == "top_label"
    assert found.ece_of_diagram.value == found.expected_calibration_error.value
    right = scores.argmax(axis=1) == truth
    observed, _ = calibration_curve(right, scores.max(axis=1), n_bins=15)
    filled = found.uniform.count > 0
    np.testing.assert_allclose(found.uniform.observed[filled], observed, rtol=1e-12)
