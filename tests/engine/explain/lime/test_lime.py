"""Local lines: what must hold whatever the model is."""

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
from engine.contracts.readings.lime import condition_text, figure_text, read, read_rows
from engine.explain.lime import local_linear
from tests.support.explained import case

N = 300


def columns(seed=0):
    rng = np.random.default_rng(seed)
    income = rng.normal(size=N)
    income[::7] = np.nan
    return {
        "age": rng.integers(20, 70, N),
        "income": income,
        "home": rng.choice(["own", "rent", None], N).tolist(),
    }


def of_age(table):
    return (table.column("age").to_numpy() > 45) * 0.8 + 0.1


def run(answer, rows=None, inputs=None, **params):
    found = analysis.load("lime")
    known = {"row": 3, **(inputs or {})}
    prepared, model = case(rows or columns(), answer, **known)
    options = {"num_samples": 500, "repeats": 4, **params}
    return found.run(prepared, found.Params(**options), SILENT), model


def test_the_feature_that_is_used_comes_first_and_its_side_is_right():
    rows = columns()
    for row in (int(np.argmax(rows["age"])), int(np.argmin(rows["age"]))):
        found, _ = run(of_age, rows, {"row": row})
        assert found.terms[0].feature == 0
        assert (found.weights[0] > 0) == (rows["age"][row] > 45)


def test_conditions_hold_for_the_row_itself():
    rows = columns()
    for row in range(25):
        found, _ = run(of_age, rows, {"row": row}, repeats=1)
        for term in found.terms:
            own = rows[found.feature_names[term.feature]][row]
            if term.missing:
                assert own is None or np.isnan(own)
            elif term.label is not None:
                assert own == term.label
            else:
                assert term.low is None or own > term.low
                assert term.high is None or own <= term.high


def test_the_line_adds_up_to_its_own_prediction():
    found, _ = run(of_age)
    total = found.intercept + found.weights.sum()
    assert found.local_prediction == pytest.approx(total)
    assert found.local_predictions[0] == pytest.approx(total)


def test_the_explained_row_is_the_first_and_counts_most():
    found, _ = run(of_age)
    assert found.kernel_weights[0] == 1.0
    assert found.kernel_weights.max() == 1.0
    assert found.predictions[0] == found.model_prediction
    assert found.nearest.min() > 0
    assert (np.diff(found.kernel_weights[found.nearest]) <= 0).all()


def test_all_seeds_are_asked_in_one_go_and_the_row_is_not_asked_again():
    calls = []

    def answer(table):
        calls.append(table.num_rows)
        return of_age(table)

    prepared, _ = case(columns(), answer, row=3)
    calls.clear()
    found = analysis.load("lime")
    found.run(prepared, found.Params(num_samples=500, repeats=6), SILENT)
    assert calls == [6 * 499]


def test_more_rows_need_no_more_answers():
    _, model = run(of_age, scope="all")
    assert model.asked == 499


def test_permuting_the_rows_changes_nothing():
    rows = columns()
    order = np.random.default_rng(5).permutation(N)
    moved = {
        name: [values[i] for i in order] if isinstance(values, list) else values[order]
        for name, values in rows.items()
    }
    there = int(np.flatnonzero(order == 3)[0])
    one, _ = run(of_age, rows, {"row": 3})
    other, _ = run(of_age, moved, {"row": there})
    assert one.conditions == other.conditions
    np.testing.assert_allclose(one.weights, other.weights, atol=1e-12)


def test_a_constant_model_has_nothing_to_explain():
    found, _ = run(lambda table: np.full(table.num_rows, 0.4))
    assert found.verdict == "flat"
    assert not found.weights.any()
    assert "does not change" in read(found)


def test_a_model_of_one_condition_can_be_used():
    rows = columns()
    cut = np.percentile(rows["age"], 75)
    row = int(np.argmax(rows["age"]))
    found, _ = run(
        lambda table: (table.column("age").to_numpy() > cut) * 0.8 + 0.1,
        {"age": rows["age"], "x": np.linspace(0, 1, N)},
        {"row": row},
    )
    assert found.verdict == "usable"
    assert found.r2 > 0.9
    assert found.weights[0] == pytest.approx(0.8, abs=0.05)
    assert "Stable across the 4 seeds tried" in read(found)


def test_noise_is_not_explained():
    rng = np.random.default_rng(0)
    found, _ = run(lambda table: rng.random(table.num_rows))
    assert found.verdict == "unusable"
    assert "Do not use this explanation." in read(found)
    assert found.stability.instability > 0.5


def test_a_model_of_two_features_together_is_no_straight_line():
    rng = np.random.default_rng(2)
    rows = {"a": rng.normal(size=N), "b": rng.normal(size=N)}

    def answer(table):
        a, b = (table.column(name).to_numpy() for name in "ab")
        return ((a > 0) ^ (b > 0)) * 1.0

    found, _ = run(answer, rows)
    assert found.r2 < 0.5
    assert any(note.code == "explain.poor_line" for note in found.reasons)


def one_condition(repeats):
    rows = columns()
    cut = np.percentile(rows["age"], 75)
    row = int(np.argmax(rows["age"]))
    rows = {"age": rows["age"], "x": np.linspace(0, 1, N)}
    return run(
        lambda table: (table.column("age").to_numpy() > cut) * 0.8 + 0.1,
        rows,
        {"row": row},
        repeats=repeats,
    )[0]


@pytest.mark.parametrize(("repeats", "checked"), [(1, False), (2, True), (10, True)])
def test_only_other_seeds_can_tell_that_a_line_is_stable(repeats, checked):
    found = one_condition(repeats)
    said = read(found)
    assert found.r2 > 0.9
    assert found.verdict == ("usable" if checked else "one_seed")
    assert ("can be used" in said) is checked
    assert ("stability was not checked" in said) is not checked


def test_one_seed_alone_says_nothing_of_stability():
    found, _ = run(of_age, repeats=1)
    assert found.settings is None
    assert np.isnan(found.stability.spread).all()
    assert np.isnan(found.stability.instability)


def test_the_suggested_setting_is_steady_where_any_is():
    found, _ = run(of_age)
    tried = found.settings
    a, b = tried.suggested
    steady = tried.instability <= 0.2
    if steady.any():
        assert steady[a, b]
        assert tried.r2[a, b] == tried.r2[steady].max()


def test_the_setting_in_use_is_among_those_that_are_tried():
    found, _ = run(of_age)
    a = int(np.argmin(np.abs(found.settings.kernel_widths - found.kernel_width)))
    assert found.settings.kernel_widths[a] == found.kernel_width
    assert found.settings.num_samples[-1] == 500
    assert found.settings.r2[a, -1] == pytest.approx(found.stability.r2.mean())


def test_a_label_that_the_population_does_not_have_is_still_named():
    rows = columns()
    rows["home"][3] = "boat"
    found, _ = run(of_age, rows, {"row": 3, "reference": columns(1)})
    assert found.population == "reference"
    assert "home = boat" in found.conditions


def test_values_of_rows_are_the_only_ones_asked_about():
    rows, seen = columns(), []

    def answer(table):
        seen.append(table)
        return of_age(table)

    prepared, _ = case(rows, answer, row=3)
    seen.clear()
    found = analysis.load("lime")
    found.run(prepared, found.Params(num_samples=500, repeats=2, drawn="rows"), SILENT)
    (asked,) = seen
    assert set(asked.column("age").to_pylist()) <= set(rows["age"].tolist())
    assert pa.types.is_integer(asked.column("age").type)


def test_several_classes_explain_the_likeliest_unless_told():
    def answer(table):
        high = of_age(table)
        return np.column_stack([1 - high, high * 0.3, high * 0.7])

    inputs = {"task": Task.MULTICLASS, "classes": ("a", "b", "c")}
    rows = columns()
    row = int(np.argmax(rows["age"]))
    found, _ = run(answer, rows, {**inputs, "row": row})
    assert found.output == "c"
    found, _ = run(answer, rows, {**inputs, "row": row}, output="a")
    assert found.output == "a"
    assert found.weights[0] < 0


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"scope": "some"}, "explain.bad_choice"),
        ({"drawn": "uniform"}, "explain.bad_choice"),
        ({"output": "maybe"}, "explain.bad_choice"),
        ({"num_samples": 3}, "explain.bad_count"),
        ({"num_features": 0}, "explain.bad_count"),
        ({"repeats": 0}, "explain.bad_count"),
        ({"kernel_width": -1.0}, "explain.bad_width"),
        ({"kernel_width": float("nan")}, "explain.bad_width"),
    ],
)
def test_options_that_make_no_sense_are_refused(params, code):
    with pytest.raises(EngineError, match=code.replace(".", r"\.")):
        run(of_age, **params)


def test_no_current_row_is_said():
    with pytest.raises(EngineError, match=r"explain\.no_row"):
        run(of_age, inputs={"row": None})


def test_the_reading_of_many_rows_says_where_no_line_fits():
    found, _ = run(of_age, scope="all")
    assert "the median local fit is R²" in read_rows(found)
    assert len(found.row_ids) == N


def test_figures_are_written_in_full_and_short():
    assert figure_text(141.0) == "141"
    assert figure_text(140.25) == "140.2"
    assert figure_text(1234567.25) == "1,234,567"
    assert figure_text(0.00123456) == "0.001235"
    assert figure_text(0.0) == "0"


def test_conditions_are_written_for_people():
    found, _ = run(of_age, repeats=1)
    told = [condition_text(term, found.feature_names) for term in found.terms]
    assert all(told)


@given(st.integers(0, 10_000), st.integers(1, 8))
@settings(max_examples=25, deadline=None)
def test_a_line_through_a_line_is_that_line(seed, d):
    """Answers that are linear in the conditions are told whole, but for the penalty."""
    rng = np.random.default_rng(seed)
    shared = rng.random((4_000, d)) < 0.5
    shared[0] = True
    slopes = rng.normal(size=d)
    answers = shared @ slopes + 0.3
    weights = local_linear.kernel_weights(shared, local_linear.kernel_width(d))
    line = local_linear.fit(shared, answers, weights, d)
    order = np.argsort(line.features)
    np.testing.assert_allclose(line.weights[order], slopes, atol=0.05)
    assert line.r2 > 0.999


def test_a_line_far_from_the_model_at_its_row_says_so():
    """A dip at the row alone, which no straight line about it follows."""
    rows = columns()
    row = int(np.flatnonzero((rows["age"] > 45) & np.isfinite(rows["income"]))[0])
    own = rows["age"][row]

    def answer(table):
        age, income = (table.column(n).to_numpy() for n in ("age", "income"))
        dip = (np.abs(age - own) < 1e-9) & (income == rows["income"][row])
        return np.where(dip, 0.0, of_age(table))

    found, _ = run(answer, rows, {"row": row})
    assert abs(found.local_prediction - found.model_prediction) > 0.3
    assert "explain.line_misses" in {note.code for note in found.reasons}
    assert found.verdict != "usable"
    assert "misses the prediction by more" in read(found)
