"""Bars side by side, with their figures where there is room."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPainter, QPixmap

from gui.plots.side_by_side import Said, SideBySide


class Noting(QPainter):
    """Keeps what is written, and where."""

    def __init__(self, on):
        super().__init__(on)
        self.written = {}

    def drawText(self, room, flags, text):
        self.written[text] = room
        super().drawText(room, flags, text)


@pytest.fixture
def plot(qtbot):
    made = SideBySide("contributions")
    qtbot.addWidget(made)
    made.set_said(
        ("age", "home"),
        ("as it is", "changed"),
        (
            (Said(1.0, 0.0, "+0.41"), Said(-0.5, 0.0, "−0.20", opposed=True)),
            (Said(0.1, 0.0, "+0.04"), Said(0.2, 0.3, "+0.08")),
        ),
    )
    return made


def painted(plot):
    page = QPixmap(plot.size())
    with Noting(page) as painter:
        painter.setFont(plot.font())
        plot.paint_static(painter)
    return painter.written


def test_figures_stand_beside_the_bars_one_below_the_other(plot):
    plot.resize(500, 120)
    written = painted(plot)
    ends = {written[text].right() for text in ("+0.41", "+0.04")}
    assert ends == {plot.cell(0, 0).right() - 6}
    assert "−0.20 ≠" in written  # other than in colour alone
    bars = plot.cell(0, 0).width() - plot.figures()
    assert bars > plot.figures()


def test_narrow_columns_keep_their_bars_and_say_figures_when_pointed_at(plot):
    plot.resize(200, 120)
    assert plot.figures() == 0
    assert "+0.41" not in painted(plot)
    assert "≠" in painted(plot)
    assert plot._tip(plot.cell(0, 0).center()) == "as it is, age: +0.41"


def test_titles_that_are_too_long_for_a_line_have_two(plot):
    plot.resize(500, 120)
    one = plot.cell(0, 0).top()
    plot.set_said(
        ("age", "home"),
        ("Shapley values of the answer", "Gradient shares"),
        plot._cells,
    )
    plot.resize(300, 120)
    assert plot.cell(0, 0).top() > one
    written = painted(plot)
    assert "Shapley values of the answer" in written
    assert written["Gradient shares"].bottom() <= plot.cell(0, 1).top()
