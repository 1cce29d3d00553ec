"""300 hostile texts: shown as they stand, and harmless in tables that are saved."""

from __future__ import annotations

import csv

import pytest
from PySide6.QtGui import Qt, QTextDocumentFragment
from python_calamine import CalamineWorkbook

from engine.contracts.tables import FORMULA_STARTS
from gui.services.literal import literal
from gui.services.table_files import write_table
from gui.widgets.case_bar import Chip
from tests.support.hostile_texts import TEXTS

SHORT = [text for text in TEXTS if len(text) < 10_000]


def test_there_are_as_many_as_the_plan_asks():
    assert len(set(TEXTS)) >= 300


def test_a_tooltip_shows_every_character_of_a_text():
    for text in SHORT:
        tip = literal(text)
        if not Qt.mightBeRichText(tip):
            assert tip == text
            continue
        shown = QTextDocumentFragment.fromHtml(tip).toPlainText()
        assert shown.split() == text.replace("\ud800", "\ufffd").split()


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
