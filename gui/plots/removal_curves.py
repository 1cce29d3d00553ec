"""The answer as features are taken away in an order, beside random orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen

from gui.plots.axes import (
    Axes,
    left_room,
    paint_frame,
    paint_ticks_below,
    paint_ticks_left,
    paint_title_below,
)
from gui.plots.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    Floats = NDArray[np.float64]

_DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
)
_VERTICAL = Qt.AlignmentFlag.AlignVCenter


class RemovalCurves(Canvas):
    """One line a method; the band holds 95 % of random orders."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._names: tuple[str, ...] = ()
        self._curves: Floats = np.zeros((0, 2))
        self._low = self._high = np.zeros(2)
        self._across = self._chance = ""
        self.setMinimumSize(200, 150)

    def set_curves(
        self,
        names: Sequence[str],
        curves: Floats,
        chance: Floats,
        across: str,
        of_chance: str,
    ) -> None:
        """Show ``(m, d + 1)`` curves over those of chance."""
        self._names, self._curves = tuple(names), curves
        self._low, self._high = np.quantile(chance, [0.025, 0.975], axis=0)
        self._across, self._chance = across, of_chance
        self.renew()

    @property
    def axes(self) -> Axes:
        """Features gone across, the answer up."""
        every = np.concatenate([self._curves.ravel(), self._low, self._high])
        low, high = float(every.min()), float(every.max())
        room = 0.04 * (high - low) or 1.0
        metrics = self.fontMetrics()
        key = metrics.height() * (len(self._names) + 1) + 8.0
        tall = max(self.height() - key - 2 * metrics.height() - 12.0, 20.0)
        wide = left_room(metrics, low - room, high + room, tall)
        area = QRectF(wide + 6, key, max(self.width() - wide - 24, 20.0), tall)
        steps = float(max(self._curves.shape[1] - 1, 1))
        return Axes(area, 0.0, steps, low - room, high + room)

    def paint_still(self, painter: QPainter) -> None:
        """Paint the band, the lines and their key."""
        axes, tokens = self.axes, self.tokens
        steps = np.arange(self._curves.shape[1])
        if not len(self._names):
            return
        band = axes.line(
            np.concatenate([steps, steps[::-1]]),
            np.concatenate([self._low, self._high[::-1]]),
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.line))
        painter.drawPolygon(band)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, curve in enumerate(self._curves):
            painter.setPen(self._pen(place))
            painter.drawPolyline(axes.line(steps, curve))
        paint_frame(painter, axes, tokens)
        paint_ticks_left(painter, axes, tokens)
        paint_ticks_below(painter, axes, tokens)
        high = painter.fontMetrics().height()
        paint_title_below(painter, axes, tokens, self._across, high + 5)
        self._paint_key(painter)

    def _pen(self, place: int) -> QPen:
        colour = QColor(self.tokens.class_colour(place))
        return QPen(colour, 2, _DASHES[place % len(_DASHES)])

    def _paint_key(self, painter: QPainter) -> None:
        high = painter.fontMetrics().height()
        left = self.axes.area.left()
        for place, name in enumerate((*self._names, self._chance)):
            middle = 2 + (place + 0.5) * high
            if place < len(self._names):
                painter.setPen(self._pen(place))
                painter.drawLine(QPointF(left, middle), QPointF(left + 26, middle))
            else:
                painter.fillRect(
                    QRectF(left, middle - 4, 26, 8), QColor(self.tokens.line)
                )
            painter.setPen(QColor(self.tokens.text))
            room = QRectF(left + 32, middle - high / 2, self.width() - left - 36, high)
            painter.drawText(room, int(_VERTICAL), name)
