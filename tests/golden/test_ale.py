"""Accumulated local effects against the formulas of Apley and Zhu, written out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler

from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, three, two, value


def interval(ends, x):
    """The k with z[k-1] < x <= z[k]; the least value is in the first."""
    for k in range(1, len(ends)):
        if x <= ends[k]:
            return k
    raise AssertionError(x)


def at(frame, row, **cells):
    moved = frame.iloc[[row]].copy()
    for name, cell in cells.items():
        moved[name] = cell
    return moved


def first_order(answer, frame, name, ends):
    """Equations (15) and (16) of the paper; each interval centred by its middle."""
    steps = [[] for _ in ends]
    for row in range(len(frame)):
        k = interval(ends, frame[name].iloc[row])
        up = answer(at(frame, row, **{name: ends[k]}))
        down = answer(at(frame, row, **{name: ends[k - 1]}))
        steps[k].append(up - down)
    total, curve = 0.0, [0.0]
    for k in range(1, len(ends)):
        total += sum(steps[k]) / len(steps[k])
        curve.append(total)
    mean = 0.0
    for k in range(1, len(ends)):
        mean += len(steps[k]) * (curve[k - 1] + curve[k]) / 2
    return np.array(curve) - mean / len(frame)


def second_order(answer, frame, names, z1, z2):
    """Equations (17) to (20): cells summed up, main effects and mean taken off."""
    turns, n = {}, np.zeros((len(z1), len(z2)))
    for row in range(len(frame)):
        k = interval(z1, frame[names[0]].iloc[row])
        m = interval(z2, frame[names[1]].iloc[row])
        corner = {
            (i, j): answer(at(frame, row, **{names[0]: z1[i], names[1]: z2[j]}))
            for i in (k - 1, k)
            for j in (m - 1, m)
        }
        turn = (corner[k, m] - corner[k - 1, m]) - (
            corner[k, m - 1] - corner[k - 1, m - 1]
        )
        turns.setdefault((k, m), []).append(turn)
        n[k, m] += 1
    delta = np.zeros((len(z1), len(z2)))
    for k in range(1, len(z1)):
        for m in range(1, len(z2)):
            near = min(
                turns,
                key=lambda c: (
                    (_middle(z1, c[0]) - _middle(z1, k)) ** 2
                    + (_middle(z2, c[1]) - _middle(z2, m)) ** 2,
                    c,
                ),
            )
            delta[k, m] = np.mean(turns[near])
    h = np.zeros_like(delta)
    for k in range(1, len(z1)):
        for m in range(1, len(z2)):
            h[k, m] = delta[1 : k + 1, 1 : m + 1].sum()
    one, other = np.zeros(len(z1)), np.zeros(len(z2))
    for k in range(1, len(z1)):
        rise = sum(
            n[k, m] * (h[k, m] - h[k - 1, m] + h[k, m - 1] - h[k - 1, m - 1]) / 2
            for m in range(1, len(z2))
        )
        one[k] = one[k - 1] + rise / n[k].sum()
    for m in range(1, len(z2)):
        rise = sum(
            n[k, m] * (h[k, m] - h[k, m - 1] + h[k - 1, m] - h[k - 1, m - 1]) / 2
            for k in range(1, len(z1))
        )
        other[m] = other[m - 1] + rise / n[:, m].sum()
    pure = h - one[:, None] - other[None, :]
    mean = 0.0
    for k in range(1, len(z1)):
        for m in range(1, len(z2)):
            corners = pure[k - 1 : k + 1, m - 1 : m + 1]
            mean += n[k, m] * corners.mean()
    return pure - mean / n.sum(), n[1:, 1:]


def label_and_number(answer, frame, names, labels, ends):
    """The program of the authors (ALEPlot) for a label and a number, written out."""
    k_cat, k = len(labels), len(ends) - 1
    level = [labels.index(label) for label in frame[names[0]]]
    within = [interval(ends, x) for x in frame[names[1]]]

    def rise(row, at_level):
        low, high = (
            answer(at(frame, row, **{names[0]: labels[at_level], names[1]: ends[end]}))
            for end in (within[row] - 1, within[row])
        )
        return high - low

    turns = {}
    for row in range(len(frame)):
        own = rise(row, level[row])
        if level[row] + 1 < k_cat:
            cell = level[row], within[row]
            turns.setdefault(cell, []).append(rise(row, level[row] + 1) - own)
        if level[row] > 0:
            cell = level[row] - 1, within[row]
            turns.setdefault(cell, []).append(own - rise(row, level[row] - 1))

    def away(one, other):
        along = (one[0] - other[0]) / (k_cat - 1)
        return along**2 + (_middle(ends, one[1]) - _middle(ends, other[1])) ** 2

    h = np.zeros((k_cat, k + 1))
    for i in range(1, k_cat):
        for m in range(1, k + 1):
            nearest = min(turns, key=lambda c, i=i, m=m: (away(c, (i - 1, m)), c))
            before = h[i - 1, m] + h[i, m - 1] - h[i - 1, m - 1]
            h[i, m] = before + np.mean(turns[nearest])
    b = np.zeros((k_cat, k))
    np.add.at(b, (level, np.array(within) - 1), 1)
    along_number = np.zeros(k + 1)
    for m in range(k):
        rises = b[:, m] * (h[:, m + 1] - h[:, m])
        along_number[m + 1] = along_number[m] + rises.sum() / b[:, m].sum()
    along_label = np.zeros(k_cat)
    for i in range(k_cat - 1):
        beside = (b[i] + b[i + 1]) / 2
        step = h[i + 1] - h[i]
        mean = (beside * (step[:-1] + step[1:]) / 2).sum() / beside.sum()
        along_label[i + 1] = along_label[i] + mean
    pure = h - along_label[:, None] - along_number[None, :]
    mean = (b * (pure[:, :-1] + pure[:, 1:]) / 2).sum() / b.sum()
    return pure - mean, b


def _middle(ends, k):
    return (ends[k - 1] + ends[k]) / 2 / (ends[-1] - ends[0])


def boosted():
    frame = numbers()[:150]
    model = GradientBoostingClassifier(n_estimators=15, random_state=0)
    return frame, model.fit(frame, two(frame))


@pytest.mark.parametrize("name", ["a", "b", "d"])
@pytest.mark.parametrize("intervals", [1, 6, 25])
def test_one_feature(name, intervals):
    frame, model = boosted()
    found = explain(fitted_case(model, frame), "ale", first=name, intervals=intervals)
    expected = first_order(
        lambda rows: model.predict_proba(rows)[0, 1],
        frame,
        name,
        found.axes[0].values,
    )
    np.testing.assert_allclose(found.effect[:, 0], expected, rtol=0, atol=1e-12)
    assert found.within.sum() == len(frame)


def test_ends_of_intervals_are_quantiles_that_rows_have():
    frame, model = boosted()
    found = explain(fitted_case(model, frame), "ale", first="a", intervals=10)
    ordered = np.sort(frame["a"])
    expected = [ordered[max(int(np.ceil(q * 150 / 10)) - 1, 0)] for q in range(11)]
    np.testing.assert_allclose(found.axes[0].values, expected)


def test_three_classes_each():
    frame = numbers()[:120]
    model = make_pipeline(StandardScaler(), LogisticRegression())
    model.fit(frame, three(frame))
    found = explain(fitted_case(model, frame), "ale", first="c", intervals=5)
    for output in range(3):
        expected = first_order(
            lambda rows, c=output: model.predict_proba(rows)[0, c],
            frame,
            "c",
            found.axes[0].values,
        )
        np.testing.assert_allclose(found.effect[:, output], expected, atol=1e-12)


@pytest.mark.parametrize(("one", "other"), [("a", "c"), ("b", "d"), ("a", "b")])
def test_two_features_with_cells_that_hold_no_row(one, other):
    frame = numbers()[:80]
    frame.loc[:, "d"] = frame["b"] + 0.1 * frame["d"]  # many cells are empty
    model = RandomForestRegressor(8, max_depth=5, random_state=0)
    model.fit(frame, value(frame))
    found = explain(
        fitted_case(model, frame), "ale", first=one, second=other, intervals=6
    )
    expected, within = second_order(
        lambda rows: model.predict(rows)[0],
        frame,
        (one, other),
        found.axes[0].values,
        found.axes[1].values,
    )
    assert np.array_equal(found.within, within)
    np.testing.assert_allclose(found.effect[:, :, 0], expected, rtol=0, atol=1e-9)


def test_the_product_of_two_features_is_its_own_interaction():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.uniform(-1, 1, size=(4_000, 2)), columns=["a", "b"])
    model = make_pipeline(PolynomialFeatures(2), StandardScaler(), LinearRegression())
    model.fit(frame, frame["a"] * frame["b"])
    found = explain(
        fitted_case(model, frame), "ale", first="a", second="b", intervals=10
    )
    z1, z2 = (axis.values for axis in found.axes)
    np.testing.assert_allclose(found.effect[:, :, 0], np.outer(z1, z2), atol=0.06)


LEVELS = ["ash", "birch", "cedar", "date", "elm"]


def with_labels():
    rng = np.random.default_rng(4)
    level = rng.integers(0, 5, 200)
    frame = pd.DataFrame(
        {
            "tree": np.array(LEVELS)[level],
            "size": np.array([3.0, 0.0, 4.0, 1.0, 2.0])[level]
            + rng.normal(scale=0.4, size=200),
            "noise": rng.normal(size=200),
        }
    )
    truth = np.where(frame["size"] * (level > 1) + frame["noise"] > 1, "yes", "no")
    model = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["tree"]), remainder="passthrough"),
        PolynomialFeatures(2),
        StandardScaler(),
        LogisticRegression(max_iter=500),
    )
    return frame, model.fit(frame, truth)


def test_labels_step_to_their_neighbours():
    frame, model = with_labels()
    found = explain(fitted_case(model, frame), "ale", first="tree")
    order = found.axes[0].labels

    def answer(row, label):
        return model.predict_proba(at(frame, row, tree=label))[0, 1]

    curve, counts = [0.0], []
    for k, label in enumerate(order):
        counts.append(int((frame["tree"] == label).sum()))
        if k + 1 < len(order):
            near = [r for r in range(200) if frame["tree"][r] in order[k : k + 2]]
            steps = [answer(r, order[k + 1]) - answer(r, label) for r in near]
            curve.append(curve[-1] + float(np.mean(steps)))
    expected = np.array(curve) - np.dot(curve, counts) / 200
    np.testing.assert_allclose(found.effect[:, 0], expected, atol=1e-12)
    assert found.within.tolist() == counts
    assert found.order == "similarity"


def test_labels_stand_by_likeness_of_their_rows():
    frame, model = with_labels()
    found = explain(fitted_case(model, frame), "ale", first="tree")
    apart = np.zeros((5, 5))
    for i, one in enumerate(LEVELS):
        for j, other in enumerate(LEVELS):
            for name in ("size", "noise"):
                apart[i, j] += ks_2samp(
                    frame[name][frame["tree"] == one],
                    frame[name][frame["tree"] == other],
                ).statistic
    centring = np.eye(5) - 1 / 5
    _, vectors = np.linalg.eigh(-0.5 * centring @ apart**2 @ centring)
    expected = [LEVELS[i] for i in np.argsort(vectors[:, -1])]
    assert list(found.axes[0].labels) in (expected, expected[::-1])
    ends = {frozenset(expected[:2]), frozenset(expected[-2:])}
    assert ends == {frozenset({"birch", "date"}), frozenset({"ash", "cedar"})}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("intervals", [3, 9])
def test_a_label_and_a_number(turned, intervals):
    frame = numbers()[:140].copy()
    rng = np.random.default_rng(2)
    frame["home"] = rng.choice(["owner", "rent", "parents", "other"], len(frame))
    truth = value(frame) + 4 * (frame["home"] == "rent") * frame["a"]
    model = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(), ["home"]), remainder="passthrough", sparse_threshold=0
        ),
        RandomForestRegressor(15, max_depth=5, random_state=0),
    ).fit(frame, truth)
    names = ("a", "home") if turned else ("home", "a")
    found = explain(
        fitted_case(model, frame),
        "ale",
        first=names[0],
        second=names[1],
        intervals=intervals,
    )
    label, number = found.axes[::-1] if turned else found.axes
    expected, within = label_and_number(
        lambda rows: model.predict(rows)[0],
        frame,
        ("home", "a"),
        list(label.labels),
        number.values,
    )
    shown = found.effect[:, :, 0]
    np.testing.assert_allclose(shown.T if turned else shown, expected, atol=1e-10)
    np.testing.assert_array_equal(found.within.T if turned else found.within, within)
