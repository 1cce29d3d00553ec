"""One histogram of numbers, to be selected from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from engine.contracts.i18n import mark, tr
from engine.contracts.readings import numbers
from gui.plots.axes import paint_ticks_below, paint_title_below, tick_texts
from gui.plots.chart import Chart, heights_of, show_bars, sides_of
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from gui.plots.window import Ends


class BarsPlot(Chart):
    """Counts between edges.

    Signals
    -------
    brushed(float, float, Qt.KeyboardModifier)
        A stretch of numbers was marked, from edge to edge.
    """

    SELECTS = True
    ZOOMS_UP = False
    OWN_DRAG = mark("Drag selects rows")
    LOGARITHMIC = mark("Logarithmic counts")

    brushed = Signal(float, float, Qt.KeyboardModifier)

    def __init__(self, name: str, across: str) -> None:
        super().__init__(name)
        self._across = across
        self._edges = np.array([0.0, 1.0])
        self._counts = np.zeros(1)
        self._chosen: np.ndarray | None = None
        self._mark: float | None = None
        self._all_bars, self._own_bars = self.bars(above=0.1), self.bars(above=0.2)
        self._mark_line = self.curve(above=0.3)
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
    def ends(self) -> Ends:
        """The numbers across, the counts up."""
        top = float(self._counts.max()) if len(self._counts) else 1.0
        top = float(heights_of(np.array(top), logarithmic=self.logarithmic))
        return float(self._edges[0]), float(self._edges[-1]), 0.0, top or 1.0

    def room(self, ends: Ends) -> QRectF:
        """Return the room above the numbers."""
        high = self.fontMetrics().height()
        return QRectF(
            10, 6, max(self.width() - 24, 10), max(self.height() - 2 * high - 16, 8)
        )

    def draw(self) -> None:
        """Draw the line of the number that has one; bars depend on pixels."""
        left, right, low, high = self.ends
        shown = self._mark is not None and left <= self._mark <= right
        at = [self._mark] * 2 if shown else []
        dots = self.pen(self.tokens.text, 1, Qt.PenStyle.DotLine)
        self._mark_line.setData(at, [low, high] if shown else [], pen=dots)

    def fit_items(self) -> None:
        """Draw the bars."""
        axes, tokens = self.axes, self.tokens
        sides = sides_of(self._edges, axes)
        soft = QColor(tokens.accent)
        soft.setAlphaF(0.3 if self._chosen is not None else 0.65)
        own = np.zeros(len(self._counts)) if self._chosen is None else self._chosen
        for item, counts, colour in (
            (self._all_bars, self._counts, soft),
            (self._own_bars, own, QColor(tokens.warning)),
        ):
            up = heights_of(counts, logarithmic=self.logarithmic)
            show_bars(item, sides, up, colour, least=0.8 * axes.up_per_pixel)

    def paint_frame(self, painter: QPainter) -> None:
        """Paint the base line, the numbers and what they are."""
        axes = self.axes
        painter.setPen(QPen(QColor(self.tokens.line), 1))
        painter.drawLine(axes.area.bottomLeft(), axes.area.bottomRight())
        paint_ticks_below(painter, axes, self.tokens)
        high = painter.fontMetrics().height()
        paint_title_below(painter, axes, self.tokens, self._across, high + 5)

    # Reading

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say how many rows lie under the pointer."""
        if not self.axes.area.contains(where):
            return None
        return self.stop(self._bar_at(where.x()))

    @property
    def n_stops(self) -> int:
        """A place for each bar."""
        return len(self._counts)

    def stop(self, place: int) -> Readout:
        """Say how many rows a bar holds."""
        low, high = tick_texts(np.asarray(self._edges)[place : place + 2].tolist())
        n = numbers.count(round(float(self._counts[place])))
        text = tr("{low} to {high}: {n} rows", low=low, high=high, n=n)
        if self._chosen is not None:
            own = numbers.count(round(float(self._chosen[place])))
            text += " (" + tr("{n} selected", n=own) + ")"
        return Readout(text)

    # Hands

    def _bar_at(self, x: float) -> int:
        value = self.axes.value_x(x)
        place = int(np.searchsorted(self._edges, value, "right")) - 1
        return min(max(place, 0), len(self._edges) - 2)

    def _stretch(self, start: float, end: float) -> tuple[float, float]:
        """Return the numbers between two places, out to the edges of their bars."""
        axes, last = self.axes, len(self._edges) - 1
        low, high = sorted((start, end))
        first = int(np.searchsorted(self._edges, axes.value_x(low), "right")) - 1
        stop = int(np.searchsorted(self._edges, axes.value_x(high), "left"))
        first = min(max(first, 0), last - 1)
        stop = min(max(stop, first + 1), last)
        return float(self._edges[first]), float(self._edges[stop])

    def area_between(self, start: QPointF, end: QPointF) -> QRectF:
        """Return the stretch between two points, as high as the plot."""
        area = self.axes.area
        low, high = sorted((start.x(), end.x()))
        return QRectF(low, area.top(), high - low, area.height())

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Give the bar under the pointer."""
        if self.axes.area.left() <= where.x() <= self.axes.area.right():
            self.brushed.emit(*self._stretch(where.x(), where.x()), keys)

    def select_area(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the stretch, out to the edges of its bars."""
        self.brushed.emit(*self._stretch(area.left(), area.right()), keys)
