"""Features against features: how much each pair does together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from gui.plots.contrast import over, readable_on
from gui.plots.painted_plot import PaintedPlot
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QPainter

_CELL = 24.0  # the least side that still shows a shade
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_MIDDLE = int(Qt.AlignmentFlag.AlignCenter)


class PairMatrix(PaintedPlot):
    """The lower half of a symmetric table, the deeper the stronger.

    What each feature does alone stands on the diagonal, as a number without shade:
    it is of another size. The name of a column stands at its head, right of the
    diagonal, where there is room for it and no scrolling hides it.

    Signals
    -------
    chosen(int, int)
        Places of the two features of the cell that was chosen.
    """

    chosen = Signal(int, int)

    def __init__(
        self,
        name: str,
        text: Callable[[float], str],
        tip: Callable[[int, int], str],
    ) -> None:
        super().__init__(name)
        self._text, self._tip = text, tip
        self._names: tuple[str, ...] = ()
        self._values: NDArray[np.floating] = np.zeros((0, 0))
        self._at: tuple[int, int] | None = None
        self.setMinimumSize(220, 160)

    def set_values(self, names: Sequence[str], values: NDArray[np.floating]) -> None:
        """Show ``(d, d)`` symmetric values of named features."""
        self._names, self._values = tuple(names), values
        self._at = None
        self.setMinimumHeight(int(_CELL * len(names) + 4))
        self.renew()

    def set_current(self, first: int, second: int) -> None:
        """Frame the cell of a pair."""
        self._at = max(first, second), min(first, second)
        self.refresh()

    @property
    def current(self) -> tuple[int, int] | None:
        """The framed cell: row and column."""
        return self._at

    @property
    def area(self) -> QRectF:
        """Where the cells lie."""
        metrics = self.fontMetrics()
        widest = max(map(metrics.horizontalAdvance, self._names), default=0)
        left = min(widest + 14.0, self.width() * 0.35)
        return QRectF(
            left, 2, max(self.width() - left - 6, 20), max(self.height() - 4, 20)
        )

    def cell(self, row: int, column: int) -> QRectF:
        """Return where a cell lies."""
        area, d = self.area, max(len(self._names), 1)
        wide, tall = area.width() / d, area.height() / d
        return QRectF(area.left() + column * wide, area.top() + row * tall, wide, tall)

    def paint_static(self, painter: QPainter) -> None:
        """Paint the cells, the names of the rows and those of the columns."""
        d = len(self._names)
        apart = np.tril(self._values, -1)
        most = float(apart.max(initial=0.0))
        metrics = painter.fontMetrics()
        short = Qt.TextElideMode.ElideRight
        for row, name in enumerate(self._names):
            for column in range(row + 1):
                self._paint_cell(painter, row, column, most)
            room = self.cell(row, 0)
            beside = QRectF(0, room.top(), room.left() - 8, room.height())
            painter.setPen(QColor(self.tokens.text))
            text = metrics.elidedText(name, short, int(beside.width()))
            painter.drawText(beside, _RIGHT, text)
            right = self.cell(row, row).right() + 6
            head = QRectF(right, room.top(), self.area.right() - right, room.height())
            if row < d - 1:  # nothing stands below the last
                painter.setPen(QColor(self.tokens.muted))
                text = metrics.elidedText(name, short, int(head.width()))
                painter.drawText(head, _LEFT, text)

    def _paint_cell(
        self, painter: QPainter, row: int, column: int, most: float
    ) -> None:
        room = self.cell(row, column).adjusted(1, 1, -1, -1)
        value = float(self._values[row, column])
        colour = QColor(self.tokens.muted)
        if row == column:
            painter.setPen(QPen(QColor(self.tokens.line), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(room)
        else:
            share = value / most if most > 0 else 0.0
            shade = QColor(self.tokens.accent)
            shade.setAlphaF(0.04 + 0.96 * share)
            painter.fillRect(room, shade)
            colour = readable_on(over(shade, QColor(self.tokens.panel)), self.tokens)
        text = self._text(value)
        metrics = painter.fontMetrics()
        if metrics.horizontalAdvance(text) < room.width() - 2:
            painter.setPen(colour)
            painter.drawText(room, _MIDDLE, text)

    def paint_overlay(self, painter: QPainter) -> None:
        """Frame the current cell."""
        if self._at is not None and len(self._names):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.tokens.warning), 2))
            painter.drawRect(self.cell(*self._at).adjusted(1, 1, -1, -1))

    # Hands

    def cell_at(self, where: QPointF) -> tuple[int, int] | None:
        """Return the row and column of the cell under a point, if there is one."""
        area, d = self.area, len(self._names)
        if not d or not area.contains(where):
            return None
        row = min(int((where.y() - area.top()) / area.height() * d), d - 1)
        column = min(int((where.x() - area.left()) / area.width() * d), d - 1)
        return (row, column) if column <= row else None

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Choose the pair under the pointer."""
        cell = self.cell_at(where)
        if cell is not None:
            self._choose(*cell)

    def key(self, event: QKeyEvent) -> bool:
        """Go from cell to cell."""
        ways = {
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
        }
        way = ways.get(Qt.Key(event.key()))
        if way is None or len(self._names) < 2:
            return False
        row, column = self._at or (1, 0)
        row = min(max(row + way[0], 1), len(self._names) - 1)
        self._choose(row, min(max(column + way[1], 0), row - 1))
        self.speak(self._tip(*(self._at or (1, 0))))
        return True

    def _choose(self, row: int, column: int) -> None:
        if row != column:
            self.set_current(row, column)
            self.chosen.emit(row, column)

    def readout_at(self, where: QPointF) -> Readout | None:
        """Name the pair under the pointer."""
        cell = self.cell_at(where)
        return None if cell is None else Readout(self._tip(*cell))
