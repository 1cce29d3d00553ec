"""Friedman's H against a literal implementation, and where it is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

from engine.contracts.errors import EngineError
from engine.contracts.model import Task
from engine.contracts.readings.effects.friedman_h import read
from tests.support.explained import case, matrix
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, three, two


def literal(predict, frame, first, second):
    """H of a pair as it is written down: mean by mean, row by row."""

    def mean_answer(names, values):
        rows = frame.copy()
        for name, value in zip(names, values, strict=True):
            rows[name] = value
        return predict(rows).mean()

    def centred(names):
        at = [mean_answer(names, row) for row in frame[names].itertuples(index=False)]
        return np.array(at) - np.mean(at)

    both, one, two_ = centred([first, second]), centred([first]), centred([second])
    left = both - one - two_
    return np.sqrt((left**2).sum() / (both**2).sum()), np.sqrt((left**2).mean())


def literal_overall(predict, frame, name):
    """H of one feature with all the others."""
    whole = predict(frame)
    with_it, without = [], []
    for place in range(len(frame)):
        rows = frame.copy()
        rows[name] = frame[name].iloc[place]
        with_it.append(predict(rows).mean())
        same = pd.concat([frame.iloc[[place]]] * len(frame), ignore_index=True)
        same[name] = frame[name].to_numpy()
        without.append(predict(same).mean())
    parts = [np.array(part) - np.mean(part) for part in (whole, with_it, without)]
    left = parts[0] - parts[1] - parts[2]
    return np.sqrt((left**2).sum() / (parts[0] ** 2).sum())


def test_every_pair_of_two_classes():
    frame = numbers().head(40)
    model = GradientBoostingClassifier(n_estimators=20, random_state=0)
    model.fit(numbers(), two(numbers()))
    found = explain(fitted_case(model, frame), "friedman_h")
    assert found.n_samples == 1
    names = found.features
    for i, first in enumerate(names):
        for j in range(i):
            h, size = literal(
                lambda rows: model.predict_proba(rows)[:, 1], frame, names[j], first
            )
            assert found.strength[i, j, 0] == pytest.approx(size, abs=1e-12)
            assert found.h[i, j, 0] == pytest.approx(h, abs=1e-9)
            assert found.h[i, j, 0] == found.h[j, i, 0]


def test_one_feature_with_all_others():
    frame = numbers().head(30)
    model = GradientBoostingClassifier(n_estimators=20, random_state=0)
    model.fit(numbers(), two(numbers()))
    found = explain(fitted_case(model, frame), "friedman_h")
    for j, name in enumerate(found.feature_names):
        wanted = literal_overall(
            lambda rows: model.predict_proba(rows)[:, 1], frame, name
        )
        assert found.overall[j, 0] == pytest.approx(wanted, abs=1e-9)


def test_every_one_of_three_classes():
    frame = numbers().head(25)
    model = RandomForestClassifier(20, random_state=0).fit(numbers(), three(numbers()))
    found = explain(fitted_case(model, frame), "friedman_h", features=("a", "b"))
    assert found.features == ("a", "b")
    for k in range(3):
        h, size = literal(
            lambda rows, k=k: model.predict_proba(rows)[:, k], frame, "a", "b"
        )
        assert found.h[0, 1, k] == pytest.approx(h, abs=1e-9)
        assert found.strength[0, 1, k] == pytest.approx(size, abs=1e-12)


def columns(n=200, d=4, seed=0):
    drawn = np.random.default_rng(seed).normal(size=(n, d))
    return dict(zip("abcd", drawn.T, strict=False))


def run(answer, data=None, **params):
    inputs, model = case(data or columns(), answer, task=Task.REGRESSION)
    return explain(inputs, "friedman_h", **params), model


def test_a_sum_does_nothing_together():
    found, _ = run(lambda table: matrix(table) @ [3.0, -2.0, 1.0, 0.0])
    assert not found.strength.any()
    assert np.nanmax(found.h) == 0
    assert np.nanmax(found.overall) == 0
    assert "No interaction between any two of 4 features." in read(found)


def test_a_product_is_all_together():
    found, _ = run(
        lambda table: matrix(table)[:, 0] * matrix(table)[:, 1], data=columns(1_000)
    )
    i, j = found.features.index("a"), found.features.index("b")
    assert found.h[i, j, 0] > 0.9
    assert found.strength[i, j, 0] == pytest.approx(1, abs=0.3)
    assert "a × b" in read(found) or "b × a" in read(found)


def test_the_strongest_pair_is_found_among_many():
    def answer(table):
        rows = matrix(table)
        return rows @ [1.0, 1.0, 1.0, 1.0] + rows[:, 2] * rows[:, 3]

    found, _ = run(answer)
    best = np.unravel_index(int(found.strength[:, :, 0].argmax()), (4, 4))
    assert {found.features[place] for place in best} == {"c", "d"}
    assert found.n_samples == 3
    assert np.isfinite(found.strength_spread).all()


def test_samples_do_not_share_rows_where_there_are_enough():
    found, _ = run(lambda table: matrix(table).sum(axis=1), data=columns(400))
    assert found.provenance.n_used == 150
    assert found.provenance.sampling == "sample"


def test_features_that_move_the_answer_farthest_are_looked_at():
    found, model = run(lambda table: matrix(table) @ [0.0, 5.0, 1.0, 3.0], most=2)
    assert found.features == ("b", "d")
    assert "the pairs of 2 of the 4 features" in read(found)
    assert model.asked <= 3 * 50 * 50 * (4 + 1)


def test_features_are_named_one_by_one_or_in_one_text():
    by_tuple, _ = run(lambda table: matrix(table).sum(axis=1), features=("c", "a"))
    in_text, _ = run(lambda table: matrix(table).sum(axis=1), features="c, a")
    assert by_tuple.features == in_text.features == ("c", "a")


def test_a_constant_model_has_no_share():
    found, _ = run(lambda table: np.full(table.num_rows, 2.0))
    assert np.isnan(found.overall).all()
    assert not found.strength.any()


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"features": ("a", "x")}, "explain.no_feature"),
        ({"features": ("a", "a")}, "explain.same_feature"),
        ({"features": ("a",)}, "explain.one_feature"),
        ({"rows": 2}, "explain.bad_count"),
        ({"repeats": 0}, "explain.bad_count"),
        ({"most": 1}, "explain.bad_count"),
    ],
)
def test_options_that_make_no_sense_are_refused(params, code):
    with pytest.raises(EngineError, match=code.replace(".", r"\.")):
        run(lambda table: matrix(table).sum(axis=1), **params)


@given(st.integers(0, 1_000))
@settings(max_examples=10, deadline=None)
def test_what_is_done_together_is_never_less_than_nothing(seed):
    weights = np.random.default_rng(seed).normal(size=(4, 4))

    def answer(table):
        rows = matrix(table)
        return np.einsum("ni,ij,nj->n", rows, weights, rows) + rows.sum(axis=1)

    found, _ = run(answer, data=columns(30, seed=seed))
    assert (found.strength >= 0).all()
    assert np.nanmin(found.h) >= 0
