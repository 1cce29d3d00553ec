"""The answer along a feature: its mean, single rows, and where the rows lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen, QPolygonF

from engine.contracts.i18n import mark, tr
from gui.plots.axes import (
    Axes,
    left_room,
    paint_frame,
    paint_labels_below,
    paint_ticks_below,
    paint_ticks_left,
    paint_title_below,
)
from gui.plots.chart import Chart, show_band, show_bars, show_intervals
from gui.plots.readout import Readout
from gui.plots.subsample import evenly

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from engine.contracts.results import Axis
    from gui.plots.window import Ends

    Floats = NDArray[np.floating]

MOST_LINES = 250  # shown at once; more are a carpet
_STRIP = 18.0  # height of the strip that shows where rows lie
_NEAR = 7.0
_DASH, _NARROW = 14.0, 4.0  # half of what stands for a row at a label, a missing value


class EffectCurve(Chart):
    """A mean with its interval, lines of rows behind it, rows' places below it.

    Signals
    -------
    brushed(object, Qt.KeyboardModifier)
        Positions of the rows whose lines cross what was marked.
    clicked(int)
        Position of the row whose line was clicked.
    """

    SELECTS = True
    OWN_DRAG = mark("Drag selects rows")
    LOGARITHMIC = mark("Logarithmic horizontal axis")

    brushed = Signal(object, Qt.KeyboardModifier)
    clicked = Signal(int)

    def __init__(self, name: str, tip: Callable[[int], str]) -> None:
        super().__init__(name)
        self._tip = tip
        self._axis: Axis | None = None
        self._x: Floats = np.zeros(0)
        self._middle: Floats = np.zeros(0)
        self._low: Floats = np.zeros(0)
        self._high: Floats = np.zeros(0)
        self._lines: Floats = np.zeros((0, 0))
        self._ends = (0.0, 1.0, 0.0, 1.0)
        self._up = ""
        self._zero = False
        self._chosen: NDArray[np.bool_] | None = None
        self._current: float | None = None
        self._own: Floats | None = None
        self._zero_line = self.curve()
        self._row_lines = self.curve(above=0.1), self.curve(above=0.2)
        self._mean_band, self._mean_line = self.band(above=0.3), self.curve(above=0.4)
        self._mean_ends = self.intervals(above=0.5)
        self._mean_spots = self.spots(above=0.6)
        self.strip = self.new_box()
        self._strip_bars = self.bars(above=0.1, box=self.strip)
        self._current_layer = self.layer(self._paint_current, above=2.0)
        self.setMinimumSize(200, 150)

    def set_curve(
        self,
        axis: Axis,
        curve: tuple[Floats, Floats, Floats],
        lines: Floats | None,
        up: str,
        *,
        zero: bool = False,
    ) -> None:
        """Show a curve.

        Parameters
        ----------
        curve
            ``(g,)`` means at the axis's places, and the ends of their intervals.
        lines
            ``(n, g)`` of single rows, if they are wanted.
        up
            What the vertical axis is.
        zero
            Whether 0 is worth a line.
        """
        self._axis, self._up, self._zero = axis, up, zero
        self._middle, self._low, self._high = curve
        self._lines = np.zeros((0, len(axis.values))) if lines is None else lines
        parts = (self._middle, self._low, self._high, self._lines.ravel())
        shown = [part[np.isfinite(part)] for part in parts]  # one row has no interval
        low = min(float(part.min(initial=np.inf)) for part in shown)
        high = max(float(part.max(initial=-np.inf)) for part in shown)
        room = 0.06 * (high - low or abs(high) or 1.0)
        self._ends = (0.0, 1.0, low - room, high + room)
        self._chosen, self._current, self._own = None, None, None
        self.renew()

    @property
    def offers_logarithm(self) -> bool:
        """Whether the feature's values are numbers above 0."""
        axis = self._axis
        if axis is None or axis.labels:
            return False
        known = axis.values[np.isfinite(axis.values)]
        return bool(len(known)) and bool((known > 0).all())

    @property
    def _by_power(self) -> bool:
        return self.logarithmic and self.offers_logarithm

    def _scaled(self, values: Floats) -> Floats:
        """Return numbers of the feature as they stand on the axis."""
        values = np.asarray(values, float)
        if not self._by_power:
            return values
        least = float(np.nanmin(self._axis.values))  # type: ignore[union-attr]
        return np.log10(np.maximum(values, least))

    def renew(self) -> None:
        """Place the values of the feature, and draw everything again."""
        if self._axis is not None:
            scaled = self._scaled(self._axis.values)
            self._x, left, right = _placed(self._axis, scaled)
            self._ends = (left, right, *self._ends[2:])
        super().renew()

    def set_selected(self, mask: NDArray[np.bool_] | None) -> None:
        """Lift the lines of some rows out of the others."""
        self._chosen = mask if len(self._lines) else None
        self.renew()

    def set_current(self, value: float | None, line: Floats | None) -> None:
        """Mark the current row's own value, and its line if there is one.

        ``nan`` stands for a missing value, ``None`` for no row.
        """
        self._current, self._own = value, line
        self._current_layer.update()

    @property
    def n_shown(self) -> int:
        """Lines that are shown of those there are."""
        return min(len(self._lines), MOST_LINES)

    @property
    def ends(self) -> Ends:
        """The numbers across and up."""
        return self._ends

    def room(self, ends: Ends) -> QRectF:
        """Return the room above the strip that shows where rows lie."""
        metrics = self.fontMetrics()
        top = metrics.height() + 6
        foot = 2 * metrics.height() + 9 + _STRIP
        tall = max(self.height() - top - foot, 10)
        left = left_room(metrics, *ends[2:], tall)
        return QRectF(left, top, max(self.width() - left - 14, 10), tall)

    # Drawing

    def draw(self) -> None:
        """Draw the mean with its interval; lines may depend on pixels."""
        tokens, joined = self.tokens, self._joined
        left, right = self._ends[:2]
        dots = self.pen(tokens.muted, 1, Qt.PenStyle.DotLine)
        shown = [left, right] if self._zero else []
        self._zero_line.setData(shown, [0.0] * len(shown), pen=dots)
        shade = QColor(tokens.accent)
        shade.setAlphaF(0.22)
        pen = self.pen(tokens.accent, 2)
        along = slice(joined if joined > 1 else 0)
        x = self._x[along]
        show_band(self._mean_band, x, self._low[along], self._high[along], shade)
        self._mean_line.setData(x, self._middle[along], pen=pen)
        apart = slice(joined if joined > 1 else 0, None)
        x, y = self._x[apart], self._middle[apart]
        show_intervals(self._mean_ends, x, y, self._low[apart], self._high[apart], pen)
        brush = QColor(tokens.accent)
        self._mean_spots.setData(x, y, size=7, pen=pen, brush=brush)

    def fit_items(self) -> None:
        """Draw the lines of rows, and where rows lie."""
        rows = evenly(np.arange(len(self._lines)), MOST_LINES)
        chosen = rows[:0]
        if self._chosen is not None:
            chosen = evenly(np.flatnonzero(self._chosen), MOST_LINES)
        faint = 0.12 if self._chosen is not None else 0.3
        tokens = self.tokens
        for item, which, colour, strength in (
            (self._row_lines[0], rows, tokens.muted, faint),
            (self._row_lines[1], chosen, tokens.warning, 0.5),
        ):
            shade = QColor(colour)
            shade.setAlphaF(strength)
            x, y = self._joined_lines(self._lines[which])
            item.setData(x, y, connect="finite", pen=self.pen(shade))
        self._fit_strip()

    def _joined_lines(self, lines: Floats) -> tuple[Floats, Floats]:
        """Return rows' predictions as one line with gaps.

        They are joined along numbers; at a label or a missing value stands a dash.
        """
        joined, n = self._joined, len(lines)
        gap = np.full((n, 1), np.nan)
        xs = [np.broadcast_to(self._x[:joined], (n, joined)), gap]
        ys = [lines[:, :joined], gap]
        half = self._dash * self.axes.across_per_pixel
        for place in range(joined, len(self._x)):
            at = np.array([[self._x[place] - half, self._x[place] + half]])
            xs += [np.broadcast_to(at, (n, 2)), gap]
            ys += [np.repeat(lines[:, place : place + 1], 2, axis=1), gap]
        return np.concatenate(xs, axis=1).ravel(), np.concatenate(ys, axis=1).ravel()

    @property
    def _dash(self) -> float:
        """Half of what stands for a row at a label or a missing value, in pixels."""
        if not self._by_label:
            return _NARROW
        return min(0.3 / self.axes.across_per_pixel, _DASH)

    @property
    def _strip_axes(self) -> Axes:
        axes = self.axes
        area = QRectF(axes.area.left(), axes.area.bottom(), axes.area.width(), _STRIP)
        return Axes(area, axes.left, axes.right, 0.0, _STRIP)

    def _fit_strip(self) -> None:
        """Draw how many rows lie where, under the area."""
        below, axis = self._strip_axes, self._axis
        self.place_box(self.strip, below)
        most = 0 if axis is None else axis.counts.max(initial=0)
        if axis is None or not most:
            self._strip_bars.setVisible(False)
            return
        shade = QColor(self.tokens.muted)
        shade.setAlphaF(0.55)
        pixel = below.across_per_pixel
        if axis.labels:
            lefts, rights = self._x - 0.3, self._x + 0.3
        else:
            edges = self._scaled(axis.edges)
            lefts, rights = edges[:-1], edges[1:]
        sides = (lefts, np.maximum(rights - 0.5 * pixel, lefts + pixel))
        tall = (_STRIP - 3) * np.asarray(axis.counts, float) / most
        show_bars(self._strip_bars, sides, tall, shade, least=1.0)

    def paint_frame(self, painter: QPainter) -> None:
        """Paint the frame, the numbers or labels, and what they are."""
        axis = self._axis
        if axis is None:
            return
        axes, tokens = self.axes, self.tokens
        paint_frame(painter, axes, tokens)
        paint_ticks_left(painter, axes, tokens)
        below = Axes(axes.area.adjusted(0, 0, 0, _STRIP), *self._in_sight)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(below.area.bottomLeft(), below.area.bottomRight())
        high = painter.fontMetrics().height()
        if axis.labels:
            missing = (tr("missing"),) if axis.n_missing else ()
            texts = (*axis.labels, *missing)[: len(self._x)]
            paint_labels_below(painter, below, tokens, texts)
        else:
            paint_ticks_below(painter, below, tokens, logarithmic=self._by_power)
            self._paint_missing(painter, axes)
        paint_title_below(painter, below, tokens, axis.name, high + 5)
        painter.setPen(QColor(tokens.muted))
        painter.drawText(
            QRectF(2, 0, self.width() - 4, high),
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
            painter.fontMetrics().elidedText(
                self._up, Qt.TextElideMode.ElideRight, self.width() - 4
            ),
        )

    @property
    def _in_sight(self) -> Ends:
        return self.window_in_sight.ends(self._ends)

    @property
    def _by_label(self) -> bool:
        """Whether the places are labels."""
        return self._axis is not None and bool(self._axis.labels)

    @property
    def _joined(self) -> int:
        """Places that a line joins; labels and missing values stand apart."""
        axis = self._axis
        if axis is None or axis.labels:
            return 0
        return int(np.count_nonzero(np.isfinite(axis.values)))

    def _paint_missing(self, painter: QPainter, axes: Axes) -> None:
        if self._joined == len(self._x) or self._x[-1] > axes.right:
            return
        metrics, text = painter.fontMetrics(), tr("missing")
        width = metrics.horizontalAdvance(text)
        left = min(axes.x(self._x[-1]) - width / 2, self.width() - width - 2.0)
        painter.setPen(QColor(self.tokens.muted))
        painter.drawText(QPointF(left, axes.area.top() + metrics.ascent() + 2), text)

    def paint_above(self, painter: QPainter) -> None:
        """Paint the current row into saved pictures too."""
        self._paint_current(painter)

    def _paint_current(self, painter: QPainter) -> None:
        axis, axes, colour = self._axis, self.axes, QColor(self.tokens.text)
        if axis is None or self._current is None:
            return
        x = self._current
        if np.isnan(x):
            if np.isfinite(axis.values).all():
                return
            x = float(self._x[-1])
        else:
            x = float(self._scaled(np.array(x)))
        painter.save()
        self.prepare(painter)
        if self.zoomed:
            painter.setClipRect(axes.area.adjusted(-6, 0, 6, _STRIP + 3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._own is not None:
            painter.setPen(QPen(colour, 1.6))
            self._paint_own(painter, axes, self._own)
        across = axes.x(x)
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
        foot = axes.area.bottom() + _STRIP
        painter.drawLine(QPointF(across, axes.area.top()), QPointF(across, foot))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        tip = QPointF(across, foot - 6)
        painter.drawPolygon(
            QPolygonF(
                [tip, QPointF(across - 5, foot + 2), QPointF(across + 5, foot + 2)]
            )
        )
        if self._own is not None:
            height = float(self._heights(self._own[None], x)[0])
            painter.setPen(QPen(colour, 2))
            painter.setBrush(QColor(self.tokens.panel))
            painter.drawEllipse(axes.point(x, height), 4.5, 4.5)
        painter.restore()

    def _paint_own(self, painter: QPainter, axes: Axes, line: Floats) -> None:
        """Paint the current row's line: joined along numbers, a dash elsewhere."""
        joined, half = self._joined, QPointF(self._dash, 0)
        painter.drawPolyline(axes.line(self._x[:joined], line[:joined]))
        for place in range(joined, len(line)):
            at = axes.point(self._x[place], line[place])
            painter.drawLine(at - half, at + half)

    # Reading

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say what the mean is at the place under the pointer."""
        axes = self.axes
        within = axes.area.adjusted(0, 0, 0, _STRIP)
        if not len(self._x) or not within.contains(where):
            return None
        value = axes.value_x(where.x())
        return self.stop(int(np.argmin(np.abs(self._x - value))))

    @property
    def n_stops(self) -> int:
        """A place for each value or label."""
        return len(self._x)

    def stop(self, place: int) -> Readout:
        """Say what the mean is at a place."""
        at = self.axes.point(float(self._x[place]), float(self._middle[place]))
        return Readout(self._tip(place), at)

    # Hands

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Give the row whose line is under a click."""
        axes = self.axes
        if not len(self._lines) or not axes.area.contains(where):
            return
        drawn = evenly(np.arange(len(self._lines)), MOST_LINES)
        heights = self._heights(self._lines[drawn], axes.value_x(where.x()))
        far = np.abs(heights - axes.value_y(where.y()))
        nearest = int(np.argmin(far))
        scale = axes.area.height() / (axes.top - axes.bottom)
        if far[nearest] * scale <= _NEAR:
            self.clicked.emit(int(drawn[nearest]))

    def select_area(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the rows whose lines cross the brush."""
        if not len(self._lines):
            return
        axes = self.axes
        if self.zoomed:
            area = area.intersected(axes.area)
        left, right = axes.value_x(area.left()), axes.value_x(area.right())
        low, high = axes.value_y(area.bottom()), axes.value_y(area.top())
        within = self._lines[:, (self._x > left) & (self._x < right)]
        if self._by_label:
            crossing = ((within >= low) & (within <= high)).any(axis=1)
        else:
            ends = [self._heights(self._lines, x)[:, None] for x in (left, right)]
            seen = np.concatenate([*ends, within], axis=1)
            crossing = (seen.min(axis=1) <= high) & (seen.max(axis=1) >= low)
        if crossing.any():
            self.brushed.emit(np.flatnonzero(crossing), keys)

    def _heights(self, lines: Floats, at: float) -> Floats:
        """Return ``(n,)`` how high lines are at a place, or at the nearest label."""
        if self._by_label:
            return lines[:, int(np.argmin(np.abs(self._x - at)))]
        return _heights(self._x, lines, at)


def _placed(axis: Axis, scaled: Floats) -> tuple[Floats, float, float]:
    """Return places across and the ends; missing values stand beyond the others."""
    x = np.array(scaled, dtype=np.float64)
    known = np.isfinite(x)
    if axis.labels:
        x[~known] = np.count_nonzero(known)
        return x, -0.5, len(x) - 0.5
    low = float(x[known].min()) if known.any() else 0.0
    high = float(x[known].max()) if known.any() else 1.0
    room = 0.03 * (high - low or 1.0)
    if known.all():
        return x, low - room, high + room
    x[~known] = high + 3 * room
    return x, low - room, high + 5 * room


def _heights(x: Floats, lines: Floats, at: float) -> Floats:
    """Return ``(n,)`` how high lines are at a place."""
    if len(x) == 1:
        return lines[:, 0]
    right = int(np.clip(np.searchsorted(x, at), 1, len(x) - 1))
    share = np.clip((at - x[right - 1]) / (x[right] - x[right - 1]), 0.0, 1.0)
    found: Floats = lines[:, right - 1] * (1 - share) + lines[:, right] * share
    return found
