"""How one answer comes about: from the base, feature by feature, to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen, QPolygonF

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.plots.axes import Axes, paint_ticks_below, paint_title_below
from gui.plots.painted_plot import PaintedPlot
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LINE = 19.0  # the least height of a bar's line
_POINT = 5.0  # length of an arrow's tip


@dataclass(frozen=True)
class Step:
    """One bar: ``name`` and ``value`` are shown beside it, ``text`` in or by it."""

    name: str
    value: str
    contribution: float
    text: str
    error: float = 0.0


class Waterfall(PaintedPlot):
    """Bars from the base at the foot up to the answer at the head.

    The largest contribution stands on top; those that find no room are one bar of
    their own, so that the bars always add up.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._steps: tuple[Step, ...] = ()
        self._base, self._digits = 0.0, 3
        self._words = ("", "", "")
        self.setMinimumSize(240, 110)

    def set_steps(
        self,
        base: float,
        steps: Sequence[Step],
        words: tuple[str, str, str],
        digits: int = 3,
    ) -> None:
        """Show steps, largest first.

        Parameters
        ----------
        words
            What the base is, what the answer is, and what the axis is.
        digits
            Decimals of what the bars without room are together.
        """
        self._digits = digits
        self._base, self._words = base, words
        self._steps = tuple(sorted(steps, key=lambda step: -abs(step.contribution)))
        self.setAccessibleDescription(
            "; ".join(f"{s.name} {s.value} {s.text}".strip() for s in self._steps[:12])
        )
        self.renew()

    @property
    def shown(self) -> list[Step]:
        """The bars that have room, the last one perhaps standing for many."""
        high = self.fontMetrics().height()
        room = int((self.height() - 4 * high - 18) // _LINE)
        if len(self._steps) <= max(room, 1):
            return list(self._steps)
        kept = self._steps[: max(room - 1, 0)]
        rest = self._steps[len(kept) :]
        total = sum(step.contribution for step in rest)
        text = numbers.signed(total, self._digits)
        return [*kept, Step(tr("{n} others", n=len(rest)), "", total, text)]

    @property
    def axes(self) -> Axes:
        """Where the numbers lie."""
        metrics, shown = self.fontMetrics(), self.shown
        here = low = top = self._base
        for step in reversed(shown):
            here += step.contribution
            low, top = min(low, here), max(top, here)
        span = top - low or 1.0
        words = [(step.name, step.value) for step in shown]
        widest = max((sum(map(metrics.horizontalAdvance, w)) for w in words), default=0)
        left = min(widest + 18.0, self.width() * 0.42)
        texts = [metrics.horizontalAdvance(step.text) for step in shown]
        side = max(texts, default=0) + 8.0
        wide = max(self.width() - left - 8, 20.0)
        share = min(side / wide, 0.3) * span / max(1 - 2 * min(side / wide, 0.3), 0.1)
        high = metrics.height()
        area = QRectF(left, high + 5, wide, max(self.height() - 4 * high - 16, _LINE))
        return Axes(area, low - share, top + share, max(len(shown), 1), 0.0)

    def paint_static(self, painter: QPainter) -> None:
        """Paint base, bars and answer."""
        axes, tokens, shown = self.axes, self.tokens, self.shown
        answer = self._base + sum(step.contribution for step in shown)
        self._paint_end(painter, axes, self._base, self._words[0], below=True)
        self._paint_end(painter, axes, answer, self._words[1], below=False)
        here = answer
        each = axes.area.height() / max(len(shown), 1)
        for place, step in enumerate(shown):
            top = axes.area.top() + place * each
            before = here - step.contribution
            self._paint_words(painter, axes, step, top, each)
            self._paint_bar(painter, axes, (before, here), step, top, each)
            if place + 1 < len(shown):
                painter.setPen(QPen(QColor(tokens.muted), 1, Qt.PenStyle.DotLine))
                x = axes.x(before)
                painter.drawLine(
                    QPointF(x, top + each * 0.86), QPointF(x, top + each * 1.14)
                )
            here = before
        high = painter.fontMetrics().height()
        below = Axes(
            axes.area.adjusted(0, 0, 0, high + 2.0), axes.left, axes.right, 1.0, 0.0
        )
        paint_ticks_below(painter, below, tokens)
        paint_title_below(painter, below, tokens, self._words[2], high + 4)

    def _paint_end(
        self, painter: QPainter, axes: Axes, value: float, text: str, *, below: bool
    ) -> None:
        metrics = painter.fontMetrics()
        x, area = axes.x(value), axes.area
        painter.setPen(QPen(QColor(self.tokens.muted), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        width = metrics.horizontalAdvance(text)
        left = min(max(x - width / 2, 2.0), self.width() - width - 2.0)
        top = area.bottom() + 1 if below else area.top() - metrics.height() - 2
        painter.setPen(QColor(self.tokens.text))
        room = QRectF(left, top, width + 2.0, metrics.height())
        painter.drawText(room, int(_LEFT), text)

    def _paint_words(
        self, painter: QPainter, axes: Axes, step: Step, top: float, each: float
    ) -> None:
        room = QRectF(0, top, axes.area.left() - 8, each)
        name, value = self.words_in(step, room.width())
        used = painter.fontMetrics().horizontalAdvance(value) + (8.0 if value else 0.0)
        painter.setPen(QColor(self.tokens.text))
        painter.drawText(room, int(_RIGHT), value)
        painter.setPen(QColor(self.tokens.muted))
        painter.drawText(room.adjusted(0, 0, -used, 0), int(_RIGHT), name)

    def words_in(self, step: Step, width: float) -> tuple[str, str]:
        """Return name and value, cut so that both fit; a value has half at least."""
        metrics, short = self.fontMetrics(), Qt.TextElideMode.ElideMiddle
        spare = width - metrics.horizontalAdvance(step.name) - 8.0
        value = metrics.elidedText(step.value, short, int(max(spare, width * 0.5)))
        used = metrics.horizontalAdvance(value) + (8.0 if value else 0.0)
        return metrics.elidedText(step.name, short, int(width - used)), value

    def _paint_bar(
        self,
        painter: QPainter,
        axes: Axes,
        ends: tuple[float, float],
        step: Step,
        top: float,
        each: float,
    ) -> None:
        begin, end = axes.x(ends[0]), axes.x(ends[1])
        up = end >= begin
        half = min(each * 0.36, 11.0)
        middle = top + each / 2
        tip = min(_POINT, abs(end - begin)) * (1 if up else -1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.tokens.warning if up else self.tokens.accent))
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(begin, middle - half),
                    QPointF(end - tip, middle - half),
                    QPointF(end, middle),
                    QPointF(end - tip, middle + half),
                    QPointF(begin, middle + half),
                ]
            )
        )
        if step.error > 0:
            wide = abs(axes.x(ends[1] + 1.96 * step.error) - end)
            painter.setPen(QPen(QColor(self.tokens.text), 1))
            painter.drawLine(QPointF(end - wide, middle), QPointF(end + wide, middle))
        width = painter.fontMetrics().horizontalAdvance(step.text) + 4.0
        painter.setPen(QColor(self.tokens.text))
        left = end + 4 if up else end - width - 2
        painter.drawText(
            QRectF(left, top, width, each), int(_LEFT if up else _RIGHT), step.text
        )

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say the whole of a line that may be cut short."""
        axes, shown = self.axes, self.shown
        if not shown or not axes.area.top() <= where.y() < axes.area.bottom():
            return None
        step = shown[min(int(axes.value_y(where.y())), len(shown) - 1)]
        return Readout(f"{step.name} {step.value}: {step.text}")

    @property
    def n_stops(self) -> int:
        """A place for each bar."""
        return len(self.shown)

    def stop(self, place: int) -> Readout:
        """Say the whole of a bar, the lowest first."""
        shown = self.shown
        place = len(shown) - 1 - place
        step, below = shown[place], shown[place + 1 :]
        end = self._base + step.contribution + sum(s.contribution for s in below)
        return Readout(
            f"{step.name} {step.value}: {step.text}", self.axes.point(end, place + 0.5)
        )
