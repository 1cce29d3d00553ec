"""Rows nobody planned for give figures or reasons, never a crash or a warning."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contracts import frames
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind
from engine.contracts.readings import (
    buckets,
    confusion,
    reliability,
    residuals,
    summary,
    thresholds,
)
from engine.contracts.results import Result
from tests.support.evaluation import classified, regressed, run, same

READ = {
    "summary": summary.read,
    "confusion": confusion.read,
    "thresholds": lambda found: thresholds.read(found, Decision()),
    "reliability": reliability.read,
    "residuals": residuals.read,
    "buckets": buckets.read,
}
HALF = np.full(6, 0.5)
CASES = {
    "one row": classified([1], [0.7]),
    "one class": classified([1] * 6, np.linspace(0, 1, 6)),
    "the other class": classified([0] * 6, np.linspace(0, 1, 6)),
    "one score": classified([0, 1] * 3, HALF),
    "perfect": classified([0, 1] * 3, [0.0, 1.0] * 3),
    "always wrong": classified([0, 1] * 3, [1.0, 0.0] * 3),
    "half precision": classified([0, 1] * 3, HALF.astype(np.float16)),
    "a row without weight": classified([0, 1] * 3, HALF, weights=[0, 1] * 3),
    "labels alone": classified(
        [0, 1] * 3, np.empty((6, 0)), labels=[0] * 6, kind=ScoreKind.LABEL
    ),
    "margins": classified(
        [0, 1] * 3,
        np.array([[3, -3], [-2, 2], [-1, 1]] * 2, dtype=np.float64),
        kind=ScoreKind.MARGIN,
    ),
    "absent classes": classified([0, 4] * 3, np.eye(5)[[1, 4] * 3]),
    "one column of scores": classified(
        [0, 1] * 3, np.empty((6, 0)), labels=[0, 1] * 3, kind=ScoreKind.LABEL
    ),
    "constant target": regressed(np.ones(6), np.linspace(0, 1, 6)),
    "constant answer": regressed(np.linspace(0, 1, 6), np.ones(6)),
    "no error": regressed(np.linspace(0, 1, 6), np.linspace(0, 1, 6)),
    "one number": regressed([1.0], [2.0]),
}
FITTING = {
    "binary": ("summary", "confusion", "buckets"),
    "multiclass": ("summary", "confusion", "buckets"),
    "regression": ("summary", "residuals", "buckets"),
}


def analyses(predictions):
    found = list(FITTING[predictions.task.value])
    if predictions.scores.shape[1] and predictions.task.value != "regression":
        if predictions.task.value == "binary":
            found.append("thresholds")
        if predictions.score_kind is ScoreKind.PROBABILITY:
            found.append("reliability")
    return found


@pytest.mark.parametrize("case", CASES)
def test_every_analysis_and_its_sentence(case):
    predictions = CASES[case]
    for name in analyses(predictions):
        found = run(name, predictions)
        assert same(frames.decode(frames.encode(found), Result), found)
        text = READ[name](found)
        assert text
        assert "nan" not in text
        for metric in getattr(found, "metrics", {}).values():
            assert (metric.value is None) <= (metric.why is not None)
            if metric.value is not None:
                assert np.isfinite(metric.value)
            if metric.low is not None:
                assert np.isfinite([metric.low, metric.high]).all()
                assert metric.low <= metric.value <= metric.high


def test_numbers_beyond_reach_say_so():
    huge = regressed(np.array([1e308, -1e308, 0.0]), np.array([-1e308, 1e308, 0.0]))
    for metric in run("summary", huge).metrics.values():
        assert metric.value is None
        assert metric.why.code == "evaluate.not_finite"
    assert np.isnan(run("buckets", huge).overall.rate)
    with pytest.raises(EngineError, match=r"evaluate\.too_far_apart"):
        run("residuals", huge)


def test_undefined_figures_say_why():
    found = run("summary", CASES["one class"]).metrics
    assert found["roc_auc"].why.code == "evaluate.no_negatives"
    assert found["matthews_corrcoef"].why.code == "evaluate.one_label"
    found = run("summary", CASES["labels alone"]).metrics
    assert found["roc_auc"].why.code == "evaluate.no_scores"
    assert found["precision"].why.code == "evaluate.never_predicted"
    assert found["precision"].value is None
