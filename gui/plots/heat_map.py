"""Rows across, features down: every contribution as a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPen
from PySide6.QtWidgets import QToolTip

from gui.plots.axes import Axes
from gui.plots.brush import BrushCanvas
from gui.services.literal import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

_LINE, _CURVE = 18, 46.0  # the least height of a feature, and that of the answers
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class HeatMap(BrushCanvas):
    """Columns of equal width, each a row or a few alike; the answers above them.

    Signals
    -------
    brushed(object, Qt.KeyboardModifier)
        First column and the one after the last that were marked, as a pair.
    clicked(int)
        The column that was clicked.
    """

    brushed = Signal(object, Qt.KeyboardModifier)
    clicked = Signal(int)

    def __init__(self, name: str, tip: Callable[[int, int], str]) -> None:
        super().__init__(name)
        self._tip = tip
        self._names: tuple[str, ...] = ()
        self._values: NDArray[np.floating] = np.zeros((0, 0))
        self._answers: NDArray[np.floating] = np.zeros(0)
        self._marked: NDArray[np.floating] | None = None
        self._above = ""
        self.setMinimumSize(240, 140)

    def set_values(
        self,
        names: Sequence[str],
        values: NDArray[np.floating],
        answers: NDArray[np.floating],
        above: str,
    ) -> None:
        """Show ``(m, d)`` contributions and ``(m,)`` answers; ``above`` names these."""
        self._names, self._values = tuple(names), values
        self._answers, self._above = answers, above
        self._marked = None
        foot = self.fontMetrics().height() + 10
        self.setMinimumHeight(int(_CURVE + foot + _LINE * len(names)))
        self.renew()

    def set_marked(self, shares: NDArray[np.floating] | None) -> None:
        """Mark columns under the map; ``(m,)`` shares of their rows, 0 to 1."""
        self._marked = shares
        self.update()

    @property
    def area(self) -> QRectF:
        """Where the colours lie."""
        metrics = self.fontMetrics()
        widest = max(map(metrics.horizontalAdvance, self._names), default=0)
        left = min(widest + 14.0, self.width() * 0.4)
        top = metrics.height() + _CURVE
        return QRectF(
            left,
            top,
            max(self.width() - left - 10, 20.0),
            max(self.height() - top - 10, 10.0),
        )

    def paint_still(self, painter: QPainter) -> None:
        """Paint the answers, the names and the colours."""
        if not len(self._values):
            return
        area, tokens = self.area, self.tokens
        most = float(np.abs(self._values).max()) or 1.0
        pixels = self._pixels(self._values.T / most)
        tall, wide = pixels.shape[:2]
        kind = QImage.Format.Format_RGB888
        image = QImage(pixels.tobytes(), wide, tall, 3 * wide, kind).copy()
        painter.drawImage(area, image)
        each = area.height() / len(self._names)
        metrics = painter.fontMetrics()
        painter.setPen(QColor(tokens.text))
        for place, name in enumerate(self._names):
            beside = QRectF(0, area.top() + place * each, area.left() - 8, each)
            short = metrics.elidedText(
                name, Qt.TextElideMode.ElideMiddle, int(beside.width() - 2)
            )
            painter.drawText(beside, _RIGHT, short)
        self._paint_answers(painter, area)

    def _pixels(self, shares: NDArray[np.floating]) -> NDArray[np.uint8]:
        """Return colours from one end through the panel's own to the other."""
        tokens = self.tokens
        low, middle, high = map(_rgb, (tokens.accent, tokens.panel, tokens.warning))
        # The root lifts what is small: most contributions are, beside the largest.
        strength = np.sqrt(np.abs(shares))[..., None]
        end = np.where(shares[..., None] > 0, high, low)
        mixed = middle + strength * (end - middle)
        return np.ascontiguousarray(mixed.round().astype(np.uint8))

    def _paint_answers(self, painter: QPainter, area: QRectF) -> None:
        low, high = float(self._answers.min()), float(self._answers.max())
        above = QRectF(area.left(), area.top() - _CURVE + 4, area.width(), _CURVE - 10)
        axes = Axes(above, 0.0, float(len(self._answers)), low, high)
        painter.setPen(QPen(QColor(self.tokens.text), 1))
        across = np.arange(len(self._answers)) + 0.5
        painter.drawPolyline(axes.line(across, self._answers))
        painter.setPen(QColor(self.tokens.muted))
        base = float(painter.fontMetrics().ascent())
        painter.drawText(QPointF(area.left(), base), self._above)

    def paint_moving(self, painter: QPainter) -> None:
        """Paint the marks and the brush."""
        if self._marked is not None and len(self._marked):
            area = self.area
            wide = area.width() / len(self._marked)
            for place in np.flatnonzero(self._marked).tolist():
                colour = QColor(self.tokens.text)
                colour.setAlphaF(0.25 + 0.75 * float(self._marked[place]))
                left = area.left() + place * wide
                painter.fillRect(
                    QRectF(left, area.bottom() + 2, max(wide, 1.0), 6), colour
                )
        super().paint_moving(painter)

    # Hands

    def column_at(self, x: float) -> int | None:
        """Return the column at a place across."""
        area, n = self.area, len(self._values)
        if not n or not area.left() <= x < area.right():
            return None
        return min(int((x - area.left()) / area.width() * n), n - 1)

    def tapped(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Give the column under a click."""
        column = self.column_at(where.x())
        if column is not None:
            self.clicked.emit(column)

    def marked(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the columns under the brush."""
        inside = area.intersected(self.area)
        if inside.isEmpty() or not len(self._values):
            return
        first = self.column_at(inside.left())
        last = self.column_at(min(inside.right(), self.area.right() - 0.01))
        if first is not None and last is not None:
            self.brushed.emit((first, last + 1), keys)

    def event(self, event: QEvent) -> bool:
        """Name the row and the feature under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            area = self.area
            column = self.column_at(event.pos().x())
            share = (event.pos().y() - area.top()) / area.height()
            text = ""
            if column is not None and 0 <= share < 1:
                text = self._tip(column, int(share * len(self._names)))
            QToolTip.showText(event.globalPos(), literal(text), self)
            return True
        return super().event(event)


def _rgb(colour: str) -> NDArray[np.float64]:
    found = QColor(colour)
    return np.array([found.red(), found.green(), found.blue()], dtype=np.float64)
