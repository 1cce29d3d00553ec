from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from gui.panels.thresholds.selected_scores import bin_counts
from gui.plots.axes import (
    Axes,
    left_room,
    paint_ticks_below,
    paint_ticks_left,
    squared,
    tick_texts,
    ticks,
)
from gui.plots.painted_plot import PaintedPlot
from gui.services.theme import LIGHT

finite = st.floats(-1e9, 1e9)


@given(finite, st.floats(1e-3, 1e9), st.integers(1, 12))
def test_that_ticks_are_few_round_and_inside(low, span, most):
    found = ticks(low, low + span, most)
    assert len(found) <= most + 1
    slack = span * 1e-6 + 1e-9
    assert all(low - slack <= value <= low + span + slack for value in found)
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("values", "percent", "texts"),
    [
        ([0.0, 0.25, 0.5], False, ["0.00", "0.25", "0.50"]),
        ([0.0, 0.5, 1.0], True, ["0\u202f%", "50\u202f%", "100\u202f%"]),
        ([-50.0, 0.0, 50.0], False, ["−50", "0", "50"]),
        ([0.0, 20_000.0], False, ["0", "20,000"]),
    ],
)
def test_that_tick_texts_share_their_decimals(values, percent, texts):
    assert tick_texts(values, percent=percent) == texts


def test_that_places_and_numbers_are_each_other_s_inverse():
    axes = Axes(QRectF(10, 20, 200, 100), -1.0, 3.0, 0.0, 5.0)
    for value in (-1.0, 0.3, 3.0):
        assert axes.value_x(axes.x(value)) == pytest.approx(value)
    for value in (0.0, 2.2, 5.0):
        assert axes.value_y(axes.y(value)) == pytest.approx(value)
    assert axes.value_x(-999) == -1.0


def test_that_binning_counts_as_numpy_does():
    rng = np.random.default_rng(0)
    values = rng.random(5000)
    mask = rng.random(5000) < 0.4
    edges = np.linspace(0, 1, 51)
    assert np.array_equal(
        bin_counts(values, edges, mask), np.histogram(values[mask], edges)[0]
    )
    weights = rng.random(5000)
    assert bin_counts(values, edges, mask, weights).sum() == pytest.approx(
        weights[mask].sum()
    )


SPANS = st.tuples(
    st.sampled_from([0.0, 1.0, -1.0, 1e6, -1e6, 1e15, 3e-7, 123456.789, -2.5e20]),
    st.sampled_from([1e-300, 1e-12, 1e-7, 0.003, 1.0, 7.0, 1e4, 3e8, 1e15, 1e300]),
)


def plain(text):
    """Return the number that a text of an axis says."""
    figure = text.removesuffix("\u202f%")
    return float(figure.replace("−", "-").replace(",", ""))


@given(SPANS, st.floats(0.1, 10), st.integers(1, 15), st.booleans())
def test_axes_repeat_no_tick_and_mix_no_notations(span, factor, most, percent):
    low, high = span[0], span[0] + factor * span[1]
    percent = percent and abs(high) < 1e6  # shares
    values = ticks(low, high, most)
    texts = tick_texts(values, percent=percent)
    assert len(values) <= most + 1
    assert len(set(texts)) == len(texts) == len(values)
    assert len({"e" in text for text in texts if plain(text)}) <= 1
    said = [plain(text) for text in texts]
    assert said == sorted(said)
    for text, value, number in zip(texts, values, said, strict=True):
        assert number == pytest.approx(value * (100 if percent else 1), rel=1e-6)
        assert text.startswith("−") is (value < 0)
        # beyond 1e15 noughts would claim digits that no float has
        assert "e" in text or abs(number) < 1e15


@pytest.mark.parametrize("constant", [0.0, 3.5, -1e20, np.nan, np.inf])
def test_an_axis_of_one_number_has_no_ticks(constant):
    assert ticks(constant, constant, 5) == []
    assert tick_texts([]) == []


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (1_000_000, 1_000_100, ["1,000,000", "1,000,050", "1,000,100"]),
        (0, 2e6, ["0", "1e6", "2e6"]),
        (-2e15, 2e15, ["−2e15", "0", "2e15"]),
        (-2e-9, 2e-9, ["−2e−9", "0", "2e−9"]),
        (0.0, 0.003, ["0.000", "0.002"]),
    ],
)
def test_large_and_small_ticks_are_told_apart(low, high, texts):
    assert tick_texts(ticks(low, high, 2)) == texts


class Painted:
    """Remembers the texts that are painted, and where."""

    def __init__(self, font_of):
        self.metrics, self.texts = font_of.fontMetrics(), []

    def fontMetrics(self):
        return self.metrics

    def setPen(self, _pen):
        pass

    def drawLine(self, *_ends):
        pass

    def drawText(self, room, flags, text):
        wide = self.metrics.horizontalAdvance(text)
        right = bool(flags & int(Qt.AlignmentFlag.AlignRight))
        left = room.right() - wide if right else room.left()
        self.texts.append((text, left, left + wide))


RANGES = [
    (-1.0, 1.0), (-1e6, -1e6 + 1e-3), (-3e15, 4e15), (-123456.75, -123456.25),
    (-1e-12, 1e-12), (1e6, 1e6 + 1e-9), (-0.004, 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("low", "high"), RANGES)
@pytest.mark.parametrize("side", [30, 80, 200, 600])
def test_numbers_at_an_axis_are_whole_and_over_no_other(qtbot, low, high, side):
    widget = QWidget()
    qtbot.addWidget(widget)
    room = left_room(widget.fontMetrics(), low, high, side)
    axes = Axes(QRectF(room, 10, side, side), low, high, low, high)
    for paint in (paint_ticks_left, paint_ticks_below):
        painter = Painted(widget)
        paint(painter, axes, LIGHT)
        assert painter.texts
        assert all(left >= 0 for _, left, _ in painter.texts)
        written = [tick_texts(ticks(low, high, most)) for most in range(1, 20)]
        assert any({text for text, _, _ in painter.texts} <= set(w) for w in written)
    ends = [(left, right) for _, left, right in painter.texts]
    assert all(a[1] < b[0] for a, b in itertools.pairwise(ends))


def test_a_minus_sign_is_in_a_saved_picture(qtbot):
    plot = CurveOf(-2.0, -1.0)
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    buffer, data = QBuffer(), QByteArray()
    buffer.setBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    canvas = QSvgGenerator()
    canvas.setOutputDevice(buffer)
    painter = QPainter(canvas)
    plot.paint_on(painter)
    painter.end()
    assert bytes(data.data()).decode().count("−1.5") >= 2  # at each axis


class CurveOf(PaintedPlot):
    def __init__(self, low, high):
        super().__init__("curve")
        self._ends = low, high
        self.renew()

    @property
    def axes(self):
        low, high = self._ends
        return Axes(QRectF(60, 10, 200, 150), low, high, low, high)

    def paint_static(self, painter):
        paint_ticks_left(painter, self.axes, self.tokens)
        paint_ticks_below(painter, self.axes, self.tokens)


def test_a_square_is_the_largest_at_the_middle():
    assert squared(QRectF(10, 5, 400, 200)) == QRectF(110, 5, 200, 200)
    assert squared(QRectF(10, 5, 200, 400)) == QRectF(10, 5, 200, 200)


def test_where_a_square_would_be_too_small_to_read_the_whole_area_is_taken():
    area = QRectF(10, 5, 400, 90)
    assert squared(area) == area
    assert squared(QRectF(10, 5, -3, 0)).isValid()
