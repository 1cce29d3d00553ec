"""Shapley values through every route, against their definition."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from engine.analysis import load
from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.model import Task
from engine.contracts.progress import SILENT
from engine.contracts.readings.shapley import shapley_values as reading
from engine.contracts.selection import Range
from tests.support.explained import case, matrix


def run(inputs, **params):
    found = load("shapley")
    return found.run(inputs, found.Params(**params), SILENT)


def columns(n=40, d=4, seed=0):
    rng = np.random.default_rng(seed)
    return {f"x{j}": rng.normal(size=n) for j in range(d)}


def crooked(table):
    x = matrix(table)
    return 1 / (1 + np.exp(-(x[:, 0] * x[:, 1] + np.abs(x[:, 2]) - x[:, -1] ** 2)))


def by_definition(answer, rows, background):
    d = rows.shape[1]
    found = np.zeros(rows.shape)
    for i, row in enumerate(rows):
        for j in range(d):
            others = [k for k in range(d) if k != j]
            for size in range(d):
                weight = math.factorial(size) * math.factorial(d - size - 1)
                for known in itertools.combinations(others, size):
                    mixed = background.copy()
                    mixed[:, known] = row[list(known)]
                    without = answer(mixed).mean()
                    mixed[:, j] = row[j]
                    gained = answer(mixed).mean() - without
                    found[i, j] += weight / math.factorial(d) * gained
    return found


def answer_of(x):
    return 1 / (1 + np.exp(-(x[:, 0] * x[:, 1] + np.abs(x[:, 2]) - x[:, -1] ** 2)))


def test_all_coalitions_give_the_values_of_the_definition():
    rows = columns(12)
    inputs, _ = case(rows, crooked)
    found = run(inputs, background="7")
    stacked = np.column_stack(list(rows.values()))
    expected = by_definition(answer_of, stacked, stacked[found.background.rows])
    np.testing.assert_allclose(found.values, expected, atol=1e-12)
    assert found.method == "exact"
    assert found.standard_errors is None


def test_sampled_values_lie_within_their_errors_of_the_exact_ones():
    inputs, _ = case(columns(30), crooked)
    exact = run(inputs, background="20")
    sampled = run(inputs, background="20", route="sampling", rounds=6, precision=0.0)
    apart = np.abs(sampled.values - exact.values)
    assert (apart <= 4 * sampled.standard_errors + 1e-9).mean() > 0.97
    assert apart.max() < 0.1


@pytest.mark.parametrize("route", ["exact", "sampling"])
def test_base_and_values_add_up_to_the_answer(route):
    inputs, _ = case(columns(d=5), crooked)
    found = run(inputs, route=route, background="9")
    total = found.base_values + found.values.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(total, found.predictions, atol=1e-12)
    assert found.additivity_error < 1e-12


def test_a_feature_without_effect_gets_nothing_and_equal_ones_get_equal_parts():
    def answer(table):
        x = matrix(table)
        return 1 / (1 + np.exp(-(x[:, 0] + x[:, 1])))

    rows = columns()
    rows["x1"] = rows["x0"].copy()
    inputs, _ = case(rows, answer)
    values = run(inputs).values
    np.testing.assert_allclose(values[:, 2:], 0.0, atol=1e-15)
    np.testing.assert_allclose(values[:, 0], values[:, 1], atol=1e-12)


def test_every_class_has_its_own_values_and_they_cancel():
    def answer(table):
        x = matrix(table)[:, :3]
        grown = np.exp(x)
        return grown / grown.sum(axis=1, keepdims=True)

    inputs, _ = case(columns(), answer, task=Task.MULTICLASS, classes=("a", "b", "c"))
    found = run(inputs)
    assert found.values.shape == (40, 4, 3)
    assert found.importance.shape == (4, 3)
    np.testing.assert_allclose(found.values.sum(axis=2), 0.0, atol=1e-12)


def test_log_odds_are_explained_on_request():
    inputs, _ = case(columns(), lambda t: 1 / (1 + np.exp(-matrix(t).sum(axis=1))))
    found = run(inputs, output="margin")
    own = np.column_stack(list(columns().values()))
    expected = own - own[found.background.rows].mean(axis=0)
    np.testing.assert_allclose(found.values, expected, atol=1e-9)
    assert found.space == "margin"


def test_labels_and_missing_values_are_values():
    home = np.array(["rent", "own", None] * 10, dtype=object)

    def answer(table):
        told = {"rent": 0.8, "own": 0.1, None: 0.4}
        return np.array([told[cell] for cell in table["home"].to_pylist()])

    inputs, _ = case({"home": home, "x": np.arange(30.0)}, answer)
    found = run(inputs)
    assert found.categories == (("rent", "own"), ())
    assert np.isnan(found.data[2, 0])
    np.testing.assert_allclose(
        found.values[:3, 0], np.array([0.8, 0.1, 0.4]) - found.base_values[0]
    )


def test_the_background_comes_from_the_reference_part_where_there_is_one():
    reference = {name: values + 1 for name, values in columns(25).items()}
    inputs, _ = case(columns(), crooked, reference=reference)
    chosen = run(inputs).background
    assert (chosen.part, chosen.n_available) == (Part.REFERENCE, 25)
    assert run(case(columns(), crooked)[0]).background.part is Part.EVALUATION


def test_a_bucket_or_a_decided_class_can_be_the_background():
    inputs, _ = case(columns(), crooked, buckets={"low": Range("x0", None, 0.0)})
    low = run(inputs, background_from="@bucket low").background
    assert (np.asarray(columns()["x0"])[low.rows] < 0).all()
    accepted = run(inputs, background_from="@decided no").background
    assert (
        answer_of(np.column_stack(list(columns().values())))[accepted.rows] < 0.5
    ).all()


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"background": "many"}, "explain.bad_background"),
        ({"background_from": "@bucket none"}, "explain.unknown_background"),
        ({"variant": "path_dependent"}, "explain.no_cover"),
        ({"route": "structure"}, "explain.no_structure"),
        ({"output": "odds"}, "explain.bad_choice"),
        ({"route": "rescaled"}, "explain.no_structure"),
    ],
)
def test_what_cannot_be_is_said(params, code):
    inputs, _ = case(columns(), crooked)
    with pytest.raises(EngineError, match=code.replace(".", r"\.")):
        run(inputs, **params)


def test_a_limit_on_rows_is_a_sample_that_the_badge_names():
    inputs, _ = case(columns(), crooked)
    found = run(inputs, rows=10)
    assert len(found.row_ids) == found.provenance.n_used == 10
    assert found.provenance.sampling == "sample"
    everything = run(inputs)
    place = np.searchsorted(everything.row_ids, found.row_ids)
    np.testing.assert_allclose(found.values, everything.values[place], atol=1e-12)


def test_the_current_row_is_the_first_of_a_sample():
    inputs, _ = case(columns(), crooked)
    others = run(inputs, rows=10).row_ids
    row = next(row for row in range(40) if row not in others)
    inputs, _ = case(columns(), crooked, row=row)
    found = run(inputs, rows=10)
    assert len(found.row_ids) == 10
    assert row in found.row_ids
    assert len(set(found.row_ids) - set(others)) == 1
    inputs, _ = case(columns(), crooked, row=row, mask=np.arange(40) != row)
    assert row not in run(inputs, rows=10).row_ids


def test_standard_errors_are_as_large_as_the_errors_are():
    """Over many seeds: neither too small, which misleads, nor far too large."""
    rows = columns(6, d=8)
    exact = run(case(rows, crooked)[0], background="all", route="exact").values
    apart, told = [], []
    for seed in range(60):
        inputs, _ = case(rows, crooked, seed=seed)
        found = run(inputs, background="all", route="sampling", rounds=4, precision=0.0)
        apart.append((found.values - exact) ** 2)
        told.append(found.standard_errors**2)
    ratio = np.sqrt(np.mean(told) / np.mean(apart))
    assert 0.85 < ratio < 1.2


def test_of_one_row_no_average_is_told():
    inputs, _ = case(columns(), crooked, mask=np.arange(40) == 4)
    said = reading.read(run(inputs))
    assert "in this row: " in said
    assert "average" not in said
