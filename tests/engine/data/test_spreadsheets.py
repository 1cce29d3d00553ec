"""Workbooks: which sheet, which cells, and what is odd in them."""

from __future__ import annotations

import datetime
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
import python_calamine

from engine.contracts.dataset import Kind, Part, ReadOptions
from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.messages import sentence
from engine.contracts.progress import Silent
from engine.data import spreadsheets
from engine.data.dataset import Dataset
from tests.contract.test_readers import Watched, same_values
from tests.support.excel_97 import (
    write_encrypted_package,
    write_old_workbook,
    write_old_workbook_with_password,
)
from tests.support.table_files import (
    columns,
    write_open_document,
    write_workbook,
)


@pytest.fixture
def read(tmp_path):
    """Open sheets as a data set."""

    def opened(sheets, **options):
        path = tmp_path / "book.xlsx"
        write_workbook(path, sheets)
        return Dataset.open([str(path)], options=ReadOptions(**options))

    return opened


def cells(data, name):
    return data.parts[Part.EVALUATION].arrow.column(name).to_pylist()


def test_the_first_sheet_is_read_unless_another_is_chosen(read):
    sheets = {"notes": {"a": [1, 2]}, "people": columns()}
    data = read(sheets)
    source = data.info.parts[0].sources[0]
    assert (source.options.sheet, source.sheets) == ("notes", ("notes", "people"))
    same_values(read(sheets, sheet="people"), columns())


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(read):
    with pytest.raises(EngineError) as caught:
        read({"one": {"a": [1]}, "two": {"a": [1]}}, sheet="three")
    said = sentence(caught.value.code, caught.value.params)
    assert said == "book.xlsx has no sheet called three; it has one, two."


def test_a_sheet_without_cells_is_refused(read):
    with pytest.raises(EngineError) as caught:
        read({"empty": {}})
    assert caught.value.code == "data.no_columns"


def test_tokens_are_known_with_blanks_round_them(read):
    table = {"n": [1.5, " NA ", 3.0, "?"], "w": ["a", "b ", "n/a", ""]}
    data = read({"s": table})
    assert cells(data, "n") == [1.5, None, 3.0, None]
    assert cells(data, "w") == ["a", "b ", None, None]
    data = read({"s": {"n": [1.5, "gone"], "w": ["NA", "x"]}}, missing_tokens=("gone",))
    assert cells(data, "n") == [1.5, None]
    assert cells(data, "w") == ["NA", "x"]


def test_a_word_among_numbers_is_named_with_its_row(read):
    table = {"n": [1, 2, "oops", 4.5], "day": [datetime.date(2024, 1, 5)] * 3 + [7]}
    data = read({"s": table})
    assert cells(data, "n") == ["1", "2", "oops", "4.5"]
    assert [(n.code, n.params["column"], n.params["row"]) for n in data.info.notes] == [
        ("data.mixed_column", "n", 2),
        ("data.mixed_column", "day", 3),
    ]


def test_blank_rows_and_names_are_passed_over(read):
    table = {"a": [None, 1, None, 2], "": [None, "x", None, "y"]}
    data = read({"s": table})
    assert data.parts[Part.EVALUATION].names == ("a", "column 2")
    assert cells(data, "column 2") == ["x", "y"]


def test_years_as_names_have_no_decimals(read):
    data = read({"s": {2019: [1, 2], 2020: [3, 4]}})
    assert data.parts[Part.EVALUATION].names == ("2019", "2020")


def test_the_first_row_may_be_data(read):
    data = read({"s": {"x": ["y", "z"], "b": ["c", "d"]}}, header=False)
    assert cells(data, "column 1") == ["x", "y", "z"]


def test_true_and_false_with_days_keep_their_kinds(read):
    table = {"yes": [True, None, False] * 9, "day": [datetime.date(2024, 1, 5)] * 27}
    info = read({"s": table}).info
    assert info.column("yes").kind is Kind.BOOLEAN
    assert info.column("day").kind is Kind.DATETIME


def test_reports_come_often_enough_to_be_cancelled(tmp_path, monkeypatch):
    monkeypatch.setattr(spreadsheets, "_BLOCK", 10)
    path = tmp_path / "book.xlsx"
    write_workbook(path, {"s": columns()})
    watched = Watched()
    Dataset.open([str(path)], progress=watched)
    shares = [done / total for done, total in watched.of("data.reading")]
    assert shares == sorted(shares)
    assert len(shares) >= 30


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_a_workbook_cut_short_is_damaged(tmp_path, suffix):
    path = tmp_path / f"book.{suffix}"
    if suffix == "xlsx":
        write_workbook(path, {"s": columns()})
    else:
        write_open_document(path, columns())
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)])
    assert caught.value.code == "data.damaged"
    assert f"book.{suffix} (excel)" in sentence(caught.value.code, caught.value.params)


@pytest.mark.parametrize(
    "write",
    [
        write_encrypted_package,
        lambda path: write_old_workbook_with_password(path, {"s": columns(10)}),
    ],
    ids=["package", "excel 97"],
)
def test_a_workbook_behind_a_password_is_refused(tmp_path, write):
    path = tmp_path / "secret.xls"
    write(path)
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)])
    assert caught.value.code == "data.encrypted"
    assert "secret.xls" in sentence(caught.value.code, caught.value.params)


def test_the_sheets_of_an_old_workbook_can_be_chosen(tmp_path):
    path = tmp_path / "old.xls"
    write_old_workbook(path, {"notes": {"a": [1, 2]}, "people": columns()})
    first = Dataset.open([str(path)]).info.parts[0].sources[0]
    assert (first.options.sheet, first.sheets) == ("notes", ("notes", "people"))
    second = Dataset.open([str(path)], options=ReadOptions(sheet="people"))
    same_values(second, columns())


class Deadline(Silent):
    """Progress that is cancelled from another thread, as a user does it."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self.asked = threading.Event()

    def raise_if_cancelled(self) -> None:
        self.asked.set()
        if self.cancelled.is_set():
            raise Cancelled


@pytest.mark.parametrize("call", ["from_path", "get_sheet_by_name"])
def test_a_cancel_leaves_a_long_call_of_the_library_behind(tmp_path, monkeypatch, call):
    path = tmp_path / "book.xlsx"
    write_workbook(path, {"s": columns()})
    never = threading.Event()
    book = python_calamine.CalamineWorkbook

    class Slow:
        sheet_names = ("s",)
        sheets_metadata = ()

        @staticmethod
        def from_path(name):
            if call == "from_path":
                never.wait()
            return Slow()

        def get_sheet_by_name(self, name):
            never.wait()
            return book.from_path(str(path)).get_sheet_by_name(name)

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Slow)
    progress = Deadline()
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(Dataset.open, [str(path)], progress=progress)
        progress.asked.wait()
        progress.cancelled.set()
        with pytest.raises(Cancelled):
            reading.result(timeout=30)
    never.set()


def test_an_open_document_behind_a_password_is_refused(tmp_path):
    path = tmp_path / "secret.ods"
    write_open_document(path, columns(10))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts["META-INF/manifest.xml"] = parts["META-INF/manifest.xml"].replace(
        '"content.xml" manifest:media-type="text/xml"/>',
        '"content.xml" manifest:media-type="text/xml">'
        "<manifest:encryption-data/></manifest:file-entry>",
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)])
    assert caught.value.code == "data.encrypted"
