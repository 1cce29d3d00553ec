"""A small tree in the model's place: what it owes, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeRegressor

from engine.contracts.errors import EngineError
from engine.contracts.model import Task
from engine.contracts.readings.glass_box.surrogate import read, rules_of
from engine.explain.glass_box.one_hot import MOST_LABELS
from tests.support.explained import case, matrix
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, three, two, value


def surrogate(model, frame, *, row=None, mask=None, seed=0, **params):
    inputs = fitted_case(model, frame, row=row, mask=mask, seed=seed)
    return explain(inputs, "surrogate", **params)


@given(seed=st.integers(0, 100), depth=st.integers(1, 5), least=st.integers(1, 60))
@settings(max_examples=15, deadline=None)
def test_no_end_is_deeper_or_smaller_than_allowed(seed, depth, least):
    frame = numbers(seed)
    model = HistGradientBoostingRegressor(max_iter=10).fit(frame, value(frame))
    found = surrogate(model, frame, depth=depth, least_rows=least)
    ends = found.tree.left < 0
    assert found.tree.depth.max() <= depth
    assert found.tree.cover[ends].min() >= least
    assert found.tree.cover[ends].sum() == found.n_fitted
    assert found.tree.n_rows[ends].sum() == found.n_fitted + found.n_held_out == 400
    assert not found.tree.hidden.any()


def test_a_small_tree_is_followed_wholly():
    frame = numbers()
    target = np.where(frame["a"] > 0, 3.0, np.where(frame["c"] > 0.25, 1.0, -1.0))
    model = DecisionTreeRegressor(max_depth=2).fit(frame, target)
    found = surrogate(model, frame)
    assert found.r2[0].value > 0.98
    assert "can represent the model in outline" in read(found)


def test_it_knows_the_answers_and_not_the_truth():
    frame = numbers()
    model = HistGradientBoostingClassifier(max_iter=10).fit(frame, two(frame))
    plain = explain(fitted_case(model, frame), "surrogate")
    wrong = np.random.default_rng(0).integers(0, 2, len(frame))
    other = explain(fitted_case(model, frame, truth=wrong), "surrogate")
    np.testing.assert_array_equal(plain.tree.values, other.tree.values)
    assert plain.r2 == other.r2


def test_what_it_cannot_follow_it_must_not_stand_for():
    rng = np.random.default_rng(0)
    inputs, _ = case(
        {"x": rng.normal(size=400), "y": rng.normal(size=400)},
        lambda table: np.sin(40 * matrix(table)[:, 0]),
        task=Task.REGRESSION,
    )
    found = explain(inputs, "surrogate")
    assert found.r2[0].value < 0.5
    said = read(found)
    assert said.startswith("Tree with ")
    assert "120 held-out rows" in said
    assert "does not represent the model" in said


def test_a_model_of_one_answer_leaves_nothing_to_imitate():
    inputs, _ = case(
        {"x": np.linspace(0, 1, 100)}, lambda table: np.full(table.num_rows, 0.3)
    )
    found = explain(inputs, "surrogate")
    assert found.r2[0].value is None
    assert len(found.tree.left) == 1
    assert "nothing to reproduce" in read(found)
    assert found.agreement.value == 1.0
    assert rules_of(found).to(0) == "all rows"


def test_labels_and_missing_values_are_asked_about_as_they_are():
    frame = numbers(missing=True)
    rng = np.random.default_rng(3)
    frame["town"] = rng.choice(["Ávila", "Burgos", "Cádiz"], len(frame))
    frame.loc[::11, "town"] = None
    late = (frame["town"] == "Cádiz") | (frame["a"].isna())
    encode = make_column_transformer(
        (OneHotEncoder(), ["town"]), remainder="passthrough"
    )
    model = make_pipeline(encode, HistGradientBoostingClassifier(max_iter=20)).fit(
        frame, np.where(late, "yes", "no")
    )
    found = surrogate(model, frame)
    rules, tree = rules_of(found), found.tree
    asked = {rules.question(node) for node in range(len(tree.left))}
    assert any(question.startswith("town") for question in asked)
    assert found.n_missing.tolist() == frame.isna().sum().tolist()
    node = next(n for n in range(len(tree.left)) if tree.question[n] == "levels")
    town = frame["town"].to_numpy()
    below = np.isin(tree.ends, np.flatnonzero(tree.below(int(tree.left[node]))))
    here = np.isin(tree.ends, np.flatnonzero(tree.below(node)))
    known = frame["town"].notna().to_numpy()
    np.testing.assert_array_equal(
        below[here & known], np.isin(town, tree.goes_left[node])[here & known]
    )


def test_three_classes_with_missing_values():
    frame = numbers(missing=True)
    model = HistGradientBoostingClassifier(max_iter=10).fit(frame, three(frame))
    found = surrogate(model, frame, row=4)
    assert len(found.r2) == 3
    np.testing.assert_allclose(found.tree.values.sum(axis=1), 1.0)
    np.testing.assert_allclose(found.row_said, found.tree.values[found.tree.path[-1]])


def test_the_row_is_followed_though_it_is_not_selected():
    frame = numbers()
    model = KNeighborsClassifier().fit(frame, two(frame))
    mask = np.arange(len(frame)) >= 100
    found = surrogate(model, frame, row=7, mask=mask)
    assert 7 not in found.row_ids
    assert found.row_own[0] == model.predict_proba(frame.iloc[[7]])[0, 1]
    assert found.row_said[0] == found.tree.values[found.tree.path[-1], 0]
    assert "For the selected row the model predicts" in read(found)


def test_rare_labels_are_taken_together_and_that_is_said():
    rng = np.random.default_rng(0)
    names = [f"t{code:03d}" for code in range(60)]
    inputs, _ = case(
        {"town": rng.choice(names, 800), "x": rng.normal(size=800)},
        lambda table: 0.5 + 0.1 * np.tanh(matrix(table.select(["x"]))[:, 0]),
    )
    found = explain(inputs, "surrogate")
    assert [note.code for note in found.notes] == ["explain.labels_left_out"]
    assert found.notes[0].params == {"n": 60 - MOST_LABELS}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"depth": 0}, "bad_count"),
        ({"depth": 9}, "bad_count"),
        ({"least_rows": 0}, "bad_count"),
        ({"rows": 49}, "too_few_rows"),
    ],
)
def test_what_cannot_be_is_an_error(params, code):
    frame = numbers()
    model = KNeighborsClassifier().fit(frame, two(frame))
    with pytest.raises(EngineError, match=rf"explain\.{code}"):
        surrogate(model, frame, **params)
