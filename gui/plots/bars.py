"""One histogram of numbers, to be brushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from gui.plots.axes import Axes, paint_ticks_below, paint_title_below
from gui.plots.canvas import Canvas

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPainter


class BarsPlot(Canvas):
    """Counts between edges.

    Signals
    -------
    brushed(float, float, Qt.KeyboardModifier)
        A stretch of numbers was marked, from edge to edge.
    """

    brushed = Signal(float, float, Qt.KeyboardModifier)

    def __init__(self, name: str, across: str) -> None:
        super().__init__(name)
        self._across = across
        self._edges = np.array([0.0, 1.0])
        self._counts = np.zeros(1)
        self._chosen: np.ndarray | None = None
        self._mark: float | None = None
        self._from: float | None = None
        self._to = 0.0
        self.setMinimumSize(110, 70)

    def set_counts(
        self, edges: np.ndarray, counts: np.ndarray, mark: float | None = None
    ) -> None:
        """Show counts; ``mark`` is a number with a line of its own."""
        self._edges, self._counts, self._mark = edges, counts, mark
        self.renew()

    def set_selected(self, counts: np.ndarray | None) -> None:
        """Overlay the counts of the selected rows."""
        self._chosen = counts
        self.renew()

    @property
    def axes(self) -> Axes:
        """Where the numbers lie."""
        high = self.fontMetrics().height()
        area = QRectF(
            10, 6, max(self.width() - 24, 10), max(self.height() - 2 * high - 16, 8)
        )
        top = float(self._counts.max()) if len(self._counts) else 1.0
        return Axes(area, float(self._edges[0]), float(self._edges[-1]), 0, top or 1.0)

    def paint_still(self, painter: QPainter) -> None:
        """Paint the bars."""
        axes = self.axes
        soft = QColor(self.tokens.accent)
        soft.setAlphaF(0.3 if self._chosen is not None else 0.65)
        self._paint_bars(painter, axes, self._counts, soft)
        if self._chosen is not None:
            self._paint_bars(painter, axes, self._chosen, QColor(self.tokens.warning))
        painter.setPen(QPen(QColor(self.tokens.line), 1))
        painter.drawLine(axes.area.bottomLeft(), axes.area.bottomRight())
        if self._mark is not None and axes.left <= self._mark <= axes.right:
            painter.setPen(QPen(QColor(self.tokens.text), 1, Qt.PenStyle.DotLine))
            x = axes.x(self._mark)
            painter.drawLine(
                QPointF(x, axes.area.top()), QPointF(x, axes.area.bottom())
            )
        paint_ticks_below(painter, axes, self.tokens)
        high = painter.fontMetrics().height()
        paint_title_below(painter, axes, self.tokens, self._across, high + 5)

    def _paint_bars(
        self, painter: QPainter, axes: Axes, counts: np.ndarray, colour: QColor
    ) -> None:
        for place in np.flatnonzero(counts > 0).tolist():
            left = axes.x(float(self._edges[place]))
            right = axes.x(float(self._edges[place + 1]))
            top = min(axes.y(float(counts[place])), axes.area.bottom() - 0.8)
            wide = right - left - (1.0 if right - left > 4 else 0.0)
            painter.fillRect(
                QRectF(left, top, max(wide, 0.6), axes.area.bottom() - top), colour
            )

    def paint_moving(self, painter: QPainter) -> None:
        """Paint the brush."""
        if self._from is not None:
            mark = QColor(self.tokens.selection)
            mark.setAlphaF(0.6)
            axes = self.axes
            low, high = sorted((self._from, self._to))
            painter.fillRect(
                QRectF(low, axes.area.top(), high - low, axes.area.height()), mark
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a brush."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._from = self._to = event.position().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Widen the brush."""
        if self._from is not None:
            self._to = event.position().x()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Give the stretch, out to the edges of its bars."""
        if self._from is None:
            return
        low, high = sorted((self._from, event.position().x()))
        self._from = None
        self.update()
        axes = self.axes
        last = len(self._edges) - 1
        first = int(np.searchsorted(self._edges, axes.value_x(low), "right")) - 1
        stop = int(np.searchsorted(self._edges, axes.value_x(high), "left"))
        first = min(max(first, 0), last - 1)
        stop = min(max(stop, first + 1), last)
        self.brushed.emit(
            float(self._edges[first]), float(self._edges[stop]), event.modifiers()
        )
