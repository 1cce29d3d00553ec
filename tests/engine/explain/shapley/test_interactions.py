"""Shapley interactions through every route, against their definition."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression

from engine.analysis import load
from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT
from engine.contracts.readings.shapley import interactions as reading
from tests.support.explained import case, matrix
from tests.support.in_process import as_matrix, explain, fitted_case
from tests.support.taken_apart import numbers, value


def run(inputs, **params):
    found = load("interactions")
    return found.run(inputs, found.Params(**params), SILENT)


def columns(n=30, d=4, seed=0):
    rng = np.random.default_rng(seed)
    return {f"x{j}": rng.normal(size=n) for j in range(d)}


def product(table):
    x = matrix(table)
    return 1 / (1 + np.exp(-(x[:, 0] * x[:, 1] + x[:, 2])))


def pair_by_definition(answer, rows, background, i, j):
    """What two features do together in each row, both halves."""
    d = rows.shape[1]
    others = [k for k in range(d) if k not in (i, j)]

    def worth(row, known):
        mixed = background.copy()
        mixed[:, sorted(known)] = row[sorted(known)]
        return answer(mixed).mean()

    found = np.zeros(len(rows))
    for place, row in enumerate(rows):
        for size in range(d - 1):
            weight = math.factorial(size) * math.factorial(d - size - 2)
            weight /= math.factorial(d - 1)
            for known in itertools.combinations(others, size):
                s = set(known)
                found[place] += weight * (
                    worth(row, s | {i, j})
                    - worth(row, s | {i})
                    - worth(row, s | {j})
                    + worth(row, s)
                )
    return found


def test_every_pair_of_a_model_that_is_asked_is_that_of_the_definition():
    told = columns(9)
    inputs, _ = case(told, product)
    rows = np.column_stack(list(told.values()))
    for first, second in itertools.combinations(told, 2):
        found = run(inputs, background="6", first=first, second=second)
        i, j = (list(told).index(name) for name in (first, second))
        expected = pair_by_definition(
            lambda x: 1 / (1 + np.exp(-(x[:, 0] * x[:, 1] + x[:, 2]))),
            rows,
            rows[found.background.rows],
            i,
            j,
        )
        np.testing.assert_allclose(found.values[:, 0], expected, atol=1e-12)
        assert found.pair == (i, j)
        mean = np.abs(expected).mean()
        np.testing.assert_allclose(found.strength[[i, j], [j, i], 0], mean, atol=1e-12)


def test_trees_and_the_model_that_is_asked_say_the_same():
    frame = numbers()
    model = RandomForestRegressor(5, max_depth=4, random_state=0)
    model.fit(frame, value(frame))
    inputs = fitted_case(model, frame.head(12))
    rows = as_matrix(frame.head(12))
    found = explain(inputs, "interactions", background="8", first="a", second="c")
    expected = pair_by_definition(
        lambda x: model.predict(pd.DataFrame(x, columns=frame.columns)),
        rows,
        rows[found.background.rows],
        *found.pair,
    )
    assert found.method == "trees"
    np.testing.assert_allclose(found.values[:, 0], expected, atol=1e-9)
    assert found.additivity_error < 1e-9


def test_main_effect_and_half_of_the_interactions_are_the_shapley_value():
    frame = numbers()
    model = RandomForestRegressor(5, max_depth=4, random_state=0)
    model.fit(frame, value(frame))
    inputs = fitted_case(model, frame.head(20))
    shares = explain(inputs, "shapley", background="8").values
    names = list(frame.columns)
    total = np.zeros(20)
    for other in names[1:]:
        found = explain(inputs, "interactions", background="8", first="a", second=other)
        total += 0.5 * found.values[:, 0]
    np.testing.assert_allclose(found.alone[:, 0, 0] + total, shares[:, 0], atol=1e-12)


def test_a_sum_has_no_interactions():
    frame = numbers()
    model = LinearRegression().fit(frame, value(frame))
    found = explain(fitted_case(model, frame), "interactions")
    apart = found.strength[:, :, 0] - np.diag(np.diag(found.strength[:, :, 0]))
    assert found.method == "linear"
    assert not apart.any()
    assert found.strength[0, 0, 0] > 0


def test_the_strongest_pair_is_shown_unless_another_is_asked_for():
    inputs, _ = case(columns(200), product)
    found = run(inputs, background="20")
    assert found.pair == (0, 1)
    assert found.values.shape == (200, 1)
    assert found.data.shape == (200, 2)
    assert (found.strength_low <= found.strength).all()
    assert (found.strength <= found.strength_high).all()


def test_rows_beyond_the_limit_are_a_sample_that_the_badge_names():
    inputs, _ = case(columns(50), product)
    found = run(inputs, rows=20)
    assert len(found.row_ids) == found.provenance.n_used == 20
    assert found.provenance.sampling == "sample"
    assert (np.diff(found.row_ids) > 0).all()


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"first": "x0"}, "explain.no_pair"),
        ({"first": "x0", "second": "x0"}, "explain.no_pair"),
        ({"first": "x0", "second": "income"}, "explain.no_pair"),
        ({"variant": "path_dependent"}, "explain.no_cover"),
        ({"output": "odds"}, "explain.bad_choice"),
    ],
)
def test_what_cannot_be_is_said(params, code):
    inputs, _ = case(columns(), product)
    with pytest.raises(EngineError, match=code.replace(".", r"\.")):
        run(inputs, **params)


def test_too_many_features_for_all_coalitions_are_said():
    inputs, _ = case(columns(d=13), product)
    with pytest.raises(EngineError, match=r"explain\.many_pairs"):
        run(inputs)


def test_the_reading_names_the_strongest_pair_or_says_that_there_is_none():
    inputs, _ = case(columns(200), product)
    assert reading.read(run(inputs, background="20")).startswith(
        "x0 × x1 is the strongest interaction"
    )
    frame = numbers()
    model = LinearRegression().fit(frame, value(frame))
    found = explain(fitted_case(model, frame), "interactions")
    assert "the model is additive" in reading.read(found)
