"""What was said against what happened, with the rows behind each bin."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
)
from gui.plots.canvas import Canvas
from gui.services.literal import literal

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

    from engine.contracts.results import ReliabilityBins

POINT = 3.6


class ReliabilityPlot(Canvas):
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
        self.setMinimumSize(150, 116)
        self.setMouseTracking(True)

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

    def _areas(self) -> tuple[Axes, Axes]:
        bins = self._bins
        metrics = self.fontMetrics()
        foot = 2 * metrics.height() + 9
        left = metrics.horizontalAdvance("100 %") + 12
        height = max(self.height() - foot - metrics.height() - 6, 20)
        below = min(max(height * 0.18, 16), 60)
        area = QRectF(left, metrics.height() + 4, self.width() - left - 12, height)
        area.setHeight(height - below - 6)
        low = float(bins.edges[0]) if bins is not None else 0.0
        high = float(bins.edges[-1]) if bins is not None else 1.0
        low, high = min(low, 0.0), max(high, 1.0)
        counts = QRectF(area.left(), area.bottom() + 6, area.width(), below)
        most = float(bins.count.max()) if bins is not None and len(bins.count) else 1.0
        return Axes(area, low, high, 0, 1), Axes(counts, low, high, 0, most or 1.0)

    def paint_still(self, painter: QPainter) -> None:
        """Paint diagonal, intervals, points and bars."""
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
        painter.setPen(QPen(QColor(tokens.muted), 1, Qt.PenStyle.DotLine))
        painter.drawLine(axes.point(0, 0), axes.point(1, 1))
        self._paint_counts(painter, below)
        bins = self._bins
        points = (bins.count, bins.predicted, bins.observed, bins.low, bins.high)
        self._paint_points(painter, axes, points, QColor(tokens.accent), 0.0)
        if self._own is not None:
            colour = QColor(tokens.warning)
            self._paint_points(painter, axes, self._own, colour, 4.0)

        self._paint_note(painter, axes)

    def _paint_note(self, painter: QPainter, axes: Axes) -> None:
        """Write the note beside the title, where no point can lie under it."""
        metrics = painter.fontMetrics()
        left = metrics.horizontalAdvance(self._titles[1]) + 14.0
        room = QRectF(left, 0, axes.area.right() - left, metrics.height())
        painter.setPen(QColor(self.tokens.muted))
        text = metrics.elidedText(
            self._note, Qt.TextElideMode.ElideRight, int(room.width())
        )
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(side), text)

    def _paint_counts(self, painter: QPainter, below: Axes) -> None:
        assert self._bins is not None
        soft = QColor(self.tokens.accent)
        soft.setAlphaF(0.35)
        painter.setPen(Qt.PenStyle.NoPen)
        own = None if self._own is None else self._own[0]
        for place in range(len(self._bins.count)):
            left = below.x(float(self._bins.edges[place]))
            right = below.x(float(self._bins.edges[place + 1]))
            width = max(right - left - 1, 1.0)
            for count, colour in (
                (self._bins.count[place], soft),
                (0 if own is None else own[place], QColor(self.tokens.warning)),
            ):
                if count > 0:
                    top = min(below.y(float(count)), below.area.bottom() - 1)
                    bar = QRectF(left, top, width, below.area.bottom() - top)
                    painter.fillRect(bar, colour)
        painter.setPen(QPen(QColor(self.tokens.line), 1))
        painter.drawLine(below.area.bottomLeft(), below.area.bottomRight())

    def _paint_points(
        self,
        painter: QPainter,
        axes: Axes,
        points: tuple[np.ndarray, ...],
        colour: QColor,
        aside: float,
    ) -> None:
        """Paint one set of bins; ``aside`` pixels keep two sets apart."""
        for count, said, happened, low, high in zip(*points, strict=True):
            if not count > 0:
                continue
            at = axes.point(float(said), float(happened)) + QPointF(aside, 0)
            painter.setPen(QPen(colour, 1.4))
            painter.drawLine(
                QPointF(at.x(), axes.y(float(low))),
                QPointF(at.x(), axes.y(float(high))),
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            if aside:
                painter.drawRect(QRectF(at.x() - 3, at.y() - 3, 6, 6))
            else:
                painter.drawEllipse(at, POINT, POINT)

    def paint_moving(self, painter: QPainter) -> None:
        """Paint which bin the keys stand on."""
        if self._bins is None or self._current < 0:
            return
        axes, below = self._areas()
        left = axes.x(float(self._bins.edges[self._current]))
        right = axes.x(float(self._bins.edges[self._current + 1]))
        mark = QColor(self.tokens.accent)
        mark.setAlphaF(0.10)
        top = axes.area.top()
        area = QRectF(left, top, right - left, below.area.bottom() - top)
        painter.fillRect(area, mark)

    def bin_at(self, x: float) -> int:
        """Return the bin at a place of the widget, -1 outside."""
        axes, _ = self._areas()
        if self._bins is None or not axes.area.left() <= x <= axes.area.right():
            return -1
        edges = self._bins.edges
        place = int(np.searchsorted(edges, axes.value_x(x), side="left")) - 1
        return min(max(place, 0), len(edges) - 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the bin under the pointer."""
        place = self.bin_at(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and place >= 0:
            self._current = place
            self.update()
            self.chosen.emit(place, event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the bin holds."""
        place = self.bin_at(event.position().x())
        self.setToolTip("" if place < 0 else literal(self.words(place)))

    def words(self, place: int) -> str:
        """Return one bin in words."""
        assert self._bins is not None
        bins = self._bins
        if not bins.count[place] > 0:
            return tr("No rows here.")
        return tr(
            "Says {said}, happens {happened} ({low}–{high}), {n} rows.",
            said=numbers.fixed(100 * bins.predicted[place], 1) + " %",
            happened=numbers.fixed(100 * bins.observed[place], 1) + " %",
            low=numbers.fixed(100 * bins.low[place], 1),
            high=numbers.fixed(100 * bins.high[place], 1) + " %",
            n=numbers.fixed(bins.count[place], 0),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step through the bins; Enter selects."""
        if self._bins is None:
            return
        last = len(self._bins.count) - 1
        match event.key():
            case Qt.Key.Key_Left:
                self._current = max(self._current - 1, 0)
            case Qt.Key.Key_Right:
                self._current = min(self._current + 1, last)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space if (
                self._current >= 0
            ):
                self.chosen.emit(self._current, event.modifiers())
            case _:
                super().keyPressEvent(event)
                return
        self.setAccessibleDescription(self.words(self._current))
        self.update()
