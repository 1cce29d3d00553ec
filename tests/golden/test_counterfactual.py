"""The nearest changes against all there are, looked at one by one."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from engine.contracts.decision import Decision
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, three, two, value


def spread(frame):
    return frame.quantile(0.75) - frame.quantile(0.25)


def others(frame, row):
    """The rows from which units are taken: all but the row itself."""
    return frame.drop(index=row)


def changed(frame, row, **values):
    """The row as often as there are values, with one feature set to each of them."""
    n = len(next(iter(values.values())))
    made = pd.concat([frame.iloc[[row]]] * n, ignore_index=True)
    return made.assign(**values)


def alone(result, names):
    """Of each feature and direction the change that is found, alone."""
    found = {}
    for one in result.found:
        if len(one.changes) == 1:
            change = one.changes[0]
            assert change.feature in names
            found[change.feature, np.sign(change.after - change.before)] = one
    return found


@pytest.mark.parametrize("threshold", [0.5, 0.3, 0.8])
@pytest.mark.parametrize("row", [0, 1, 2, 3, 4])
def test_of_a_linear_model_each_single_change_ends_where_the_line_is_crossed(
    row, threshold
):
    frame = numbers()
    model = LogisticRegression().fit(frame, two(frame))
    inputs = fitted_case(
        model, frame, row=row, decision=Decision(positive="yes", threshold=threshold)
    )
    result = explain(inputs, "counterfactual", n=20)
    found = alone(result, frame.columns)
    assert found
    cut = np.log(threshold / (1 - threshold))
    own = model.decision_function(frame.iloc[[row]])[0]
    for place, name in enumerate(frame.columns):
        exact = frame[name][row] + (cut - own) / model.coef_[0, place]
        side = np.sign(exact - frame[name][row])
        assert (name, -side) not in found
        reachable = frame[name].min() <= exact <= frame[name].max()
        assert ((name, side) in found) == reachable
        if reachable:
            after = found[name, side].changes[0].after
            grain = 1.0 if name == "b" else 0.1 if name == "c" else 0.01
            assert 0 <= side * (after - exact) <= grain * 1.001
            assert found[name, side].distance == pytest.approx(
                abs(after - frame[name][row]) / spread(others(frame, row))[name]
            )


@pytest.mark.parametrize("row", range(8))
def test_of_a_tree_the_first_is_the_nearest_of_all_single_changes(row):
    frame = numbers()
    frame["a"] = frame["a"].round(1)
    frame["d"] = frame["d"].round(1)
    model = DecisionTreeClassifier(max_depth=4, random_state=0).fit(frame, two(frame))
    answer = model.predict(frame.iloc[[row]])[0]
    nearest = np.inf
    for name in frame.columns:
        values = np.arange(frame[name].min(), frame[name].max() + 0.05, 0.1).round(1)
        if name == "b":
            values = np.unique(values.round())
        flips = model.predict(changed(frame, row, **{name: values})) != answer
        far = np.abs(values[flips] - frame[name][row])
        nearest = min(
            nearest, far.min(initial=np.inf) / spread(others(frame, row))[name]
        )
    result = explain(
        fitted_case(model, frame, row=row, decision=Decision(positive="yes")),
        "counterfactual",
    )
    best = result.found[0]
    if np.isfinite(nearest):
        assert len(best.changes) == 1
        assert best.distance == pytest.approx(nearest)
    else:
        assert len(best.changes) > 1


def test_of_two_features_of_a_tree_no_pair_of_values_is_much_nearer():
    """Where no single change is enough, against all pairs of values of two."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(0, 11, (300, 3)), columns=list("abc"))
    answer = ((frame["a"] > 5) & (frame["b"] > 5)).astype(int)
    model = DecisionTreeClassifier(random_state=0).fit(frame, answer)
    row = int(np.flatnonzero((frame["a"] < 3) & (frame["b"] < 3))[0])
    result = explain(fitted_case(model, frame, row=row), "counterfactual")
    pairs = np.array(list(itertools.product(range(11), range(11))))
    made = changed(frame, row, a=pairs[:, 0], b=pairs[:, 1])
    flips = model.predict(made) == 1
    units = spread(others(frame, row))[["a", "b"]].to_numpy()
    far = np.abs(pairs - frame.loc[row, ["a", "b"]].to_numpy(dtype=float)) / units
    assert len(result.found[0].changes) == 2
    assert result.found[0].distance == pytest.approx(far.sum(axis=1)[flips].min())


def test_of_three_classes_the_wanted_one_is_reached():
    frame = numbers()
    model = DecisionTreeClassifier(max_depth=4, random_state=0)
    model.fit(frame, three(frame))
    for row, wanted in itertools.product(range(5), "012"):
        result = explain(
            fitted_case(model, frame, row=row), "counterfactual", wanted=wanted
        )
        if result.decided == wanted:
            assert not result.found
            assert [note.code for note in result.notes] == ["explain.as_wanted"]
            continue
        assert {one.decided for one in result.found} == {wanted}
        assert {one.decided for one in result.neighbours} == {wanted}


@pytest.mark.parametrize("wanted", ["+5", "-5", "12..13", "..3"])
def test_of_a_line_the_wanted_value_is_reached(wanted):
    frame = numbers()
    model = LinearRegression().fit(frame, value(frame))
    row = 7
    own = model.predict(frame.iloc[[row]])[0]
    result = explain(
        fitted_case(model, frame, row=row), "counterfactual", wanted=wanted
    )
    low, _, high = wanted.partition("..")
    if ".." in wanted:
        ends = float(low or -np.inf), float(high)
    else:
        step = float(wanted)
        ends = (own + step, np.inf) if step > 0 else (-np.inf, own + step)
    assert result.found
    for one in result.found:
        made = changed(frame, row, **{c.feature: [c.after] for c in one.changes})
        said = model.predict(made)[0]
        assert one.answer[0] == pytest.approx(said)
        assert ends[0] <= said <= ends[1]
