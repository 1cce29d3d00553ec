"""A small tree in the model's place against scikit-learn's, fitted the same way."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import r2_score
from sklearn.tree import DecisionTreeRegressor

from engine.contracts.decision import Decision
from engine.contracts.metrics import wilson
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, three, two, value


def halves(n, seed=0):
    """Which rows are fitted on, and which are held out."""
    order = np.random.default_rng([seed, 3]).permutation(n)
    held = np.isin(np.arange(n), order[: round(0.3 * n)])
    return ~held, held


def breadth_first(tree):
    order = [0]
    for node in order:
        if tree.children_left[node] >= 0:
            order += [tree.children_left[node], tree.children_right[node]]
    return np.array(order)


@pytest.mark.parametrize("depth", [1, 3, 5])
@pytest.mark.parametrize("kind", ["two", "three", "value"])
def test_is_the_tree_of_the_answers(kind, depth):
    frame = numbers()
    if kind == "value":
        model = RandomForestRegressor(20, random_state=0).fit(frame, value(frame))
        answers = model.predict(frame)[:, None]
    else:
        truth = {"two": two, "three": three}[kind](frame)
        model = RandomForestClassifier(20, random_state=0).fit(frame, truth)
        answers = model.predict_proba(frame)
        answers = answers[:, 1:] if kind == "two" else answers
    fit, held = halves(len(frame))
    theirs = DecisionTreeRegressor(
        max_depth=depth, min_samples_leaf=20, random_state=0
    ).fit(frame[fit], answers[fit])
    found = explain(
        fitted_case(model, frame, decision=Decision(threshold=0.4)),
        "surrogate",
        depth=depth,
    )
    order, own = breadth_first(theirs.tree_), theirs.tree_
    np.testing.assert_array_equal(
        found.tree.feature, np.where(own.children_left < 0, -1, own.feature)[order]
    )
    inner = found.tree.feature >= 0
    np.testing.assert_allclose(found.tree.threshold[inner], own.threshold[order][inner])
    np.testing.assert_allclose(found.tree.values, own.value[order][:, :, 0])
    np.testing.assert_array_equal(order[found.tree.ends], theirs.apply(frame))
    said = theirs.predict(frame[held]).reshape(held.sum(), -1)
    np.testing.assert_allclose(
        [metric.value for metric in found.r2],
        r2_score(answers[held], said, multioutput="raw_values"),
    )
    np.testing.assert_allclose(
        [metric.value for metric in found.error],
        np.sqrt(((answers[held] - said) ** 2).mean(axis=0)),
    )
    if kind == "value":
        assert found.agreement is None
        return
    if kind == "two":
        decided, imitated = answers[held, 0] >= 0.4, said[:, 0] >= 0.4
    else:
        decided, imitated = answers[held].argmax(axis=1), said.argmax(axis=1)
    assert found.agreement.value == np.mean(decided == imitated)
    ends = wilson(np.count_nonzero(decided == imitated), len(decided))
    assert (found.agreement.low, found.agreement.high) == pytest.approx(ends)
    share = np.unique(decided, return_counts=True)[1].max() / held.sum()
    assert found.same_for_all == pytest.approx(share)
