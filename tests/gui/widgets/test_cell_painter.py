"""Columns are as wide as what will stand in them."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontMetrics

from gui.item_models.cell_format import percent_text
from gui.item_models.cells import Cell
from gui.widgets.cell_painter import BAR_WIDTH, CellPainter


def test_a_column_of_shares_has_room_for_surer_rows_than_those_in_sight(qapp):
    font = QFont()
    painter = CellPainter(font)
    width = painter.width_of("", [Cell(text=percent_text(0.6), bar=0.6)])
    for share in (0.9967, 1.0, 0.0004):
        text = percent_text(share)
        assert width > QFontMetrics(font).horizontalAdvance(text) + BAR_WIDTH
