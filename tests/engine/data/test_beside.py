"""Labels in a file of their own find their rows, by key or by order, and it is said."""

from __future__ import annotations

import pytest

from engine.contracts.dataset import Part, Role
from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step, sentence
from engine.data.dataset import Dataset

FEATURES = {"id": [3, 1, 2, 4], "age": [30, 10, 20, 40], "height": [1.5, 1, 2, 1]}


@pytest.fixture
def write(tmp_path):
    """Write columns as comma-separated text, without names if asked."""

    def written(name, columns, *, names=True):
        rows = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
        path = tmp_path / name
        path.write_text("\n".join([",".join(columns)] * names + rows) + "\n")
        return str(path)

    return written


def cells(data, name, part=Part.EVALUATION):
    return data.parts[part].arrow.column(name).to_pylist()


def said(data):
    return [sentence(note.code, note.params) for note in data.info.notes]


def refused(paths):
    with pytest.raises(EngineError) as caught:
        Dataset.open(paths)
    code, params = caught.value.code, caught.value.params
    assert next_step(code, params)
    return code, sentence(code, params)


@pytest.mark.parametrize("turn", [1, -1])
def test_labels_find_their_rows_by_key(write, turn):
    features = write("x.csv", FEATURES)
    labels = write("y.csv", {"id": [1, 2, 3, 4, 9], "target": list("abcde")})
    data = Dataset.open([features, labels][::turn])
    assert data.parts[Part.EVALUATION].names == ("id", "age", "height", "target")
    assert cells(data, "target") == ["c", "a", "b", "d"]
    assert data.info.column("target").role is Role.TARGET
    assert said(data) == [
        "The columns of y.csv were added to the rows of x.csv by id; 1 of its rows "
        "were not needed."
    ]
    assert {s.path for s in data.info.parts[0].sources} == {features, labels}


def test_several_rows_may_have_one_key(write):
    features = write("x.csv", FEATURES | {"id": [7, 5, 7, 5]})
    labels = write("y.csv", {"id": [5, 7], "target": ["no", "yes"]})
    data = Dataset.open([features, labels])
    assert cells(data, "target") == ["yes", "no", "yes", "no"]


def test_as_many_rows_without_a_key_are_joined_in_order_and_it_is_said(write):
    features = write("x.csv", FEATURES)
    labels = write("y.csv", {"target": list("abcd")})
    data = Dataset.open([features, labels])
    assert cells(data, "target") == ["a", "b", "c", "d"]
    assert said(data) == [
        "y.csv has no column in common with x.csv but the same number of rows: "
        "target were added in row order."
    ]
    assert "keys" in next_step(data.info.notes[0].code)


def test_a_lone_column_without_a_name_is_called_like_its_file(write):
    features = write("x.csv", FEATURES)
    labels = write("y_test.csv", {"-": [0, 1, 1, 0]}, names=False)
    data = Dataset.open([features, labels])
    assert cells(data, "y_test") == [0, 1, 1, 0]


def test_labels_of_several_files_belong_to_rows_of_several_files(write, tmp_path):
    write("x1.csv", {name: values[:2] for name, values in FEATURES.items()})
    write("x2.csv", {name: values[2:] for name, values in FEATURES.items()})
    write("y1.csv", {"target": ["a"]})
    write("y2.csv", {"target": ["b", "c", "d"]})
    data = Dataset.open([str(tmp_path)])
    assert cells(data, "age") == [30, 10, 20, 40]
    assert cells(data, "target") == ["a", "b", "c", "d"]


def test_labels_and_scores_may_both_be_apart(write):
    features = write("x.csv", FEATURES)
    labels = write("y.csv", {"id": [1, 2, 3, 4], "target": list("abcd")})
    scores = write("p.csv", {"score": [0.1, 0.2, 0.3, 0.4]})
    data = Dataset.open([scores, labels, features])
    assert cells(data, "target") == ["c", "a", "b", "d"]
    assert cells(data, "score") == [0.1, 0.2, 0.3, 0.4]


def test_a_part_may_have_its_labels_apart(write):
    both = write("e.csv", FEATURES | {"target": list("abab")})
    features = write("x.csv", FEATURES)
    labels = write("y.csv", {"target": list("bbaa")})
    data = Dataset.open([both]).with_part([features, labels], Part.REFERENCE)
    assert cells(data, "target", Part.REFERENCE) == ["b", "b", "a", "a"]


def test_dates_of_labels_are_read_too(write):
    features = write("x.csv", FEATURES)
    labels = write("y.csv", {"when": ["13/01/2024"] * 4})
    assert data_type(Dataset.open([features, labels]), "when") == "timestamp[us]"


def data_type(data, name):
    return data.info.column(name).dtype


@pytest.mark.parametrize(
    ("columns", "code", "words"),
    [
        (
            {"target": list("abc")},
            "data.no_common_column",
            "y.csv has no column in common with x.csv, and 3 rows instead of 4.",
        ),
        (
            {"id": [1, 2, 3, 9], "target": list("abcd")},
            "data.keys_missing",
            "y.csv has no row whose id is 4, which is in row 3 of x.csv, counted "
            "from 0 (rows like it: 1).",
        ),
        (
            {"id": [1, 2, 3, 4, 4], "target": list("abcde")},
            "data.keys_twice",
            "Column id of y.csv holds the same key in more than one row.",
        ),
        (
            {"id": list("abcd"), "target": list("abcd")},
            "data.files_types",
            "Column id of y.csv is string; in x.csv it is int64.",
        ),
        (
            {"id": [1, 2, 3, 4], "age": [1, 2, 3, 4], "target": list("abcd")},
            "data.files_differ",
            "y.csv and x.csv do not have the same columns: height, target.",
        ),
    ],
)
def test_labels_that_do_not_belong_to_the_rows_are_refused(write, columns, code, words):
    paths = [write("x.csv", FEATURES), write("y.csv", columns)]
    assert refused(paths) == (code, words)


def test_a_row_without_a_key_finds_no_label(write):
    features = write("x.csv", FEATURES | {"id": ["", 1, 2, 3]})
    labels = write("y.csv", {"id": [1, 2, 3, ""], "target": list("abcd")})
    code, words = refused([features, labels])
    assert code == "data.keys_missing"
    assert "row 0 of x.csv" in words


def test_two_tables_without_names_are_not_joined(write):
    first = write(
        "a.csv", {"a": [1, 2, 3], "b": [4, 5, 6], "c": [7, 8, 9]}, names=False
    )
    second = write("b.csv", {"a": [1, 2, 3], "b": [4, 5, 6]}, names=False)
    assert refused([first, second])[0] == "data.files_differ"
