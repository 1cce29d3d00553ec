"""Wrong input is refused by name, or what was decided about it is said."""

from __future__ import annotations

import os

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from engine.contracts.dataset import Kind, Part
from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step, sentence
from engine.data import texts
from engine.data.dataset import Dataset
from tests.contract.test_readers import Watched
from tests.support.table_files import WRITERS, columns, write_workbook


@pytest.fixture
def refused(tmp_path):
    """Why a file of such content is refused: code and sentence."""

    def error(content, name="wrong.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return said_of(path)

    return error


def said_of(path, **how):
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)], **how)
    code, params = caught.value.code, caught.value.params
    said = sentence(code, params)
    assert "{" not in said
    assert next_step(code, params), f"{code} does not say what to do"
    return code, said


def noted(data):
    of_columns = [note for column in data.info.columns for note in column.notes]
    return [sentence(n.code, n.params) for n in (*data.info.notes, *of_columns)]


def cells(data, name):
    return data.parts[Part.EVALUATION].arrow.column(name).to_pylist()


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "data.empty_file", "wrong.csv is empty."),
        (b"a,b\n", "data.no_rows", "wrong.csv has column names but no rows."),
        (
            b"\x00\x01\x02" * 99,
            "data.binary",
            "wrong.csv is neither text nor a format that is read here.",
        ),
        (
            os.urandom(3000).replace(b"P", b"\x00"),
            "data.binary",
            "wrong.csv is neither text nor a format that is read here.",
        ),
        (
            b"a,b\n1,2\n3\n4,5\n",
            "data.ragged_rows",
            "Line 3 of wrong.csv has 1 cells where 2 are expected (lines like it: 1).",
        ),
        (
            b"a,b\n1,2\n3,4,5,6\n4,5\n7,8,9\n",
            "data.ragged_rows",
            "Line 3 of wrong.csv has 4 cells where 2 are expected (lines like it: 2).",
        ),
        (
            b'a,b\n\n1,"x\ny"\n\n\n3\n4,5\n',
            "data.ragged_rows",
            "Line 7 of wrong.csv has 1 cells where 2 are expected (lines like it: 1).",
        ),
    ],
    ids=["empty", "no rows", "zeros", "random", "short", "long", "blank lines"],
)
def test_a_wrong_text_is_refused_with_its_place(refused, content, code, said):
    assert refused(content) == (code, said)


def test_a_few_ragged_lines_of_many_are_left_out_and_named(tmp_path):
    path = tmp_path / "long.csv"
    lines = [f"{i},{'xy'[i % 2]}" for i in range(5000)]
    lines[1000] = "1000"
    lines[3000] = "3000,x,y"
    path.write_text("\n".join(["a,b", *lines]))
    data = Dataset.open([str(path)])
    assert data.info.parts[0].n_rows == 4998
    assert noted(data) == [
        "2 lines of long.csv were left out because they do not have 2 cells: "
        "lines 1002, 3002, its first being line 1."
    ]


@pytest.mark.parametrize("place", [3, 4000])
def test_a_word_among_numbers_is_named_with_row_and_column(
    tmp_path, monkeypatch, place
):
    monkeypatch.setattr(texts, "_BLOCK", 10_000)
    path = tmp_path / "mixed.csv"
    lines = [f"{i},{'xy'[i % 2]}" for i in range(5000)]
    lines[place] = "oops,x"
    path.write_text("\n".join(["age,b", *lines]))
    assert noted(Dataset.open([str(path)])) == [
        f"age is read as text: row {place:,} holds oops among other kinds of value."
    ]


def test_the_second_column_of_a_name_is_renamed_and_said(tmp_path):
    path = tmp_path / "twice.csv"
    path.write_text("a,b,a\n1,2,3\n4,5,6\n")
    data = Dataset.open([str(path)])
    assert [column.name for column in data.info.columns] == ["a", "b", "a (2)"]
    assert cells(data, "a (2)") == [3, 6]
    assert noted(data) == [
        "twice.csv has two columns called a (number 1 and 3); the second is a (2) here."
    ]


@pytest.mark.parametrize("name", ["a.parquet", "a.feather", "a.arrow", "a.xlsx"])
def test_names_without_rows_are_refused_in_every_format(tmp_path, name):
    path = tmp_path / name
    empty = pa.table({"a": pa.array([], pa.int64())})
    match path.suffix:
        case ".parquet":
            pq.write_table(empty, path)
        case ".feather":
            pyarrow.feather.write_feather(empty, str(path))
        case ".arrow":
            with pa.OSFile(str(path), "wb") as f, pa.ipc.new_stream(f, empty.schema):
                pass
        case _:
            write_workbook(path, {"s": {"a": []}})
    assert said_of(path) == ("data.no_rows", f"{name} has column names but no rows.")


@pytest.mark.parametrize("share", [0.001, 0.3, 0.6, 0.99])
@pytest.mark.parametrize(
    "name",
    ["table.parquet", "table.feather", "file.arrow", "stream.arrows", "book.xlsx",
     "open.ods", "gzip.csv.gz", "zip.csv.zip", "zstd.csv.zst"],
)  # fmt: skip
def test_a_file_cut_short_is_refused_whole(tmp_path, name, share):
    path = tmp_path / name
    WRITERS[name](path, columns(500))
    content = path.read_bytes()
    path.write_bytes(content[: max(8, int(len(content) * share))])
    code, said = said_of(path)
    assert code in ("data.damaged", "data.binary", "data.no_rows", "data.no_columns")
    assert name in said


@pytest.mark.parametrize("name", ["table.parquet", "table.feather", "stream.arrows"])
def test_a_file_with_a_wrong_byte_is_read_or_refused_in_words(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path, columns(50))
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(0)
    for place in rng.integers(8, len(content), 60):
        spoilt = bytearray(content)
        spoilt[place] ^= 0xFF
        path.write_bytes(spoilt)
        try:
            Dataset.open([str(path)])
        except EngineError as error:
            assert name in sentence(error.code, error.params)  # noqa: PT017 - or none


class Writer(Watched):
    """Somebody else who changes the file at a moment of the reading."""

    def __init__(self, path, stage, more) -> None:
        super().__init__()
        self._path, self._stage, self._more = path, stage, more

    def advance(self, done, total, stage):
        if stage == self._stage and self._more:
            self._path.write_bytes(self._path.read_bytes() + self._more)
            self._more = b""


@pytest.mark.parametrize("stage", ["data.hashing", "data.reading"])
@pytest.mark.parametrize("name", ["comma.csv", "table.parquet", "lines.jsonl"])
def test_a_file_that_is_still_written_is_refused(tmp_path, name, stage):
    path = tmp_path / name
    WRITERS[name](path, columns())
    more = path.read_bytes().splitlines(keepends=True)[-1]
    found = said_of(path, progress=Writer(path, stage, more))
    assert found == (
        "data.still_written",
        f"{name} changed while it was being read.",
    )


def test_huge_and_infinite_numbers_are_numbers_and_noted(tmp_path):
    path = tmp_path / "huge.csv"
    path.write_text("x,y\n" + "1e308,1\ninf,2\n-1e308,3\n-inf,4\n" * 5)
    data = Dataset.open([str(path)])
    column = data.info.column("x")
    assert column.kind is Kind.NUMERIC
    assert (column.low, column.high) == (-1e308, 1e308)
    assert noted(data) == ["x holds infinite values: 10."]


def test_five_thousand_columns_are_a_table(tmp_path):
    path = tmp_path / "wide.csv"
    names = [f"c{i}" for i in range(5000)]
    rows = [",".join(str(i * j % 97) for i in range(5000)) for j in range(30)]
    path.write_text("\n".join([",".join(names), *rows]))
    data = Dataset.open([str(path)])
    assert len(data.info.columns) == 5000
    assert cells(data, "c4999")[2] == 9998 % 97


# what is not a file


def test_a_place_without_a_file_is_named(tmp_path):
    missing = tmp_path / "missing.csv"
    assert said_of(missing) == ("data.no_file", f"{missing} is not there.")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert said_of(empty) == (
        "data.empty_folder",
        f"The folder {empty} holds no files.",
    )
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    assert said_of(pipe) == ("data.not_a_file", f"{pipe} is not a regular file.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("a,b\n1,2\n")
    path.chmod(0)
    code, said = said_of(path)
    assert code == "data.unreadable"
    assert str(path) in said


def test_one_wrong_file_of_several_is_named(tmp_path):
    good = tmp_path / "1.csv"
    good.write_text("a,b\n1,2\n")
    wrong = tmp_path / "2.csv"
    wrong.write_text("a,b\n")
    assert said_of(tmp_path) == ("data.no_rows", "2.csv has column names but no rows.")


def test_bad_bytes_far_into_a_text_are_a_wrong_encoding(refused):
    content = b"a,b\n" + b"word,1\n" * 60_000 + b"caf\xe9,1\n"
    assert refused(content) == (
        "data.wrong_encoding_at",
        "Line 60,002 of wrong.csv is not written in utf-8.",
    )


def test_whole_numbers_that_become_decimal_stay_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "_BLOCK", 1000)
    path = tmp_path / "late.csv"
    path.write_bytes(b"a,b\n" + b"1,word\n" * 1200 + b"1.5,word\n")
    column = Dataset.open([str(path)]).info.column("a")
    assert (column.dtype, column.high) == ("double", 1.5)
