"""Scores of the two classes, with the threshold to be moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from engine.contracts.i18n import mark, tr
from engine.contracts.readings import numbers
from gui.plots.axes import paint_ticks_below, tick_texts
from gui.plots.chart import Chart, heights_of, show_bars, sides_of
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPainter

    from gui.plots.axes import Axes
    from gui.plots.window import Ends

HANDLE = 10
GRIP = 7.0
LEGEND, HEAD = 15, 31
_ALL, _SELECTED, _LINE = (0.1, 0.3), (0.2, 0.4), 2.0  # the smaller class in front


class ScoreHistogram(Chart):
    """Two histograms over each other; the line is dragged, the rest is selected.

    Signals
    -------
    moved(float)
        The threshold under the pointer or after a key.
    rested()
        The movement has ended.
    brushed(float, float, Qt.KeyboardModifier)
        A stretch of scores was marked.
    """

    SELECTS = True
    ZOOMS_UP = False
    OWN_DRAG = mark("Drag moves the threshold, or selects rows beside it")
    LOGARITHMIC = mark("Logarithmic counts")

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
        self._has_threshold = True
        self._text = ""
        self._all_bars = [self.bars(above=above) for above in _ALL]
        self._selected_bars = [self.bars(above=above) for above in _SELECTED]
        self._line = self.layer(self._paint_line, above=_LINE)
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
        before = self._line_room(self.axes)
        self._has_threshold = threshold is not None
        if threshold is not None:
            self._threshold = threshold
        self._text = text
        self.setAccessibleDescription(tr("Threshold {value}", value=text))
        self._line.update(before)
        self._line.update(self._line_room(self.axes))

    @property
    def ends(self) -> Ends:
        """The scores across, the counts up."""
        top = float(self._bars.max()) if self._bars.size else 1.0
        top = float(heights_of(np.array(top), logarithmic=self.logarithmic))
        return float(self._edges[0]), float(self._edges[-1]), 0.0, top or 1.0

    def room(self, ends: Ends) -> QRectF:
        """Return the room between the names and the numbers."""
        foot = self.fontMetrics().height() + 6
        return QRectF(10, HEAD, self.width() - 20, max(self.height() - HEAD - foot, 8))

    # Drawing

    def draw(self) -> None:
        """Bars depend on pixels."""

    def fit_items(self) -> None:
        """Draw the bars, those of the smaller class in front."""
        axes = self.axes
        sides = sides_of(self._edges, axes)
        for item, own, which in zip(
            self._all_bars, self._selected_bars, self._back_to_front(), strict=True
        ):
            colour = QColor(self.tokens.class_colour(self._colours[which]))
            soft = QColor(colour)
            soft.setAlphaF(0.28 if self._chosen is not None else 0.6)
            for bars, counts, shade in (
                (item, self._bars[which], soft),
                (own, None if self._chosen is None else self._chosen[which], colour),
            ):
                if counts is None:
                    bars.setVisible(False)
                    continue
                up = heights_of(counts, logarithmic=self.logarithmic)
                show_bars(bars, sides, up, shade, least=0.8 * axes.up_per_pixel)
        self._line.update()

    def _back_to_front(self) -> tuple[int, int]:
        return (0, 1) if self._bars[0].sum() >= self._bars[1].sum() else (1, 0)

    def paint_frame(self, painter: QPainter) -> None:
        """Paint the base line, the numbers and the names."""
        axes = self.axes
        painter.setPen(QPen(QColor(self.tokens.line), 1))
        painter.drawLine(axes.area.bottomLeft(), axes.area.bottomRight())
        paint_ticks_below(painter, axes, self.tokens)
        metrics = painter.fontMetrics()
        x, room = 10.0, int(self.width() / 2) - 24
        for which, name in enumerate(self._names):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            colour = QColor(self.tokens.class_colour(self._colours[which]))
            painter.fillRect(QRectF(x, 3, 8, 8), colour)
            painter.setPen(QColor(self.tokens.muted))
            painter.drawText(QPointF(x + 12, 11), text)
            x += 24 + metrics.horizontalAdvance(text)

    def paint_above(self, painter: QPainter) -> None:
        """Paint the threshold into saved pictures too."""
        self._paint_line(painter)

    def _line_x(self, axes: Axes) -> float:
        area = axes.area
        x = round(axes.x(self._threshold)) + 0.5
        return min(max(x, area.left()), area.right())

    def _line_room(self, axes: Axes) -> QRectF:
        """Return what the line, its handle and its text cover."""
        wide = self.fontMetrics().horizontalAdvance(self._text) + 2.0 * HANDLE + 12
        return QRectF(self._line_x(axes) - wide, 0, 2 * wide, self.height())

    def _paint_line(self, painter: QPainter) -> None:
        painter.save()
        self.prepare(painter)
        axes = self.axes
        x = self._line_x(axes)
        inside = abs(axes.x(self._threshold) - x) <= 1.5
        painter.setPen(QPen(QColor(self.tokens.text), 1.5))
        if inside and self._has_threshold:
            painter.drawLine(QPointF(x, LEGEND + 6), QPointF(x, axes.area.bottom()))
        painter.setPen(QPen(QColor(self.tokens.accent), 1.5))
        filled = self.tokens.accent if self._has_threshold else self.tokens.panel
        painter.setBrush(QColor(filled))
        painter.drawRect(QRectF(x - HANDLE / 2, LEGEND + 1, HANDLE, HANDLE))
        self._paint_value(painter, x)
        painter.restore()

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

    # Reading

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say how many rows of each class have the scores under the pointer."""
        if not self.axes.area.contains(where):
            return None
        return self.stop(self._bar_at(where.x()))

    @property
    def n_stops(self) -> int:
        """A place for each bar."""
        return self._bars.shape[1]

    def stop(self, place: int) -> Readout:
        """Say what a bar holds."""
        low, high = tick_texts(self._edges[place : place + 2].tolist())
        lines = [tr("score {low} to {high}", low=low, high=high)]
        for which, name in enumerate(self._names):
            n = numbers.count(round(float(self._bars[which, place])))
            lines.append(f"{name}: {n}")
            if self._chosen is not None:
                own = round(float(self._chosen[which][place]))
                lines[-1] += " (" + tr("{n} selected", n=numbers.count(own)) + ")"
        return Readout("\n".join(lines))

    # Pointer and keys

    def _takes(self, where: QPointF) -> bool:
        near = abs(where.x() - self.axes.x(self._threshold)) <= GRIP
        return near or where.y() <= HEAD

    def take(self, where: QPointF, keys: Qt.KeyboardModifier) -> bool:
        """Take the line."""
        if not self._takes(where):
            return False
        self.hold(where)
        return True

    def hold(self, where: QPointF) -> None:
        """Move the line."""
        self.moved.emit(self.axes.value_x(where.x()))

    def let_go(self, where: QPointF) -> None:
        """End the movement."""
        self.rested.emit()

    def cursor_over(self, where: QPointF) -> Qt.CursorShape:
        """Show where the line can be taken."""
        shapes = Qt.CursorShape
        return shapes.SizeHorCursor if self._takes(where) else shapes.ArrowCursor

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Give the bar under the pointer."""
        if self.axes.area.left() <= where.x() <= self.axes.area.right():
            self.brushed.emit(*self._stretch(where.x(), where.x()), keys)

    def area_between(self, start: QPointF, end: QPointF) -> QRectF:
        """Return the bars between two points, whole."""
        axes = self.axes
        low, high = (axes.x(value) for value in self._stretch(start.x(), end.x()))
        return QRectF(low, HEAD, high - low, axes.area.height())

    def select_area(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the stretch of scores under an area, out to the edges of its bars."""
        self.brushed.emit(*self._stretch(area.left() + 0.5, area.right() - 0.5), keys)

    def _stretch(self, start: float, end: float) -> tuple[float, float]:
        low, high = sorted((start, end))
        first, last = self._bar_at(low), self._bar_at(high)
        return float(self._edges[first]), float(self._edges[last + 1])

    def _bar_at(self, x: float) -> int:
        """Return the bar under a place."""
        value = self.axes.value_x(x)
        inside = int(np.searchsorted(self._edges, value, side="right")) - 1
        return min(max(inside, 0), len(self._edges) - 2)

    def key(self, event: QKeyEvent) -> bool:
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
            return False
        low, high = float(self._edges[0]), float(self._edges[-1])
        self.moved.emit(round(min(max(wanted, low), high), 12))
        if not event.isAutoRepeat():
            self.rested.emit()
        return True
