"""One answer in one line: what pushes it up against what pushes it down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen

from gui.plots.axes import Axes, paint_ticks_below
from gui.plots.painted_plot import PaintedPlot
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from gui.plots.waterfall import Step

_BAR = 18.0


class Force(PaintedPlot):
    """Pieces that push up end at the answer from the left, the others from the right.

    The pieces between the base and the answer that do not cancel are the difference
    between the two.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._base = 0.0
        self._steps: tuple[Step, ...] = ()
        self._words = ("", "")
        self.setFixedHeight(int(3 * self.fontMetrics().height() + _BAR + 14))
        self.setMinimumWidth(200)

    def set_steps(
        self, base: float, steps: Sequence[Step], words: tuple[str, str]
    ) -> None:
        """Show pieces; ``words`` say what the base is and what the answer is."""
        self._base, self._words = base, words
        self._steps = tuple(sorted(steps, key=lambda step: -abs(step.contribution)))
        self.renew()

    @property
    def answer(self) -> float:
        """Base and all pieces."""
        return self._base + sum(step.contribution for step in self._steps)

    @property
    def pieces(self) -> list[tuple[Step, float, float]]:
        """Steps with the ends of their pieces, from the answer outwards."""
        found = []
        left = right = self.answer
        for step in self._steps:
            size = abs(step.contribution)
            if step.contribution > 0:
                found.append((step, left - size, left))
                left -= size
            else:
                found.append((step, right, right + size))
                right += size
        return found

    @property
    def axes(self) -> Axes:
        """Where the numbers lie."""
        ends = [self._base, self.answer]
        ends += [end for _, low, high in self.pieces for end in (low, high)]
        low, high = min(ends), max(ends)
        room = 0.02 * (high - low or 1.0)
        top = self.fontMetrics().height() + 4.0
        area = QRectF(14, top, max(self.width() - 28.0, 20.0), _BAR)
        return Axes(area, low - room, high + room, 0.0, 1.0)

    def paint_static(self, painter: QPainter) -> None:
        """Paint the pieces, base and answer."""
        axes, tokens = self.axes, self.tokens
        painter.setPen(QPen(QColor(tokens.panel), 1))
        for step, low, high in self.pieces:
            up = step.contribution > 0
            painter.setBrush(QColor(tokens.warning if up else tokens.accent))
            place = QRectF(
                axes.x(low), axes.area.top(), axes.x(high) - axes.x(low), _BAR
            )
            painter.drawRect(place)
            self._paint_name(painter, step.name, place)
        taken = self._paint_end(painter, axes, self.answer, self._words[1], None)
        self._paint_end(painter, axes, self._base, self._words[0], taken)
        paint_ticks_below(painter, axes, tokens)

    def _paint_name(self, painter: QPainter, name: str, place: QRectF) -> None:
        """Write a name under its piece where it has room."""
        metrics = painter.fontMetrics()
        if metrics.horizontalAdvance(name) + 4 > place.width():
            return
        pen = painter.pen()
        painter.setPen(QColor(self.tokens.muted))
        below = place.translated(0, _BAR + metrics.height() + 4)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignHCenter), name)
        painter.setPen(pen)

    def _paint_end(
        self,
        painter: QPainter,
        axes: Axes,
        value: float,
        text: str,
        taken: QRectF | None,
    ) -> QRectF:
        metrics = painter.fontMetrics()
        x = axes.x(value)
        painter.setPen(QPen(QColor(self.tokens.text), 1))
        painter.drawLine(
            QPointF(x, axes.area.top() - 4), QPointF(x, axes.area.bottom() + 3)
        )
        wide = metrics.horizontalAdvance(text) + 2.0
        left = min(max(x - wide / 2, 2.0), max(self.width() - wide - 2.0, 2.0))
        room = QRectF(left, 0, wide, metrics.height())
        if taken is not None and taken.intersects(room):
            step_right = x > taken.center().x()
            room.moveLeft(taken.right() + 8 if step_right else taken.left() - wide - 8)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft), text)
        return room

    def readout_at(self, where: QPointF) -> Readout | None:
        """Name the piece under the pointer."""
        axes = self.axes
        value = axes.value_x(where.x())
        if not axes.area.left() <= where.x() <= axes.area.right():
            return None
        for step, low, high in self.pieces:
            if low <= value <= high:
                return Readout(f"{step.name} {step.value}: {step.text}")
        return None

    @property
    def n_stops(self) -> int:
        """A place for each piece."""
        return len(self._steps)

    def stop(self, place: int) -> Readout:
        """Name a piece, from left to right."""
        pieces = sorted(self.pieces, key=lambda piece: piece[1])
        step, low, high = pieces[place]
        at = self.axes.point((low + high) / 2, 0.5)
        return Readout(f"{step.name} {step.value}: {step.text}", at)
