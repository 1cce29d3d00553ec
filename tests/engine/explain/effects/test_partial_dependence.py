"""The answer along a feature: what it owes, and what is said of it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import analysis
from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.model import Task
from engine.contracts.progress import SILENT, Silent
from engine.contracts.readings.effects import pdp_and_ale as reading
from engine.explain.effects.grid import MOST_LABELS, grid_of
from tests.support.explained import case, matrix
from tests.support.in_process import explain

N = 300


def rows(seed=0, n=N):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=n) for name in "xyz"}


def regression(answer, columns=None, **kwargs):
    return case(columns or rows(), answer, task=Task.REGRESSION, **kwargs)


@given(
    seed=st.integers(0, 1_000),
    weights=st.lists(st.floats(-5, 5), min_size=3, max_size=3),
)
@settings(max_examples=25, deadline=None)
def test_of_a_linear_model_it_is_the_line_with_the_coefficient_as_slope(seed, weights):
    inputs, _ = regression(lambda table: matrix(table) @ weights, rows(seed))
    for place, name in enumerate("xyz"):
        found = explain(inputs, "dependence", first=name, points=9, spacing="even")
        slopes = np.diff(found.average[:, 0]) / np.diff(found.axes[0].values)
        np.testing.assert_allclose(slopes, weights[place], atol=1e-9)
        lines, mean, half = found.centred(0)
        np.testing.assert_allclose(lines, np.tile(mean, (N, 1)), atol=1e-9)
        np.testing.assert_allclose(half, 0, atol=1e-9)


def test_the_order_of_the_rows_changes_nothing():
    columns, order = rows(), np.random.default_rng(5).permutation(N)
    other = {name: cells[order] for name, cells in columns.items()}
    answer = lambda table: np.sin(matrix(table)).prod(axis=1)  # noqa: E731
    one = explain(regression(answer, columns)[0], "dependence", first="y")
    two = explain(regression(answer, other)[0], "dependence", first="y")
    np.testing.assert_allclose(one.average, two.average, atol=1e-12)
    np.testing.assert_allclose(one.ice[order], two.ice, atol=1e-12)


def test_a_line_passes_through_the_answer_at_the_rows_own_value():
    columns = rows(n=20)
    answer = lambda table: np.sin(matrix(table)).sum(axis=1)  # noqa: E731
    inputs, _ = regression(answer, columns)
    found = explain(inputs, "dependence", first="x")
    place = np.searchsorted(found.axes[0].values, found.data[:, 0])
    at_own = found.ice[np.arange(20), place, 0]
    np.testing.assert_allclose(at_own, answer(pa.table(columns)), atol=1e-12)


def test_without_a_name_the_feature_that_moves_the_answer_most_is_taken():
    inputs, _ = regression(lambda table: matrix(table) @ [0.1, -2.0, 1.0])
    assert explain(inputs, "dependence").axes[0].name == "y"


def test_missing_values_are_the_last_place():
    columns = rows()
    columns["x"] = pa.array([None if i < 30 else float(i) for i in range(N)])
    inputs, _ = regression(
        lambda table: np.where(np.isnan(matrix(table)[:, 0]), 7.0, 1.0), columns
    )
    found = explain(inputs, "dependence", first="x", points=5)
    assert np.isnan(found.axes[0].values[-1])
    assert found.axes[0].n_missing == 30
    assert found.average[:, 0].tolist() == [1.0] * 5 + [7.0]
    assert "7.00 (at missing)" in reading.read_dependence(found)


def test_whole_numbers_stay_whole():
    columns = rows()
    columns["x"] = np.arange(N)
    asked = []

    def answer(table):
        asked.append(table.column("x").type)
        return matrix(table)[:, 0]

    inputs, _ = regression(answer, columns)
    found = explain(inputs, "dependence", first="x", points=7, spacing="even")
    assert set(asked) == {pa.int64()}
    assert np.array_equal(found.axes[0].values, np.rint(found.axes[0].values))


def test_the_rarest_labels_are_left_out_and_said():
    frequent = np.repeat(np.arange(MOST_LABELS), 5)
    labels = [f"common {i}" for i in frequent] + [f"rare {i}" for i in range(7)]
    columns = {"x": labels, "y": np.zeros(len(labels))}
    inputs, _ = regression(lambda table: np.zeros(table.num_rows), columns)
    found = explain(inputs, "dependence", first="x")
    assert found.axes[0].n_left_out == 7
    assert not any(name.startswith("rare") for name in found.axes[0].labels)
    assert np.isnan(found.data[-7:, 0]).all()
    assert "7 rarest labels" in reading.read_dependence(found)


def test_labels_with_an_order_of_their_own_keep_it():
    ordered = pa.DictionaryArray.from_arrays(
        pa.array([0, 1, 2, 0], pa.int32()),
        pa.array(["low", "mid", "high"]),
        ordered=True,
    )
    found = grid_of(pa.table({"x": ordered}), 0, 10, "quantiles")
    assert found.axis.labels == ("low", "mid", "high")
    assert found.axis.ordered


def test_labels_that_are_numbers_are_in_their_order():
    table = pa.table({"x": ["10", "9", "2", None]})
    found = grid_of(table, 0, 10, "quantiles")
    assert found.axis.labels == ("2", "9", "10")
    assert found.cells.to_pylist() == ["2", "9", "10", None]
    np.testing.assert_array_equal(found.own, [2, 1, 0, np.nan])


def test_a_sample_of_the_rows_is_said():
    inputs, model = regression(lambda table: matrix(table)[:, 0])
    found = explain(inputs, "dependence", first="x", rows=50, points=10)
    assert found.provenance.n_used == len(found.row_ids) == 50
    assert found.provenance.n_total == N
    assert found.provenance.sampling == "sample"
    assert model.asked == 500
    assert "50 of 300" in reading.read_dependence(found)
    assert np.all(np.diff(found.row_ids) > 0)


def test_places_are_of_the_selected_rows():
    columns = rows()
    mask = columns["x"] > 0
    inputs, _ = regression(lambda table: matrix(table)[:, 0], columns, mask=mask)
    found = explain(inputs, "dependence", first="x")
    assert found.axes[0].values.min() > 0
    assert found.axes[0].counts.sum() == mask.sum()


def test_the_current_row_has_its_line_even_outside_the_selection():
    columns = rows()
    row = int(np.argmin(columns["x"]))
    inputs, _ = regression(
        lambda table: matrix(table) @ [1.0, 2.0, 0.0],
        columns,
        mask=columns["x"] > 0,
        row=row,
    )
    found = explain(inputs, "dependence", first="x")
    assert row not in found.row_ids
    assert found.row_data.tolist() == [columns["x"][row]]
    expected = found.axes[0].values + 2 * columns["y"][row]
    np.testing.assert_allclose(found.row_ice[:, 0], expected)


def test_the_interval_covers_what_many_rows_say():
    answer = lambda table: matrix(table)[:, 0] * (1 + matrix(table)[:, 1])  # noqa: E731
    covered = 0
    for seed in range(100):
        found = explain(
            regression(answer, rows(seed))[0], "dependence", first="x", points=3
        )
        covered += bool(found.low[2, 0] <= found.axes[0].values[2] <= found.high[2, 0])
    assert 88 <= covered <= 100


def test_partial_results_grow_to_all_rows(monkeypatch):
    monkeypatch.setattr("engine.explain.effects.partial_dependence._FIRST", 300)
    monkeypatch.setattr(
        "engine.explain.effects.partial_dependence.ASKED_AT_ONCE", 1_000
    )
    monkeypatch.setattr("engine.explain.scope._SHOWN_EVERY", 0.0)
    shown = []

    class Watched(Silent):
        def partial(self, result):
            shown.append(len(result.row_ids))

    inputs, _ = regression(lambda table: matrix(table)[:, 0])
    found = analysis.load("dependence")
    last = found.run(inputs, found.Params(first="x", points=10), Watched())
    assert shown == [30, 130, 230]
    assert last.n_wanted == len(last.row_ids) == N


def test_stops_in_the_middle():
    class Stopping(Silent):
        told = 0

        def advance(self, done, total, stage):
            self.told += 1

        def raise_if_cancelled(self):
            if self.told:
                raise Cancelled

    inputs, model = regression(lambda table: matrix(table)[:, 0])
    found = analysis.load("dependence")
    with pytest.raises(Cancelled):
        found.run(inputs, found.Params(first="x", rows=0), Stopping())
    assert model.asked <= 20_000


def test_kin_are_named_in_the_reading():
    columns = rows()
    columns["twin"] = columns["x"] + 0.1 * columns["y"]
    inputs, _ = regression(lambda table: matrix(table)[:, 0], columns)
    found = explain(inputs, "dependence", first="x")
    assert found.axes[0].related == "twin"
    assert "x is correlated with twin" in reading.read_dependence(found)
    lonely = explain(inputs, "dependence", first="z")
    assert "goes together" not in reading.read_dependence(lonely)


def test_lines_that_go_the_other_way_are_told():
    inputs, _ = regression(lambda table: matrix(table)[:, 0] * matrix(table)[:, 1])
    told = reading.read_dependence(explain(inputs, "dependence", first="x"))
    assert "run opposite to the mean" in told


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"first": "nothing"}, "explain.no_feature"),
        ({"second": "nothing"}, "explain.no_feature"),
        ({"first": "x", "second": "x"}, "explain.same_feature"),
        ({"points": 1}, "explain.bad_points"),
        ({"spacing": "odd"}, "explain.bad_choice"),
        ({"output": "margin"}, "explain.bad_choice"),
    ],
)
def test_what_cannot_be_asked_is_said(given, code):
    inputs, _ = regression(lambda table: matrix(table)[:, 0])
    found = analysis.load("dependence")
    with pytest.raises(EngineError) as caught:
        found.run(inputs, found.Params(**given), SILENT)
    assert caught.value.code == code
