"""The answer as features are taken away in an order, beside random orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen

from engine.contracts.readings import numbers
from gui.plots.axes import (
    left_room,
    paint_frame,
    paint_ticks_below,
    paint_ticks_left,
    paint_title_below,
)
from gui.plots.chart import Chart, show_band
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gui.plots.window import Ends

    Floats = NDArray[np.float64]

_DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
)
_VERTICAL = Qt.AlignmentFlag.AlignVCenter


class RemovalCurves(Chart):
    """One line a method; the band holds 95 % of random orders."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._names: tuple[str, ...] = ()
        self._curves: Floats = np.zeros((0, 2))
        self._low = self._high = np.zeros(2)
        self._across = self._chance = ""
        self._band = self.band(above=0.1)
        self._method_lines: list[Any] = []
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
    def ends(self) -> Ends:
        """Features gone across, the prediction up."""
        every = np.concatenate([self._curves.ravel(), self._low, self._high])
        low, high = float(every.min()), float(every.max())
        room = 0.04 * (high - low) or 1.0
        steps = float(max(self._curves.shape[1] - 1, 1))
        return 0.0, steps, low - room, high + room

    def room(self, ends: Ends) -> QRectF:
        """Return the room below the key."""
        metrics = self.fontMetrics()
        key = metrics.height() * (len(self._names) + 1) + 8.0
        tall = max(self.height() - key - 2 * metrics.height() - 12.0, 20.0)
        wide = left_room(metrics, *ends[2:], tall)
        return QRectF(wide + 6, key, max(self.width() - wide - 24, 20.0), tall)

    def draw(self) -> None:
        """Draw the band and the lines."""
        steps = np.arange(self._curves.shape[1], dtype=float)
        known = steps if len(self._names) else steps[:0]
        shade = QColor(self.tokens.line)
        show_band(
            self._band, known, self._low[: len(known)], self._high[: len(known)], shade
        )
        while len(self._method_lines) < len(self._curves):
            self._method_lines.append(self.curve(above=0.2))
        for place, line in enumerate(self._method_lines):
            shown = place < len(self._curves)
            line.setVisible(shown)
            if shown:
                width = 2 * self.pen_scale
                pen = self._pen(place)
                pen.setWidthF(width)
                pen.setCosmetic(True)
                line.setData(steps, self._curves[place], pen=pen)

    def paint_frame(self, painter: QPainter) -> None:
        """Paint the frame, the numbers and the key."""
        if not len(self._names):
            return
        axes, tokens = self.axes, self.tokens
        paint_frame(painter, axes, tokens)
        paint_ticks_left(painter, axes, tokens)
        paint_ticks_below(painter, axes, tokens)
        high = painter.fontMetrics().height()
        paint_title_below(painter, axes, tokens, self._across, high + 5)
        self._paint_key(painter)

    # Reading

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say the predictions after the step under the pointer."""
        axes = self.axes
        if not len(self._names) or not axes.area.contains(where):
            return None
        return self.stop(round(axes.value_x(where.x())))

    @property
    def n_stops(self) -> int:
        """A place for each step."""
        return self._curves.shape[1] if len(self._names) else 0

    def stop(self, place: int) -> Readout:
        """Say the predictions after a step."""
        digits = numbers.decimals_of(float(np.abs(self._curves).max()) or 1.0)
        lines = [f"{self._across}: {place}"]
        for name, curve in zip(self._names, self._curves, strict=True):
            lines.append(f"{name}: {numbers.fixed(float(curve[place]), digits)}")
        ends = (float(self._low[place]), float(self._high[place]))
        low, high = (numbers.fixed(end, digits) for end in ends)
        lines.append(f"{self._chance}: {low} – {high}")
        at = self.axes.point(place, float(self._curves[0, place]))
        return Readout("\n".join(lines), at)

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
