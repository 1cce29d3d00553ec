"""A row changed by hand: its answer, its contributions and its line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.model import Mapping, Task
from engine.contracts.progress import Silent
from engine.contracts.readings import what_if as reading
from engine.data.table import Table
from engine.explain.what_if.what_if import WhatIfAnalysis, WhatIfParams
from tests.engine.explain.counterfactual.test_counterfactual import (
    TOWNS,
    N,
    logit,
    probability,
    rows,
    several,
    shares,
    two,
    value,
)
from tests.support.explained import case
from tests.support.in_process import explain


def with_row(columns, **cells):
    """The columns with one more row: row 3, some cells others."""
    last = {name: cells.get(name, c[3].as_py()) for name, c in columns.items()}
    return {
        name: pa.concat_arrays([c, pa.array([last[name]], type=c.type)])
        for name, c in columns.items()
    }


def test_the_answer_is_what_the_model_says_of_that_row():
    inputs, _ = two()
    changes = ("age=71", "town=Cádiz", "income=", "owner=false")
    result = explain(inputs, "what_if", changes=changes)
    made = with_row(rows(), age=71, town="Cádiz", income=None, owner=False)
    own, said = probability(pa.table(made))[[3, -1]]
    np.testing.assert_array_equal(result.answers, [[own], [said]])
    assert {c.feature: c.after for c in result.changes} == {
        "age": 71,
        "income": None,
        "town": "Cádiz",
        "owner": "false",
    }


def test_without_changes_both_rows_are_the_same():
    result = explain(two()[0], "what_if")
    assert result.changes == ()
    assert result.distance == 0
    assert result.answers[0] == result.answers[1]
    assert result.plausibility[0] == result.plausibility[1]
    assert "Without changes" in reading.read(result)


@pytest.mark.parametrize("task", ["two", "several", "value"])
def test_contributions_are_those_a_row_of_the_data_would_have(task):
    """A row that is changed by hand, and the same row among those of the data."""
    make = {"two": two, "several": several, "value": value}[task]
    inputs, _ = make(row=3)
    result = explain(inputs, "what_if", changes=("age=60", "town=Burgos"))
    shared = result.contributions
    columns = with_row(rows(), age=60, town="Burgos")
    answer, kind, classes = {
        "two": (probability, Task.BINARY, ("no", "yes")),
        "several": (shares, Task.MULTICLASS, ("low", "mid", "high")),
        "value": (logit, Task.REGRESSION, ()),
    }[task]
    there, _ = case(columns, answer, task=kind, classes=classes, reference=rows())
    direct = explain(there, "shapley")
    for place, row in enumerate((3, N)):
        np.testing.assert_allclose(shared.values[place], direct.values[row], atol=1e-12)
    np.testing.assert_allclose(shared.base_values, direct.base_values)
    sums = shared.values.sum(axis=1).reshape(2, -1) + shared.base_values
    np.testing.assert_allclose(sums, result.answers, atol=1e-12)
    assert shared.background.part == "evaluation"


def test_the_line_passes_through_both_answers():
    inputs, _ = two()
    result = explain(inputs, "what_if", changes="ratio=0.75", feature="age")
    own = rows()["age"][3].as_py()
    axis = result.axis
    assert axis.name == "age"
    place = int(np.argmin(np.abs(axis.values - own)))
    made = with_row(rows(), age=int(axis.values[place]), ratio=0.75)
    said = probability(pa.table(made))[-1]
    assert result.line[1, place, 0] == pytest.approx(said)
    assert explain(inputs, "what_if", changes="ratio=0.75").axis.name == "ratio"


def test_what_can_be_edited_is_bounded_by_all_rows():
    columns = rows()
    result = explain(two()[0], "what_if")
    may = {known.name: known for known in result.editable}
    ages = columns["age"].to_numpy()
    assert (may["age"].low, may["age"].high) == (ages.min(), ages.max())
    assert may["age"].decimals == 0
    assert may["income"].decimals <= 2
    assert may["town"].labels == tuple(sorted(TOWNS))
    assert may["owner"].labels == ("false", "true")
    missing = {name for name, known in may.items() if known.may_miss}
    assert missing == {"income", "town"}


def test_rare_labels_of_the_data_can_be_chosen():
    n = 6_000  # more rows than are held against
    names = [f"t{i:04d}" for i in range(400)]
    rng = np.random.default_rng(0)
    columns = {
        "x": rng.normal(size=n),
        "town": np.where(rng.random(n) < 0.02, rng.choice(names, n), "home"),
    }
    columns["town"][-1] = "once"
    answer = lambda t: (  # noqa: E731
        np.array([c == "once" for c in t.column("town").to_pylist()]) * 0.9
    )
    inputs, _ = case(columns, answer, row=0)
    result = explain(inputs, "what_if", changes="town=once")
    assert result.answers[1, 0] == 0.9
    assert result.n_real == 5_000


def test_decisions_follow_the_threshold():
    result = explain(two(threshold=0.999)[0], "what_if", changes="age=79")
    assert result.decided == ("no", "no")
    assert "stays no" in reading.read(result)
    low = explain(two(threshold=0.001)[0], "what_if")
    assert low.decided == ("yes", "yes")


def test_the_answer_comes_before_the_contributions():
    seen = []

    class Watching(Silent):
        def partial(self, result):
            seen.append(result)

    final = WhatIfAnalysis().run(two()[0], WhatIfParams(changes="age=60"), Watching())
    assert [type(part).__name__ for part in seen] == ["WhatIf"]
    assert seen[0].contributions is None
    np.testing.assert_array_equal(seen[0].answers, final.answers)
    assert final.contributions is not None
    none = explain(two()[0], "what_if", contributions=False)
    assert none.contributions is None


def test_another_row_or_other_data_are_not_mixed_up():
    inputs, _ = two(row=3)
    first = explain(inputs, "what_if")
    other = explain(type(inputs)(**{**vars(inputs), "row": 4}), "what_if")
    again = explain(inputs, "what_if")
    assert first.cells == again.cells != other.cells
    assert explain(two(seed=5, row=3)[0], "what_if").cells != first.cells


def test_an_odd_row_is_called_odd():
    inputs, _ = two()
    result = explain(inputs, "what_if", changes=("age=79", "income=90000", "ratio=9"))
    assert result.plausibility[1] == 0
    assert "Such a row is unusual" in reading.read(result)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ("height=3", "explain.no_feature"),
        ("age", "explain.bad_pair"),
        ("age=old", "explain.bad_cell"),
        ("age=", "explain.bad_cell"),
        ("age=nan", "explain.bad_cell"),
        ("town=Paris", "explain.bad_cell"),
    ],
)
def test_what_cannot_be_changed_is_named(changes, code):
    with pytest.raises(EngineError) as caught:
        explain(two()[0], "what_if", changes=changes)
    assert caught.value.code == code


def test_inputs_under_other_names_in_the_data_are_told_by_the_models():
    inputs, _ = two()
    table = next(iter(inputs.tables.values())).arrow
    renamed = table.rename_columns([f"col {name}" for name in table.column_names])
    mapping = Mapping(columns={name: f"col {name}" for name in table.column_names})
    other = replace(
        inputs,
        tables={part: Table(renamed) for part in inputs.tables},
        matched=replace(inputs.matched, mapping=mapping),
        decision=Decision(positive="yes"),
    )
    one = explain(inputs, "what_if", changes="age=60")
    two_ = explain(other, "what_if", changes="age=60")
    np.testing.assert_array_equal(one.answers, two_.answers)
    np.testing.assert_allclose(one.contributions.values, two_.contributions.values)
