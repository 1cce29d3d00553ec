"""Dates, missing values and types that several files and parts agree on."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from engine.contracts.dataset import ColumnChoice, Kind, Part, ReadOptions, Role
from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step, sentence
from engine.data.dataset import Dataset


@pytest.fixture
def write(tmp_path):
    """Write columns as comma-separated text; each is given as a list of cells."""

    def written(name, **columns):
        rows = zip(*columns.values(), strict=True)
        lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return [str(path)]

    return written


def codes(data, name):
    return [note.code for note in data.info.column(name).notes]


def cells(data, name, part=Part.EVALUATION):
    return data.parts[part].arrow.column(name).to_pylist()


def day(year, month, number):
    return datetime.datetime(year, month, number)


# dates


@pytest.mark.parametrize("sign", ["/", ".", "-"])
@pytest.mark.parametrize("time", ["", " 09:30", "T9:30:15"])
@pytest.mark.parametrize("day_first", [True, False])
def test_a_day_after_the_12th_tells_which_comes_first(write, sign, time, day_first):
    order = (13, 2) if day_first else (2, 13)
    texts = [f"{a}{sign}{b}{sign}2024{time}" for a, b in (order, (1, 1), (3, 4))]
    data = Dataset.open(write("d.csv", when=texts, n=[1, 2, 3]))
    assert data.info.column("when").kind is Kind.DATETIME
    assert codes(data, "when") == ["schema.parsed_dates"]
    third = day(2024, 4, 3) if day_first else day(2024, 3, 4)
    expected = [day(2024, 2, 13), day(2024, 1, 1), third]
    assert [
        c.replace(hour=0, minute=0, second=0) for c in cells(data, "when")
    ] == expected


@pytest.mark.parametrize("day_first", [None, True, False])
def test_dates_that_do_not_tell_are_noted_and_can_be_chosen(write, day_first):
    paths = write("d.csv", when=["01/02/2024", "03/04/2024", ""], n=[1, 2, 3])
    data = Dataset.open(paths, options=ReadOptions(day_first=day_first))
    first = day(2024, 1, 2) if day_first is False else day(2024, 2, 1)
    assert cells(data, "when")[::2] == [first, None]
    expected = ["schema.parsed_dates"]
    if day_first is None:
        expected.append("schema.ambiguous_dates")
        note = data.info.column("when").notes[1]
        assert "when" in sentence(note.code, note.params)
        assert "reading options" in next_step(note.code)
    assert codes(data, "when") == expected


@pytest.mark.parametrize(
    "text", ["31/02/2024", "2024-02-30", "13/13/2024", "1/2/24", "0/1/2024", "soon"]
)
def test_what_is_no_day_leaves_the_column_text(write, text):
    paths = write("d.csv", when=["14/01/2024", text, "15/01/2024"] * 9, n=range(27))
    data = Dataset.open(paths)
    assert data.info.column("when").kind is not Kind.DATETIME
    assert cells(data, "when")[:2] == ["14/01/2024", text]


def test_a_part_is_read_the_way_the_other_was(write):
    evaluation = write("e.csv", when=["01/13/2024", "02/03/2024"], n=[1, 2])
    reference = write("r.csv", when=["01/02/2024", "02/03/2024"], n=[1, 2])
    data = Dataset.open(evaluation).with_part(reference, Part.REFERENCE)
    assert cells(data, "when", Part.REFERENCE) == [day(2024, 1, 2), day(2024, 2, 3)]


def test_a_part_that_shows_the_other_was_read_wrongly_is_refused(write):
    evaluation = write("e.csv", when=["01/02/2024", "02/03/2024"], n=[1, 2])
    reference = write("r.csv", when=["01/13/2024", "02/03/2024"], n=[1, 2])
    data = Dataset.open(evaluation)
    with pytest.raises(EngineError) as caught:
        data.with_part(reference, Part.REFERENCE)
    assert caught.value.code == "data.other_dates"
    said = sentence(caught.value.code, caught.value.params)
    assert said == (
        "The dates of when are written %m/%d/%Y in the training data; those open now "
        "were read as %d/%m/%Y."
    )
    chosen = Dataset.open(evaluation, options=ReadOptions(day_first=False))
    both = chosen.with_part(reference, Part.REFERENCE)
    assert cells(both, "when")[0] == day(2024, 1, 2)


# types


def test_parts_agree_on_the_wider_type(write):
    evaluation = write("e.csv", age=[20, 30, 40], left=["", "", ""], n=[1, 2, 3])
    reference = write("r.csv", age=[20.5, 30, 40], left=[1, 2, 3], n=[1, 2, 3])
    data = Dataset.open(evaluation).with_part(reference, Part.REFERENCE)
    assert cells(data, "age") == [20.0, 30.0, 40.0]
    assert cells(data, "age", Part.REFERENCE) == [20.5, 30.0, 40.0]
    assert data.info.column("age").dtype == "double"
    assert cells(data, "left") == [None] * 3
    assert cells(data, "left", Part.REFERENCE) == [1, 2, 3]


def test_what_the_wider_type_rounds_is_noted(write):
    evaluation = write("e.csv", n=[2**53 + 1, 5], m=[1, 2])
    reference = write("r.csv", n=[0.5, 1.5], m=[1, 2])
    data = Dataset.open(evaluation).with_part(reference, Part.REFERENCE)
    note = data.info.column("n").notes[0]
    assert note.code == "data.rounded_numbers"
    assert (note.params["row"], note.params["value"]) == (0, str(2**53 + 1))


def test_files_agree_on_the_wider_type(write):
    first = write("1.csv", n=[2**53 + 1, 5], m=["", ""])
    second = write("2.csv", n=[0.5, 1.5], m=["x", "y"])
    data = Dataset.open(first + second)
    assert cells(data, "n") == [float(2**53), 5.0, 0.5, 1.5]
    assert cells(data, "m") == [None, None, "x", "y"]
    assert codes(data, "n") == ["data.rounded_numbers"]


def test_a_part_of_another_type_is_refused_by_column(write):
    data = Dataset.open(write("e.csv", age=[20, 30], n=[1, 2]))
    with pytest.raises(EngineError) as caught:
        data.with_part(write("r.csv", age=["young", "old"], n=[1, 2]), Part.REFERENCE)
    assert caught.value.code == "data.other_type"
    said = sentence(caught.value.code, caught.value.params)
    assert said == "Column age of the training data is string, int64 is expected."


def test_a_part_that_lacks_columns_is_refused_by_name(write):
    data = Dataset.open(write("e.csv", age=[20, 30], n=[1, 2]))
    with pytest.raises(EngineError) as caught:
        data.with_part(write("r.csv", age=[1, 2], m=[1, 2]), Part.REFERENCE)
    assert caught.value.code == "data.other_columns"
    assert caught.value.params["columns"] == ("n",)


# missing values by column


def test_tokens_of_a_column_are_missing_in_every_part(write):
    evaluation = write("e.csv", age=[20, -9, 40], m=[-9, 1, 2])
    reference = write("r.csv", age=[-9, 30, 40], m=[1, 2, 3])
    data = Dataset.open(evaluation).with_part(reference, Part.REFERENCE)
    chosen = data.configure({"age": ColumnChoice(missing_tokens=("-9",))}, None)
    assert cells(chosen, "age") == [20, None, 40]
    assert cells(chosen, "age", Part.REFERENCE) == [None, 30, 40]
    assert cells(chosen, "m")[0] == -9
    column = chosen.info.column("age")
    assert (column.n_missing, column.low) == (1, 20)
    note = next(n for n in column.notes if n.code == "schema.chosen_missing")
    said = sentence(note.code, note.params)
    assert said == "2 values of age are missing because you said so: -9."
    again = chosen.configure({}, None)
    assert cells(again, "age") == [20, -9, 40]
    assert codes(again, "age") == codes(data, "age")


def test_texts_that_hold_numbers_but_for_tokens_become_numbers(write):
    texts = [str(i / 4) for i in range(100)]
    texts[5], texts[7] = "unknown", " refused "
    data = Dataset.open(write("e.csv", age=texts, n=range(100)))
    assert data.info.column("age").kind is Kind.TEXT
    choice = ColumnChoice(missing_tokens=("unknown", "refused"), kind=Kind.NUMERIC)
    chosen = data.configure({"age": choice}, None)
    numbers = chosen.parts[Part.EVALUATION].numbers("age")
    assert np.isnan(numbers).sum() == 2
    assert numbers[6] == 1.5
    assert chosen.info.column("age").kind is Kind.NUMERIC
    choice = ColumnChoice(missing_tokens=("unknown",), kind=Kind.NUMERIC)
    with pytest.raises(EngineError) as caught:
        data.configure({"age": choice}, None)
    assert caught.value.code == "data.not_that_kind"


def test_texts_that_hold_dates_but_for_tokens_become_dates(write):
    texts = ["2024-01-02", "never", "2024-03-04"] * 9
    data = Dataset.open(write("e.csv", when=texts, n=range(27)))
    choice = ColumnChoice(missing_tokens=("never",))
    chosen = data.configure({"when": choice}, None)
    assert cells(chosen, "when")[:2] == [day(2024, 1, 2), None]
    assert chosen.info.column("when").kind is Kind.DATETIME


def test_a_day_may_stand_for_missing(write):
    texts = ["2024-01-02", "1900-01-01", "2024-03-04"]
    data = Dataset.open(write("e.csv", when=texts, n=[1, 2, 3]))
    choice = ColumnChoice(missing_tokens=("1900-01-01",))
    assert cells(data.configure({"when": choice}, None), "when")[1] is None


def test_a_role_stays_when_tokens_are_chosen(write):
    data = Dataset.open(write("e.csv", target=["a", "b", "?!"] * 9, n=range(27)))
    choice = ColumnChoice(missing_tokens=("?!",))
    column = data.configure({"target": choice}, None).info.column("target")
    assert column.role is Role.TARGET
    assert column.categories == ("a", "b")
