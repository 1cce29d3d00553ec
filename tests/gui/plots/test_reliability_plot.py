"""The reliability diagram: nothing is written over its points."""

from __future__ import annotations

import numpy as np

from engine.contracts.results import ReliabilityBins
from gui.plots.reliability_plot import ReliabilityPlot


def test_the_figure_stands_clear_of_the_points(qtbot):
    plot = ReliabilityPlot()
    qtbot.addWidget(plot)
    plot.resize(320, 220)
    middle = np.array([0.1, 0.5, 0.9])
    bins = ReliabilityBins(
        strategy="uniform",
        edges=np.array([0.0, 0.33, 0.67, 1.0]),
        count=np.array([10.0, 5.0, 4.0]),
        predicted=middle,
        observed=np.array([0.98, 0.5, 0.9]),  # in the upper left corner too
        low=middle - 0.1,
        high=np.array([1.0, 0.6, 1.0]),
    )
    plot.set_bins(bins, "said", "happened")
    area = plot._areas()[0].area.toAlignedRect()
    without = plot.grab().toImage()
    plot.set_words("ECE 2.3 % [0.0–2.8 %]")
    said = plot.grab().toImage()
    assert said.copy(area) == without.copy(area)
    assert said != without
