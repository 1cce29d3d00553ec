"""Scores of the two classes, with the threshold to be moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from engine.contracts.i18n import tr
from gui.plots.axes import Axes, paint_ticks_below
from gui.plots.canvas import Canvas

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

HANDLE = 10
GRIP = 7.0
LEGEND, HEAD = 15, 31


class ScoreHistogram(Canvas):
    """Two histograms over each other; the line is dragged, the rest is brushed.

    Signals
    -------
    moved(float)
        The threshold under the pointer or after a key.
    rested()
        The movement has ended.
    brushed(float, float, Qt.KeyboardModifier)
        A stretch of scores was marked.
    """

    moved = Signal(float)
    rested = Signal()
    brushed = Signal(float, float, Qt.KeyboardModifier)

    def __init__(self) -> None:
        super().__init__(tr("Scores of each class, with the threshold"))
        self._edges = np.linspace(0.0, 1.0, 2)
        self._bars = np.zeros((2, 1))
        self._chosen: np.ndarray | None = None
        self._names = ("", "")
        self._colours = (0, 1)
        self._threshold = 0.5  # keys and the handle begin here
        self._drawn = True
        self._text = ""
        self._dragging = False
        self._brush: tuple[float, float] | None = None
        self._from: float | None = None
        self.setMouseTracking(True)
        self.setMinimumHeight(64)

    def set_scores(
        self,
        edges: np.ndarray,
        negative: np.ndarray,
        positive: np.ndarray,
        names: tuple[str, str],
        colours: tuple[int, int] = (0, 1),
    ) -> None:
        """Show the bars of the negative and the positive class."""
        self._edges = np.asarray(edges, dtype=np.float64)
        self._bars = np.vstack([negative, positive]).astype(np.float64)
        self._names, self._colours = names, colours
        self._chosen = None
        self.renew()

    def set_selected(self, counts: np.ndarray | None) -> None:
        """Mark the share of selected rows, ``(2, bins)`` like the bars."""
        self._chosen = counts
        self.renew()

    def set_threshold(self, threshold: float | None, text: str) -> None:
        """Move the line; without a threshold there is none, and the text alone."""
        self._drawn = threshold is not None
        if threshold is not None:
            self._threshold = threshold
        self._text = text
        self.setAccessibleDescription(tr("Threshold {value}", value=text))
        self.update()

    @property
    def axes(self) -> Axes:
        """Where the scores lie."""
        metrics = self.fontMetrics()
        foot = metrics.height() + 6
        area = QRectF(10, HEAD, self.width() - 20, max(self.height() - HEAD - foot, 8))
        top = float(self._bars.max()) if self._bars.size else 1.0
        return Axes(area, float(self._edges[0]), float(self._edges[-1]), 0, top or 1.0)

    # Painting

    def paint_still(self, painter: QPainter) -> None:
        """Paint the bars, those of the smaller class in front."""
        axes = self.axes
        for which in self._back_to_front():
            colour = QColor(self.tokens.class_colour(self._colours[which]))
            soft = QColor(colour)
            soft.setAlphaF(0.28 if self._chosen is not None else 0.6)
            self._paint_bars(painter, axes, self._bars[which], soft)
            if self._chosen is not None:
                self._paint_bars(painter, axes, self._chosen[which], colour)
        painter.setPen(QPen(QColor(self.tokens.line), 1))
        painter.drawLine(axes.area.bottomLeft(), axes.area.bottomRight())
        paint_ticks_below(painter, axes, self.tokens)
        self._paint_names(painter)

    def _back_to_front(self) -> tuple[int, int]:
        return (0, 1) if self._bars[0].sum() >= self._bars[1].sum() else (1, 0)

    def _paint_bars(
        self, painter: QPainter, axes: Axes, counts: np.ndarray, colour: QColor
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        gap = 1.0 if axes.area.width() / max(len(counts), 1) > 4 else 0.0
        for place in np.flatnonzero(counts > 0).tolist():
            left = axes.x(float(self._edges[place]))
            right = axes.x(float(self._edges[place + 1]))
            height = max(axes.area.bottom() - axes.y(float(counts[place])), 0.8)
            top = axes.area.bottom() - height
            painter.drawRect(QRectF(left, top, max(right - left - gap, 0.6), height))

    def _paint_names(self, painter: QPainter) -> None:
        metrics = painter.fontMetrics()
        x, room = 10.0, int(self.width() / 2) - 24
        for which, name in enumerate(self._names):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            colour = QColor(self.tokens.class_colour(self._colours[which]))
            painter.fillRect(QRectF(x, 3, 8, 8), colour)
            painter.setPen(QColor(self.tokens.muted))
            painter.drawText(QPointF(x + 12, 11), text)
            x += 24 + metrics.horizontalAdvance(text)

    def paint_moving(self, painter: QPainter) -> None:
        """Paint the brush and the threshold."""
        axes = self.axes
        if self._brush is not None:
            low, high = (axes.x(value) for value in self._brush)
            mark = QColor(self.tokens.selection)
            mark.setAlphaF(0.6)
            painter.fillRect(QRectF(low, HEAD, high - low, axes.area.height()), mark)
        x = round(axes.x(self._threshold)) + 0.5
        inside = axes.area.left() - 1 <= x <= axes.area.right() + 1
        x = min(max(x, axes.area.left()), axes.area.right())
        painter.setPen(QPen(QColor(self.tokens.text), 1.5))
        if inside and self._drawn:
            painter.drawLine(QPointF(x, LEGEND + 6), QPointF(x, axes.area.bottom()))
        painter.setPen(QPen(QColor(self.tokens.accent), 1.5))
        filled = QColor(self.tokens.accent if self._drawn else self.tokens.panel)
        painter.setBrush(filled)
        knob = QRectF(x - HANDLE / 2, LEGEND + 1, HANDLE, HANDLE)
        painter.drawRect(knob)
        self._paint_value(painter, x)

    def _paint_value(self, painter: QPainter, x: float) -> None:
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(self._text)
        left = x + HANDLE / 2 + 5
        if left + width > self.width() - 2:
            left = x - HANDLE / 2 - 5 - width
        room = QRectF(left - 2, LEGEND, width + 4, 14)
        painter.fillRect(room, QColor(self.tokens.panel))
        painter.setPen(QColor(self.tokens.text))
        painter.drawText(QPointF(left, LEGEND + 11), self._text)

    # Pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the line, or start a brush."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        place = event.position()
        near = abs(place.x() - self.axes.x(self._threshold)) <= GRIP
        if near or place.y() <= HEAD:
            self._dragging = True
            self.moved.emit(self.axes.value_x(place.x()))
        else:
            self._from = self._snapped(place.x(), up=False)
            self._brush = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the line, or widen the brush."""
        place = event.position().x()
        if self._dragging:
            self.moved.emit(self.axes.value_x(place))
            return
        if self._from is not None:
            self._brush = self._stretch(place)
            self.update()
            return
        near = abs(place - self.axes.x(self._threshold)) <= GRIP
        over = near or event.position().y() <= HEAD
        shape = Qt.CursorShape.SizeHorCursor if over else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the movement."""
        if self._dragging:
            self._dragging = False
            self.rested.emit()
        elif self._from is not None:
            low, high = self._stretch(event.position().x())
            self._from = self._brush = None
            self.update()
            self.brushed.emit(low, high, event.modifiers())

    def _stretch(self, place: float) -> tuple[float, float]:
        start = self._from if self._from is not None else 0.0
        step = self._edges[1] - self._edges[0]
        if self._snapped(place, up=False) >= start:
            return start, self._snapped(place, up=True)
        return self._snapped(place, up=False), float(start + step)

    def _snapped(self, place: float, *, up: bool) -> float:
        """Return the edge of the bar under a place."""
        value = self.axes.value_x(place)
        bars = len(self._edges) - 1
        inside = int(np.searchsorted(self._edges, value, side="right")) - 1
        return float(self._edges[min(max(inside, 0), bars - 1) + int(up)])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the line by a hundredth of the scale, by a tenth with Shift."""
        span = float(self._edges[-1] - self._edges[0])
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        step = span * (0.1 if shifted else 0.01)
        ends = {
            Qt.Key.Key_Left: self._threshold - step,
            Qt.Key.Key_Down: self._threshold - step,
            Qt.Key.Key_Right: self._threshold + step,
            Qt.Key.Key_Up: self._threshold + step,
            Qt.Key.Key_Home: float(self._edges[0]),
            Qt.Key.Key_End: float(self._edges[-1]),
        }
        wanted = ends.get(Qt.Key(event.key()))
        if wanted is None:
            super().keyPressEvent(event)
            return
        low, high = float(self._edges[0]), float(self._edges[-1])
        self.moved.emit(round(min(max(wanted, low), high), 12))
        if not event.isAutoRepeat():
            self.rested.emit()
