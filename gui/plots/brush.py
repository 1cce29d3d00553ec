"""A plot on which a rectangle can be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen

from gui.plots.canvas import Canvas

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPainter
    from PySide6.QtWidgets import QWidget

SHORTEST = 4.0  # a drag of fewer pixels is a click


class BrushCanvas(Canvas):
    """Follows the brush; a subclass says what it marks in :meth:`marked`."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._from: QPointF | None = None
        self._to = QPointF()

    def marked(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Take a rectangle in pixels of the widget."""
        raise NotImplementedError

    def tapped(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Take a mere click."""

    def paint_moving(self, painter: QPainter) -> None:
        """Paint the brush."""
        if self._from is None:
            return
        painter.setPen(QPen(QColor(self.tokens.accent), 1))
        mark = QColor(self.tokens.selection)
        mark.setAlphaF(0.4)
        painter.setBrush(mark)
        painter.drawRect(QRectF(self._from, self._to).normalized())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a brush."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._from = self._to = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Widen the brush."""
        if self._from is not None:
            self._to = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the brush, or take it as a click where it went nowhere."""
        if self._from is None:
            return
        area = QRectF(self._from, event.position()).normalized()
        self._from = None
        self.update()
        if area.width() < SHORTEST and area.height() < SHORTEST:
            self.tapped(event.position(), event.modifiers())
        else:
            self.marked(area, event.modifiers())
