"""Curves and surfaces: where places lie, missing values, and what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from engine.contracts.results import Axis
from gui.plots.effect_curve import EffectCurve
from gui.plots.effect_surface import EffectSurface
from gui.plots.subsample import evenly


def numbers(*values, missing=0):
    known = np.array(values, dtype=float)
    counts, edges = np.histogram(known, 5)
    shown = np.append(known, np.nan) if missing else known
    return Axis(name="x", values=shown, counts=counts, edges=edges, n_missing=missing)


def labels(*names, missing=0):
    shown = [float(i) for i in range(len(names))] + [np.nan] * bool(missing)
    return Axis(
        name="y",
        values=np.array(shown),
        labels=names,
        counts=np.ones(len(shown), dtype=np.int64),
        edges=np.zeros(0),
        n_missing=missing,
    )


def curve(qtbot, axis, lines=None):
    plot = EffectCurve("effect", str)
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    n = len(axis.values)
    flat = np.linspace(0, 1, n)
    plot.set_curve(axis, (flat, flat - 0.1, flat + 0.1), lines, "answer")
    return plot


@pytest.mark.parametrize(
    "axis",
    [
        numbers(1, 2, 5),
        numbers(1, 2, 5, missing=3),
        numbers(4),
        labels("a", "b"),
        labels("a", "b", missing=2),
        labels(*(f"label {i}" for i in range(40))),
    ],
)
def test_every_kind_of_axis_is_painted(qtbot, axis):
    plot = curve(qtbot, axis, np.random.default_rng(0).random((9, len(axis.values))))
    plot.set_current(float("nan"), np.zeros(len(axis.values)))
    assert not plot.grab().isNull()
    plot.set_current(float(axis.values[0]), None)
    assert not plot.grab().isNull()


class Joining(QPainter):
    """Keeps how many places are joined by a line."""

    def __init__(self, on):
        super().__init__(on)
        self.joined = []

    def drawPolyline(self, line):
        self.joined.append(line.size())
        super().drawPolyline(line)


def runs(line):
    """Return how many points each stretch without a gap has."""
    known = np.isfinite(line.getData()[0])
    return [len(run) for run in "".join(" x"[int(k)] for k in known).split()]


def joined(plot):
    """Return the most places that a row's or the current row's line joins."""
    page = QPixmap(plot.size())
    with Joining(page) as painter:
        plot.paint_above(painter)
    dashes = np.isfinite(plot._x).sum() - plot._joined
    stretches = runs(plot._row_lines[0])
    if dashes:
        assert stretches.count(2) >= dashes  # a dash where nothing is joined
        stretches = [n for n in stretches if n > 2]
    return max([*painter.joined, *stretches])


@pytest.mark.parametrize(
    ("axis", "n"),
    [(labels("a", "b", "c"), 0), (labels("a", "b", missing=1), 0), (numbers(1, 4), 2)],
)
def test_numbers_are_joined_by_a_line_and_labels_are_not(qtbot, axis, n):
    lines = np.random.default_rng(0).random((9, len(axis.values)))
    plot = curve(qtbot, axis, lines)
    plot.set_current(float(axis.values[0]), lines[2])
    assert joined(plot) == n


def test_rows_at_a_label_are_found_where_they_are_drawn(qtbot):
    plot = curve(qtbot, labels("a", "b"), np.array([[0.0, 1.0], [0.6, 0.0]]))
    found = []
    plot.brushed.connect(lambda rows, _keys: found.append(rows.tolist()))
    plot.clicked.connect(found.append)
    axes = plot.axes
    corner = axes.point(0.4, 0.4)  # a line from one label to the other would be there
    between = QRectF(corner, axes.point(0.6, 0.6)).normalized()
    plot.select_area(between, Qt.KeyboardModifier.NoModifier)
    assert found == []
    at = QRectF(axes.point(-0.2, 0.5), axes.point(0.2, 0.7)).normalized()
    plot.select_area(at, Qt.KeyboardModifier.NoModifier)
    plot.click_at(axes.point(1.1, 1.0), Qt.KeyboardModifier.NoModifier)
    assert found == [[1], 0]


def test_missing_values_stand_beyond_the_numbers(qtbot):
    plot = curve(qtbot, numbers(1, 2, 5, missing=3))
    assert plot._x[-1] > 5
    assert plot.axes.right > plot._x[-1]


def test_a_brush_finds_lines_that_are_not_drawn(qtbot):
    heights = np.linspace(0, 1, 1_000)
    plot = curve(qtbot, numbers(0, 1, 2), np.repeat(heights[:, None], 3, axis=1))
    found = []
    plot.brushed.connect(lambda rows, _keys: found.append(rows))
    axes = plot.axes
    low = QPointF(axes.x(0.4), axes.y(0.25))
    high = QPointF(axes.x(0.6), axes.y(0.5))
    plot.select_area(QRectF(low, high).normalized(), Qt.KeyboardModifier.NoModifier)
    assert heights[found[0]].min() == pytest.approx(0.25, abs=2e-3)
    assert heights[found[0]].max() == pytest.approx(0.5, abs=2e-3)
    assert len(found[0]) == pytest.approx(250, abs=3)


def test_a_line_that_only_crosses_the_brush_is_found(qtbot):
    steep = np.array([[0.0, 1.0], [1.0, 1.0]])
    plot = curve(qtbot, numbers(0, 1), steep)
    found = []
    plot.brushed.connect(lambda rows, _keys: found.append(rows.tolist()))
    axes = plot.axes
    low = QPointF(axes.x(0.4), axes.y(0.49))
    high = QPointF(axes.x(0.6), axes.y(0.51))
    plot.select_area(QRectF(low, high).normalized(), Qt.KeyboardModifier.NoModifier)
    assert found == [[0]]


def test_few_of_many_are_spread_evenly():
    rows = np.arange(1_000)
    some = evenly(rows, 11)
    assert some.tolist() == [0, 99, 199, 299, 399, 499, 599, 699, 799, 899, 999]
    assert evenly(rows[:5], 11).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (numbers(1, 2, 5), numbers(3, 4, missing=1)),
        (labels("a", "b", missing=1), numbers(3, 4)),
        (numbers(7), labels("a", "b")),
    ],
)
def test_surfaces_of_every_kind_are_painted(qtbot, one, two):
    plot = EffectSurface("effect", lambda i, j: f"{i},{j}")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    values = np.random.default_rng(0).random((len(one.values), len(two.values)))
    points = np.array([[one.values[0], two.values[0]], [np.nan, np.nan]])
    plot.set_surface((one, two), values, "answer", points)
    plot.set_selected(np.array([True, False]))
    plot.set_current((float(one.values[0]), float("nan")))
    assert not plot.grab().isNull()
    assert plot.cell_at(plot.axes.point(plot.axes.left, plot.axes.bottom)) == (0, 0)
    last = (len(one.values) - 1, len(two.values) - 1)
    area = plot.axes.area
    assert plot.cell_at(QPointF(area.right() - 1, area.top() + 1)) == last


def test_effects_between_places_have_a_cell_less(qtbot):
    plot = EffectSurface("effect", lambda i, j: f"{i},{j}")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    empty = np.array([[False, True], [False, False]])
    one, two = numbers(1, 2, 5), numbers(3, 4, 8)
    values = np.array([[1.0, 0.0], [-1.0, 0.5]])
    plot.set_surface((one, two), values, "effect", np.zeros((0, 2)), empty)
    assert plot._edges[0].tolist() == [1, 2, 5]
    area = plot.axes.area
    assert plot.cell_at(QPointF(area.right() - 1, area.top() + 1)) == (1, 1)
    assert not plot.grab().isNull()


@pytest.mark.parametrize("axis", [numbers(1, 2, 5, missing=3), labels("a", "b")])
def test_the_mean_of_one_row_has_no_interval(qtbot, axis):
    plot = curve(qtbot, axis)
    unknown = np.full(len(axis.values), np.nan)
    middle = np.linspace(0, 1, len(axis.values))
    plot.set_curve(axis, (middle, unknown, unknown), None, "answer")
    plot.grab()
    assert np.isfinite(plot.ends).all()
    assert not plot._mean_band.isVisible()
    assert not plot._mean_ends.isVisible()
