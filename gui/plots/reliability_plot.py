"""Predicted probability against observed frequency, with the rows of each bin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.plots.axes import (
    Axes,
    paint_frame,
    paint_ticks_below,
    paint_ticks_left,
    paint_title_below,
    squared,
)
from gui.plots.chart import Chart, show_bars, show_intervals, sides_of
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPainter

    from engine.contracts.results import ReliabilityBins
    from gui.plots.window import Ends

POINT = 3.6
_ASIDE = 4.0  # pixels that keep the selection's points apart


class ReliabilityPlot(Chart):
    """The diagram and, under it, how many rows each bin holds.

    Signals
    -------
    chosen(int, Qt.KeyboardModifier)
        A bin was clicked, or Enter was pressed on it.
    """

    chosen = Signal(int, Qt.KeyboardModifier)

    def __init__(self) -> None:
        super().__init__(tr("Reliability diagram"))
        self._bins: ReliabilityBins | None = None
        self._own: tuple[np.ndarray, ...] | None = None
        self._titles = ("", "")
        self._note = ""
        self._current = -1
        self.below = self.new_box()
        self._all_counts = self.bars(above=0.1, box=self.below)
        self._own_counts = self.bars(above=0.2, box=self.below)
        self._diagonal = self.curve(above=0.1)
        self._all = self.intervals(above=0.2), self.spots(above=0.3)
        self._selected = self.intervals(above=0.4), self.spots(above=0.5)
        self._bin_layer = self.layer(self._paint_bin, above=-0.5)
        self.setMinimumSize(150, 116)

    def set_bins(self, bins: ReliabilityBins, across: str, up: str) -> None:
        """Show the bins of all rows."""
        self._bins, self._titles = bins, (across, up)
        self._current = min(self._current, len(bins.count) - 1)
        self.renew()

    def set_words(self, text: str) -> None:
        """Write a figure above the diagram."""
        self._note = text
        self.renew()

    def set_selected(self, own: tuple[np.ndarray, ...] | None) -> None:
        """Overlay ``(count, predicted, observed, low, high)`` of the selection."""
        self._own = own
        self.renew()

    @property
    def ends(self) -> Ends:
        """Probabilities across and up."""
        bins = self._bins
        low = float(bins.edges[0]) if bins is not None else 0.0
        high = float(bins.edges[-1]) if bins is not None else 1.0
        return min(low, 0.0), max(high, 1.0), 0.0, 1.0

    @property
    def _foot(self) -> float:
        """How high the counts are."""
        metrics = self.fontMetrics()
        height = max(self.height() - 3 * metrics.height() - 15, 20)
        return min(max(height * 0.18, 16), 60)

    def room(self, ends: Ends) -> QRectF:
        """Return the largest square there is above the counts."""
        metrics = self.fontMetrics()
        foot = 2 * metrics.height() + 9
        left = metrics.horizontalAdvance("100 %") + 12
        height = max(self.height() - foot - metrics.height() - 6, 20)
        area = QRectF(left, metrics.height() + 4, self.width() - left - 12, height)
        area.setHeight(height - self._foot - 6)
        return squared(area)

    def _areas(self) -> tuple[Axes, Axes]:
        """Return where the diagram and the counts lie."""
        axes, bins = self.axes, self._bins
        area = axes.area
        counts = QRectF(area.left(), area.bottom() + 6, area.width(), self._foot)
        most = float(bins.count.max()) if bins is not None and len(bins.count) else 1.0
        return axes, Axes(counts, axes.left, axes.right, 0, most or 1.0)

    # Drawing

    def draw(self) -> None:
        """Draw the diagonal; points and bars depend on pixels."""
        shown = [] if self._bins is None else [0.0, 1.0]
        dots = self.pen(self.tokens.muted, 1, Qt.PenStyle.DotLine)
        self._diagonal.setData(shown, shown, pen=dots)

    def fit_items(self) -> None:
        """Draw points with their intervals, and the counts."""
        axes, below = self._areas()
        self.place_box(self.below, below)
        bins, tokens = self._bins, self.tokens
        none = (np.zeros(0),) * 5
        every = none
        if bins is not None:
            every = (bins.count, bins.predicted, bins.observed, bins.low, bins.high)
        own = none if self._own is None or bins is None else self._own
        accent, warning = QColor(tokens.accent), QColor(tokens.warning)
        self._draw_points(self._all, every, accent, ("o", 2 * POINT, 0.0))
        aside = _ASIDE * axes.across_per_pixel
        self._draw_points(self._selected, own, warning, ("s", 6.0, aside))
        soft = QColor(accent)
        soft.setAlphaF(0.35)
        for item, counts, colour in (
            (self._all_counts, every[0], soft),
            (self._own_counts, own[0], warning),
        ):
            if bins is None or not len(counts):
                item.setVisible(False)
            else:
                sides = sides_of(bins.edges, below)
                show_bars(item, sides, counts, colour, least=below.up_per_pixel)

    def _draw_points(
        self,
        items: tuple[Any, Any],
        points: tuple[np.ndarray, ...],
        colour: QColor,
        shape: tuple[str, float, float],
    ) -> None:
        """Draw one set of bins; what stands aside keeps two sets apart."""
        count, predicted, observed, low, high = (np.asarray(p, float) for p in points)
        shown = count > 0
        symbol, size, aside = shape
        x, y = predicted[shown] + aside, observed[shown]
        show_intervals(items[0], x, y, low[shown], high[shown], self.pen(colour, 1.4))
        items[1].setData(x, y, symbol=symbol, size=size, pen=None, brush=colour)

    def paint_frame(self, painter: QPainter) -> None:
        """Paint the frame, the numbers, the titles and the note."""
        if self._bins is None:
            return
        axes, below = self._areas()
        tokens = self.tokens
        paint_frame(painter, axes, tokens)
        paint_ticks_left(painter, axes, tokens, percent=True)
        paint_ticks_below(painter, below, tokens, percent=True)
        high = painter.fontMetrics().height()
        paint_title_below(painter, below, tokens, self._titles[0], high + 5)
        painter.setPen(QColor(tokens.muted))
        painter.drawText(
            QRectF(2, 0, self.width() - 4, high),
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
            self._titles[1],
        )
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(below.area.bottomLeft(), below.area.bottomRight())
        self._paint_note(painter)

    def _paint_note(self, painter: QPainter) -> None:
        """Write the note beside the title, where no point can lie under it."""
        metrics = painter.fontMetrics()
        left = metrics.horizontalAdvance(self._titles[1]) + 14.0
        room = QRectF(left, 0, self.width() - 12 - left, metrics.height())
        painter.setPen(QColor(self.tokens.muted))
        text = metrics.elidedText(
            self._note, Qt.TextElideMode.ElideRight, int(room.width())
        )
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(side), text)

    def _paint_bin(self, painter: QPainter) -> None:
        """Paint which bin the keys stand on."""
        if self._bins is None or self._current < 0:
            return
        axes, below = self._areas()
        left = axes.x(float(self._bins.edges[self._current]))
        right = axes.x(float(self._bins.edges[self._current + 1]))
        shade = QColor(self.tokens.accent)
        shade.setAlphaF(0.10)
        top = axes.area.top()
        area = QRectF(left, top, right - left, below.area.bottom() - top)
        painter.fillRect(area.intersected(axes.area.united(below.area)), shade)

    # Reading

    def bin_at(self, x: float) -> int:
        """Return the bin at a place of the widget, -1 outside."""
        axes = self.axes
        if self._bins is None or not axes.area.left() <= x <= axes.area.right():
            return -1
        edges = self._bins.edges
        place = int(np.searchsorted(edges, axes.value_x(x), side="left")) - 1
        return min(max(place, 0), len(edges) - 2)

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say what the bin under the pointer holds."""
        place = self.bin_at(where.x())
        if place < 0 or not self.axes.area.top() <= where.y():
            return None
        return self.stop(place)

    @property
    def n_stops(self) -> int:
        """A place for each bin."""
        return 0 if self._bins is None else len(self._bins.count)

    def stop(self, place: int) -> Readout:
        """Say what a bin holds."""
        assert self._bins is not None
        bins = self._bins
        at = None
        if bins.count[place] > 0:
            x, y = float(bins.predicted[place]), float(bins.observed[place])
            at = self.axes.point(x, y)
        return Readout(self.words(place), at)

    def words(self, place: int) -> str:
        """Return one bin in words."""
        assert self._bins is not None
        bins = self._bins
        if not bins.count[place] > 0:
            return tr("No rows here.")
        return tr(
            "Predicted probability {said}, observed frequency {happened} "
            "({low}–{high}), {n} rows.",
            said=numbers.fixed(100 * bins.predicted[place], 1) + " %",
            happened=numbers.fixed(100 * bins.observed[place], 1) + " %",
            low=numbers.fixed(100 * bins.low[place], 1),
            high=numbers.fixed(100 * bins.high[place], 1) + " %",
            n=numbers.fixed(bins.count[place], 0),
        )

    # Hands

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Choose the bin under the pointer."""
        place = self.bin_at(where.x())
        if place >= 0:
            self._current = place
            self._bin_layer.update()
            self.chosen.emit(place, keys)

    def key(self, event: QKeyEvent) -> bool:
        """Step through the bins; Enter selects."""
        if self._bins is None:
            return False
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                step = -1 if event.key() == Qt.Key.Key_Left else 1
                last = len(self._bins.count) - 1
                self._current = min(max(self._current + step, 0), last)
                self.cursor_to(self._current)
                self._bin_layer.update()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space if (
                self._current >= 0
            ):
                self.chosen.emit(self._current, event.modifiers())
            case _:
                return False
        return True
