"""Columns of odd types are read as what they are, or left out and named."""

from __future__ import annotations

import datetime
import decimal

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from engine.contracts.dataset import Part, ReadOptions
from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step, sentence
from engine.data.dataset import Dataset
from engine.data.readers import read

LATE = datetime.datetime(9999, 12, 30)


def opened(tmp_path, column, suffix):
    path = tmp_path / f"given.{suffix}"
    table = pa.table({"x": pa.array([1.5, 2.5]), "odd": column})
    match suffix:
        case "parquet":
            pq.write_table(table, path)
        case "feather":
            pyarrow.feather.write_feather(table, str(path))
        case _:
            with (
                pa.OSFile(str(path), "wb") as file,
                pa.ipc.new_stream(file, table.schema) as writer,
            ):
                writer.write_table(table)
    return Dataset.open([str(path)])


def said(data):
    return [sentence(n.code, n.params) for n in data.info.notes]


UNUSABLE = {
    "lists": (pa.array([[1], None]), "lists"),
    "large lists": (pa.array([[1], None], pa.large_list(pa.int64())), "lists"),
    "fixed lists": (pa.array([[1, 2], None], pa.list_(pa.int64(), 2)), "lists"),
    "records": (pa.array([{"a": 1}, None]), "lists or records of several values"),
    "maps": (
        pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())),
        "maps from keys to values",
    ),
    "bytes": (pa.array([b"\xff\xfe", None]), "bytes that are not text"),
    "fixed bytes": (
        pa.array([b"\xff\xfe", None], pa.binary(2)),
        "bytes that are not text",
    ),
}
NOT_IN_PARQUET = {
    "intervals": (
        pa.array([pa.MonthDayNano([1, 2, 3]), None]),
        "intervals of the calendar",
    ),
    "dictionary of lists": (
        pa.DictionaryArray.from_arrays(pa.array([0, 0]), pa.array([[1, 2]])),
        "lists",
    ),
    "union": (
        pa.UnionArray.from_dense(
            pa.array([0, 1], pa.int8()),
            pa.array([0, 0], pa.int32()),
            [pa.array([1]), pa.array(["x"])],
        ),
        "values of several types",
    ),
}


@pytest.mark.parametrize(
    ("column", "content", "suffix"),
    [(*case, s) for case in UNUSABLE.values() for s in ("parquet", "feather")]
    + [(*case, "arrows") for case in (*UNUSABLE.values(), *NOT_IN_PARQUET.values())],
)
def test_a_column_that_no_table_holds_is_left_out_and_named(
    tmp_path, column, content, suffix
):
    data = opened(tmp_path, column, suffix)
    assert data.parts[Part.EVALUATION].names == ("x",)
    assert said(data) == [
        f"Column odd of given.{suffix} cannot be used and was left out: it holds "
        f"{content}."
    ]


USABLE = {
    "decimals": (pa.array([decimal.Decimal("1.5"), None], pa.decimal256(60, 2)), 1.5),
    "bytes of text": (pa.array([b"word", None], pa.large_binary()), "word"),
    "views of bytes": (pa.array([b"word", None], pa.binary_view()), "word"),
    "views of text": (pa.array(["word", None], pa.string_view()), "word"),
    "durations": (pa.array([1500, None], pa.duration("ms")), 1.5),
    "runs": (pa.RunEndEncodedArray.from_arrays([1, 2], ["word", None]), "word"),
    "truth values in bytes": (
        pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, None], pa.int8())),
        True,
    ),
    "dictionary of decimals": (
        pa.DictionaryArray.from_arrays([0, None], [decimal.Decimal("1.5")]),
        1.5,
    ),
    "dictionary of bytes": (
        pa.DictionaryArray.from_arrays([0, None], [b"word"]),
        "word",
    ),
    "the last day": (pa.array([LATE, None], pa.timestamp("us")), LATE),
    "nothing": (pa.nulls(2), None),
}


@pytest.mark.parametrize(("column", "first"), USABLE.values(), ids=USABLE)
def test_a_column_of_an_odd_type_is_read_as_what_it_holds(tmp_path, column, first):
    data = opened(tmp_path, column, "arrows")
    assert data.parts[Part.EVALUATION].arrow.column("odd").to_pylist() == [first, None]


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
@pytest.mark.parametrize(
    "column",
    [
        pa.array([None, 10**12], pa.timestamp("s")),
        pa.array([None, -(10**15)], pa.timestamp("ms")),
        pa.array([None, 10**18], pa.timestamp("us", "Europe/Madrid")),
        pa.array([None, 10**8], pa.int32()).cast(pa.date32()),
        pa.array([None, 10**15 - 10**15 % 86_400_000], pa.date64()),
    ],
    ids=str,
)
def test_dates_outside_the_calendar_are_named_with_their_row(tmp_path, column, suffix):
    data = opened(tmp_path, column, suffix)
    assert data.parts[Part.EVALUATION].names == ("x",)
    assert "row 1 holds a date outside the years 1 to 9999" in said(data)[0]


def test_a_file_of_such_columns_alone_is_refused(tmp_path):
    path = tmp_path / "given.parquet"
    pq.write_table(pa.table({"a": [[1], [2]]}), path)
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)])
    assert caught.value.code == "data.no_usable_columns"
    assert next_step(caught.value.code, caught.value.params)


@pytest.mark.parametrize(
    "content",
    ['{"a":1,"b":{"c":2}}\n{"a":2,"b":{"c":3}}\n', '{"a":1}\n{"a":2,"b":[1]}\n',
     '[{"a":1,"b":[1]},{"a":2,"b":7}]', '{"a":1,"b":"x"}\n{"a":2,"b":{"c":3}}\n'],
)  # fmt: skip
def test_nested_values_of_json_are_left_out_and_named(tmp_path, content):
    path = tmp_path / "given.json"
    path.write_text(content)
    data = Dataset.open([str(path)])
    assert data.parts[Part.EVALUATION].names == ("a",)
    assert [(n.code, n.params["column"]) for n in data.info.notes] == [
        ("data.unusable_column", "b")
    ]


def test_texts_behind_a_column_left_out_are_read_again_as_they_are(tmp_path):
    table = pa.table({"tags": [[1], [2]], "word": ["NA", "01"], "x": [1, 2]})
    path = tmp_path / "given.parquet"
    pq.write_table(table, path)
    found = read(path, ReadOptions()).as_written(["x", "word"])
    assert found["word"].to_pylist() == ["NA", "01"]
