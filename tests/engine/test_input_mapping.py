"""Which column feeds which input, and what is said when none should."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.contracts.model import Input, Mapping
from engine.data.dataset import Dataset
from engine.input_mapping import propose
from engine.matching import preview
from engine.predict import features_of
from tests.support.fake_model import (
    FakeModel,
    data_set,
    info,
    logistic,
    matched,
)
from tests.support.first_look import codes, only, table


def look(data, model):
    return preview(matched(model, "y"), data.info, table(data))


def proposed(data, described, wanted=None, target="y"):
    return propose(described, data.info, wanted, target, table(data))


def test_columns_are_matched_by_name_whatever_their_order(data):
    mapping, problems = proposed(data, info("x", "z"))
    assert mapping == Mapping(method="name", columns={"x": "x", "z": "z"})
    assert not problems


def test_a_name_that_differs_only_in_case_fits_and_is_said(data):
    found = look(data, FakeModel(info(" X "), logistic(" X ")))
    assert found.mapping.columns == {" X ": "x"}
    assert only(found.warnings, "match.similar_names")["pairs"] == (" X  ← x",)


def test_two_names_alike_but_for_case_are_not_guessed_between(tmp_path):
    frame = pd.DataFrame({"Age": [1.5, 2], "age": [3.5, 4], "y": ["a", "b"]})
    mapping, problems = proposed(data_set(tmp_path, frame), info("AGE"))
    assert mapping.columns == {}
    assert codes(problems) == ["match.missing"]


def test_missing_columns_are_named_beside_the_unused(data):
    mapping, problems = proposed(data, info("x", "income", "age"))
    params = only(problems, "match.missing")
    assert params["columns"] == ("income", "age")
    assert params["n"] == 2
    assert "z" in params["spare"]
    assert "y" not in params["spare"]
    assert mapping.columns == {"x": "x"}


def test_order_with_another_number_of_columns_is_refused(data):
    params = only(proposed(data, info("x0", names_known=False))[1], "match.order_count")
    assert params["n_inputs"] == 1
    assert params["n_columns"] > 1


def test_order_takes_the_columns_as_they_stand(tmp_path, frame):
    two = data_set(tmp_path, frame[["z", "x", "y"]])
    model = FakeModel(info("a", "b", names_known=False), logistic("b"))
    found = look(two, model)
    assert found.mapping.columns == {"a": "z", "b": "x"}
    assert "match.by_order" in codes(found.warnings)
    assert not found.problems


def test_order_is_not_used_unasked_where_names_are_known(tmp_path, frame):
    two = data_set(tmp_path, frame[["z", "x", "y"]])
    assert codes(proposed(two, info("a", "b"))[1]) == ["match.missing"]
    asked, problems = proposed(two, info("a", "b"), Mapping(method="order"))
    assert asked.columns == {"a": "z", "b": "x"}
    assert not problems


def test_by_hand_the_rest_is_matched_by_name(data):
    wanted = Mapping(method="hand", columns={"income": "z"})
    mapping, problems = proposed(data, info("income", "x"), wanted)
    assert mapping.columns == {"income": "z", "x": "x"}
    assert not problems


def test_one_column_for_two_inputs_is_said(data):
    wanted = Mapping(method="hand", columns={"income": "x"})
    model = FakeModel(info("income", "x", "z"), logistic("x"))
    found = preview(matched(model, "y", mapping=wanted), data.info, table(data))
    params = only(found.warnings, "match.fed_twice")
    assert params == {"column": "x", "inputs": ("income", "x")}
    assert not found.problems
    apart = look(data, FakeModel(info("x", "z"), logistic("x")))
    assert "match.fed_twice" not in codes(apart.warnings)


def test_a_blank_number_where_the_model_never_met_one_is_said(tmp_path, frame):
    blank = frame.copy()
    blank.loc[:6, "x"] = np.nan
    gaps = data_set(tmp_path, blank)
    for met in (False, True, None):
        field = Input(name="x", dtype="float", takes_missing=met)
        found = look(gaps, FakeModel(info(field), logistic("x")))
        told = [n.params for n in found.warnings if n.code == "match.unseen_missing"]
        assert told == ([{"column": "x", "n": 7}] if met is False else [])


def test_an_input_that_the_model_drops_needs_no_column(data, frame):
    unused = Input(name="gone", dtype="float", used=False)
    model = FakeModel(info(unused, "x"), logistic("x"))
    found = look(data, model)
    assert not found.problems
    assert model.asked[0].column("gone").null_count == model.asked[0].num_rows
    text = Input(name="colour", dtype="float", used=False)
    assert not look(data, FakeModel(info(text, "x"), logistic("x"))).problems


def test_a_match_by_hand_to_a_column_that_is_gone_is_refused(data):
    wanted = Mapping(method="hand", columns={"x": "no such"})
    _, problems = proposed(data, info("x"), wanted)
    assert only(problems, "match.no_such_column")["columns"] == ("no such",)


def test_text_where_a_number_is_wanted_names_column_row_and_value(data):
    params = only(proposed(data, info("size"))[1], "match.not_numeric")
    assert (params["column"], params["row"]) == ("size", 41)
    assert (params["value"], params["n"]) == ("n/a?", 1)


def test_a_decimal_comma_makes_no_text_of_the_other_numbers(tmp_path):
    path = tmp_path / "commas.csv"
    cells = [f"{i},5;2,{i};{'yes' if i % 2 else 'no'}" for i in range(9)]
    path.write_text("\n".join(["x;z;y", *cells, "n/d;2,5;yes"]))
    found = Dataset.open((str(path),)).configure({}, None)
    params = only(proposed(found, info("x"))[1], "match.not_numeric")
    assert (params["row"], params["value"], params["n"]) == (9, "n/d", 1)


def test_texts_that_are_plain_numbers_are_given_as_these_and_that_is_said(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("code,y\n" + "007,a\n01,b\n,a\n" * 10)
    data = Dataset.open([str(path)])
    model = FakeModel(info("code", classes=("a", "b")), logistic("code"))
    params = only(look(data, model).warnings, "match.texts_as_numbers")
    assert params == {"column": "code", "value": "007", "number": "7"}
    given = features_of(table(data), matched(model, "y")).column("code").to_pylist()
    assert given == [7.0, 1.0, None] * 10


@pytest.mark.parametrize("texts", [("0x1", "2"), ("9" * 20, "1"), ("1e999", "1")])
def test_numbers_written_otherwise_are_called_texts(texts, tmp_path):
    frame = pd.DataFrame({"code": texts * 20, "y": ["a", "b"] * 20})
    data = data_set(tmp_path, frame)
    found = proposed(data, info("code"))[1]
    assert {"match.numbers_as_text", "match.not_numeric"} & {*codes(found)}


def test_a_date_where_a_number_is_wanted_is_refused(data):
    assert proposed(data, info("when"))[1]


def test_the_target_among_the_inputs_is_refused(data):
    described = info(Input(name="y", dtype="string"), "x")
    params = only(proposed(data, described)[1], "match.target_is_input")
    assert params["column"] == "y"


def test_values_the_model_has_never_seen_are_named_and_counted(data, frame):
    colour = Input(name="colour", dtype="category", categories=("red", "blue"))
    model = FakeModel(info("x", colour), logistic("x"))
    params = only(look(data, model).warnings, "match.unknown_categories")
    assert params["categories"] == ("green",)
    assert params["n_rows"] == (frame.colour == "green").sum()


def test_more_numbers_than_categories_are_doubted(tmp_path):
    frame = pd.DataFrame({"x": np.arange(3000) / 7, "y": ["a", "b"] * 1500})
    some = Input(name="x", dtype="category", categories=("1", "2"))
    model = FakeModel(info(some, classes=("a", "b")), logistic("x"))
    found = look(data_set(tmp_path, frame), model)
    assert "match.not_categories" in codes(found.warnings)
