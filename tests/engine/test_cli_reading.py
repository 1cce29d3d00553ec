"""Every question of the reading sheet has an answer on the command line."""

from __future__ import annotations

import json

import pytest

from engine.cli.reading import reading
from engine.contracts.dataset import Part, ReadOptions
from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step, sentence
from tests.support.command_line import refused
from tests.support.table_files import write_workbook


def of_data(*typed):
    return reading(typed)[Part.EVALUATION]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("header=2", {"header": True, "header_line": 2}),
        ("header=no", {"header": False}),
        ("header=yes", {"header": True}),
        ("rows=4", {"first_line": 4}),
        ("sheet=May, 2024", {"sheet": "May, 2024"}),
        ("decimal=,", {"decimal": ","}),
        ("decimal=,,separator=;", {"decimal": ",", "separator": ";"}),
        ("separator=,,decimal=.", {"decimal": ".", "separator": ","}),
        ("separator=tab", {"separator": "\t"}),
        ("separator=comma,quote=none", {"separator": ",", "quote": ""}),
        ("quote='", {"quote": "'"}),
        ("quote=", {"quote": ""}),
        ("encoding=cp1252", {"encoding": "cp1252"}),
        ("missing=NA,-9,header=1", {"missing_tokens": ("", "NA", "-9"),
                                    "header": True, "header_line": 1}),
        ("missing=", {"missing_tokens": ("",)}),
        ("day_first=no", {"day_first": False}),
        ("separated=texts", {"separated": False}),
        ("separated=numbers", {"separated": True}),
    ],
)  # fmt: skip
def test_what_is_typed_is_what_is_asked(typed, expected):
    assert of_data(typed) == ReadOptions(**expected)


def test_every_question_of_the_window_can_be_answered():
    asked = {*ReadOptions.__struct_fields__} - {"format"}  # never asked of a person
    typed = (
        "header=1,rows=2,sheet=s,separator=;,decimal=.,encoding=utf-8,quote=',"
        "missing=x,day_first=yes,separated=texts"
    )
    found = of_data(typed)
    assert {name for name in asked if getattr(found, name) is not None} == asked


def test_answers_may_be_of_one_part_and_may_be_repeated():
    found = reading(("decimal=,", "reference:header=3,sheet=a", "calibration:sheet=b"))
    assert found[Part.EVALUATION] == ReadOptions(decimal=",")
    assert found[Part.REFERENCE] == ReadOptions(
        decimal=",", header=True, header_line=3, sheet="a"
    )
    assert found[Part.CALIBRATION].sheet == "b"


@pytest.mark.parametrize(
    "typed",
    ["header=0", "header=two", "rows=-1", "line=3", "sheet", "decimal=;;",
     "separator=", "day_first=maybe", "separated=0", ""],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_an_example(typed):
    with pytest.raises(EngineError) as caught:
        of_data(typed)
    code, params = caught.value.code, caught.value.params
    assert "{" not in sentence(code, params)
    assert "--read header=2" in next_step(code, params)


def test_a_sheet_and_a_line_are_read_as_typed(typed, tmp_path):
    path = tmp_path / "book.xlsx"
    rows = [i % 2 for i in range(20)]
    table = {"notes": ["y", *rows], "more": ["p", *[0.2 + 0.5 * r for r in rows]]}
    write_workbook(path, {"cover": {"see": ["the other sheet"]}, "scores": table})
    arguments = ["evaluate", "--data", str(path), "--scores", "p", "--target", "y"]
    code, out, err = typed(*arguments, "--read", "sheet=scores,header=2", "--json", "-")
    assert code == 0, err
    assert json.loads(out)["metrics"]["accuracy"]["value"] == 1.0
    assert "cover" in typed(*arguments)[2]
    assert "--read" in refused(typed, *arguments, "--read", "sheet")
