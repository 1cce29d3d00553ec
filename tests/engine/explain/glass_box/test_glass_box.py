"""The model itself: what it owes whatever the model, and what is said of it."""

from __future__ import annotations

from itertools import pairwise

import catboost
import lightgbm
import msgspec
import numpy as np
import pandas as pd
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.readings.glass_box.glass_box import read, rules_of, weight_name
from engine.contracts.readings.glass_box.tree_rules import named, threshold
from engine.explain.glass_box.inverse_transform import InverseTransform
from engine.explain.glass_box.splits import misrouted_rows
from engine.explain.subject import Subject
from tests.support.explained import case, matrix
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, two, value


def glass(model, frame, **params):
    kwargs = {
        name: params.pop(name)
        for name in ("decision", "row", "mask", "seed")
        if name in params
    }
    return explain(fitted_case(model, frame, **kwargs), "glass_box", **params)


def labelled(seed=0):
    frame = numbers(seed)[["a", "d"]]
    frame["town"] = np.random.default_rng(seed).choice(list("vwxyz"), len(frame))
    return frame


def towns(*estimators):
    encode = make_column_transformer(
        (OneHotEncoder(), ["town"]), remainder="passthrough"
    )
    return make_pipeline(encode, *estimators)


@given(
    seed=st.integers(0, 500),
    scale=st.floats(-1e4, 1e4).filter(lambda v: abs(v) > 1e-4),
    shift=st.floats(-1e4, 1e4),
)
@settings(max_examples=20, deadline=None)
def test_weights_follow_the_units_of_the_data(seed, scale, shift):
    frame = numbers(seed)
    changed = frame.assign(a=scale * frame["a"] + shift)
    scaler = make_pipeline(StandardScaler(), Ridge())
    target = value(frame)
    one = glass(scaler.fit(frame, target), frame).body
    other = glass(scaler.fit(changed, target), changed).body
    np.testing.assert_allclose(other.weights[0] * scale, one.weights[0], rtol=1e-6)
    np.testing.assert_allclose(other.weights[1:], one.weights[1:], rtol=1e-6)


@given(seed=st.integers(0, 500), depth=st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_the_way_of_every_row_is_the_one_its_own_values_answer(seed, depth):
    frame = numbers(seed)
    model = make_pipeline(
        MinMaxScaler((-1, 1)), DecisionTreeRegressor(max_depth=depth, random_state=0)
    ).fit(frame, value(frame))
    tree = glass(model, frame).body.tree
    cells = frame.to_numpy()
    at = np.zeros(len(cells), dtype=int)
    for _ in range(depth):
        ask = tree.left[at] >= 0
        left = cells[np.arange(len(cells)), tree.feature[at]] <= tree.threshold[at]
        at = np.where(ask, np.where(left, tree.left[at], tree.right[at]), at)
    np.testing.assert_array_equal(at, tree.ends)


@given(most=st.integers(3, 40))
@settings(max_examples=15, deadline=None)
def test_closed_branches_lose_no_row_and_no_answer(most):
    frame = numbers()
    model = DecisionTreeRegressor(random_state=0).fit(frame, value(frame))
    tree = glass(model, frame, most_nodes=most).body.tree
    assert len(tree.left) <= most
    ends = tree.left < 0
    assert tree.n_rows[ends].sum() == len(frame)
    np.testing.assert_array_equal(
        np.bincount(tree.ends, minlength=len(ends))[ends], tree.n_rows[ends]
    )
    np.testing.assert_allclose(
        (tree.values[:, 0] * tree.cover)[ends].sum() / tree.cover[0],
        model.predict(frame).mean(),
    )


def by_hand(tree, frame):
    """Where the questions, put to the raw cells one by one, lead each row."""
    ends = []
    for cells in frame.itertuples(index=False):
        at = 0
        while tree.left[at] >= 0:
            value = cells[tree.feature[at]]
            if pd.isna(value):
                left = bool(tree.missing_left[at])
            elif tree.question[at] == "levels":
                text = value if isinstance(value, str) else f"{value:.12g}"
                left = text in tree.goes_left[at]
            elif tree.question[at] == "missing":
                left = not tree.missing_left[at]
            else:
                assert tree.question[at] == "number"
                cut = tree.threshold[at]
                left = value >= cut if tree.turned[at] else value <= cut
            at = int(tree.left[at] if left else tree.right[at])
        ends.append(at)
    return ends


def mixed():
    frame = numbers(missing=True)
    frame["town"] = np.random.default_rng(1).choice(["Ávila", "Cádiz", "León"], 400)
    frame["floor"] = np.random.default_rng(2).integers(0, 6, 400)
    late = frame["town"].isin(["Cádiz", "Ávila"]) & (frame["floor"] > 1)
    answer = np.where(late, "yes", two(frame)).astype(object)
    return frame, answer


def of_library(name, frame, answer):
    known = frame.assign(town=frame["town"].astype("category"))
    if name == "lightgbm":
        options = {"min_data_per_group": 1, "cat_smooth": 1, "verbose": -1}
        return lightgbm.LGBMClassifier(n_estimators=4, **options).fit(known, answer)
    if name == "histogram":
        model = HistGradientBoostingClassifier(
            max_iter=4, categorical_features="from_dtype"
        )
        return model.fit(known, answer)
    if name == "catboost":
        model = catboost.CatBoostClassifier(
            iterations=4, depth=4, verbose=0, allow_writing_files=False
        )
        return model.fit(frame.drop(columns="town"), answer)
    model = xgboost.XGBClassifier(n_estimators=4)
    return model.fit(frame.drop(columns="town"), answer == "yes")


@pytest.mark.parametrize("name", ["lightgbm", "histogram", "catboost", "xgboost"])
def test_questions_of_every_library_lead_rows_by_their_own_cells(name):
    frame, answer = mixed()
    model = of_library(name, frame, answer)
    if name in ("catboost", "xgboost"):
        frame = frame.drop(columns="town")
    for number in range(4):
        found = glass(model, frame, tree=number)
        assert found.kind == "ensemble"
        assert found.gap < 1e-5
        assert by_hand(found.body.tree, frame) == found.body.tree.ends.tolist()


def test_rows_that_a_rounded_threshold_leads_elsewhere_are_counted():
    frame = numbers()
    model = DecisionTreeRegressor(max_depth=3, random_state=0)
    model.fit(frame, value(frame))
    inputs = fitted_case(model, frame)
    found = explain(inputs, "glass_box")
    assert not found.notes
    subject = Subject(inputs)
    features = subject.features()
    units = InverseTransform(
        subject, subject.structure(), features, subject.encode(features)
    )
    tree = found.body.tree
    assert misrouted_rows(tree, units) == 0
    moved = tree.threshold.copy()
    moved[0] = np.inf  # all go left
    elsewhere = msgspec.structs.replace(tree, threshold=moved)
    assert misrouted_rows(elsewhere, units) == tree.n_rows[tree.right[0]]


def test_of_many_trees_few_rows_are_held_against_the_model(monkeypatch):
    monkeypatch.setattr("engine.explain.glass_box.glass_box._MOST_WALKS", 100)
    monkeypatch.setattr("engine.explain.glass_box.glass_box._FEWEST_HELD", 30)
    frame = numbers()
    model = RandomForestClassifier(20, max_depth=2).fit(frame, two(frame))
    found = glass(model, frame)
    assert found.n_compared == 30
    assert len(found.row_ids) == 400
    assert "Verified on 30 rows" in read(found)


def test_labels_that_several_questions_leave_are_named_once():
    frame = labelled()
    answer = frame["town"].map({"v": 0.0, "w": 1.0, "x": 2.0, "y": 4.0, "z": 8.0})
    model = towns(DecisionTreeRegressor(random_state=0)).fit(frame, answer)
    found = glass(model, frame)
    rules, tree = rules_of(found), found.body.tree
    leaves = np.flatnonzero(tree.left < 0)
    assert {rules.to(int(node)) for node in leaves} == {f"town = {t}" for t in "vwxyz"}


def test_missing_values_are_in_a_rule_only_where_every_question_lets_them_by():
    frame = numbers(missing=True)
    model = HistGradientBoostingRegressor(max_iter=1, max_leaf_nodes=12)
    model.fit(frame, value(frame))
    found = glass(model, frame)
    rules, tree = rules_of(found), found.body.tree
    for node in np.flatnonzero(tree.left < 0):
        parts = rules.to(int(node)).split(", ")
        for part in parts:
            feature = next(n for n in found.feature_names if n in part.split())
            way = tree.way_to(int(node))
            lets = all(
                bool(tree.missing_left[p]) == (tree.left[p] == c)
                for p, c in pairwise(way)
                if found.feature_names[tree.feature[p]] == feature
            )
            assert part.endswith("or missing") == lets


def test_numbers_narrow_one_another_in_a_rule():
    frame = pd.DataFrame({"x": np.arange(100.0)})
    answer = np.where((frame["x"] > 20) & (frame["x"] <= 60), "in", "out")
    model = DecisionTreeClassifier(random_state=0).fit(frame, answer)
    found = glass(model, frame, decision=Decision(positive="in"))
    tree = found.body.tree
    inside = np.flatnonzero((tree.left < 0) & (tree.values[:, 0] == 1))
    assert [rules_of(found).to(int(node)) for node in inside] == ["20.5 < x ≤ 60.5"]


def test_the_rows_path_is_shown_though_the_row_is_not_selected():
    frame = numbers()
    model = DecisionTreeRegressor(max_depth=4, random_state=0)
    model.fit(frame, value(frame))
    whole = glass(model, frame, row=7)
    mask = np.arange(len(frame)) >= 100
    some = glass(model, frame, row=7, mask=mask)
    np.testing.assert_array_equal(some.body.tree.path, whole.body.tree.path)
    assert some.body.tree.n_rows[0] == mask.sum()
    assert "The selected row reaches the leaf" in read(some)
    assert len(glass(model, frame).body.tree.path) == 0


def test_a_sample_of_the_rows_is_said():
    frame = numbers()
    model = DecisionTreeRegressor(max_depth=2).fit(frame, value(frame))
    found = glass(model, frame, rows=50)
    assert found.provenance.sampling == "sample"
    assert found.provenance.n_used == len(found.row_ids) == 50


@pytest.mark.parametrize("positive", ["yes", "no"])
def test_margins_of_a_machine_without_probabilities_turn_round(positive):
    frame = numbers()
    model = LinearSVC().fit(frame, two(frame))
    found = glass(model, frame, decision=Decision(positive=positive))
    sign = 1 if positive == "yes" else -1
    np.testing.assert_allclose(found.body.weights[:, 0], sign * model.coef_[0])
    np.testing.assert_allclose(found.body.intercept, sign * model.intercept_)
    assert found.gap < 1e-9
    inputs = fitted_case(model, frame, decision=Decision(positive=positive))
    assert explain(inputs, "shapley", route="structure").additivity_error < 1e-9


@pytest.mark.parametrize("positive", ["yes", "no"])
def test_trees_of_a_forest_answer_with_shares(positive):
    frame = numbers()
    model = RandomForestClassifier(5, max_depth=3, random_state=0)
    model.fit(frame, two(frame))
    inputs = {"decision": Decision(positive=positive)}
    each = [glass(model, frame, tree=t, **inputs).body.tree for t in range(5)]
    mean = np.mean([tree.values[tree.ends, 0] for tree in each], axis=0)
    code = list(model.classes_).index(positive)
    np.testing.assert_allclose(mean, model.predict_proba(frame)[:, code])


@pytest.mark.parametrize("tree", [-1, 5])
def test_a_tree_that_is_not_there_is_an_error(tree):
    frame = numbers()
    model = RandomForestClassifier(5, max_depth=2).fit(frame, two(frame))
    with pytest.raises(EngineError, match=r"explain\.no_tree"):
        glass(model, frame, tree=tree)


def test_a_tree_needs_a_root_and_its_children():
    frame = numbers()
    model = DecisionTreeRegressor(max_depth=2).fit(frame, value(frame))
    with pytest.raises(EngineError, match=r"explain\.bad_count"):
        glass(model, frame, most_nodes=2)


def test_a_model_that_is_not_what_it_is_made_of_is_not_shown(monkeypatch):
    frame = numbers()
    model = Ridge().fit(frame, value(frame))
    inputs = fitted_case(model, frame)
    other = model.coef_.copy()
    real = inputs.matched.model.structure

    def lying(progress=None):
        found = real()
        found.form.coefficients[:] = 2 * other
        return found

    monkeypatch.setattr(inputs.matched.model, "structure", lying)
    found = explain(inputs, "glass_box")
    assert found.kind == "closed"
    assert [note.code for note in found.notes] == ["explain.not_itself"]


def test_reading_of_weights_names_the_heaviest_and_what_it_multiplies():
    frame = labelled()
    answer = np.where(frame["town"].isin(["y", "z"]), "yes", "no")
    model = towns(LogisticRegression()).fit(frame, answer)
    found = glass(model, frame)
    said = read(found)
    names = [weight_name(found, place) for place in range(len(found.body.kind))]
    assert "town = v" in names
    assert "multiplies the odds by" in said
    assert "only the differences between weights" in said
    assert "No intervals for the weights" in said
    assert "Verified on" in said


def test_reading_of_trees_says_what_is_used_most():
    frame = numbers()
    model = RandomForestClassifier(5, max_depth=2, random_state=0)
    model.fit(frame, two(frame))
    said = read(glass(model, frame))
    assert said.startswith("The model is the mean of 5 trees.")
    assert "has the highest impurity importance" in said


def test_a_function_is_closed():
    inputs, _ = case(
        {"x": np.linspace(0, 1, 50)}, lambda table: matrix(table)[:, 0], row=3
    )
    found = explain(inputs, "glass_box")
    assert found.kind == "closed"
    assert found.row == 3
    assert found.provenance.n_used == 50


def test_a_network_is_closed_and_told_from_what_cannot_be_taken_apart():
    frame = numbers()
    net = MLPClassifier((4,), max_iter=20, random_state=0)
    with pytest.warns(ConvergenceWarning):
        net.fit(frame, two(frame))
    found = glass(net, frame, row=3)
    assert found.kind == "closed"
    (note,) = found.notes
    assert note.code == "explain.network"
    weights = (*net.coefs_, *net.intercepts_)
    assert note.params["n"] == sum(w.size for w in weights)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.5, "0.5"), (12345.678, "12,346"), (59.5, "59.5"), (0.0123456, "0.012346")],
)
def test_thresholds_have_the_figures_they_need(number, text):
    assert threshold(number) == text


def test_many_labels_are_counted():
    assert named(("a", "b")) == "a, b"
    assert named(tuple("abcdef")) == "a, b, c, d and 2 more"
