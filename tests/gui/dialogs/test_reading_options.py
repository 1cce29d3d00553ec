"""How a file was read is shown, and can be said otherwise."""

from __future__ import annotations

import msgspec
import pytest

from engine.contracts.dataset import ReadOptions, Source
from gui.dialogs.reading_options import ReadingOptions

TEXT = ReadOptions(
    format="csv", separator=";", decimal=",", encoding="cp1252", header=True
)


def source(options: ReadOptions, sheets: tuple[str, ...] = ()) -> Source:
    return Source(
        path="/a", sha256="", size=1, n_rows=1, options=options, sheets=sheets
    )


@pytest.fixture
def dialog(qtbot):
    def opened(found: Source, **kwargs) -> ReadingOptions:
        made = ReadingOptions(found, None, **kwargs)
        qtbot.addWidget(made)
        made.show()
        return made

    return opened


def test_what_was_found_out_is_shown(dialog) -> None:
    made = dialog(source(TEXT))
    shown = made.options()
    assert (shown.separator, shown.decimal) == (";", ",")
    assert (shown.encoding, shown.header) == ("cp1252", True)


def test_what_is_chosen_is_asked_for(dialog) -> None:
    made = dialog(source(TEXT))
    made.separator.setCurrentIndex(made.separator.findData("\t"))
    made.missing.setText("NA, -9")
    assert made.options().separator == "\t"
    assert set(made.options().missing_tokens) >= {"NA", "-9"}


def test_a_workbook_asks_for_its_sheet_only(dialog) -> None:
    made = dialog(source(ReadOptions(format="xlsx", sheet="B"), ("A", "B")))
    assert made.sheet.isVisible()
    assert not made.separator.isVisible()
    made.sheet.setCurrentText("A")
    assert made.options().sheet == "A"


def test_an_unusual_separator_is_kept(dialog) -> None:
    made = dialog(source(msgspec.structs.replace(TEXT, separator=":")))
    assert made.options().separator == ":"


def test_quotes_and_the_order_of_dates_can_be_said(dialog) -> None:
    made = dialog(source(msgspec.structs.replace(TEXT, quote="'")))
    assert (made.options().quote, made.options().day_first) == ("'", None)
    made.quote.setCurrentIndex(made.quote.findData(""))
    made.day_first.setCurrentIndex(made.day_first.findData(False))
    assert (made.options().quote, made.options().day_first) == ("", False)


def test_numbers_with_separators_can_be_left_as_texts(dialog) -> None:
    made = dialog(source(TEXT))
    assert made.options().separated is None
    made.separated.setCurrentIndex(made.separated.findData(False))
    assert made.options().separated is False
    book = dialog(source(ReadOptions(format="excel", separated=True), ("A",)))
    assert book.options().separated is True


def test_a_choice_made_before_is_shown_again(dialog) -> None:
    made = dialog(source(msgspec.structs.replace(TEXT, day_first=True)))
    assert made.options().day_first is True


def test_what_is_not_known_of_a_refused_file_is_left_to_it(dialog) -> None:
    made = dialog(source(ReadOptions()), refused=True)
    assert made.separator.isVisible()
    found = made.options()
    assert (found.separator, found.decimal, found.encoding) == (None, None, None)
    made.separator.setCurrentIndex(made.separator.findData(";"))
    made.encoding.setCurrentText("latin-1")
    found = made.options()
    assert (found.separator, found.decimal, found.encoding) == (";", None, "latin-1")
    again = dialog(source(found), refused=True)
    assert again.options() == found


def test_the_lines_of_names_and_rows_are_shown_and_can_be_said(dialog) -> None:
    found = msgspec.structs.replace(TEXT, header_line=3, first_line=5)
    for made in (
        dialog(source(found)),
        dialog(source(msgspec.structs.replace(found, format="excel"), ("A", "B"))),
    ):
        assert (made.options().header_line, made.options().first_line) == (3, 5)
        made.header_line.setValue(2)
        assert (made.options().header_line, made.options().first_line) == (2, None)
        made.first_line.setValue(4)
        assert made.options().first_line == 4
        made.header.setChecked(False)
        assert made.options().header_line is None
        assert not made.header_line.isEnabled()


def test_rows_that_follow_the_names_are_no_choice(dialog) -> None:
    found = msgspec.structs.replace(TEXT, header_line=3, first_line=4)
    assert dialog(source(found)).options().first_line is None


def test_another_separator_or_sheet_has_the_names_looked_for_again(dialog) -> None:
    found = msgspec.structs.replace(TEXT, header_line=3, first_line=4)
    text = dialog(source(found))
    text.separator.setCurrentIndex(text.separator.findData("\t"))
    assert text.options().header_line is None
    book = dialog(source(ReadOptions(sheet="A", header_line=2), ("A", "B")))
    book.sheet.setCurrentText("B")
    assert book.options().header_line is None
