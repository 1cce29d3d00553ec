"""Which rows an explanation starts from, and what they count."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression

from engine.explain import background
from engine.explain.background import choose
from tests.support.explained import case
from tests.support.in_process import as_matrix, explain, fitted_case
from tests.support.taken_apart import numbers, value


def in_three_places(n=300):
    rng = np.random.default_rng(0)
    place = rng.choice(3, size=n, p=[0.6, 0.3, 0.1])
    return place, {
        "x": place * 100.0 + rng.normal(size=n),
        "home": np.array(["own", "rent", "free"], dtype=object)[place],
    }


def test_representatives_are_real_rows_that_count_as_much_as_their_groups():
    place, columns = in_three_places()
    inputs, _ = case(columns, lambda table: np.full(table.num_rows, 0.5))
    found = choose(inputs, "3", "@kmeans")
    assert (found.chosen, found.n_available) == ("kmeans", 300)
    assert sorted(place[found.rows]) == [0, 1, 2]
    counted = np.bincount(place) / 300
    np.testing.assert_allclose(found.weights, counted[place[found.rows]])


def test_the_same_seed_gives_the_same_representatives():
    frame = numbers(missing=True)
    inputs = fitted_case(LinearRegression().fit(numbers(), value(frame)), numbers())
    one, other = choose(inputs, "20", "@kmeans"), choose(inputs, "20", "@kmeans")
    np.testing.assert_array_equal(one.rows, other.rows)
    np.testing.assert_allclose(one.weights.sum(), 1.0)


def test_missing_values_labels_and_constants_have_a_place():
    home = np.array(["rent", None, "own"] * 20, dtype=object)
    x = np.where(np.arange(60) % 7, np.arange(60.0), np.nan)
    inputs, _ = case(
        {"home": home, "x": x, "one": np.ones(60)},
        lambda table: np.full(table.num_rows, 0.5),
    )
    assert 0 < len(choose(inputs, "10", "@kmeans").rows) <= 10


def test_fewer_rows_than_groups_are_all_rows():
    inputs, _ = case({"x": np.arange(5.0)}, lambda t: np.full(t.num_rows, 0.5))
    found = choose(inputs, "50", "@kmeans")
    assert (found.chosen, len(found.rows), found.weights) == ("all", 5, None)


def test_many_rows_are_grouped_in_batches(monkeypatch):
    monkeypatch.setattr(background, "_MOST_AT_ONCE", 100)
    _, columns = in_three_places()
    inputs, _ = case(columns, lambda table: np.full(table.num_rows, 0.5))
    np.testing.assert_allclose(choose(inputs, "5", "@kmeans").weights.sum(), 1.0)


@pytest.mark.parametrize(
    "model",
    [RandomForestRegressor(5, max_depth=4, random_state=0), LinearRegression()],
    ids=["trees", "linear"],
)
def test_every_route_weighs_the_rows_of_the_background_alike(model):
    frame = numbers()
    inputs = fitted_case(model.fit(frame, value(frame)), frame.head(25))
    told = {"background": "6", "background_from": "@kmeans"}
    inside = explain(inputs, "shapley", **told)
    asked = explain(inputs, "shapley", route="exact", **told)
    walked = explain(
        inputs, "shapley", route="sampling", rounds=60, precision=0.0, **told
    )
    assert np.ptp(inside.background.weights) > 0
    np.testing.assert_allclose(asked.values, inside.values, atol=1e-9)
    apart = np.abs(walked.values - inside.values)
    assert (apart <= 4 * walked.standard_errors + 1e-9).mean() > 0.97
    weighted = inside.background.weights @ np.asarray(
        model.predict(frame.iloc[inside.background.rows])
    )
    np.testing.assert_allclose(inside.base_values, weighted)
    assert as_matrix(frame).shape[1] == inside.values.shape[1]
