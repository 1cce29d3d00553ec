"""300 hostile texts: shown as they stand, and harmless in tables that are saved."""

from __future__ import annotations

import csv
import time

import pytest
from PySide6.QtGui import Qt, QTextDocumentFragment
from PySide6.QtWidgets import QLabel, QMenu
from python_calamine import CalamineWorkbook

from engine.contracts.i18n import tr
from engine.contracts.printable import OWN, printable, shortened
from engine.contracts.tables import FORMULA_STARTS
from gui.dialogs.message_box import MessageBox
from gui.services.literal import literal, literal_title
from gui.services.table_files import write_table
from gui.widgets.case_bar import Chip
from gui.widgets.labels import LONGEST, WIDEST, PlainLabel, RichLabel
from tests.support.hostile_texts import TEXTS

SHORT = [text for text in TEXTS if len(text) < 10_000]


def test_there_are_as_many_as_the_plan_asks():
    assert len(set(TEXTS)) >= 300


def test_a_tooltip_shows_every_character_of_a_text():
    for text in SHORT:
        tip = literal(text)
        if not Qt.mightBeRichText(tip):
            assert tip == printable(text, OWN)
            continue
        shown = QTextDocumentFragment.fromHtml(tip).toPlainText()
        assert shown.split() == printable(text, OWN).split()


def test_the_title_of_a_menu_entry_has_every_sign_and_one_line(qtbot):
    menu = QMenu()
    qtbot.addWidget(menu)
    for text in SHORT:
        title = menu.addAction(literal_title(text)).text()
        assert title.replace("&&", "&") == printable(" ".join(text.split()))
        assert "\t" not in title
        assert "&" not in title.replace("&&", "")


def test_a_label_shows_every_text_as_it_stands(qtbot):
    label = PlainLabel()
    qtbot.addWidget(label)
    for text in TEXTS:
        label.setText(text)
        assert label.textFormat() is Qt.TextFormat.PlainText
        assert label.text() == printable(shortened(text, LONGEST), OWN)


def test_no_mark_that_turns_the_line_about_reaches_a_label(qtbot):
    for label in (PlainLabel("a\u202eb"), RichLabel("a\u202eb")):
        qtbot.addWidget(label)
        assert label.text() == "a\ufffdb"


def test_a_name_of_a_megabyte_neither_widens_nor_stops_the_window(qtbot):
    began = time.monotonic()
    label = PlainLabel("x" * 1_000_000)
    qtbot.addWidget(label)
    label.setWordWrap(True)
    label.resize(300, 50)
    label.grab()
    assert label.minimumSizeHint().width() <= WIDEST
    assert len(literal("x" * 1_000_000)) < 3_000
    assert len(tr("Column {column}", column="x" * 1_000_000)) < 10_000
    assert time.monotonic() - began < 2


def test_no_part_of_a_message_box_reads_html(qtbot):
    box = MessageBox()
    qtbot.addWidget(box)
    box.setText("Replace <b>a</b>?")
    box.setInformativeText("It is kept as <i>b</i>.")
    labels = [label for label in box.findChildren(QLabel) if label.text()]
    assert {label.text() for label in labels} == {
        "Replace <b>a</b>?",
        "It is kept as <i>b</i>.",
    }
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_the_tooltip_of_a_chip_is_no_html_of_the_file(qtbot):
    chip = Chip("Data")
    qtbot.addWidget(chip)
    chip.show_text("x", "<img src='x.png'>.csv")
    assert "<img" not in chip.toolTip()


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_no_text_is_a_formula_in_a_table_that_is_saved(tmp_path, suffix):
    texts = [t for t in SHORT if t.isprintable() and t.strip()]
    path = tmp_path / f"a.{suffix}"
    write_table(path, ([texts[0]], [[text] for text in texts]))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    if suffix == "xlsx":
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        assert [row[0] for row in sheet.to_python()[1:]] == texts
        return
    with path.open(newline="", encoding="utf-8-sig") as file:
        cells = [row[0] for row in csv.reader(file)]
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]
    assert [
        c[1:] if c[0] == "'" and c[1:] == t else c
        for c, t in zip(cells[1:], texts, strict=True)
    ] == texts


def test_hostile_texts_of_any_kind_can_be_saved(tmp_path):
    """Lone surrogates, control characters and a megabyte end no save."""
    for suffix in ("csv", "xlsx"):
        for text in TEXTS[: len(TEXTS) // 7]:
            write_table(tmp_path / f"a.{suffix}", ([text], [[text]]))
