from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.contracts.selection import And, Range
from gui.panels.regression.residuals import ResidualsPanel
from tests.gui.panels.measured_case import credit, measured_case, prices

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def case(qapp):
    return measured_case(prices())


@pytest.fixture
def panel(case, qtbot):
    panel = ResidualsPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(680, 500)
    panel.show()
    qtbot.waitUntil(lambda: panel._result is not None)
    qtbot.wait(10)
    return panel


def drag(plot, start, end):
    axes = plot.axes
    places = [axes.point(*pair).toPoint() for pair in (start, end)]
    QTest.mousePress(plot, LEFT, pos=places[0])
    QTest.mouseMove(plot, places[1])
    QTest.mouseRelease(plot, LEFT, pos=places[1])


def test_that_a_brush_selects_the_rows_inside(case, panel, qtbot):
    drag(panel.actual, (100.0, 100.0), (200.0, 200.0))
    found = case.selection.recipe
    assert isinstance(found, And)
    across, up = found.of
    assert (across.column, up.column) == ("@prediction", "@truth")
    assert across.low == pytest.approx(100, abs=4)
    qtbot.waitUntil(lambda: case.selection.mask is not None)
    scores = case.case.scores
    inside = (
        (scores.labels >= across.low)
        & (scores.labels <= across.high)
        & (scores.truth >= up.low)
        & (scores.truth <= up.high)
    )
    assert np.array_equal(case.selection.mask, inside)
    assert panel.actual._chosen.sum() == inside.sum()


def test_that_residuals_are_brushed_by_the_engine(case, panel, qtbot):
    drag(panel.residual, (100.0, 10.0), (200.0, 60.0))
    assert case.selection.recipe.of[1].column == "@residual"
    qtbot.waitUntil(lambda: case.selection.mask is not None)
    assert 0 < case.selection.n_selected < 3000


def test_that_the_spread_is_brushed_to_its_edges(case, panel, qtbot):
    plot = panel.spread
    axes = plot.axes
    places = [QPoint(round(axes.x(value)), 20) for value in (-40.0, -10.0)]
    QTest.mousePress(plot, LEFT, pos=places[0])
    QTest.mouseRelease(plot, LEFT, pos=places[1])
    found = case.selection.recipe
    assert isinstance(found, Range)
    edges = panel._result.histogram_edges
    assert found.low in edges
    assert found.high in edges


def test_that_one_picture_is_left_on_a_narrow_panel(panel, qtbot):
    assert panel.actual.isVisible()
    assert panel.spread.isVisible()
    panel.resize(360, 260)
    qtbot.wait(10)
    assert not panel.actual.isVisible()
    assert panel.residual.isVisible()
    panel.resize(680, 500)
    qtbot.wait(10)
    assert panel.actual.isVisible()


def test_that_the_table_view_holds_the_trend(panel):
    header, rows = panel.as_table()
    assert len(rows) == len(panel._result.trend_x)
    assert len(header) == 4


def test_that_classes_have_no_residuals(qtbot):
    panel = ResidualsPanel(measured_case(credit()).context)
    qtbot.addWidget(panel)
    assert "classes" in panel.reason()
