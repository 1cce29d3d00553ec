"""Where numbers lie on a plot: scales, ticks and the frame around them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPen, QPolygonF

from engine.contracts.readings import numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QFontMetrics, QPainter

    from gui.services.theme import Tokens

_STEPS = (10, 20, 25, 50, 100)  # in tenths
_NEAR = 1 - 1e-9
_NEARLY = 1e-9  # of powers of ten
_SLACK = Fraction(1, 10**9)
_LARGE = 1e6  # from here on powers are shorter, where few digits tell ticks apart
_FEW, _MOST_DECIMALS, _ALL_DIGITS = 2, 6, 17
_BETWEEN = 4.0
_WHOLE = Qt.TextFlag.TextDontClip
_LEFT = Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignRight
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignHCenter
LEAST_SQUARE = 140.0  # pixels a side
_LEAST_LABEL = 34.0  # pixels that a label needs to say anything


@dataclass(frozen=True)
class Axes:
    """A rectangle of the widget and the numbers at its edges."""

    area: QRectF
    left: float
    right: float
    bottom: float
    top: float

    def x(self, value: float) -> float:
        """Return where a number lies, in pixels from the widget's left."""
        span = self.right - self.left or 1.0
        return self.area.left() + (value - self.left) / span * self.area.width()

    def y(self, value: float) -> float:
        """Return where a number lies, in pixels from the widget's top."""
        span = self.top - self.bottom or 1.0
        return self.area.bottom() - (value - self.bottom) / span * self.area.height()

    def point(self, x: float, y: float) -> QPointF:
        """Return the place of a pair of numbers."""
        return QPointF(self.x(x), self.y(y))

    def value_x(self, place: float) -> float:
        """Return the number at a place, never beyond the edges."""
        share = (place - self.area.left()) / max(self.area.width(), 1.0)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def value_y(self, place: float) -> float:
        """Return the number at a height, never beyond the edges."""
        share = (self.area.bottom() - place) / max(self.area.height(), 1.0)
        return self.bottom + min(max(share, 0.0), 1.0) * (self.top - self.bottom)

    @property
    def across_per_pixel(self) -> float:
        """How much a pixel across is."""
        return (self.right - self.left) / max(self.area.width(), 1.0)

    @property
    def up_per_pixel(self) -> float:
        """How much a pixel up is."""
        return (self.top - self.bottom) / max(self.area.height(), 1.0)

    def pixels(self, xs: np.ndarray, ys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where pairs of numbers lie, from the widget's left and top."""
        wide = self.area.width() / (self.right - self.left or 1.0)
        high = self.area.height() / (self.top - self.bottom or 1.0)
        across = self.area.left() + (np.asarray(xs) - self.left) * wide
        return across, self.area.bottom() - (np.asarray(ys) - self.bottom) * high

    def line(self, xs: np.ndarray, ys: np.ndarray) -> QPolygonF:
        """Return a line through pairs of numbers."""
        across, down = self.pixels(xs, ys)
        pairs = zip(across.tolist(), down.tolist(), strict=True)
        return QPolygonF([QPointF(x, y) for x, y in pairs])


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers within an interval, at most about ``most`` of them.

    They are different from one another, also where the interval is so narrow that
    few numbers lie in it.

    Examples
    --------
    >>> ticks(0.0, 1.0, 5)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    span = high - low
    if not span > 0 or not math.isfinite(span) or most < 1:
        return []
    power = math.floor(math.log10(span / most))
    # whole numbers alone, so that every tick is the float nearest to its text
    tenths = next(t for t in _STEPS if t * 10.0 ** (power - 1) * most >= span * _NEAR)
    over = 10 ** max(1 - power, 0)
    step = tenths * 10 ** max(power - 1, 0)
    ends = (Fraction(low) * over / step, Fraction(high) * over / step)
    first, last = math.ceil(ends[0] - _SLACK), math.floor(ends[1] + _SLACK)
    return list(dict.fromkeys(n * step / over for n in range(first, last + 1)))


def power_ticks(low: float, high: float, most: int) -> list[float]:
    """Return numbers for a logarithmic axis between two powers of ten.

    They are 1, 2 and 5 times powers of ten; powers alone, or some of them, where
    these are too many; and plain round numbers where the axis is less than a power
    long.

    Examples
    --------
    >>> power_ticks(0.0, 2.0, 8)
    [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
    >>> power_ticks(-1.0, 5.0, 4)
    [0.1, 10.0, 1000.0, 100000.0]
    """
    if not high > low or most < 1:
        return []
    if high - low < 1.0:
        return [v for v in ticks(10**low, 10**high, most) if v > 0]
    first, last = math.ceil(low - _NEARLY), math.floor(high + _NEARLY)
    every = [float(f"{m}e{n}") for n in range(first - 1, last + 1) for m in (1, 2, 5)]
    ends = 10 ** (low - _NEARLY), 10 ** (high + _NEARLY)
    fine = [v for v in every if ends[0] <= v <= ends[1]]
    if len(fine) <= most:
        return fine
    step = max(math.ceil((last - first + 1) / most), 1)
    return [float(f"1e{n}") for n in range(first, last + 1, step)]


def tick_texts(values: list[float], *, percent: bool = False) -> list[str]:
    """Return ticks as text, all in one notation and no two alike.

    They have the same decimals; very large and very small ones are written by powers
    of ten.
    """
    factor = 100 if percent else 1
    scaled = [value * factor for value in values]
    if not scaled:
        return []
    size = max(map(abs, scaled))
    apart = min((b - a for a, b in pairwise(sorted(scaled))), default=size) or 1.0
    end = "\u202f%" if percent else ""
    plain = _digits(apart, scaled, lambda v, n: f"{v:.{n}f}")
    powers = _digits(apart, scaled, lambda v, n: f"{v:.{n}e}")
    large = size >= _LARGE and powers <= _FEW
    if size >= numbers.LARGEST or plain > _MOST_DECIMALS or large:
        return [numbers.by_powers(value, powers) + end for value in scaled]
    return [numbers.fixed(value, plain) + end for value in scaled]


def _digits(
    apart: float, values: list[float], write: Callable[[float, int], str]
) -> int:
    """Return the fewest digits by which every value is its text, and no other's."""
    for digits in range(_ALL_DIGITS):
        texts = [write(value, digits) for value in values]
        near = all(
            abs(float(text) - value) <= 1e-6 * apart
            for text, value in zip(texts, values, strict=True)
        )
        if near and len(set(texts)) == len(texts):
            return digits
    return _ALL_DIGITS


def squared(area: QRectF) -> QRectF:
    """Return the largest square in an area, at its middle from left to right.

    Where that would be too small to be read, the whole area is taken.
    """
    side = min(area.width(), area.height())
    if side < LEAST_SQUARE:
        return QRectF(area.topLeft(), area.size().expandedTo(QSizeF(1, 1)))
    return QRectF(area.center().x() - side / 2, area.top(), side, side)


def paint_frame(painter: QPainter, axes: Axes, tokens: Tokens) -> None:
    """Paint the hairline round the area."""
    painter.setPen(QPen(QColor(tokens.line), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(axes.area)


def paint_ticks_below(
    painter: QPainter,
    axes: Axes,
    tokens: Tokens,
    *,
    percent: bool = False,
    logarithmic: bool = False,
) -> None:
    """Write the numbers along the lower edge, none over another.

    Where the axis is ``logarithmic``, its edges are powers of ten.
    """
    metrics = painter.fontMetrics()
    most = max(int(axes.area.width() // 56), 1)

    def places(values: list[float], texts: list[str]) -> list[QRectF]:
        rooms = []
        for value, text in zip(values, texts, strict=True):
            width = metrics.horizontalAdvance(text)
            left = max(axes.x(value) - width / 2, axes.area.left() - 8)
            left = max(min(left, axes.area.right() + 10 - width), 0.0)
            top = axes.area.bottom() + 4
            rooms.append(QRectF(left, top, width + 1, metrics.height()))
        return rooms

    def fit(values: list[float], texts: list[str]) -> bool:
        rooms = places(values, texts)
        return all(a.right() + _BETWEEN <= b.left() for a, b in pairwise(rooms))

    values, texts = _fitting(
        axes.left, axes.right, most, fit, percent=percent, logarithmic=logarithmic
    )
    bottom = axes.area.bottom()
    rooms = places(values, texts)
    for value, text, room in zip(values, texts, rooms, strict=True):
        x = axes.x(value)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + 3))
        painter.setPen(QColor(tokens.muted))
        painter.drawText(room, int(_LEFT | _MIDDLE | _WHOLE), text)


def _fitting(
    low: float,
    high: float,
    most: int,
    fit: Callable[[list[float], list[str]], bool],
    *,
    percent: bool,
    logarithmic: bool = False,
) -> tuple[list[float], list[str]]:
    """Return as many ticks as there is room for with their texts, one at least."""
    values: list[float] = []
    texts: list[str] = []
    for fewer in range(most, 0, -1):
        if logarithmic:
            numbers_there = power_ticks(low, high, fewer)
            texts = [tick_texts([value])[0] for value in numbers_there]
            values = [math.log10(value) for value in numbers_there]
        else:
            values = ticks(low, high, fewer)
            texts = tick_texts(values, percent=percent)
        if fit(values, texts):
            return values, texts
    return values[:1], texts[:1]


def paint_labels_below(
    painter: QPainter, axes: Axes, tokens: Tokens, labels: Sequence[str]
) -> None:
    """Write labels at 0, 1, 2 … along the lower edge; where many, only some."""
    metrics = painter.fontMetrics()
    each = axes.area.width() / (axes.right - axes.left)
    step = max(math.ceil(_LEAST_LABEL / max(each, 1.0)), 1)
    painter.setPen(QColor(tokens.muted))
    for place in range(0, len(labels), step):
        if not axes.left <= place <= axes.right:
            continue
        room = min(each * step, axes.area.width())
        left = max(axes.x(place) - room / 2, 0.0)
        text = metrics.elidedText(
            labels[place], Qt.TextElideMode.ElideRight, int(room) - 4
        )
        where = QRectF(left, axes.area.bottom() + 3, room, metrics.height())
        painter.drawText(where, int(_CENTRE), text)


def paint_ticks_left(
    painter: QPainter, axes: Axes, tokens: Tokens, *, percent: bool = False
) -> None:
    """Write the numbers along the left edge, whole with their signs."""
    metrics = painter.fontMetrics()
    left, high = axes.area.left(), metrics.height()

    def fit(_values: list[float], texts: list[str]) -> bool:
        return all(metrics.horizontalAdvance(text) <= left - 6 for text in texts)

    most = ticks_up(axes.area.height())
    values, texts = _fitting(axes.bottom, axes.top, most, fit, percent=percent)
    for value, text in zip(values, texts, strict=True):
        y = axes.y(value)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(left - 3, y), QPointF(left, y))
        painter.setPen(QColor(tokens.muted))
        room, side = QRectF(0, y - high / 2, left - 6, high), _RIGHT
        if not fit([value], [text]):  # beside the axis; zoomed far in
            wide = metrics.horizontalAdvance(text) + 4.0
            room, side = QRectF(left + 3, room.top(), wide, high), _LEFT
            painter.fillRect(room, QColor(tokens.panel))
        painter.drawText(room, int(side | _MIDDLE | _WHOLE), text)


def ticks_up(height: float) -> int:
    """Return the most numbers along a left edge of so many pixels."""
    return max(int(height // 34), 1)


def left_room(
    metrics: QFontMetrics,
    low: float,
    high: float,
    height: float,
    *,
    percent: bool = False,
) -> float:
    """Return the pixels that the numbers at the left of a plot of a height need."""
    texts = tick_texts(ticks(low, high, ticks_up(height)), percent=percent)
    return max(map(metrics.horizontalAdvance, texts), default=8) + 10.0


def paint_title_below(
    painter: QPainter, axes: Axes, tokens: Tokens, text: str, offset: float
) -> None:
    """Write what the horizontal axis is, under its numbers."""
    metrics = painter.fontMetrics()
    room = QRectF(
        axes.area.left() - 8,
        axes.area.bottom() + offset,
        axes.area.width() + 16,
        metrics.height(),
    )
    short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.setPen(QColor(tokens.muted))
    painter.drawText(room, int(_CENTRE | _MIDDLE), short)
