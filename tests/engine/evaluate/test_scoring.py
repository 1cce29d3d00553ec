"""Metrics of many answers to the same rows, and the pull of every row."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from engine import analysis
from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT
from engine.evaluate.sample import take
from engine.evaluate.scoring import Scorer, metric_names
from tests.support.evaluation import ArrayColumns, classified, regressed


def sample_of(predictions):
    n = predictions.n_rows
    return take(
        analysis.Inputs(
            predictions={Part.EVALUATION: predictions}, columns=ArrayColumns(n)
        )
    )


def binary(n=300, weights=None):
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, size=n)
    scores = np.round(np.clip(0.3 * truth + 0.7 * rng.random(n), 0, 1), 2)
    return sample_of(classified(truth, scores, weights=weights))


def several(n=300):
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 3, size=n)
    scores = rng.random((n, 3)) + 0.5 * np.eye(3)[truth]
    return sample_of(classified(truth, scores / scores.sum(axis=1, keepdims=True)))


def numbers(n=300, weights=None):
    rng = np.random.default_rng(3)
    truth = rng.normal(size=n)
    return sample_of(regressed(truth, truth + rng.normal(size=n), weights=weights))


def scored(name, sample):
    return Scorer(name, sample).score(sample.scores, sample.decided, SILENT)


MACRO = {"average": "macro", "zero_division": 0}
BINARY = {
    "roc_auc": lambda t, d, p: sk.roc_auc_score(t, p[:, 1]),
    "average_precision": lambda t, d, p: sk.average_precision_score(t, p[:, 1]),
    "log_loss": lambda t, d, p: sk.log_loss(t, p),
    "brier_score": lambda t, d, p: sk.brier_score_loss(t, p[:, 1]),
    "accuracy": lambda t, d, p: sk.accuracy_score(t, d),
    "balanced_accuracy": lambda t, d, p: sk.balanced_accuracy_score(t, d),
    "precision": lambda t, d, p: sk.precision_score(t, d),
    "recall": lambda t, d, p: sk.recall_score(t, d),
    "f1": lambda t, d, p: sk.f1_score(t, d),
    "precision_macro": lambda t, d, p: sk.precision_score(t, d, **MACRO),
    "recall_macro": lambda t, d, p: sk.recall_score(t, d, **MACRO),
    "f1_macro": lambda t, d, p: sk.f1_score(t, d, **MACRO),
    "matthews_corrcoef": lambda t, d, p: sk.matthews_corrcoef(t, d),
    "cohen_kappa": lambda t, d, p: sk.cohen_kappa_score(t, d),
    "cost": lambda t, d, p: np.mean(t != d),
}


@pytest.mark.parametrize("name", BINARY)
def test_two_classes_score_as_in_the_reference(name):
    sample = binary()
    expected = BINARY[name](sample.truth, sample.decided, sample.scores)
    assert scored(name, sample).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", metric_names(several()))
def test_several_classes_score_as_in_the_reference(name):
    sample = several()
    truth, decided, scores = sample.truth, sample.decided, sample.scores
    own = {
        "roc_auc": lambda: sk.roc_auc_score(truth, scores, multi_class="ovr"),
        "average_precision": lambda: sk.average_precision_score(
            np.eye(3)[truth], scores
        ),
        "brier_score": lambda: np.sum((np.eye(3)[truth] - scores) ** 2, axis=1).mean(),
    }
    known = own.get(name, lambda: BINARY[name](truth, decided, scores))
    assert scored(name, sample).value == pytest.approx(known(), abs=1e-12)


@pytest.mark.parametrize("name", metric_names(numbers()))
@pytest.mark.parametrize("weighted", [False, True])
def test_numbers_score_as_in_the_reference(name, weighted):
    weights = np.random.default_rng(0).random(300) if weighted else None
    sample = numbers(weights=weights)
    score = getattr(sk, f"{name}_score" if name == "r2" else name)
    expected = score(sample.truth, sample.decided, sample_weight=weights)
    assert scored(name, sample).value == pytest.approx(expected, abs=1e-12)


def weights_moved(make, row, by):
    weights = np.ones(300)
    weights[row] += by
    return make(weights=weights)


@pytest.mark.parametrize(
    ("make", "name"),
    [(binary, name) for name in BINARY]
    + [(numbers, name) for name in metric_names(numbers())[:3]],
)
def test_a_rows_pull_is_the_derivative_by_its_weight(make, name):
    pull = scored(name, make()).influence
    assert pull.sum() == pytest.approx(0.0, abs=1e-8)
    for row in (0, 17, 202):
        more, less = (
            scored(name, weights_moved(make, row, by)).value for by in (1e-4, -1e-4)
        )
        assert pull[row] == pytest.approx((more - less) / 2e-4, abs=1e-7)


def test_what_nothing_defines_counts_nothing():
    sample = binary()
    nobody = np.zeros_like(sample.decided)
    found = Scorer("precision", sample).score(sample.scores, nobody, SILENT)
    assert found.value == 0.0


def test_a_metric_that_does_not_fit_is_refused_with_those_that_do():
    with pytest.raises(EngineError, match=r"evaluate\.unknown_metric"):
        Scorer("f1", several())


def test_one_class_alone_cannot_be_ranked():
    sample = sample_of(classified(np.ones(9), np.linspace(0, 1, 9)))
    with pytest.raises(EngineError, match=r"evaluate\.no_negatives"):
        Scorer("roc_auc", sample)
