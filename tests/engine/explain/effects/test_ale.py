"""Accumulated local effects: what they owe, and what is said of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import analysis
from engine.contracts.errors import EngineError
from engine.contracts.model import Task
from engine.contracts.progress import SILENT
from engine.contracts.readings.effects import pdp_and_ale as reading
from engine.explain.effects.label_order import order_of_labels
from tests.support.explained import case, matrix
from tests.support.in_process import explain

N = 400


def rows(seed=0, n=N):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return {"x": x, "twin": x + 0.1 * rng.normal(size=n), "z": rng.normal(size=n)}


def regression(answer, columns=None, **kwargs):
    return case(columns or rows(), answer, task=Task.REGRESSION, **kwargs)


@given(
    seed=st.integers(0, 1_000),
    weights=st.lists(st.floats(-5, 5), min_size=3, max_size=3),
)
@settings(max_examples=25, deadline=None)
def test_of_a_linear_model_it_is_the_line_with_the_coefficient_as_slope(seed, weights):
    inputs, _ = regression(lambda table: matrix(table) @ weights, rows(seed))
    for place, name in enumerate(rows()):
        found = explain(inputs, "ale", first=name)
        slopes = np.diff(found.effect[:, 0]) / np.diff(found.axes[0].values)
        np.testing.assert_allclose(slopes, weights[place], atol=1e-7)
        np.testing.assert_allclose(found.high, found.low, atol=1e-6)


@given(seed=st.integers(0, 1_000))
@settings(max_examples=15, deadline=None)
def test_of_a_sum_of_single_features_nothing_is_done_together(seed):
    def answer(table):
        x = matrix(table)
        return np.sin(3 * x[:, 0]) + x[:, 1] ** 2 + np.abs(x[:, 2])

    inputs, _ = regression(answer, rows(seed))
    found = explain(inputs, "ale", first="x", second="z")
    np.testing.assert_allclose(found.effect, 0, atol=1e-10)
    np.testing.assert_allclose(found.strength, 0, atol=1e-10)
    assert "No interaction between" in reading.read_ale(found)


def test_the_order_of_the_rows_changes_nothing():
    columns, order = rows(), np.random.default_rng(5).permutation(N)
    other = {name: cells[order] for name, cells in columns.items()}
    answer = lambda table: np.sin(matrix(table)).prod(axis=1)  # noqa: E731
    for names in ({"first": "x"}, {"first": "x", "second": "z"}):
        one = explain(regression(answer, columns)[0], "ale", **names)
        two = explain(regression(answer, other)[0], "ale", **names)
        np.testing.assert_allclose(one.effect, two.effect, atol=1e-12)


def test_a_twin_that_does_the_work_leaves_nothing_to_the_feature():
    inputs, _ = regression(lambda table: matrix(table)[:, 1] ** 2)
    found = explain(inputs, "ale", first="x")
    np.testing.assert_allclose(found.effect, 0, atol=1e-12)
    assert "no significant effect" in reading.read_ale(found)


def test_between_two_labels_there_is_one_step():
    columns = {"x": np.repeat(["a", "b"], [100, 300]), "y": rows()["z"]}

    def answer(table):
        return np.array([2.0 * (x == "b") for x in table.column("x").to_pylist()])

    found = explain(regression(answer, columns)[0], "ale", first="x")
    assert set(found.axes[0].labels) == {"a", "b"}
    steps = dict(zip(found.axes[0].labels, found.effect[:, 0].tolist(), strict=True))
    assert steps["b"] - steps["a"] == pytest.approx(2.0)
    assert steps["a"] == pytest.approx(-1.5)
    np.testing.assert_allclose(found.low, found.high, atol=1e-12)


def test_the_mean_over_the_rows_is_zero_for_labels():
    rng = np.random.default_rng(0)
    labels = rng.choice(["a", "b", "c"], N, p=[0.2, 0.3, 0.5])
    columns = {"x": labels, "y": rng.normal(size=N)}
    worth = {"a": 1.0, "b": 5.0, "c": -2.0}

    def answer(table):
        return np.array([worth[label] for label in table.column("x").to_pylist()])

    found = explain(regression(answer, columns)[0], "ale", first="x")
    mean = np.dot(found.effect[:, 0], found.within) / N
    assert mean == pytest.approx(0, abs=1e-12)
    said = dict(zip(found.axes[0].labels, found.effect[:, 0], strict=True))
    assert said["b"] - said["a"] == pytest.approx(4)
    assert said["c"] - said["b"] == pytest.approx(-7)
    assert "ordered by similarity" in reading.read_ale(found)


def test_labels_with_an_order_keep_it():
    ordered = pa.DictionaryArray.from_arrays(
        pa.array(np.arange(N) % 3, pa.int32()),
        pa.array(["low", "mid", "high"]),
        ordered=True,
    )
    columns = {"x": ordered, "y": np.arange(N) * 1.0}
    found = explain(regression(lambda t: np.zeros(t.num_rows), columns)[0], "ale")
    assert found.axes[0].name == "x"
    assert found.axes[0].labels == ("low", "mid", "high")
    assert found.order == "own"


@pytest.mark.parametrize("kind", ["numbers", "labels"])
def test_the_interval_covers_what_many_rows_say(kind):
    names = {float(i): float(i) if kind == "numbers" else f"{i} up" for i in range(6)}

    def answer(table):
        cells = table.column("x").to_pylist()
        x = np.array([float(str(cell).split()[0]) for cell in cells])
        return x * (1 + table.column("y").to_numpy())

    covered = total = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = rng.integers(0, 6, size=300).astype(float)
        columns = {"x": [names[v] for v in x], "y": rng.normal(size=300)}
        found = explain(regression(answer, columns)[0], "ale", first="x")
        if kind == "numbers":  # the mean over these rows is taken off
            place = found.axes[0].values
            share = np.append(found.within, 0) + np.append(0, found.within)
        else:
            place = np.array([float(label[0]) for label in found.axes[0].labels])
            share = found.within
        expected = place - np.dot(place, share) / share.sum()
        inside = (found.low[:, 0] <= expected) & (expected <= found.high[:, 0])
        covered, total = covered + int(inside.sum()), total + 6
    assert 0.9 <= covered / total <= 0.985


def test_rows_without_a_value_are_left_out_and_said():
    columns = rows()
    columns["x"] = pa.array([None if i < 25 else v for i, v in enumerate(columns["x"])])
    inputs, model = regression(lambda table: matrix(table)[:, 2], columns)
    found = explain(inputs, "ale", first="x", intervals=4)
    assert found.n_missing == 25
    assert found.within.sum() == N - 25
    assert np.isfinite(found.axes[0].values).all()
    assert model.asked == 2 * (N - 25)
    assert "25 rows with a missing value" in reading.read_ale(found)


def test_cells_filled_from_neighbours_are_said():
    inputs, _ = regression(lambda table: matrix(table).prod(axis=1))
    found = explain(inputs, "ale", first="x", second="twin", intervals=6)
    assert (found.within == 0).any()
    assert "contain no row" in reading.read_ale(found)


def test_no_row_leaves_its_interval():
    moved = []

    def answer(table):
        moved.append(matrix(table)[:, 0])
        return moved[-1]

    columns = rows()
    inputs, _ = regression(answer, columns)
    moved.clear()
    found = explain(inputs, "ale", first="x", intervals=20)
    ends = found.axes[0].values
    high, low = np.concatenate(moved).reshape(2, N)
    assert np.all((low <= columns["x"]) & (columns["x"] <= high))
    place = np.searchsorted(ends, high)
    assert np.array_equal(ends[place - 1], low)


def test_likeness_is_not_turned_round_by_the_order_of_rows():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, 500)
    others = codes[:, None] % 3 + rng.normal(size=(500, 2))
    labelled = np.zeros(2, dtype=bool)
    one = order_of_labels(codes, 4, others, labelled, SILENT)
    order = rng.permutation(500)
    two = order_of_labels(codes[order], 4, others[order], labelled, SILENT)
    assert np.array_equal(one, two)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"first": "nothing"}, "explain.no_feature"),
        ({"first": "x", "second": "x"}, "explain.same_feature"),
        ({"first": "tone", "second": "word"}, "explain.pair_of_labels"),
        ({"first": "constant"}, "explain.one_value"),
        ({"intervals": -1}, "explain.bad_points"),
        ({"output": "odds"}, "explain.bad_choice"),
    ],
)
def test_what_cannot_be_asked_is_said(given, code):
    columns = {**rows(), "constant": np.ones(N), "word": ["a", "b"] * (N // 2)}
    columns["tone"] = ["c", "c", "d", "e"] * (N // 4)
    inputs, _ = regression(lambda table: table.column("x").to_numpy(), columns)
    found = analysis.load("ale")
    with pytest.raises(EngineError) as caught:
        found.run(inputs, found.Params(**given), SILENT)
    assert caught.value.code == code


def labelled(seed=0):
    rng = np.random.default_rng(seed)
    columns = rows(seed)
    columns["home"] = rng.choice(["owner", "rent", "parents"], N).tolist()
    return columns


def in_homes(values):
    """How much each home counts."""
    return lambda table: np.array([values[h] for h in table.column("home").to_pylist()])


def test_of_a_label_and_a_number_that_add_up_nothing_is_done_together():
    homes = in_homes({"owner": 1.0, "rent": -2.0, "parents": 0.5})

    def answer(table):
        return np.sin(3 * table.column("x").to_numpy()) + homes(table)

    inputs, _ = regression(answer, labelled())
    for first, second in (("x", "home"), ("home", "x")):
        found = explain(inputs, "ale", first=first, second=second)
        np.testing.assert_allclose(found.effect, 0, atol=1e-10)
        assert [axis.name for axis in found.axes] == [first, second]


def test_of_a_slope_that_a_label_changes_the_difference_is_found():
    homes = in_homes({"owner": 1.0, "rent": 0.0, "parents": 0.0})

    def answer(table):
        return table.column("x").to_numpy() * homes(table)

    inputs, _ = regression(answer, labelled())
    found = explain(inputs, "ale", first="x", second="home")
    place = {label: i for i, label in enumerate(found.axes[1].labels)}
    slopes = (
        np.diff(found.effect[:, :, 0], axis=0) / np.diff(found.axes[0].values)[:, None]
    )
    apart = slopes[:, place["owner"]] - slopes[:, place["rent"]]
    np.testing.assert_allclose(apart, 1.0, atol=1e-9)
    np.testing.assert_allclose(slopes[:, place["rent"]], slopes[:, place["parents"]])
    assert found.within.shape == (len(found.axes[0].values) - 1, 3)
    assert found.within.sum() == N
    assert found.cells(0).shape == found.within.shape
    said = reading.read_ale(found)
    assert "The interaction of x and home" in said
    assert "ordered by similarity" in said


def test_rows_without_a_label_or_a_number_are_left_out_of_both():
    columns = labelled()
    columns["home"][:7] = [None] * 7
    columns["x"] = columns["x"].copy()
    columns["x"][5:9] = np.nan
    homes = in_homes({"owner": 1.0, "rent": 0.0, "parents": 2.0, None: 0.0})

    def answer(table):
        return np.nan_to_num(table.column("x").to_numpy()) * homes(table)

    inputs, _ = regression(answer, columns)
    found = explain(inputs, "ale", first="home", second="x")
    assert found.n_missing == 9
    assert found.within.sum() == N - 9
    assert np.isfinite(found.effect).all()
