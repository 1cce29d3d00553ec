"""Texts that a model knows reach it as those texts, whatever a reader makes of them."""

from __future__ import annotations

import csv
import datetime
import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from engine.contracts.dataset import ColumnChoice, Part, ReadOptions
from engine.contracts.errors import EngineError
from engine.contracts.model import Input, Levels, RecordedScores
from engine.data.dataset import Dataset
from engine.matching import preview
from engine.models.recorded_scores import describe
from engine.predict import Matched, answers_of, features_of, truth_of
from engine.session.recorded import recorded_model
from tests.support.fake_model import FakeModel, info, matched
from tests.support.table_files import write_open_document, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

N = 60
# a column of each token beside one that hides what the column is
TOKENS = {
    "none": ("None", "5"),
    "na": ("NA", "BW"),
    "question": ("?", "0"),
    "dash": ("-", "1.5"),
    "digit": ("0", "1"),
    "padded": ("01", "10"),
    "percent": ("30%", "5%"),
    "comma": ("3,5", "4,25"),
    "day": ("2020-01-01", "2021-12-31"),
    "clock": ("08:00:00", "17:30:00"),
    "truth": ("TRUE", "FALSE"),
    "plus": ("+1", "2"),
    "float": ("1.0", "2.50"),
    "blank": ("", "x"),
}


def cells() -> dict[str, list[str]]:
    table = {
        name: [pair[(i // 2 + i) % 2] for i in range(N)]
        for name, pair in TOKENS.items()
    }
    return {**table, "y": ["no", "yes"] * (N // 2)}


def delimited(separator: str, quoting: int):
    def write(path: Path, table: dict[str, list[str]]) -> None:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=separator, quoting=quoting)
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))
        path.write_text(text.getvalue())

    return write


def objects(table: dict[str, list[str]]) -> list[dict[str, str]]:
    return [
        dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)
    ]


WRITERS = {
    "plain.csv": delimited(",", csv.QUOTE_MINIMAL),
    "quoted.csv": delimited(",", csv.QUOTE_ALL),
    "semicolons.csv": delimited(";", csv.QUOTE_MINIMAL),
    "tabs.tsv": delimited("\t", csv.QUOTE_MINIMAL),
    "book.xlsx": lambda path, table: write_workbook(path, {"rows": table}),
    "book.ods": write_open_document,
    "lines.jsonl": lambda path, table: path.write_text(
        "\n".join(map(json.dumps, objects(table)))
    ),
    "array.json": lambda path, table: path.write_text(json.dumps(objects(table))),
    "frame.feather": lambda path, table: pyarrow.feather.write_feather(
        pa.table(table), str(path)
    ),
    "frame.parquet": lambda path, table: pq.write_table(pa.table(table), path),
}


@pytest.fixture(scope="module", params=WRITERS)
def file(request, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("values") / request.param
    WRITERS[request.param](path, cells())
    return path


def known(name: str, **changes) -> Input:
    levels = {"categories": TOKENS[name], "levels": Levels.TEXT, **changes}
    return Input(name=name, dtype="category", **levels)


def model_of(*inputs: Input, classes=("no", "yes")) -> FakeModel:
    n = len(classes)
    described = info(*inputs, classes=classes)
    return FakeModel(described, lambda table: np.full((table.num_rows, n), 1 / n))


def given(data: Dataset, *inputs: Input, part=Part.EVALUATION) -> pa.Table:
    return features_of(data.parts[part], matched(model_of(*inputs), "y"))


def test_levels_that_are_texts_come_as_the_file_has_them(file: Path) -> None:
    data = Dataset.open([str(file)])
    found = given(data, *map(known, TOKENS))
    for name in TOKENS:
        assert found.column(name).to_pylist() == cells()[name], name


def test_classes_that_are_texts_come_as_the_file_has_them(file: Path) -> None:
    data = Dataset.open([str(file)])
    for name, pair in TOKENS.items():
        model = model_of(known("na"), classes=pair)
        truth = truth_of(data.parts[Part.EVALUATION], matched(model, name))
        assert truth.tolist() == [pair.index(cell) for cell in cells()[name]], name


def opened(tmp_path: Path, text: str, name: str = "rows.csv", **options) -> Dataset:
    path = tmp_path / name
    path.write_text(text)
    return Dataset.open([str(path)], options=ReadOptions(**options))


def column(data: Dataset, field: Input, part: Part = Part.EVALUATION) -> list:
    return given(data, field, part=part).column(0).to_pylist()


def said(data: Dataset, field: Input) -> dict[str, dict]:
    case = matched(model_of(field), "y")
    found = preview(case, data.info, data.parts[Part.EVALUATION])
    return {note.code: note.params for note in found.warnings}


def levels(*known: str, **changes) -> Input:
    made = {"dtype": "category", "categories": known, "levels": Levels.TEXT}
    return Input(name="a", **{**made, **changes})


def rows(*values: str) -> str:
    """A file of one input: each value ten times."""
    return "a,y\n" + "".join(
        f"{v},{'no' if i % 2 else 'yes'}\n" for v in values for i in range(10)
    )


def test_a_token_that_no_level_is_stays_missing(tmp_path):
    data = opened(tmp_path, rows("None", "NA", "x"))
    found = column(data, levels("None", "x"))
    assert found == ["None"] * 10 + [None] * 10 + ["x"] * 10


def test_a_token_that_the_user_calls_missing_is_missing(tmp_path):
    data = opened(tmp_path, rows("?", "NA", "x"), missing_tokens=("?",))
    assert column(data, levels("?", "NA", "x"))[::10] == [None, "NA", "x"]
    chosen = {"a": ColumnChoice(missing_tokens=("NA",))}
    data = opened(tmp_path, rows("?", "NA", "x")).configure(chosen, None)
    assert column(data, levels("?", "NA", "x"))[::10] == ["?", None, "x"]


def test_a_number_finds_the_level_that_was_made_of_it_and_that_is_said(tmp_path):
    data = opened(tmp_path, rows("1.50", "2.50", "7"))
    field = levels("1.5", "2.5", "7.0")
    assert column(data, field)[::10] == ["1.5", "2.5", "7.0"]
    params = said(data, field)["match.respelled"]
    assert (params["value"], params["level"]) == ("1.50", "1.5")
    assert (params["n"], params["n_rows"]) == (3, 30)


def test_the_spelling_that_is_told_is_that_of_the_level_beside_it(tmp_path):
    data = opened(tmp_path, rows("2.0", "1.0", "7"))
    params = said(data, levels("2", "1", "7"))["match.respelled"]
    assert (params["value"], params["level"]) == ("1.0", "1")


def test_another_text_for_the_same_number_is_another_level(tmp_path):
    data = opened(tmp_path, rows("01", "1", "2"))
    field = levels("1", "2")
    assert column(data, field)[::10] == ["01", "1", "2"]
    assert said(data, field)["match.unknown_categories"]["categories"] == ("01",)
    assert "match.unknown_categories" not in said(data, levels("01", "1", "2"))
    data = opened(tmp_path, rows("1.0", "1", "2"), "floats.csv")
    assert column(data, levels("1.0", "1", "2"))[::10] == ["1.0", "1", "2"]


def test_levels_that_are_numbers_are_found_among_texts(tmp_path):
    path = tmp_path / "rows.parquet"
    texts = ["1", "2.0", "x", None] * 10
    pq.write_table(pa.table({"a": texts, "y": ["no", "yes"] * 20}), path)
    data = Dataset.open([str(path)])
    field = levels("1", "2", levels=Levels.NUMBER)
    assert column(data, field)[:4] == [1.0, 2.0, None, None]
    params = said(data, field)["match.unknown_categories"]
    assert (params["categories"], params["n_rows"]) == (("x",), 10)


def test_levels_that_are_truth_values_are_found_among_texts_and_numbers(tmp_path):
    field = levels("False", "True", levels=Levels.BOOLEAN)
    for spelled in (("TRUE", "FALSE"), ("1", "0")):
        data = opened(tmp_path, rows(*spelled))
        assert column(data, field)[::10] == [True, False]
        assert "match.unknown_categories" not in said(data, field)


def test_a_day_is_the_midnight_that_the_model_knows(tmp_path):
    field = levels("2020-01-01 00:00:00", "2021-05-06 00:00:00", levels=Levels.DATE)
    known = opened(tmp_path, rows("2020-01-01", "2021-05-06"))
    assert "match.unknown_categories" not in said(known, field)
    other = opened(tmp_path, rows("2020-01-01", "2021-05-07"), "other.csv")
    params = said(other, field)["match.unknown_categories"]
    assert (params["categories"], params["n_rows"]) == (("2021-05-07",), 10)


def test_texts_of_truth_values_are_numbers_to_a_model_of_numbers(tmp_path):
    path = tmp_path / "rows.jsonl"
    cells = [{"a": text, "y": "no"} for text in ("TRUE", "false", None)] * 10
    path.write_text("\n".join(map(json.dumps, cells)))
    data = Dataset.open([str(path)])
    field = Input(name="a", dtype="float")
    assert column(data, field)[:3] == [1.0, 0.0, None]
    assert said(data, field)["match.texts_as_numbers"]["number"] == "1"
    mixed = opened(tmp_path, rows("TRUE", "2"))
    assert column(mixed, field)[::10] == ["TRUE", "2"]


def test_a_blank_where_the_model_never_met_one_is_said_with_its_rows(tmp_path):
    data = opened(tmp_path, rows("x", "", "z"))
    unseen = said(data, levels("x", "z", takes_missing=False))
    assert unseen["match.unseen_missing"] == {"column": "a", "n": 10}
    for known in (True, None):
        found = said(data, levels("x", "z", takes_missing=known))
        assert "match.unseen_missing" not in found


def test_tokens_are_told_where_the_model_does_not_say_what_it_knows(tmp_path):
    data = opened(tmp_path, rows("x", "?", "", "NA"))
    assert column(data, Input(name="a"))[::10] == ["x", "?", None, None]
    notes = said(data, Input(name="a"))
    for code, token in (
        ("match.tokens_as_text", "?"),
        ("match.tokens_as_missing", "NA"),
    ):
        assert (notes[code]["categories"], notes[code]["n_rows"]) == ((token,), 10)
    data = opened(tmp_path, rows("1", "?", "2.5"), "numbers.csv")
    assert column(data, Input(name="a"))[::10] == ["1", "?", "2.5"]
    params = said(data, Input(name="a"))["match.tokens_as_text"]
    assert (params["categories"], params["n_rows"]) == (("?",), 10)
    data = opened(tmp_path, rows("1", "NA", "2.5"), "blanks.csv")
    assert column(data, Input(name="a"))[::10] == [1.0, None, 2.5]
    params = said(data, Input(name="a"))["match.tokens_as_missing"]
    assert (params["categories"], params["n_rows"]) == (("NA",), 10)


READ_OUT_OF_TEXTS = ("padded", "percent", "day", "clock")


def test_where_a_model_does_not_say_what_it_accepts_texts_stay_texts(file: Path):
    data = Dataset.open([str(file)])
    found = given(data, *(Input(name=name) for name in READ_OUT_OF_TEXTS))
    for name in READ_OUT_OF_TEXTS:
        assert found.column(name).to_pylist() == cells()[name], name
    notes = [
        note.params["column"]
        for note in preview(
            matched(model_of(*(Input(name=name) for name in READ_OUT_OF_TEXTS)), "y"),
            data.info,
            data.parts[Part.EVALUATION],
        ).warnings
        if note.code == "match.as_in_file"
    ]
    assert set(notes) >= {"percent", "day"}


def test_where_a_model_does_not_say_numbers_and_truth_values_stay_such(tmp_path):
    for cells_, expected in (
        (("1", "2"), [1, 2]),
        (("1.50", "-2e3"), [1.5, -2000.0]),
        (("TRUE", "false"), [True, False]),
        (("1,234.5", "2,000.25"), ["1,234.5", "2,000.25"]),
        (("30%", ""), ["30%", None]),
        (("2020-01-01", "NA"), ["2020-01-01", None]),
        (("08:00", "17:30"), ["08:00", "17:30"]),
        (("2020-01-01T10:00:00+02:00", ""), ["2020-01-01T10:00:00+02:00", None]),
    ):
        quoted = tuple(f'"{cell}"' for cell in cells_)
        data = opened(tmp_path, rows(*quoted))
        assert column(data, Input(name="a"))[::10] == expected
        is_text = isinstance(expected[0], str) and cells_[0] != "08:00"
        assert ("match.as_in_file" in said(data, Input(name="a"))) == is_text, cells_


def test_where_a_model_does_not_say_a_decimal_comma_of_the_file_is_one(tmp_path):
    text = "a;y\n" + "3,5;no\n4,25;yes\n" * 10
    assert column(opened(tmp_path, text), Input(name="a"))[:2] == [3.5, 4.25]
    text = "a,y\n" + '"3,5",no\n"4,25",yes\n' * 10
    found = column(opened(tmp_path, text, "commas.csv"), Input(name="a"))
    assert found[:2] == ["3,5", "4,25"]


def test_where_a_model_does_not_say_dates_of_a_workbook_stay_dates(tmp_path):
    path = tmp_path / "rows.xlsx"
    days = [datetime.date(2020, 1, 1), datetime.date(2021, 6, 5)] * 10
    write_workbook(path, {"rows": {"a": days, "y": ["no", "yes"] * 10}})
    data = Dataset.open([str(path)])
    assert column(data, Input(name="a"))[0] == datetime.datetime(2020, 1, 1)
    assert "match.as_in_file" not in said(data, Input(name="a"))


def test_where_a_model_does_not_say_what_typed_files_call_a_text_is_one(tmp_path):
    path = tmp_path / "rows.parquet"
    texts = ["NA", "?", None, "x", ""] * 4
    pq.write_table(pa.table({"a": texts, "y": ["no", "yes"] * 10}), path)
    assert column(Dataset.open([str(path)]), Input(name="a")) == texts


def test_an_input_of_texts_gets_every_text(tmp_path):
    data = opened(tmp_path, rows("NA", "-", "", "2020-01-01"))
    field = Input(name="a", dtype="string")
    assert column(data, field)[::10] == ["NA", "-", None, "2020-01-01"]


def test_a_wholly_empty_input_of_numbers_is_missing(tmp_path):
    data = opened(tmp_path, rows("", "?"))
    field = Input(name="a", dtype="float")
    assert given(data, field).column(0).type == pa.float64()
    assert column(data, field) == [None] * 20
    assert "match.numbers_as_text" not in said(data, field)


def test_rows_that_were_left_out_split_and_taken_keep_their_own_texts(tmp_path):
    lines = [
        f"{'None' if i % 3 else 'x'},{'test' if i % 2 else 'train'},{i}"
        for i in range(2000)
    ]
    lines.insert(700, "one,cell,too,many")
    data = opened(tmp_path, "a,part,i\n" + "\n".join(lines))
    assert data.parts[Part.EVALUATION].n_rows == 1000
    field = levels("None", "x")
    for part in (Part.EVALUATION, Part.REFERENCE):
        table = data.parts[part]
        expected = ["None" if i % 3 else "x" for i in table.numbers("i").astype(int)]
        assert column(data, field, part) == expected
        some = table.take(np.array([5, 3, 9])).take(np.array([2, 0]))
        model = matched(model_of(field), "y")
        assert features_of(some, model).column(0).to_pylist() == [
            expected[9],
            expected[5],
        ]


def test_texts_of_files_that_were_joined_follow_their_rows(tmp_path):
    keys = [f"k{i}" for i in range(20)]
    (tmp_path / "a.csv").write_text(
        "key,x,w\n" + "".join(f"{k},{i},1\n" for i, k in enumerate(keys))
    )
    (tmp_path / "b.csv").write_text(
        "key,a\n"
        + "".join(
            f"{k},{'NA' if i % 3 else '01'}\n" for i, k in reversed([*enumerate(keys)])
        )
    )
    data = Dataset.open([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
    expected = ["NA" if i % 3 else "01" for i in range(20)]
    assert column(data, levels("NA", "01")) == expected


def test_texts_of_files_one_after_the_other_stay_in_order(tmp_path):
    (tmp_path / "1.csv").write_text(rows("NA", "x"))
    (tmp_path / "2.csv").write_text(rows("None", "NA"))
    data = Dataset.open([str(tmp_path / "1.csv"), str(tmp_path / "2.csv")])
    assert column(data, levels("NA", "None", "x"))[::10] == ["NA", "x", "None", "NA"]


def test_a_file_that_changed_since_is_not_read_for_its_texts(tmp_path):
    data = opened(tmp_path, rows("NA", "x"))
    (tmp_path / "rows.csv").write_text(rows("x", "NA", "NA"))
    with pytest.raises(EngineError) as caught:
        column(data, levels("NA", "x"))
    assert caught.value.code == "data.changed_since"
    assert column(data, levels("x", "z"))[:1] == [None]  # no text is needed


def test_recorded_labels_are_the_classes_of_the_model(tmp_path):
    data = opened(tmp_path, "q,y\n" + "None,Mild\nMild,None\nNA,None\n" * 10)
    said_by = describe(RecordedScores(prediction="q"), ("None", "Mild", "NA"))
    case = Matched(info=said_by, recorded=RecordedScores(prediction="q"), target="y")
    _, found, _ = answers_of(data.parts[Part.EVALUATION], case)
    assert [said_by.classes[code] for code in found[:3]] == ["None", "Mild", "NA"]


def test_a_label_that_was_given_a_class_by_hand_may_be_a_token(tmp_path):
    data = opened(tmp_path, rows("x", "z").replace("no", "NA"))
    model = model_of(levels("x", "z"))
    case = matched(model, "y", class_map={"NA": "no"})
    truth = truth_of(data.parts[Part.EVALUATION], case)
    assert truth.tolist() == [1, 0] * 10


@pytest.mark.parametrize(
    "recorded",
    [
        RecordedScores(prediction="q"),
        RecordedScores(scores=("p_None", "p_Mild")),
        RecordedScores(scores=("p_None", "p_Mild"), classes=("None", "Mild")),
    ],
)
def test_a_class_of_recorded_scores_may_look_like_a_missing_value(recorded, tmp_path):
    lines = ["None,None,0.9,0.1", "Mild,NA,0.2,0.8", "None,Mild,0.6,0.4"] * 10
    text = "\n".join(["q,y,p_None,p_Mild", *lines])
    data = opened(tmp_path, text)
    table = data.parts[Part.EVALUATION]
    described, recorded = recorded_model(recorded, "y", table, data.info)
    assert sorted(described.classes) == ["Mild", "None"]  # NA is what is missing
    case = Matched(info=described, recorded=recorded, target="y")
    truth = truth_of(table, case)
    assert [described.classes[code] for code in truth[[0, 2]]] == ["None", "Mild"]
    assert truth[1] == -1


def test_labels_that_were_read_as_missing_are_told(tmp_path):
    lines = [f"x,{label}" for label in ("no", "yes", "NA", "") * 10]
    data = opened(tmp_path, "\n".join(["a,y", *lines]))
    found = preview(
        matched(model_of(levels("x")), "y"), data.info, data.parts[Part.EVALUATION]
    )
    assert found.unmatched_labels == ("NA",)


def test_numbers_of_a_workbook_are_the_digits_that_a_model_knows(tmp_path):
    typed = [0.0, 1.0, "?", 2.5, "01", None] * 5
    write_workbook(tmp_path / "b.xlsx", {"s": {"a": typed, "y": ["no", "yes"] * 15}})
    data = Dataset.open([str(tmp_path / "b.xlsx")])
    known = levels("0", "1", "?", "2.5", "01")
    assert column(data, known)[:6] == ["0", "1", "?", "2.5", "01", None]
