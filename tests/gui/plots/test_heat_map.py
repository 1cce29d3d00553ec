from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor

from gui.plots.heat_map import HeatMap

NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def heat(qtbot):
    plot = HeatMap("all rows", lambda column, feature: f"{column}/{feature}")
    qtbot.addWidget(plot)
    plot.resize(500, 220)
    values = np.array([[-1.0, 0.0], [0.0, 0.5], [1.0, 0.0], [0.5, 0.5]])
    plot.set_values(("age", "home"), values, values.sum(axis=1), "probability")
    return plot


def test_contributions_up_and_down_have_colours_of_their_own(heat):
    pixels = heat._pixels(np.array([[-1.0, 0.0, 1.0]]))[0].tolist()
    expected = (heat.tokens.accent, heat.tokens.panel, heat.tokens.warning)
    assert [QColor(*rgb) for rgb in pixels] == [QColor(name) for name in expected]


def test_a_brush_gives_the_columns_it_touches(heat, qtbot):
    area = heat.area
    wide = area.width() / 4
    brush = QRectF(area.left() + wide * 1.2, area.top() + 5, wide * 1.5, 20)
    with qtbot.waitSignal(heat.brushed) as brushed:
        heat.select_area(brush, NO_KEY)
    assert brushed.args[0] == (1, 3)


def test_a_click_gives_the_column(heat, qtbot):
    area = heat.area
    spot = area.center().toPoint()
    spot.setX(int(area.left() + area.width() * 0.9))
    with qtbot.waitSignal(heat.clicked) as clicked:
        qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, NO_KEY, spot)
    assert clicked.args == [3]


def test_no_rows_are_drawn_empty(heat):
    heat.set_values((), np.zeros((0, 0)), np.zeros(0), "")
    assert not heat.grab().isNull()
    assert heat.column_at(200) is None
