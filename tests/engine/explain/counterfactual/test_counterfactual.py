"""Counterfactuals: what each of them owes, whatever the model."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.contracts.decision import Decision
from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.model import Task
from engine.contracts.progress import SILENT, Silent
from engine.contracts.readings import counterfactual as reading
from engine.explain.counterfactual.counterfactual import (
    CounterfactualAnalysis,
    CounterfactualParams,
)
from engine.explain.counterfactual.plausibility import Plausibility, distances
from engine.explain.counterfactual.row_encoding import RowEncoding
from tests.support.evaluation import same
from tests.support.explained import case
from tests.support.in_process import explain

N = 200
TOWNS = ("Ávila", "Burgos", "Cádiz")


def rows(seed=0, n=N):
    """Numbers with and without decimals and gaps, labels and truth values."""
    rng = np.random.default_rng(seed)
    income = np.round(rng.lognormal(7, 0.5, n), 2)
    return {
        "age": pa.array(rng.integers(18, 80, n)),
        "children": pa.array(rng.integers(0, 5, n).astype(np.int8)),
        "income": pa.array(income, mask=rng.random(n) < 0.1),
        "ratio": pa.array(rng.normal(size=n).astype(np.float32)),
        "town": pa.array(
            [None if r < 0.1 else TOWNS[int(r * 3)] for r in rng.random(n)]
        ),
        "owner": pa.array(rng.random(n) < 0.4),
    }


def logit(table):
    """A smooth answer with a step, an interaction and its own way with gaps."""
    column = {name: table.column(name).combine_chunks() for name in table.column_names}
    age = column["age"].to_numpy().astype(float)
    income = np.nan_to_num(column["income"].to_numpy(zero_copy_only=False), nan=500.0)
    ratio = column["ratio"].to_numpy().astype(float)
    town = np.array([t == "Cádiz" for t in column["town"].to_pylist()])
    owner = np.array([bool(o) for o in column["owner"].to_pylist()])
    children = column["children"].to_numpy().astype(float)
    return (
        (age - 45) / 15
        - (income - 1_000) / 800
        + ratio * (1 + town)
        + 1.5 * (children > 2)
        - owner
    )


def probability(table):
    return 1 / (1 + np.exp(-logit(table)))


def shares(table):
    z = logit(table)
    e = np.exp(np.column_stack([-z, np.full(len(z), 0.5), z]))
    return e / e.sum(axis=1, keepdims=True)


def two(seed=0, row=3, threshold=0.5, columns=None):
    inputs, model = case(columns or rows(seed), probability, row=row, positive="yes")
    decision = Decision(positive="yes", threshold=threshold)
    return type(inputs)(**{**vars(inputs), "decision": decision}), model


def several(row=3):
    return case(
        rows(),
        shares,
        task=Task.MULTICLASS,
        classes=("low", "mid", "high"),
        row=row,
    )


def value(row=3):
    return case(rows(), logit, task=Task.REGRESSION, row=row)


def anew(inputs, one):
    """What the model says of exactly the cells that are told."""
    own = inputs.tables["evaluation"].arrow.slice(inputs.row, 1)
    made = {name: own.column(name).to_pylist() for name in own.column_names}
    for change in one.changes:
        was = made[change.feature][0]
        if was is not None and not isinstance(was, (bool, str)):
            assert change.before == pytest.approx(was)
        made[change.feature] = [
            change.after == "true" if change.feature == "owner" else change.after
        ]
    table = pa.table(
        {
            name: pa.array(cells, type=own.schema.field(name).type)
            for name, cells in made.items()
        }
    )
    return inputs.matched.model.predict(table)


@given(seed=st.integers(0, 300), row=st.integers(0, N - 1), cut=st.floats(0.1, 0.9))
@settings(max_examples=20, deadline=None)
def test_each_flips_when_asked_anew(seed, row, cut):
    inputs, _ = two(seed, row, cut)
    result = explain(inputs, "counterfactual")
    assert result.found
    for one in (*result.found, *result.neighbours):
        scores, _ = anew(inputs, one)
        assert one.verified
        assert one.answer[0] == scores[0, 1]
        assert (scores[0, 1] >= cut) != (result.answer[0] >= cut)
        assert one.decided == ("yes" if scores[0, 1] >= cut else "no")
        assert one.decided != result.decided


def test_each_gets_the_class_wanted_when_asked_anew():
    for row in range(6):
        inputs, _ = several(row)
        for wanted in ("low", "mid", "high"):
            result = explain(inputs, "counterfactual", wanted=wanted)
            for one in result.found:
                assert (
                    inputs.matched.info.classes[int(anew(inputs, one)[1][0])] == wanted
                )
            assert bool(result.found) == (result.decided != wanted)


def test_a_value_changes_by_as_much_as_is_asked_for():
    inputs, _ = value()
    own = explain(inputs, "counterfactual").answer[0]
    for wanted, low, high in (
        ("+1", own + 1, np.inf),
        ("-1.5", -np.inf, own - 1.5),
        (f"{own + 0.5}..{own + 0.6}", own + 0.5, own + 0.6),
    ):
        result = explain(inputs, "counterfactual", wanted=wanted)
        assert result.found
        for one in result.found:
            assert low <= anew(inputs, one)[1][0] <= high
    for one in explain(inputs, "counterfactual", wanted="±1").found:
        assert abs(one.answer[0] - own) >= 1


@given(row=st.integers(0, N - 1), data=st.data())
@settings(max_examples=20, deadline=None)
def test_what_is_fixed_stays_and_directions_and_ranges_hold(row, data):
    names = list(rows())
    fixed = tuple(data.draw(st.sets(st.sampled_from(names), max_size=3)))
    inputs, _ = two(row=row)
    result = explain(
        inputs,
        "counterfactual",
        fixed=fixed,
        only_up=("age",),
        only_down="income",
        ranges=("children=0..3", "town=Burgos|Cádiz"),
        n=6,
    )
    for one in result.found:
        for change in one.changes:
            assert change.feature not in fixed
            assert change.before != change.after
            match change.feature:
                case "age":
                    assert change.after > change.before
                case "income":
                    assert change.after < change.before
                case "children":
                    assert 0 <= change.after <= 3
                case "town":
                    assert change.after in ("Burgos", "Cádiz")


def test_whole_numbers_stay_whole_and_no_value_becomes_missing():
    seen = set()
    for row in range(30):
        for one in explain(two(row=row)[0], "counterfactual", n=8).found:
            for change in one.changes:
                seen.add(change.feature)
                assert change.after is not None
                if change.feature in ("age", "children"):
                    assert isinstance(change.after, int)
                if change.feature == "income":
                    assert change.after == round(change.after, 2)
    assert {"age", "income", "ratio", "town", "owner"} <= seen


def test_no_more_features_change_than_allowed():
    for row in range(20):
        for most in (1, 2):
            result = explain(two(row=row)[0], "counterfactual", most_changes=most, n=9)
            assert all(len(one.changes) <= most for one in result.found)


def test_no_change_is_idle():
    """Without any one of its changes the row gets its own decision."""
    for row in range(10):
        inputs, _ = two(row=row)
        for one in explain(inputs, "counterfactual").found:
            for left_out in one.changes:
                fewer = tuple(c for c in one.changes if c is not left_out)
                scores, _ = anew(
                    inputs, type(one)(**{**as_dict(one), "changes": fewer})
                )
                assert ("yes" if scores[0, 1] >= 0.5 else "no") != one.decided


def as_dict(one):
    return {name: getattr(one, name) for name in one.__struct_fields__}


def test_the_order_of_the_rows_changes_nothing():
    columns = rows()
    order = np.random.default_rng(1).permutation(N)
    moved = {name: cells.take(pa.array(order)) for name, cells in columns.items()}
    for row in range(8):
        one = explain(two(row=row, columns=columns)[0], "counterfactual")
        place = int(np.flatnonzero(order == row)[0])
        other = explain(two(row=place, columns=moved)[0], "counterfactual")
        assert same(one.found, other.found)
        assert [order[near.row] for near in other.neighbours] == [
            near.row for near in one.neighbours
        ]


def test_same_seed_same_result():
    one = explain(two()[0], "counterfactual")
    other = explain(two()[0], "counterfactual")
    assert same(one.found, other.found)
    assert one.n_asked == other.n_asked
    assert not one.time_up


def test_neighbours_are_the_nearest_rows_of_all():
    inputs, _ = two(row=5)
    result = explain(inputs, "counterfactual")
    features = inputs.tables["evaluation"].arrow
    rest = features.take(pa.array([r for r in range(N) if r != 5]))
    book = RowEncoding(rest, features)
    points = book.points[N - 1 :]
    far = distances(book, points, points[5]).sum(axis=1)
    decided = probability(features) >= 0.5
    far[decided == decided[5]] = np.inf
    nearest = np.sort(far)[: len(result.neighbours)]
    np.testing.assert_allclose([one.distance for one in result.neighbours], nearest)
    assert [far[one.row] for one in result.neighbours] == pytest.approx(list(nearest))


def test_candidates_and_plausibility_come_from_the_reference_part():
    columns = rows()
    young = rows(seed=1)
    young["age"] = pa.array(np.random.default_rng(0).integers(18, 30, N))
    inputs, _ = case(columns, probability, row=0, positive="yes", reference=young)
    result = explain(inputs, "counterfactual", n=10)
    assert (result.real_part, result.n_real) == ("reference", N)
    ages = [c.after for o in result.found for c in o.changes if c.feature == "age"]
    assert all(age <= max(30, columns["age"][0].as_py()) for age in ages)


def test_different_ones_are_told():
    result = explain(two(row=1)[0], "counterfactual", n=3)
    kinds = [
        frozenset((c.feature, c.after > c.before) for c in one.changes)
        if all(isinstance(c.before, (int, float)) for c in one.changes)
        else frozenset((c.feature, True) for c in one.changes)
        for one in result.found
    ]
    assert len(set(kinds)) == len(kinds) == 3


def test_a_row_beyond_reach_is_told_with_how_far_one_got():
    inputs, _ = two(row=3, threshold=1.5)  # no score is ever that high
    result = explain(inputs, "counterfactual")
    assert not result.found
    assert result.closest is not None
    assert result.closest.answer[0] > result.answer[0]
    assert reading.read(result).startswith("None of the ")
    fixed = explain(two()[0], "counterfactual", fixed=tuple(rows()))
    assert [note.code for note in fixed.notes] == ["explain.nothing_may_change"]
    assert "No feature may change" in reading.read(fixed)


def slowed(model, seconds_a_row):
    quick = model.predict

    def late(table, progress=SILENT):
        time.sleep(seconds_a_row * table.num_rows)
        return quick(table, progress)

    model.predict = late


def test_time_cuts_the_search_and_is_told():
    inputs, model = two()
    slowed(model, 0.002)
    began = time.monotonic()
    result = explain(inputs, "counterfactual", seconds=1.0)
    assert time.monotonic() - began < 6
    assert result.time_up
    assert result.notes[-1].code == "explain.time_up"
    assert "cut short" in reading.read(result)


def test_what_was_found_before_the_time_was_over_counts():
    inputs, model = two()
    slowed(model, 0.002)
    result = explain(inputs, "counterfactual", seconds=1.0)
    assert result.found
    assert all(one.verified for one in result.found)


def test_cancelled_between_questions():
    class Impatient(Silent):
        looks = 0

        def raise_if_cancelled(self):
            self.looks += 1
            if self.looks > 12:
                raise Cancelled

    inputs, model = two()
    with pytest.raises(Cancelled):
        CounterfactualAnalysis().run(inputs, CounterfactualParams(), Impatient())
    assert model.asked < 20_000


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"fixed": "nothing"}, "explain.no_feature"),
        ({"ranges": "age"}, "explain.bad_pair"),
        ({"ranges": "height=1..2"}, "explain.no_feature"),
        ({"ranges": "age=9..1"}, "explain.bad_range"),
        ({"ranges": "age=old"}, "explain.bad_range"),
        ({"ranges": "town=Paris"}, "explain.bad_range"),
        ({"only_up": "town"}, "explain.no_direction"),
        ({"wanted": "perhaps"}, "target.no_such_class"),
        ({"n": 0}, "explain.bad_count"),
        ({"seconds": float("nan")}, "explain.bad_count"),
    ],
)
def test_what_cannot_be_asked_is_named(params, code):
    with pytest.raises(EngineError) as caught:
        explain(two()[0], "counterfactual", **params)
    assert caught.value.code == code


@pytest.mark.parametrize("wanted", ["fast", "0", "5..1", "nan"])
def test_a_value_that_cannot_be_wanted_is_named(wanted):
    with pytest.raises(EngineError, match=r"explain\.bad_aim"):
        explain(value()[0], "counterfactual", wanted=wanted)


def test_names_may_hold_commas():
    columns = {"a,b": np.linspace(0, 1, 50), "c": np.linspace(1, 0, 50)}
    answer = lambda table: table.column("a,b").to_numpy()  # noqa: E731
    inputs, _ = case(columns, answer, row=3, positive="yes")
    result = explain(inputs, "counterfactual", fixed="a,b")
    assert not result.found


def test_rows_in_the_thick_are_plausible_and_rows_far_out_are_not():
    rng = np.random.default_rng(0)
    table = pa.table({"x": rng.normal(size=400), "y": rng.normal(size=400)})
    book = RowEncoding(table)
    judged = Plausibility(book, book.points, SILENT)
    found = judged.of(np.array([[0.0, 0.0], [8.0, 8.0]]))
    assert found[0] > 0.5
    assert found[1] == 0.0
    real = judged.of(np.random.default_rng(1).normal(size=(400, 2)))
    assert 0.4 < real.mean() < 0.6  # rows like the real ones rank like them


def test_the_reading_tells_the_smallest_change():
    result = explain(two(row=1)[0], "counterfactual")
    said = reading.read(result)
    assert "of 6 features" in said
    assert result.found[0].changes[0].feature in said
    assert "neither advice nor a cause" in said


class Seen(Silent):
    """Keeps the partial results."""

    def __init__(self):
        self.partials = []

    def partial(self, result):
        self.partials.append(result)


@pytest.mark.parametrize("reachable", [True, False])
def test_none_is_said_to_be_found_only_once_the_search_has_ended(reachable):
    inputs, _ = two(threshold=0.5 if reachable else 0.999_999_999)
    seen = Seen()
    ended = CounterfactualAnalysis().run(inputs, CounterfactualParams(), seen)
    assert seen.partials
    for result in seen.partials:
        assert "The search is not finished." in reading.read(result)
        assert "none with the changes" not in reading.read(result)
    last = reading.read(ended)
    assert "not finished" not in last
    assert bool(ended.found) is reachable
    assert (
        last.startswith("None of the ") and "within the allowed changes" in last
    ) is not reachable


@pytest.mark.parametrize("n", [60, 900])
def test_plausibility_names_the_rows_that_it_is_a_share_of(n):
    inputs, _ = two(columns=rows(n=n), row=1)
    result = explain(inputs, "counterfactual")
    assert result.n_real == n - 1
    assert result.n_judged == min(n - 1, 500)
    odd = reading.odd_text(0.0, result.n_judged)
    assert f"none of {result.n_judged} real rows lies as far" in odd
    some = reading.odd_text(3 / result.n_judged, result.n_judged)
    assert f"of {result.n_judged} real rows " in (some or odd)
    assert reading.share_text(0.0, 500).replace("\u202f", " ") == "less than 0.2 %"
