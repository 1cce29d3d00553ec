"""A curve between 0 and 1 with the point in force on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from gui.plots.axes import (
    Axes,
    paint_frame,
    paint_ticks_below,
    paint_ticks_left,
    paint_title_below,
)
from gui.plots.canvas import Canvas

if TYPE_CHECKING:
    from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPolygonF

POINT = 4.5
MOST_POINTS = 2_000


class CurvePlot(Canvas):
    """One curve on the unit square; a drag on it asks for the point there.

    Signals
    -------
    picked(float), rested()
        The horizontal value under the pointer; the end of the drag.
    """

    picked = Signal(float)
    rested = Signal()

    def __init__(self, name: str, across: str, up: str) -> None:
        super().__init__(name)
        self._across, self._up = across, up
        self._x = self._y = np.zeros(0)
        self._base: tuple[tuple[float, float], tuple[float, float]] | None = None
        self._point: tuple[float, float] | None = None
        self._others: tuple[tuple[float, float], ...] = ()
        self._lines: tuple[str, ...] = ()
        self._line: tuple[QRectF, QPolygonF] | None = None
        self._corner_right = True
        self._held = False
        self.setMinimumSize(110, 90)

    def set_curve(
        self,
        xs: np.ndarray,
        ys: np.ndarray,
        base: tuple[tuple[float, float], tuple[float, float]] | None,
        lines: tuple[str, ...],
        *,
        right: bool = True,
    ) -> None:
        """Show a curve, the line of chance, and words in a lower corner."""
        if len(xs) > MOST_POINTS:
            keep = np.unique(np.linspace(0, len(xs) - 1, MOST_POINTS).astype(np.int64))
            xs, ys = xs[keep], ys[keep]
        self._x, self._y = xs, ys
        self._base, self._lines, self._corner_right = base, lines, right
        self.setAccessibleDescription(", ".join(lines))
        self.renew()

    def set_point(self, x: float | None, y: float | None) -> None:
        """Move the point; ``None`` where it is undefined."""
        known = x is not None and y is not None and np.isfinite(x) and np.isfinite(y)
        self._point = (float(x), float(y)) if known else None  # type: ignore[arg-type]
        self.update()

    def set_other(self, *points: tuple[float, float]) -> None:
        """Show where the selected rows alone stand."""
        self._others = points
        self.update()

    @property
    def axes(self) -> Axes:
        """Where the unit square lies."""
        metrics = self.fontMetrics()
        foot = 2 * metrics.height() + 9
        left = metrics.horizontalAdvance("0.00") + 10
        area = QRectF(left, 8 + metrics.height(), self.width() - left - 12, 0)
        area.setHeight(max(self.height() - area.top() - foot, 10))
        return Axes(area, 0.0, 1.0, 0.0, 1.0)

    def paint_still(self, painter: QPainter) -> None:
        """Paint frame, chance, curve and words."""
        axes, tokens = self.axes, self.tokens
        paint_frame(painter, axes, tokens)
        paint_ticks_below(painter, axes, tokens)
        paint_ticks_left(painter, axes, tokens)
        metrics = painter.fontMetrics()
        paint_title_below(painter, axes, tokens, self._across, metrics.height() + 5)
        painter.setPen(QColor(tokens.muted))
        painter.drawText(
            QRectF(2, 1, self.width() - 4, metrics.height()),
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
            metrics.elidedText(self._up, Qt.TextElideMode.ElideRight, self.width() - 4),
        )
        if self._base is not None:
            painter.setPen(QPen(QColor(tokens.muted), 1, Qt.PenStyle.DotLine))
            (x, y), (x2, y2) = self._base
            painter.drawLine(axes.point(x, y), axes.point(x2, y2))
        painter.setPen(QPen(QColor(tokens.accent), 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(axes.line(self._x, self._y))
        self._paint_words(painter, axes)

    def _paint_words(self, painter: QPainter, axes: Axes) -> None:
        metrics = painter.fontMetrics()
        side = (
            Qt.AlignmentFlag.AlignRight
            if self._corner_right
            else Qt.AlignmentFlag.AlignLeft
        )
        lines = list(self._lines)
        most = axes.area.width() - 12
        if any(metrics.horizontalAdvance(line) > most for line in lines):
            lines = [p for line in lines for p in _broken(line, metrics, most)]
        top = axes.area.bottom() - 8 - metrics.height() * len(lines)
        for line in lines:
            wide = min(
                float(metrics.horizontalAdvance(line)) + 4, axes.area.width() - 8
            )
            left = (
                axes.area.right() - 6 - wide
                if self._corner_right
                else (axes.area.left() + 6)
            )
            room = QRectF(left, top, wide, metrics.height())
            ground = QColor(self.tokens.panel)
            ground.setAlphaF(0.85)
            painter.fillRect(room, ground)
            painter.setPen(QColor(self.tokens.text))
            text = metrics.elidedText(line, Qt.TextElideMode.ElideRight, int(wide))
            painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), text)
            top += metrics.height()

    def paint_moving(self, painter: QPainter) -> None:
        """Paint the point in force, and the selection's own."""
        axes = self.axes
        painter.setBrush(QColor(self.tokens.warning))
        painter.setPen(QPen(QColor(self.tokens.panel), 1))
        for x, y in self._others:
            at = axes.point(x, y)
            painter.drawRect(QRectF(at.x() - 3.5, at.y() - 3.5, 7, 7))
        if self._point is not None:
            painter.setPen(QPen(QColor(self.tokens.text), 1.8))
            painter.setBrush(QColor(self.tokens.panel))
            painter.drawEllipse(axes.point(*self._point), POINT, POINT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask for the point under the pointer."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._held = True
            self.picked.emit(self.axes.value_x(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer while it is held."""
        if self._held:
            self.picked.emit(self.axes.value_x(event.position().x()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End the movement."""
        if self._held:
            self._held = False
            self.rested.emit()


def _broken(text: str, metrics: QFontMetrics, room: float) -> tuple[str, ...]:
    """Return a named figure and its interval as two lines that fit, if any do."""
    figure, _, ends = text.partition(" [")
    if metrics.horizontalAdvance(figure) <= room:
        return figure, f"[{ends}"
    name, _, value = figure.rpartition(" ")
    return name, f"{value} [{ends}"
