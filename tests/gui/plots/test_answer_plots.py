"""Plots of how answers come about: lines of several rows, one row in a line."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt

from gui.plots.decision_plot import DecisionPlot
from gui.plots.force import Force
from gui.plots.waterfall import Step

NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def lines(qtbot):
    plot = DecisionPlot("several", str)
    qtbot.addWidget(plot)
    plot.resize(500, 300)
    values = np.array([[0.5, 0.1], [-0.5, 0.1], [0.1, -0.3]])
    plot.set_lines(0.2, ("age", "home"), values, "probability")
    return plot


def test_lines_rise_from_the_base_to_the_answers(lines):
    np.testing.assert_allclose(lines._sums[:, 0], 0.2)
    np.testing.assert_allclose(lines._sums[:, 1], [0.3, 0.3, -0.1])  # home first
    np.testing.assert_allclose(lines._sums[:, -1], [0.8, -0.2, 0.0], atol=1e-12)


def test_a_click_near_a_line_gives_its_row(lines, qtbot):
    axes = lines.axes
    spot = QPointF(axes.x(0.55), axes.y(1.5)).toPoint()
    with qtbot.waitSignal(lines.clicked) as clicked:
        qtbot.mouseClick(lines, Qt.MouseButton.LeftButton, NO_KEY, spot)
    assert clicked.args == [0]
    assert lines.line_at(QPointF(axes.x(0.7), axes.y(0.5))) is None


def test_a_brush_gives_the_lines_that_pass_through(lines, qtbot):
    axes = lines.axes
    area = QRectF(axes.point(-0.4, 1.99), axes.point(0.1, 1.9)).normalized()
    with qtbot.waitSignal(lines.brushed) as brushed:
        lines.select_area(area, NO_KEY)
    assert brushed.args[0].tolist() == [1, 2]


def test_lines_without_rows_are_drawn_empty(lines):
    lines.set_lines(0.2, ("age",), np.zeros((0, 1)), "probability")
    assert not lines.grab().isNull()
    assert lines.line_at(QPointF(200, 20)) is None


def test_pieces_meet_at_the_answer_and_differ_by_what_base_and_answer_do(qtbot):
    plot = Force("one row")
    qtbot.addWidget(plot)
    sizes = (0.3, -0.1, 0.05)
    steps = [Step(f"f{i}", "", size, "") for i, size in enumerate(sizes)]
    plot.set_steps(0.2, steps, ("base", "answer"))
    assert plot.answer == pytest.approx(0.45)
    ups = [(low, high) for s, low, high in plot.pieces if s.contribution > 0]
    downs = [(low, high) for s, low, high in plot.pieces if s.contribution < 0]
    assert max(high for _, high in ups) == pytest.approx(plot.answer)
    assert min(low for low, _ in downs) == pytest.approx(plot.answer)
    pushed = sum(h - low for low, h in ups) - sum(h - low for low, h in downs)
    assert pushed == pytest.approx(plot.answer - 0.2)
    assert not plot.grab().isNull()
