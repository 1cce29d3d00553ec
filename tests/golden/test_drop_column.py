"""Drop-column importance against fits made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.model import ModelInfo, ScoreKind, Task
from engine.contracts.readings.drop_column import read
from engine.data.table import Table
from engine.explain.refit import can_refit
from tests.support.explained import case
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, three, two, value

HALF = 200


def split_case(model, frame, truth):
    """A fitted model tried on one half of the rows, the other half its training."""
    training = fitted_case(model, frame[:HALF], truth[:HALF])
    tried = fitted_case(model, frame[HALF:].reset_index(drop=True), truth[HALF:])
    part = Part.EVALUATION
    return replace(
        tried,
        predictions={
            **tried.predictions,
            Part.REFERENCE: training.predictions[part],
        },
        tables={**tried.tables, Part.REFERENCE: training.tables[part]},
    )


def by_hand(model, frame, truth, score):
    """What each column costs, by clones fitted without it."""
    whole = score(clone(model).fit(frame[:HALF], truth[:HALF]), frame[HALF:])
    lost = []
    for name in frame:
        less = frame.drop(columns=name)
        fitted = clone(model).fit(less[:HALF], truth[:HALF])
        lost.append(whole - score(fitted, less[HALF:]))
    return whole, np.array(lost)


def test_a_forest_of_two_classes():
    frame = numbers()
    truth = (two(frame) == "yes").astype(int)
    model = RandomForestClassifier(25, max_depth=4, random_state=3)
    model.fit(frame[:HALF], truth[:HALF])
    found = explain(split_case(model, frame, truth), "drop_column", metric="roc_auc")
    whole, lost = by_hand(
        model,
        frame,
        truth,
        lambda m, x: sk.roc_auc_score(truth[HALF:], m.predict_proba(x)[:, 1]),
    )
    assert found.baseline == pytest.approx(whole, abs=1e-12)
    assert found.own == pytest.approx(whole, abs=1e-12)  # it is the same fit
    np.testing.assert_allclose(found.importances_mean, lost, atol=1e-12)
    assert found.n_training == HALF
    assert "Fitted anew on 200 reference rows" in read(found)


def test_three_classes_by_a_loss():
    frame = numbers()
    names = three(frame)
    truth = np.unique(names, return_inverse=True)[1]
    model = LogisticRegression(max_iter=500).fit(frame[:HALF], truth[:HALF])
    found = explain(split_case(model, frame, truth), "drop_column", metric="log_loss")
    whole, lost = by_hand(
        model,
        frame,
        truth,
        lambda m, x: sk.log_loss(truth[HALF:], m.predict_proba(x)),
    )
    assert found.lower_is_better
    assert found.baseline == pytest.approx(whole, abs=1e-9)
    np.testing.assert_allclose(found.importances_mean, -lost, atol=1e-9)


def test_a_regression():
    frame, truth = numbers(), value(numbers())
    truth = np.asarray(truth, dtype=float)
    model = HistGradientBoostingRegressor(max_iter=20, random_state=0)
    model.fit(frame[:HALF], truth[:HALF])
    found = explain(split_case(model, frame, truth), "drop_column", metric="r2")
    whole, lost = by_hand(
        model, frame, truth, lambda m, x: sk.r2_score(truth[HALF:], m.predict(x))
    )
    assert found.baseline == pytest.approx(whole, abs=1e-12)
    np.testing.assert_allclose(found.importances_mean, lost, atol=1e-12)


def test_other_seeds_show_how_far_a_loss_moves():
    frame = numbers()
    truth = (two(frame) == "yes").astype(int)
    model = RandomForestClassifier(10, random_state=3).fit(frame[:HALF], truth[:HALF])
    found = explain(split_case(model, frame, truth), "drop_column", repeats=3)
    assert found.importances.shape == (frame.shape[1], 3)
    assert found.importances_std.max() > 0


def info(kind):
    return ModelInfo(
        name="m",
        sha256="",
        format="",
        kind=kind,
        task=Task.BINARY,
        score_kind=ScoreKind.PROBABILITY,
    )


@pytest.mark.parametrize(
    "kind",
    [
        "sklearn.pipeline.Pipeline",
        "os.RandomForestClassifier",
        "sklearn.ensemble._forest.NoSuchThing",
        "",
    ],
)
def test_kinds_that_are_not_plain_estimators_are_not_made(kind):
    assert not can_refit(info(kind))


def test_labels_and_missing_training_rows_are_said():
    kind = "sklearn.linear_model._logistic.LogisticRegression"
    rows = {"x": [f"l{i % 3}" for i in range(40)], "y": np.arange(40.0)}

    def answer(table):
        return np.clip(table["y"].to_numpy() / 40, 0, 1)

    inputs, _ = case(rows, answer, kind=kind)
    with pytest.raises(EngineError, match=r"explain\.no_training_rows"):
        explain(inputs, "drop_column")
    inputs, _ = case(rows, answer, kind=kind, reference=rows)
    with pytest.raises(EngineError, match=r"explain\.refit_labels"):
        explain(inputs, "drop_column")
    missing = {"x": [None, *range(39)], "y": np.arange(40.0)}
    inputs, _ = case(missing, answer, kind=kind, reference=missing)
    with pytest.raises(EngineError, match=r"explain\.refit_failed"):
        explain(inputs, "drop_column")
    assert isinstance(inputs.tables[Part.REFERENCE], Table)
