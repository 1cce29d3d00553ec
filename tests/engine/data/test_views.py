"""Rows filtered, sorted, read in windows and written, against plain Python."""

from __future__ import annotations

import csv
import datetime
import itertools
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from engine.contracts import workbook
from engine.contracts.dataset import Kind
from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.tables import FORMULA_STARTS
from engine.data import views
from engine.data.table import Table
from tests.contract.test_readers import Watched
from tests.support.hostile_texts import TEXTS

N = 1000


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    numbers = rng.integers(0, 40, N) / 4
    numbers[rng.random(N) < 0.1] = np.nan
    words = np.array(["b", "ä", "a", "Z", ""])[rng.integers(0, 5, N)]
    first = datetime.datetime(2024, 1, 1)
    days = [first + datetime.timedelta(days=int(d)) for d in rng.integers(0, 9, N)]
    return Table(
        pa.table(
            {
                "number": pa.array(numbers, from_pandas=True),
                "whole": pa.array(rng.integers(-5, 5, N)),
                "word": pa.array(words, mask=rng.random(N) < 0.2),
                "yes": pa.array(rng.random(N) < 0.5, mask=rng.random(N) < 0.1),
                "when": pa.array(days),
                "key": pa.array([f"k{i:04}" for i in range(N)]),
            }
        )
    )


def cells(table, name):
    return table.arrow.column(name).to_pylist()


def naive(table, name, rows, *, descending):
    """Sort as a person would write it down: the missing last, ties as they stand."""
    values = cells(table, name)
    present = [row for row in rows if values[row] is not None]
    missing = [row for row in rows if values[row] is None]
    present.sort(key=values.__getitem__, reverse=descending)  # keeps ties as they are
    return present + missing


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", ["number", "whole", "word", "yes", "when", "key"])
def test_rows_are_sorted_stably_and_the_missing_come_last(table, name, descending):
    view = views.open_view(table, {}, None, [(name, descending)])
    assert view.order.tolist() == naive(table, name, range(N), descending=descending)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("second", [False, True])
def test_the_first_column_counts_most(table, first, second):
    mask = np.random.default_rng(1).random(N) < 0.6
    sort = [("word", first), ("number", second)]
    view = views.open_view(table, {}, mask, sort)
    rows = naive(table, "number", np.flatnonzero(mask).tolist(), descending=second)
    assert view.order.tolist() == naive(table, "word", rows, descending=first)


@given(
    values=st.lists(
        st.one_of(st.none(), st.floats(allow_nan=True)), min_size=1, max_size=30
    ),
    descending=st.booleans(),
)
def test_any_numbers_are_sorted_with_the_missing_last(values, descending):
    table = Table(pa.table({"x": pa.array(values, pa.float64())}))
    order = views.open_view(table, {}, None, [("x", descending)]).order
    shown = table.numbers("x")[order]
    n = int((~np.isnan(shown)).sum())
    assert np.isnan(shown[n:]).all()
    expected = np.sort(shown[:n])[:: -1 if descending else 1]
    np.testing.assert_array_equal(shown[:n], expected)
    for a, b in itertools.pairwise(order[:n]):
        assert a < b or table.numbers("x")[a] != table.numbers("x")[b]


def test_more_labels_than_are_coded_are_sorted_too():
    keys = [f"k{i * 7919 % 5000:04}" for i in range(5000)]
    table = Table(pa.table({"key": keys}))
    view = views.open_view(table, {}, None, [("key", False)])
    assert [keys[row] for row in view.order] == sorted(keys)


def test_a_pseudo_column_is_sorted_like_a_column(table):
    codes = np.arange(N, dtype=np.int32) % 3 - 1
    extra = {
        "@label": lambda: (codes, ("no", "yes")),
        "@loss": lambda: -np.arange(N, dtype=float),
    }
    view = views.open_view(table, extra, None, [("@label", True), ("@loss", False)])
    shown = views.window(view, 0, N, ("@label", "@loss"))
    labels = list(shown[0].texts)
    assert labels == ["yes"] * labels.count("yes") + ["no"] * labels.count("no") + [
        None
    ] * labels.count(None)
    n = labels.count("yes")
    assert (np.diff(shown[1].numbers[:n]) > 0).all()


@pytest.mark.parametrize(
    ("start", "stop", "n"),
    [(0, 10, 10), (995, 1005, 5), (1000, 1010, 0), (5, 5, 0), (0, 10**9, N)],
)
def test_a_window_ends_where_the_rows_do(table, start, stop, n):
    view = views.open_view(table, {}, None, [])
    shown = views.window(view, start, stop, ("key", "number"))
    assert list(shown[0].texts) == cells(table, "key")[start:stop]
    assert len(shown[0].texts) == len(shown[1].numbers) == n


def test_cells_are_shown_by_kind(table):
    view = views.open_view(table, {}, None, [])
    names = ("number", "whole", "word", "yes", "when")
    shown = views.window(view, 0, N, names)
    assert [column.kind for column in shown] == [
        Kind.NUMERIC,
        Kind.NUMERIC,
        Kind.CATEGORICAL,
        Kind.CATEGORICAL,
        Kind.DATETIME,
    ]
    assert list(shown[2].texts) == cells(table, "word")
    assert set(shown[3].texts) == {"true", "false", None}
    first = cells(table, "when")[0].replace(tzinfo=datetime.UTC)
    assert shown[4].numbers[0] == first.timestamp()


@pytest.mark.parametrize("ask", [lambda v: views.window(v, 0, 1, ("no",))])
def test_a_column_that_is_not_there_is_named(table, ask):
    view = views.open_view(table, {}, None, [])
    with pytest.raises(EngineError) as caught:
        ask(view)
    assert (caught.value.code, caught.value.params) == (
        "rows.no_such_column",
        {"column": "no"},
    )


# written


def written(view, columns, path):
    views.export(view, columns, str(path))
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_a_selection_is_written_as_it_is_shown(table, tmp_path, monkeypatch):
    monkeypatch.setattr(views, "_BLOCK", 70)
    mask = np.random.default_rng(2).random(N) < 0.3
    extra = {"@loss": lambda: np.arange(N) / 2, "@row": lambda: np.arange(N) * 1.0}
    view = views.open_view(table, extra, mask, [("number", True)])
    columns = ("@row", "key", "number", "word", "@loss")
    names, *rows = written(view, columns, tmp_path / "out.csv")
    assert names == ["row", "key", "number", "word", "loss"]
    assert [float(row[0]) for row in rows] == view.order.tolist()
    assert [row[1] for row in rows] == [cells(table, "key")[r] for r in view.order]
    numbers = [cells(table, "number")[r] for r in view.order]
    assert [float(row[2]) if row[2] else None for row in rows] == numbers
    views.export(view, columns, str(tmp_path / "out.parquet"))
    arrow = pq.read_table(tmp_path / "out.parquet")
    assert arrow.column("number").to_pylist() == numbers
    assert arrow.column("word").to_pylist() == [
        cells(table, "word")[r] for r in view.order
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "out.parquet"]


def test_no_rows_are_written_with_their_names(table, tmp_path):
    view = views.open_view(table, {}, np.zeros(N, dtype=bool), [])
    assert written(view, ("key", "word"), tmp_path / "none.csv") == [["key", "word"]]


def test_what_a_spreadsheet_would_run_is_written_as_text(tmp_path):
    cells_ = ["=1+1", "+cmd", "-cmd", "@sum", "\tx", "-5", "+1.5e3", "a=b", None, ""]
    table = Table(pa.table({"=cmd|' /C calc'!A0": cells_, "plain": cells_}))
    view = views.open_view(table, {"@row": lambda: np.arange(10.0)}, None, [])
    columns = ("@row", *table.names)
    names, *rows = written(view, columns, tmp_path / "out.csv")
    assert names == ["row", "'=cmd|' /C calc'!A0", "plain"]
    expected = [
        "'=1+1",
        "'+cmd",
        "'-cmd",
        "'@sum",
        "'\tx",
        "-5",
        "+1.5e3",
        "a=b",
        "",
        "",
    ]
    assert [row[2] for row in rows] == expected
    views.export(view, columns, str(tmp_path / "out.parquet"))
    assert pq.read_table(tmp_path / "out.parquet").column(2).to_pylist() == cells_


def test_a_writing_that_ends_early_leaves_nothing(table, tmp_path, monkeypatch):
    monkeypatch.setattr(views, "_BLOCK", 100)
    view = views.open_view(table, {}, None, [])
    path = tmp_path / "out.csv"
    path.write_text("what was there")
    with pytest.raises(Cancelled):
        views.export(view, ("key",), str(path), Watched(cancel_at=3))
    with pytest.raises(EngineError):
        views.export(view, ("key", "no"), str(path))
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    assert path.read_text() == "what was there"
    with pytest.raises(EngineError) as caught:
        views.export(view, ("key",), str(tmp_path / "no folder" / "out.csv"))
    assert caught.value.code == "data.cannot_write"


def test_the_progress_of_writing_ends(table, tmp_path, monkeypatch):
    monkeypatch.setattr(views, "_BLOCK", 100)
    watched = Watched()
    view = views.open_view(table, {}, None, [])
    views.export(view, ("key",), str(tmp_path / "out.csv"), watched)
    assert watched.of("data.writing") == [(i, N) for i in range(0, N + 1, 100)]


# workbooks


def sheet_of(view, columns, path):
    views.export(view, columns, str(path))
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_a_workbook_holds_numbers_and_dates_as_such_and_text_as_text(tmp_path):
    moment = datetime.datetime(2024, 5, 6, 7, 8, 9)
    fine = datetime.datetime(2024, 5, 6, 7, 8, 9, 123_456)
    columns = {
        "=cmd": ["=1+1", "-5", "@x", None, "_x0041_"],
        "whole": [-5, 0, 2**53, 2**60, None],
        "broken": [-0.1, 0.1 + 0.2, float("inf"), 1e300, None],
        "yes": [True, False, None, True, False],
        "when": [moment, fine, moment, None, datetime.datetime(1800, 1, 1)],
        "day": [datetime.date(2024, 5, 6), None, None, None, None],
    }
    table = Table(pa.table(columns))
    view = views.open_view(table, {}, None, [])
    names, *rows = sheet_of(view, table.names, tmp_path / "out.xlsx")
    assert names == list(columns)
    text, whole, broken, yes, when, day = map(list, zip(*rows, strict=True))
    assert text == ["=1+1", "-5", "@x", "", "_x0041_"]
    assert whole == [-5.0, 0.0, 2.0**53, str(2**60), ""]
    assert broken == [-0.1, 0.1 + 0.2, "inf", 1e300, ""]
    assert yes == [True, False, "", True, False]
    assert when == [moment, fine.isoformat(), moment, "", "1800-01-01T00:00:00"]
    assert day[0] == datetime.date(2024, 5, 6)


def test_a_workbook_is_written_in_blocks_and_in_the_order_shown(
    table, tmp_path, monkeypatch
):
    monkeypatch.setattr(views, "_SHEET_BLOCK", 70)
    view = views.open_view(table, {}, None, [("number", True)])
    names, *rows = sheet_of(view, ("key", "number"), tmp_path / "out.xlsx")
    assert names == ["key", "number"]
    assert [row[0] for row in rows] == [cells(table, "key")[r] for r in view.order]
    none = views.open_view(table, {}, np.zeros(N, dtype=bool), [])
    assert sheet_of(none, ("key",), tmp_path / "none.xlsx") == [["key"]]


def test_what_a_sheet_has_no_room_for_is_refused_and_named(
    table, tmp_path, monkeypatch
):
    def refused(view, columns):
        with pytest.raises(EngineError) as caught:
            views.export(view, columns, str(tmp_path / "out.xlsx"))
        assert not list(tmp_path.iterdir())
        return caught.value.code, caught.value.params

    long = Table(pa.table({"a": ["x", "y" * 32_767, "\U0001f600" * 16_384]}))
    view = views.open_view(long, {}, None, [])
    assert refused(view, ("a",)) == ("data.long_cell", {"row": 2, "column": "a"})
    view = views.open_view(table, {}, None, [])
    monkeypatch.setattr(workbook, "MOST_ROWS", N)
    code, params = refused(view, ("key",))
    assert (code, params["n"], params["most"]) == ("data.too_many_rows", N, N - 1)
    monkeypatch.setattr(workbook, "MOST_ROWS", N + 1)
    monkeypatch.setattr(workbook, "MOST_COLUMNS", 1)
    assert refused(view, ("key", "word"))[0] == "data.too_many_columns"
    views.export(view, ("key",), str(tmp_path / "out.xlsx"))


def test_the_room_of_a_sheet_is_that_of_excel():
    limits = (workbook.MOST_ROWS, workbook.MOST_COLUMNS, workbook.LONGEST)
    assert limits == (1_048_576, 16_384, 32_767)


def test_hostile_names_and_cells_run_in_no_file(tmp_path):
    texts = [t for t in TEXTS if len(t) < 10_000 and "\ud800" not in t and t.strip()]
    table = Table(pa.table({text: [text] for text in dict.fromkeys(texts)}))
    view = views.open_view(table, {}, None, [])
    names, cells_ = written(view, table.names, tmp_path / "out.csv")
    assert not [t for t in (*names, *cells_) if t.startswith(FORMULA_STARTS)]
    book = sheet_of(view, table.names, tmp_path / "out.xlsx")
    plain = [i for i, text in enumerate(table.names) if text.isprintable()]
    assert [book[0][i] for i in plain] == [table.names[i] for i in plain]
    assert [book[1][i] for i in plain] == [table.names[i] for i in plain]
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert {p.name for p in tmp_path.iterdir()} == {"out.csv", "out.xlsx"}


def test_headings_lose_their_sign_only_where_it_is_ours_and_nothing_is_named_alike(
    tmp_path,
):
    table = Table(pa.table({"@id": ["a"], "score": [1.5]}))
    extra = {"@score": lambda: np.array([0.5]), "@loss": lambda: np.array([0.1])}
    view = views.open_view(table, extra, None, [])
    columns = ("@id", "score", "@score", "@loss")
    (names, *_rows) = sheet_of(view, columns, tmp_path / "out.xlsx")
    assert names == ["@id", "score", "@score", "loss"]
