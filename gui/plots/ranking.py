"""Features by weight: bars with their intervals, one under the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from gui.plots.axes import Axes, paint_ticks_below, paint_title_below
from gui.plots.painted_plot import PaintedPlot
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QPainter

_LINE = 21
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Rank:
    """One bar.

    Attributes
    ----------
    parts
        Lengths of its pieces, one for each class; one piece where there is one
        output.
    low, high
        Its interval; ``nan``, or equal, where there is none.
    text
        What stands at its end.
    other
        The same figure for the selected rows, ``None`` where none are selected.
    """

    name: str
    parts: tuple[float, ...]
    low: float
    high: float
    text: str
    tip: str = ""
    other: float | None = None

    @property
    def value(self) -> float:
        """The whole length."""
        return sum(self.parts)


class Ranking(PaintedPlot):
    """Bars that can be chosen by click and by key.

    Its one signal ``chosen(int)`` gives the place of the bar.
    """

    chosen = Signal(int)

    def __init__(self, name: str, across: str) -> None:
        super().__init__(name)
        self._across = across
        self._ranks: tuple[Rank, ...] = ()
        self._current = -1
        self.setMinimumSize(200, 90)

    def set_ranks(self, ranks: Sequence[Rank]) -> None:
        """Show bars, in the order given."""
        self._ranks = tuple(ranks)
        self._current = min(self._current, len(self._ranks) - 1)
        self.setMinimumHeight(int(self._foot) + 10 + _LINE * len(self._ranks))
        self.setAccessibleDescription(
            "; ".join(f"{rank.name} {rank.text}" for rank in self._ranks[:15])
        )
        self.renew()

    def set_across(self, across: str) -> None:
        """Say what the bars' lengths are."""
        self._across = across
        self.renew()

    def set_current(self, place: int) -> None:
        """Mark one bar."""
        self._current = place
        self.refresh()

    @property
    def _foot(self) -> float:
        return 2 * self.fontMetrics().height() + 9.0

    @property
    def axes(self) -> Axes:
        """Where lengths lie across, and bars down."""
        metrics = self.fontMetrics()
        names = [metrics.horizontalAdvance(rank.name) for rank in self._ranks]
        texts = [metrics.horizontalAdvance(rank.text) for rank in self._ranks]
        left = min(max(names, default=0) + 14.0, self.width() * 0.4)
        side = max(texts, default=0) + 14.0
        area = QRectF(
            left,
            4.0,
            max(self.width() - left - side, 20.0),
            max(self.height() - self._foot - 6, 10.0),
        )
        ends = [
            v for r in self._ranks for v in (r.high, r.low, r.value, r.other or 0.0)
        ]
        ends = [0.0, *filter(math.isfinite, ends)]
        low, high = min(ends), max(ends)
        high = high if high > low else low + 1.0
        return Axes(area, low, high, float(max(len(self._ranks), 1)), 0.0)

    def paint_static(self, painter: QPainter) -> None:
        """Paint names, bars, intervals and the axis."""
        axes, tokens = self.axes, self.tokens
        each = axes.area.height() / max(len(self._ranks), 1)
        for place, rank in enumerate(self._ranks):
            self._paint_bar(painter, axes, rank, axes.y(place), each)
        painter.setPen(QPen(QColor(tokens.line), 1))
        zero = axes.x(0.0)
        painter.drawLine(
            QPointF(zero, axes.area.top()), QPointF(zero, axes.area.bottom())
        )
        paint_ticks_below(painter, axes, tokens)
        high = painter.fontMetrics().height()
        paint_title_below(painter, axes, tokens, self._across, high + 5)

    def _paint_bar(
        self, painter: QPainter, axes: Axes, rank: Rank, top: float, each: float
    ) -> None:
        metrics, tokens = painter.fontMetrics(), self.tokens
        name = metrics.elidedText(
            rank.name, Qt.TextElideMode.ElideMiddle, int(axes.area.left() - 10)
        )
        painter.setPen(QColor(tokens.text))
        room = QRectF(0, top, axes.area.left() - 8, each)
        painter.drawText(room, int(_RIGHT), name)
        half = min(each * 0.34, 9.0)
        middle = top + each / 2
        here = 0.0
        for code, part in enumerate(rank.parts):
            several = len(rank.parts) > 1
            colour = QColor(tokens.class_colour(code) if several else tokens.accent)
            begin, end = sorted((axes.x(here), axes.x(here + part)))
            painter.fillRect(
                QRectF(begin, middle - half, end - begin, 2 * half), colour
            )
            here += part
        painter.setPen(QPen(QColor(tokens.text), 1))
        end = axes.x(max(0.0, rank.value, rank.high))
        if rank.high > rank.low:
            low, high = axes.x(rank.low), axes.x(rank.high)
            painter.drawLine(QPointF(low, middle), QPointF(high, middle))
            for x in (low, high):
                painter.drawLine(QPointF(x, middle - 3), QPointF(x, middle + 3))
        if rank.other is not None:
            painter.setPen(QPen(QColor(tokens.warning), 3))
            x = axes.x(rank.other)
            painter.drawLine(QPointF(x, middle - half), QPointF(x, middle + half))
            end = max(end, x)
        painter.setPen(QColor(tokens.muted))
        wide = metrics.horizontalAdvance(rank.text) + 2.0
        painter.drawText(QRectF(end + 6, top, wide, each), int(_LEFT), rank.text)

    def paint_overlay(self, painter: QPainter) -> None:
        """Mark the current bar."""
        if 0 <= self._current < len(self._ranks):
            axes = self.axes
            each = axes.area.height() / len(self._ranks)
            mark = QColor(self.tokens.accent)
            mark.setAlphaF(0.12)
            painter.fillRect(QRectF(0, axes.y(self._current), self.width(), each), mark)

    # Hands

    def place_at(self, y: float) -> int | None:
        """Return the bar at a height."""
        axes = self.axes
        if not axes.area.top() <= y < axes.area.bottom() or not self._ranks:
            return None
        return min(int(axes.value_y(y)), len(self._ranks) - 1)

    def _choose(self, place: int) -> None:
        self.set_current(place)
        self.chosen.emit(place)

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Choose the bar under the pointer."""
        place = self.place_at(where.y())
        if place is not None:
            self._choose(place)

    def key(self, event: QKeyEvent) -> bool:
        """Go up and down the bars."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._ranks:
            return False
        self._choose(min(max(self._current + step, 0), len(self._ranks) - 1))
        self.speak(self._tip_of(self._ranks[self._current]))
        return True

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say the whole of a bar."""
        place = self.place_at(where.y())
        return None if place is None else Readout(self._tip_of(self._ranks[place]))

    def _tip_of(self, rank: Rank) -> str:
        return rank.tip or f"{rank.name}: {rank.text}"
