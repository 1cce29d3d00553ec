"""Ten million recorded scores: every figure is still scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from tests.support.evaluation import classified, run

N = 10_000_000


def test_ten_million_scores():
    rng = np.random.default_rng(1)
    score = rng.beta(1.2, 2.4, N)
    truth = rng.random(N) < score
    found = run("summary", classified(truth, score), resamples=10).metrics
    decided = score >= 0.5
    tn, fp, fn, tp = sk.confusion_matrix(truth, decided).ravel().tolist()
    wanted = {
        "accuracy": (tp + tn) / N,
        "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
        "precision": tp / (tp + fp),
        "recall": tp / (tp + fn),
        "f1": 2 * tp / (2 * tp + fp + fn),
        "matthews_corrcoef": sk.matthews_corrcoef(truth, decided),
        "cohen_kappa": sk.cohen_kappa_score(truth, decided),
        "roc_auc": sk.roc_auc_score(truth, score),
        "average_precision": sk.average_precision_score(truth, score),
        "log_loss": sk.log_loss(truth, score),
        "brier_score": sk.brier_score_loss(truth, score),
    }
    for name, value in wanted.items():
        assert found[name].value == pytest.approx(value, rel=1e-12, abs=1e-12), name
