"""The names of columns are found where they stand, and what is left out is said."""

from __future__ import annotations

import zipfile

import pytest

from engine.contracts.dataset import Part, ReadOptions
from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step, sentence
from engine.data import texts
from engine.data.dataset import Dataset
from engine.data.header import find
from tests.support.table_files import write_open_document, write_workbook

VALUES = [[i % 2, 0.05 * i, f"2024-01-{i + 1:02}", "ab"[i % 2]] for i in range(9)]
NAMES = ["y", "p", "day", "g"]


@pytest.fixture
def text(tmp_path):
    """Open lines of cells as text; blank cells at the end are written or not."""

    def opened(lines, separator=",", **options):
        path = tmp_path / "given.csv"
        path.write_text(
            "".join(separator.join(map(str, line)) + "\n" for line in lines)
        )
        return Dataset.open([str(path)], options=ReadOptions(**options))

    return opened


@pytest.fixture
def book(tmp_path):
    """Open sheets of rows as a workbook."""

    def opened(sheets, suffix="xlsx", **options):
        path = tmp_path / f"given.{suffix}"
        tables = {name: as_columns(rows) for name, rows in sheets.items()}
        if suffix == "xlsx":
            write_workbook(path, tables)
        else:
            write_open_document(path, next(iter(tables.values())))
        return Dataset.open([str(path)], options=ReadOptions(**options))

    return opened


class Name(str):
    """A first cell that may stand in a row twice."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


def as_columns(rows):
    width = max(map(len, rows))
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    columns = zip(*rows, strict=True)
    return {Name(first): [v if v != "" else None for v in rest]
            for first, *rest in columns}  # fmt: skip


def names(data):
    return data.parts[Part.EVALUATION].names


def n_rows(data):
    return data.parts[Part.EVALUATION].n_rows


def used(data):
    found = data.info.parts[0].sources[0].options
    return found.header, found.header_line, found.first_line


def said(data):
    return {note.code for note in data.info.notes}


TITLES = {
    "one title": [["Report on risk 2024"]],
    "a padded title": [["Report on risk 2024", "", "", ""]],
    "two titles": [["Report on risk"], ["from 2024-01-01 to 2024-01-09"]],
    "names and values": [["by", "Ana"], ["made on", "2024-02-01"]],
    "groups": [["model", "", "client", ""]],
    "groups written out": [["model", "model", "client", "client"]],
    "title and groups": [["Report"], ["model", "", "client", ""]],
}


@pytest.mark.parametrize("above", TITLES.values(), ids=TITLES)
def test_names_below_titles_and_groups_are_found_in_text(text, above):
    data = text([*above, NAMES, *VALUES])
    assert names(data) == tuple(NAMES)
    assert n_rows(data) == 9
    line = len(above) + 1
    assert used(data) == (True, line, line + 1)
    assert said(data) == {"data.titles_left_out"}


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
@pytest.mark.parametrize("above", TITLES.values(), ids=TITLES)
def test_names_below_titles_and_groups_are_found_in_workbooks(book, above, suffix):
    data = book({"s": [*above, NAMES, *VALUES]}, suffix)
    assert names(data) == tuple(NAMES)
    assert n_rows(data) == 9
    assert said(data) == {"data.titles_left_out"}


def test_blank_lines_round_a_title_count_as_lines(text):
    data = text([[], ["Report; on, risk"], [], [], NAMES, *VALUES], ";")
    assert names(data) == tuple(NAMES)
    assert used(data) == (True, 5, 6)


def test_a_row_without_values_is_a_row_and_blank_ones_above_the_names_are_none(text):
    data = text([["", "", "", ""], NAMES, ["", "", "", ""], *VALUES])
    assert names(data) == tuple(NAMES)
    assert n_rows(data) == 10
    assert used(data) == (True, 2, 3)
    assert said(data) == set()


def test_years_below_titles_of_several_cells_are_names(text):
    titles = [["Data Source", "Indicators", ""], [], ["Updated", "2024-01-01", ""]]
    rows = [[f"c{i}", f"k{i}", i + 0.5, i + 0.25, ""] for i in range(9)]
    data = text([*titles, [], ["Country", "Code", 1960, 1961, 1962], *rows])
    assert names(data) == ("Country", "Code", "1960", "1961", "1962")
    assert n_rows(data) == 9


def test_a_word_among_numbers_below_a_title_keeps_its_row(text, monkeypatch):
    monkeypatch.setattr(texts, "_BLOCK", 60)
    lines = [["Report"], NAMES, *VALUES]
    lines[6] = ["oops", *VALUES[4][1:]]
    note = next(n for n in text(lines).info.notes if n.code == "data.mixed_column")
    assert (note.params["column"], note.params["row"]) == ("y", 4)


def test_doubled_names_are_completed_by_the_groups_above_them(text):
    above = ["", "train", "", "test", ""]
    below = ["id", "mean", "sd", "mean", "sd"]
    rows = [[f"r{i}", i, 0.5, i + 1, 0.25] for i in range(6)]
    found = names(text([above, below, *rows]))
    assert found == ("id", "train mean", "train sd", "test mean", "test sd")


def test_a_name_over_two_rows_is_kept(book):
    above, below = ["id", "model", "", "g"], ["", "y", "p", ""]
    rows = [[f"r{i}", i % 2, i / 10, "a"] for i in range(6)]
    assert names(book({"s": [above, below, *rows]})) == ("id", "y", "p", "g")


def test_titles_over_a_table_of_words_are_left_out(book):
    rows = [[f"n{i}", f"c{i}", "x"] for i in range(5)]
    data = book({"s": [["Clients"], ["name", "city", "z"], *rows]})
    assert names(data) == ("name", "city", "z")


@pytest.mark.parametrize("units", [["", "%", "", ""], ["[0/1]", "(share)", "", ""]])
def test_a_row_of_units_is_left_out_and_named(text, book, units):
    for data in (text([NAMES, units, *VALUES]), book({"s": [NAMES, units, *VALUES]})):
        assert n_rows(data) == 9
        assert said(data) == {"data.units_left_out"}
        assert used(data) == (True, 1, 3)
        assert data.info.column("p").dtype == "double"


def test_where_the_rows_begin_may_be_said(text, book):
    lines = [NAMES, ["", "%", "", ""], *VALUES]
    for data in (text(lines, first_line=2), book({"s": lines}, first_line=2)):
        assert n_rows(data) == 10
        assert "data.units_left_out" not in said(data)
    assert n_rows(text([NAMES, *VALUES], first_line=5)) == 6


@pytest.mark.parametrize("word", ["oops", "unknown value", "missing"])
def test_a_word_in_the_first_row_is_no_unit(text, word):
    data = text([["a", "b"], [word, "x"], *[[i, "x"] for i in range(9)]])
    assert n_rows(data) == 10
    assert said(data) == set()


def test_the_line_of_the_names_may_be_said(text, book):
    lines = [NAMES, ["a", "b", "c", "d"], *VALUES]
    for data in (text(lines, header_line=2), book({"s": lines}, header_line=2)):
        assert names(data) == ("a", "b", "c", "d")
        assert n_rows(data) == 9
        assert said(data) == set()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"header_line": 900}, "data.no_such_line"),
        ({"header_line": 2}, "data.no_such_line"),
        ({"header_line": 3, "first_line": 3}, "data.rows_above_names"),
    ],
)
def test_a_line_that_cannot_be_is_refused(text, book, options, code):
    lines = [NAMES, [], *VALUES]
    for opened in (text, lambda rows, **how: book({"s": rows}, **how)):
        with pytest.raises(EngineError) as caught:
            opened(lines, **options)
        assert caught.value.code == code
        assert "{" not in sentence(code, caught.value.params)
        assert "--read" in next_step(code, caught.value.params)


# names that are numbers


NUMBERED = {
    "a year among names": ["age,2020,y,score", "34,10,1,0.9", "45,11,0,0.2"],
    "one row": ["age,2020,y,score", "34,10,1,0.9"],
    "years and a word": ["2019,2020,2021,y", "10,11,12,0", "13,10,9,1"],
    "years of places": ["city,2019,2020", "Lugo,10,11", "Cádiz,7,8"],
    "years alone": ["2019,2020,2021", "10,11,12", "13,10,9"],
    "years backwards": ["2021,2020,2019", "10,11,12", "13,10,9"],
    "counted": ["0,1,2,3", "0.1,0.2,0.3,0.4", "1.1,2.2,3.5,4.25"],
    "counted with a word": ["0,1,2,target", "0.5,1.5,2,1", "1,2.5,3,0"],
    "counted after an index": [",0,1", "0,5,6", "1,7,8", "2,9,9"],
    "quoted": ['"17","4","9"', "1,2,3", "4,5,6"],
    "a code among names": ["id,171,y", "1,0.5,0", "2,0.25,1"],
}


@pytest.mark.parametrize("lines", NUMBERED.values(), ids=NUMBERED)
@pytest.mark.parametrize("separator", [",", ";"])
def test_numbers_are_names_where_the_file_says_so(text, lines, separator):
    rows = [line.split(",") for line in lines]
    data = text(rows, separator)
    expected = tuple(cell.strip('"') for cell in rows[0])
    assert names(data) == tuple(name or "column 1" for name in expected)
    assert n_rows(data) == len(lines) - 1


NAMELESS = {
    "numbers": ["1,2,3", "4,5,6", "7,8,9"],
    "a label last": ["5.1,3.5,setosa", "4.9,3,setosa", "6,2,virginica"],
    "years in every row": ["2019,2020,2021", "2018,2019,2020", "2017,2018,2019"],
    "a missing value first": ["?,1,2", "3,4,5", "6,7,8"],
    "a value that comes back": ["unknown,1,2", "3,1,2", "4,1,2"],
    "decimals": ["x,1.5", "2,3.5", "3,4"],
    "one row": ["1,2,3"],
    "quoted everywhere": ['"17","4"', '"1","2"', '"4","5"'],
    "counted wholes": ["0,1,2,3", "4,5,6,7", "8,9,10,11"],
    "twice the same": ["7,7,y", "1,2,3", "4,5,6"],
}


@pytest.mark.parametrize("lines", NAMELESS.values(), ids=NAMELESS)
def test_rows_of_a_file_without_names_are_rows(text, lines):
    data = text([line.split(",") for line in lines])
    assert names(data)[0] == "column 1"
    assert n_rows(data) == len(lines)
    assert used(data) == (False, None, 1)


def test_a_workbook_without_names_keeps_its_first_row(book):
    data = book({"s": [[5.1, 3.5], [4.9, 3], [6, 2]]})
    assert names(data) == ("column 1", "column 2")
    assert n_rows(data) == 3


# sheets


def test_of_several_sheets_the_one_that_was_read_is_named(book):
    sheets = {"empty": [[""]], "people": [NAMES, *VALUES], "more": [["a"], [1]]}
    data = book(sheets)
    note = next(n for n in data.info.notes if n.code == "data.one_of_sheets")
    assert note.params["sheet"] == "people"
    assert names(data) == tuple(NAMES)
    assert "sheet=NAME" in next_step(note.code, note.params)
    assert "data.one_of_sheets" not in said(book(sheets, sheet="more"))


def test_a_blank_column_beside_the_table_is_left_out(book):
    rows = [["", *row] for row in [NAMES, *VALUES]]
    assert names(book({"s": rows})) == tuple(NAMES)


def test_a_hidden_sheet_is_read_only_where_it_is_asked_for(tmp_path):
    path = tmp_path / "given.xlsx"
    write_workbook(path, {"lists": {"a": [1]}, "people": as_columns([NAMES, *VALUES])})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    book = parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = book.replace(
        '<sheet name="lists"', '<sheet state="hidden" name="lists"'
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert names(Dataset.open([str(path)])) == tuple(NAMES)
    hidden = Dataset.open([str(path)], options=ReadOptions(sheet="lists"))
    assert names(hidden) == ("a",)


@pytest.mark.parametrize(
    ("above", "names", "titles"),
    [
        ([["Predicted scores of May"], ["score"]], ("score",), 1),
        ([["May"], [""], ["score"]], ("score",), 1),
        ([["score"], ["unknown"]], ("score",), 0),
        ([["score"]], ("score",), 0),
    ],
)
def test_the_name_of_a_column_alone_stands_below_a_title(above, names, titles):
    found = find([*above, *[[f"0.{i}"] for i in range(1, 8)]])
    assert (found.names, found.titles) == (names, titles)
