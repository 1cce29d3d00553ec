"""One row's explanation names what moved it, and how its values compare."""

from __future__ import annotations

import numpy as np

from engine.contracts.provenance import Provenance
from engine.contracts.readings.shapley.explained_row import read
from engine.contracts.results import Shapley


def explained(values, data, *, categories=None, space="probability", output="bad"):
    values, data = np.asarray(values, float), np.asarray(data, float)
    n, d = values.shape
    return Shapley(
        values=values,
        base_values=np.array([0.3]),
        predictions=0.3 + values.sum(axis=1, keepdims=True),
        data=data,
        categories=categories or ((),) * d,
        feature_names=("glucose", "age", "job")[:d],
        outputs=(output,),
        row_ids=np.arange(n),
        method="exact",
        variant="interventional",
        space=space,
        importance=np.abs(values).mean(axis=0)[:, None],
        importance_low=np.zeros((d, 1)),
        importance_high=np.ones((d, 1)),
        additivity_error=0.0,
        n_wanted=n,
        provenance=Provenance(n_used=n, n_total=n),
    )


def said(*args, place=0, **kwargs):
    return read(explained(*args, **kwargs), place).replace("\u202f", " ")


GLUCOSE = [[180.0, 50.0, 0.0], [90.0, 22.0, 1.0], [120.0, 35.0, np.nan]]


def test_what_raises_an_answer_above_the_mean_comes_first():
    labels = ((), (), ("clerk", "guard"))
    values = [[0.4, -0.1, 0.01], [-0.2, 0.0, 0.05], [0.0, 0.0, 0.1]]
    told = said(values, GLUCOSE, categories=labels)
    assert told == (
        "The model predicts 61 % for bad; the mean over the background is 30 %. "
        "Mainly raised by: glucose (high: 180). Lowered by: age (high: 50)."
    )


def test_what_lowers_an_answer_below_the_mean_comes_first():
    labels = ((), (), ("clerk", "guard"))
    values = [[0.4, -0.1, 0.01], [-0.2, 0.0, 0.05], [0.0, 0.0, 0.1]]
    assert said(values, GLUCOSE, categories=labels, place=1).endswith(
        "Mainly lowered by: glucose (low: 90). Raised by: job = guard."
    )


def test_a_missing_value_is_a_value():
    labels = ((), (), ("clerk", "guard"))
    values = [[0.4, -0.1, 0.01], [-0.2, 0.0, 0.05], [0.0, 0.0, 0.1]]
    told = said(values, GLUCOSE, categories=labels, place=2)
    assert told.endswith("Mainly raised by: job (missing).")


def test_nothing_that_counts_is_said_so():
    told = said([[0.0, 0.0]], [[1.0, 2.0]])
    assert told.endswith("No feature stands out in this row.")


def test_a_value_among_equals_is_neither_high_nor_low():
    told = said([[0.2], [0.1]], [[4.0], [4.0]])
    assert "glucose = 4." in told


def test_regression_has_no_class_and_no_percent():
    told = said([[12.5], [0.0]], [[4.0], [1.0]], space="value", output="")
    assert told.startswith(
        "The model predicts 12.8; the mean over the background is 0.3"
    )
