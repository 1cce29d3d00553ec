"""How several answers come about: a line each, from the base up to the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from engine.contracts.i18n import mark
from gui.plots.axes import Axes, paint_ticks_below, paint_title_below
from gui.plots.painted_plot import PaintedPlot
from gui.plots.readout import Readout
from gui.plots.scales import level_colour

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

_LINE, _NEAR = 18, 8.0
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class DecisionPlot(PaintedPlot):
    """Lines through the sums so far; the feature that matters most stands on top.

    Signals
    -------
    brushed(object, Qt.KeyboardModifier)
        Places of the lines that were crossed.
    clicked(int)
        Place of the line that was clicked.
    """

    SELECTS = True
    OWN_DRAG = mark("Drag selects rows")

    brushed = Signal(object, Qt.KeyboardModifier)
    clicked = Signal(int)

    def __init__(self, name: str, tip: Callable[[int], str]) -> None:
        super().__init__(name)
        self._tip = tip
        self._names: tuple[str, ...] = ()
        self._sums: NDArray[np.floating] = np.zeros((0, 1))
        self._across, self._base = "", 0.0
        self._current: int | None = None
        self.setMinimumSize(240, 110)

    def set_lines(
        self,
        base: float,
        names: Sequence[str],
        values: NDArray[np.floating],
        across: str,
    ) -> None:
        """Show a line for each row.

        Parameters
        ----------
        names
            Features, the topmost first.
        values
            ``(m, d)`` contributions in that order.
        """
        self._names, self._across, self._base = tuple(names), across, base
        upwards = values[:, ::-1]
        self._sums = base + np.hstack(
            [np.zeros((len(values), 1)), np.cumsum(upwards, axis=1)]
        )
        self._current = None
        foot = 3 * self.fontMetrics().height() + 12
        self.setMinimumHeight(foot + _LINE * len(names))
        self.renew()

    def set_current(self, place: int | None) -> None:
        """Draw one line thicker."""
        self._current = place
        self.renew()

    @property
    def axes(self) -> Axes:
        """Where the sums lie across, and the features up."""
        metrics = self.fontMetrics()
        widest = max(map(metrics.horizontalAdvance, self._names), default=0)
        left = min(widest + 14.0, self.width() * 0.4)
        low = float(self._sums.min(initial=self._base))
        high = float(self._sums.max(initial=self._base))
        room = 0.04 * (high - low or 1.0)
        area = QRectF(
            left,
            5.0,
            max(self.width() - left - 12, 20.0),
            max(self.height() - 2 * metrics.height() - 15, 10.0),
        )
        return Axes(area, low - room, high + room, 0.0, float(max(len(self._names), 1)))

    def paint_static(self, painter: QPainter) -> None:
        """Paint names, the base, the lines and the axis."""
        axes, tokens = self.axes, self.tokens
        each = axes.area.height() / max(len(self._names), 1)
        metrics = painter.fontMetrics()
        for place, name in enumerate(self._names):
            top = axes.area.top() + place * each
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawLine(
                QPointF(axes.area.left(), top), QPointF(axes.area.right(), top)
            )
            painter.setPen(QColor(tokens.text))
            short = metrics.elidedText(
                name, Qt.TextElideMode.ElideMiddle, int(axes.area.left() - 10)
            )
            painter.drawText(QRectF(0, top, axes.area.left() - 8, each), _RIGHT, short)
        painter.setPen(QPen(QColor(tokens.muted), 1, Qt.PenStyle.DashLine))
        base = axes.x(self._base)
        painter.drawLine(
            QPointF(base, axes.area.top()), QPointF(base, axes.area.bottom())
        )
        self._paint_lines(painter, axes)
        paint_ticks_below(painter, axes, tokens)
        paint_title_below(painter, axes, tokens, self._across, metrics.height() + 5)

    def _paint_lines(self, painter: QPainter, axes: Axes) -> None:
        heights = np.arange(self._sums.shape[1], dtype=float)
        ends = self._sums[:, -1]
        low, span = ends.min(initial=np.inf), np.ptp(ends) if len(ends) else 0.0
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, sums in enumerate(self._sums):
            level = (ends[place] - low) / span if span > 0 else 0.5
            painter.setPen(QPen(level_colour(float(level)), 1.4))
            painter.drawPolyline(axes.line(sums, heights))
        if self._current is not None:
            painter.setPen(QPen(QColor(self.tokens.text), 2.6))
            painter.drawPolyline(axes.line(self._sums[self._current], heights))

    # Hands

    def _at(self, y: float) -> NDArray[np.floating]:
        """Return where every line is at a height, in pixels."""
        axes = self.axes
        height = axes.value_y(y)
        below = min(int(height), self._sums.shape[1] - 2)
        share = height - below
        sums = self._sums[:, below] * (1 - share) + self._sums[:, below + 1] * share
        span = axes.right - axes.left or 1.0
        found: NDArray[np.floating] = (
            axes.area.left() + (sums - axes.left) / span * axes.area.width()
        )
        return found

    def line_at(self, where: QPointF) -> int | None:
        """Return the line under a point, if one is near."""
        if not self._names or not len(self._sums):
            return None
        far = np.abs(self._at(where.y()) - where.x())
        place = int(far.argmin())
        return place if far[place] <= _NEAR else None

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Give the line under a click."""
        place = self.line_at(where)
        if place is not None:
            self.clicked.emit(place)

    def select_area(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the lines that pass through the brush."""
        if not self._names or not len(self._sums):
            return
        inside = np.zeros(len(self._sums), dtype=bool)
        for y in np.linspace(area.top(), area.bottom(), 9).tolist():
            across = self._at(y)
            inside |= (across >= area.left()) & (across <= area.right())
        if inside.any():
            self.brushed.emit(np.flatnonzero(inside), keys)

    def readout_at(self, where: QPointF) -> Readout | None:
        """Name the row under the pointer."""
        place = self.line_at(where)
        if place is None:
            return None
        return Readout(
            self._tip(place), QPointF(float(self._at(where.y())[place]), where.y())
        )

    @property
    def n_stops(self) -> int:
        """A place for each line."""
        return len(self._sums) if self._names else 0

    def stop(self, place: int) -> Readout:
        """Name a row at the head of its line, from the lowest answer up."""
        line = int(np.argsort(self._sums[:, -1], kind="stable")[place])
        top = self.axes.point(float(self._sums[line, -1]), float(len(self._names)))
        return Readout(self._tip(line), top)
