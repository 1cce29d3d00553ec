"""Bars of features: where one row was explained they have no interval."""

from __future__ import annotations

import math

from PySide6.QtGui import QColor

from gui.plots.ranking import Rank, Ranking


def test_a_bar_without_an_interval_has_its_length(qtbot):
    plot = Ranking("importance", "mean |SHAP|")
    qtbot.addWidget(plot)
    plot.resize(400, 200)
    unknown = math.nan
    plot.set_ranks(
        [
            Rank("a", (2.0,), unknown, unknown, "2"),
            Rank("b", (1.0,), unknown, unknown, "1"),
        ]
    )
    assert (plot.axes.left, plot.axes.right) == (0.0, 2.0)
    bars = plot.grab().toImage()
    inside = bars.pixelColor(int(plot.axes.x(1.5)), int(plot.axes.y(0.5)))
    outside = bars.pixelColor(int(plot.axes.x(1.5)), int(plot.axes.y(1.5)))
    assert inside == QColor(plot.tokens.accent)
    assert outside != QColor(plot.tokens.accent)
