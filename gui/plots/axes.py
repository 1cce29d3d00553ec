"""Where numbers lie on a plot: scales, ticks and the frame around them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen, QPolygonF

from engine.contracts.i18n import written
from engine.contracts.readings import numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from gui.services.theme import Tokens

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LEFT = Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignRight
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignHCenter
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

    def line(self, xs: np.ndarray, ys: np.ndarray) -> QPolygonF:
        """Return a line through pairs of numbers."""
        wide = self.area.width() / (self.right - self.left or 1.0)
        high = self.area.height() / (self.top - self.bottom or 1.0)
        across = self.area.left() + (np.asarray(xs) - self.left) * wide
        down = self.area.bottom() - (np.asarray(ys) - self.bottom) * high
        pairs = zip(across.tolist(), down.tolist(), strict=True)
        return QPolygonF([QPointF(x, y) for x, y in pairs])


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers within an interval, at most about ``most`` of them.

    Examples
    --------
    >>> ticks(0.0, 1.0, 5)
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    span = high - low
    if not span > 0 or not math.isfinite(span) or most < 1:
        return []
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in _STEPS if s * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 12) + 0.0 for number in range(first, last + 1)]


def tick_texts(values: list[float], *, percent: bool = False) -> list[str]:
    """Return ticks as text, all with the same decimals."""
    factor = 100.0 if percent else 1.0
    scaled = [value * factor for value in values]
    if scaled and max(map(abs, scaled)) >= 1e6:
        return [written(f"{v:.3g}").replace("e+0", "e") for v in scaled]
    digits = 0
    while digits < 6 and any(abs(v - round(v, digits)) > 1e-9 for v in scaled):
        digits += 1
    end = "\u202f%" if percent else ""
    return [numbers.fixed(value, digits) + end for value in scaled]


def paint_frame(painter: QPainter, axes: Axes, tokens: Tokens) -> None:
    """Paint the hairline round the area."""
    painter.setPen(QPen(QColor(tokens.line), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(axes.area)


def paint_ticks_below(
    painter: QPainter, axes: Axes, tokens: Tokens, *, percent: bool = False
) -> None:
    """Write the numbers along the lower edge, none over another."""
    metrics = painter.fontMetrics()
    most = max(int(axes.area.width() // 56), 1)
    values = ticks(axes.left, axes.right, most)
    for value, text in zip(values, tick_texts(values, percent=percent), strict=True):
        width = metrics.horizontalAdvance(text)
        x = axes.x(value)
        painter.setPen(QPen(QColor(tokens.line), 1))
        bottom = axes.area.bottom()
        painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + 3))
        left = min(max(x - width / 2, axes.area.left() - 8), axes.area.right() + 8)
        left = min(left, axes.area.right() + 10 - width)
        painter.setPen(QColor(tokens.muted))
        room = QRectF(left, bottom + 4, width + 1, metrics.height())
        painter.drawText(room, int(_LEFT | _MIDDLE), text)


def paint_labels_below(
    painter: QPainter, axes: Axes, tokens: Tokens, labels: Sequence[str]
) -> None:
    """Write labels at 0, 1, 2 … along the lower edge; where many, only some."""
    metrics = painter.fontMetrics()
    each = axes.area.width() / (axes.right - axes.left)
    step = max(math.ceil(_LEAST_LABEL / max(each, 1.0)), 1)
    painter.setPen(QColor(tokens.muted))
    for place in range(0, len(labels), step):
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
    """Write the numbers along the left edge."""
    metrics = painter.fontMetrics()
    most = max(int(axes.area.height() // 34), 1)
    values = ticks(axes.bottom, axes.top, most)
    for value, text in zip(values, tick_texts(values, percent=percent), strict=True):
        y = axes.y(value)
        painter.setPen(QPen(QColor(tokens.line), 1))
        left = axes.area.left()
        painter.drawLine(QPointF(left - 3, y), QPointF(left, y))
        painter.setPen(QColor(tokens.muted))
        high = metrics.height()
        room = QRectF(0, y - high / 2, left - 6, high)
        painter.drawText(room, int(_RIGHT | _MIDDLE), text)


def left_room(
    metrics_width: int,
    low: float,
    high: float,
    *,
    most: int = 6,
    percent: bool = False,
) -> float:
    """Return the pixels that the numbers at the left need.

    ``metrics_width`` is the width of a digit; ``most`` the most numbers there are.
    """
    texts = tick_texts(ticks(low, high, most), percent=percent)
    return max((len(text) for text in texts), default=1) * metrics_width + 10.0


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
