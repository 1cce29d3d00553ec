"""Many rows as a picture of how dense they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPen, QPolygonF

from gui.plots.axes import (
    Axes,
    left_room,
    paint_frame,
    paint_ticks_below,
    paint_ticks_left,
    paint_title_below,
)
from gui.plots.brush import BrushCanvas

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter


class DensityPlot(BrushCanvas):
    """Counts of cells as shades of one hue, with a line of reference.

    Signals
    -------
    brushed(QRectF, Qt.KeyboardModifier)
        A rectangle in numbers: x, y, width, height, from its lowest corner.
    """

    brushed = Signal(QRectF, Qt.KeyboardModifier)

    def __init__(self, name: str, across: str, up: str) -> None:
        super().__init__(name)
        self._across, self._up = across, up
        self._counts = np.zeros((0, 0))
        self._x = self._y = np.array([0.0, 1.0])
        self._reference: tuple[tuple[float, float], tuple[float, float]] | None = None
        self._trend: tuple[np.ndarray, ...] | None = None
        self._chosen: np.ndarray | None = None
        self.setMinimumSize(120, 100)

    def set_density(
        self,
        counts: np.ndarray,
        x_edges: np.ndarray,
        y_edges: np.ndarray,
        reference: tuple[tuple[float, float], tuple[float, float]] | None,
        trend: tuple[np.ndarray, ...] | None = None,
    ) -> None:
        """Show counts ``(x, y)``, a dotted reference and ``(x, mean, low, high)``."""
        self._counts, self._x, self._y = counts, x_edges, y_edges
        self._reference, self._trend = reference, trend
        self.renew()

    def set_selected(self, counts: np.ndarray | None) -> None:
        """Overlay the density of the selected rows, in the same cells."""
        self._chosen = counts
        self.renew()

    @property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Edges of the cells."""
        return self._x, self._y

    @property
    def axes(self) -> Axes:
        """Where the numbers lie."""
        metrics = self.fontMetrics()
        low, high = float(self._y[0]), float(self._y[-1])
        top = metrics.height() + 6
        foot = 2 * metrics.height() + 9
        tall = max(self.height() - top - foot, 10)
        left = left_room(metrics, low, high, tall)
        area = QRectF(left, top, max(self.width() - left - 14, 10), tall)
        return Axes(area, float(self._x[0]), float(self._x[-1]), low, high)

    def paint_still(self, painter: QPainter) -> None:
        """Paint the image, the reference, the trend and the frame."""
        axes, tokens = self.axes, self.tokens
        if self._counts.size:
            faded = 0.35 if self._chosen is not None else 1.0
            painter.drawImage(axes.area, _shades(self._counts, tokens.accent, faded))
        if self._chosen is not None and self._chosen.size:
            painter.drawImage(axes.area, _shades(self._chosen, tokens.warning, 1.0))
        if self._reference is not None:
            painter.setPen(QPen(QColor(tokens.text), 1, Qt.PenStyle.DotLine))
            (x, y), (x2, y2) = self._reference
            painter.drawLine(axes.point(x, y), axes.point(x2, y2))
        if self._trend is not None:
            self._paint_trend(painter, axes)
        paint_frame(painter, axes, tokens)
        paint_ticks_below(painter, axes, tokens)
        paint_ticks_left(painter, axes, tokens)
        high = painter.fontMetrics().height()
        paint_title_below(painter, axes, tokens, self._across, high + 5)
        painter.setPen(QColor(tokens.muted))
        painter.drawText(
            QRectF(2, 0, self.width() - 4, high),
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
            self._up,
        )

    def _paint_trend(self, painter: QPainter, axes: Axes) -> None:
        assert self._trend is not None
        keep = np.isfinite(self._trend[1])
        x, mean, low, high = (part[keep] for part in self._trend)
        if not len(x):
            return
        painter.save()
        painter.setClipRect(axes.area)
        band = QColor(self.tokens.text)
        painter.setPen(Qt.PenStyle.NoPen)
        band.setAlphaF(0.18)
        painter.setBrush(band)
        upper = [axes.point(a, b) for a, b in zip(x, high, strict=True)]
        lower = [axes.point(a, b) for a, b in zip(x, low, strict=True)]
        painter.drawPolygon(QPolygonF(upper + lower[::-1]))
        painter.setPen(QPen(QColor(self.tokens.text), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(axes.line(x, mean))
        painter.restore()

    def marked(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the rectangle in numbers."""
        axes = self.axes
        low = QPointF(axes.value_x(area.left()), axes.value_y(area.bottom()))
        high = QPointF(axes.value_x(area.right()), axes.value_y(area.top()))
        self.brushed.emit(QRectF(low, high), keys)


def _shades(counts: np.ndarray, colour: str, strength: float) -> QImage:
    """Return cells as one hue whose opacity grows with the logarithm of the count."""
    level = np.log1p(np.asarray(counts, dtype=np.float64).T[::-1])
    level = level / (level.max() or 1.0)
    alpha = np.where(level > 0, 0.12 + 0.88 * level, 0.0) * strength
    tint = QColor(colour)
    pixels = np.zeros((*level.shape, 4), dtype=np.uint8)
    pixels[..., :3] = (tint.red(), tint.green(), tint.blue())
    pixels[..., 3] = (255 * alpha).round()
    height, width = level.shape
    kind = QImage.Format.Format_RGBA8888
    return QImage(pixels.tobytes(), width, height, 4 * width, kind).copy()
