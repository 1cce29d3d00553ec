from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.contracts.selection import Range
from gui.panels.calibration.reliability import ReliabilityPanel
from tests.gui.panels.measured_case import credit, digits, measured_case, prices


def shown(case, qtbot):
    panel = ReliabilityPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(580, 290)
    panel.show()
    qtbot.waitUntil(lambda: panel._result is not None)
    return panel


@pytest.mark.parametrize("many", [False, True])
def test_that_a_bin_selects_exactly_its_rows(qtbot, many):
    case = measured_case(digits() if many else credit())
    panel = shown(case, qtbot)
    for key in ("uniform", "quantile"):
        panel.bins.choose(key)
        panel._display()
        axes, _ = panel.plot._areas()
        bins = panel._bins
        place = int(np.argmax(bins.count))
        middle = float(bins.edges[place] + bins.edges[place + 1]) / 2
        at = QPoint(round(axes.x(middle)), 40)
        QTest.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=at)
        found = case.selection.recipe
        assert isinstance(found, Range)
        assert found.column == "@score"
        qtbot.waitUntil(
            lambda n=bins.count[place]: case.selection.n_selected == pytest.approx(n)
        )
        count, said, happened, *_ = panel.plot._own
        assert count[place] == bins.count[place]
        assert count.sum() == count[place]
        assert said[place] == pytest.approx(bins.predicted[place])
        assert happened[place] == pytest.approx(bins.observed[place])


def test_that_keys_step_through_the_bins(qtbot):
    case = measured_case(credit())
    panel = shown(case, qtbot)
    for _ in range(2):
        QTest.keyClick(panel.plot, Qt.Key.Key_Right)
    assert "rows" in panel.plot.accessibleDescription()
    QTest.keyClick(panel.plot, Qt.Key.Key_Return)
    assert case.selection.recipe.low == pytest.approx(0.1)


def test_that_the_table_view_holds_every_bin(qtbot):
    panel = shown(measured_case(credit()), qtbot)
    header, rows = panel.as_table()
    assert len(rows) == 10
    assert len(rows[0]) == len(header) == 7


def test_that_a_number_has_no_reliability(qtbot):
    panel = ReliabilityPanel(measured_case(prices()).context)
    qtbot.addWidget(panel)
    assert "number" in panel.reason()
