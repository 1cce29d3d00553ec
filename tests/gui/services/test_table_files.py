"""Tables that leave the window hold values: all digits, dates, nothing for missing."""

from __future__ import annotations

import csv
import math
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from engine.contracts import i18n
from engine.contracts.tables import shown_text, value_of
from gui.services.table_files import write_table

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
TEXTS = st.text(LETTERS, max_size=9)
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(width=32, allow_nan=False, allow_infinity=False).map(np.float32),
    st.dates(date(1901, 1, 1), date(9999, 12, 31)),
    TEXTS.filter(str.strip),
)


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def as_read(text, cell):
    """Return what stands in a file as the kind of value that was written."""
    value = value_of(cell)
    if value is None:
        return None if text == "" else text
    if isinstance(value, bool):
        return {"true": True, "false": False}[text]
    if isinstance(value, (int, float)):
        return float(text)
    if isinstance(value, date):
        return type(value).fromisoformat(text)
    return text.removeprefix("'") if value[0] in "=+-@\t\r" else text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6))
@example([[0.1 + 0.2, 5e-324], [1.7976931348623157e308, -1 / 3]])
def test_cells_come_back_exactly_from_both_formats(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("tables")
    for name in ("a.csv", "a.xlsx"):
        write_table(folder / name, (["x", "y"], rows))
    values = [[value_of(cell) for cell in row] for row in rows]
    read = read_csv(folder / "a.csv")
    assert read[0] == ["x", "y"]
    assert [
        [as_read(text, cell) for text, cell in zip(line, row, strict=True)]
        for line, row in zip(read[1:], rows, strict=True)
    ] == values
    sheet = CalamineWorkbook.from_path(folder / "a.xlsx").get_sheet_by_index(0)
    lines = sheet.to_python(skip_empty_area=False)[1:]
    lines += [[]] * (len(rows) - len(lines))
    back = [[None if c == "" else c for c in [*line, "", ""][:2]] for line in lines]
    assert back == values


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_text_runs_as_no_formula_and_numbers_stay_numbers(tmp_path, name):
    write_table(tmp_path / name, (["=h"], [["=cmd"], [-5], ["-5"], ["@a"], ["+1+1"]]))
    if name == "a.csv":
        column = [line[0] for line in read_csv(tmp_path / name)]
        assert column == ["'=h", "'=cmd", "-5", "'-5", "'@a", "'+1+1"]
    else:
        book = CalamineWorkbook.from_path(tmp_path / name).get_sheet_by_index(0)
        column = [line[0] for line in book.to_python()]
        assert column == ["=h", "=cmd", -5, "-5", "@a", "+1+1"]


def test_a_moment_keeps_its_clock(tmp_path):
    moment = datetime(2024, 2, 1, 10, 30, 5)
    write_table(tmp_path / "a.xlsx", (["t"], [[moment], [date(1850, 1, 1)]]))
    book = CalamineWorkbook.from_path(tmp_path / "a.xlsx").get_sheet_by_index(0)
    assert book.to_python()[1:] == [[moment], ["1850-01-01"]]
    write_table(tmp_path / "a.csv", (["t"], [[moment]]))
    assert read_csv(tmp_path / "a.csv")[1] == ["2024-02-01T10:30:05"]


def test_whole_numbers_missing_and_infinite_ones_in_a_csv_file(tmp_path):
    cells = [3.0, np.float64(4), np.int32(5), math.nan, math.inf, True]
    write_table(tmp_path / "a.csv", (["x"], [[cell] for cell in cells]))
    read = [line[0] for line in read_csv(tmp_path / "a.csv")[1:]]
    assert read == ["3", "4", "5", "", "inf", "true"]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    with pytest.raises(OSError, match="directory"):
        write_table(tmp_path / "none" / "a.csv", (["x"], []))
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_table(tmp_path / "a.csv", (["x"], []))
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.fixture
def spanish(monkeypatch):
    monkeypatch.setattr(i18n, "_translation", i18n._translation)
    monkeypatch.setattr(i18n, "_signs", i18n._signs)
    i18n.install("es")


@pytest.mark.usefixtures("spanish")
def test_a_file_has_plain_numbers_in_every_language_and_the_screen_its_own(tmp_path):
    write_table(tmp_path / "a.csv", (["x"], [[-1234.5]]))
    assert read_csv(tmp_path / "a.csv")[1] == ["-1234.5"]
    assert shown_text(-0.5) == "\u22120,5"
