"""The answer along a feature: its mean, single rows, and where the rows lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip

from engine.contracts.i18n import tr
from gui.plots.axes import (
    Axes,
    left_room,
    paint_frame,
    paint_labels_below,
    paint_ticks_below,
    paint_ticks_left,
    paint_title_below,
)
from gui.plots.brush import BrushCanvas
from gui.plots.drawn import evenly
from gui.services.literal import literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from engine.contracts.results import Axis

    Floats = NDArray[np.floating]

MOST_LINES = 250  # drawn at once; more are a carpet
_STRIP = 18.0  # height of the strip that shows where rows lie
_NEAR = 7.0
_DASH, _NARROW = 14.0, 4.0  # half of what stands for a row at a label, a missing value


class EffectCurve(BrushCanvas):
    """A mean with its interval, lines of rows behind it, rows' places below it.

    Signals
    -------
    brushed(object, Qt.KeyboardModifier)
        Positions of the rows whose lines cross what was marked.
    clicked(int)
        Position of the row whose line was clicked.
    """

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
        self._x, left, right = _placed(axis)
        self._lines = np.zeros((0, len(self._x))) if lines is None else lines
        shown = [self._low, self._high, self._lines.ravel()]
        low = min(float(part.min(initial=np.inf)) for part in shown)
        high = max(float(part.max(initial=-np.inf)) for part in shown)
        room = 0.06 * (high - low or abs(high) or 1.0)
        self._ends = (left, right, low - room, high + room)
        self._chosen, self._current, self._own = None, None, None
        self.renew()

    def set_selected(self, mask: NDArray[np.bool_] | None) -> None:
        """Lift the lines of some rows out of the others."""
        self._chosen = mask if len(self._lines) else None
        self.renew()

    def set_current(self, value: float | None, line: Floats | None) -> None:
        """Mark the current row's own value, and its line if there is one.

        ``nan`` stands for a missing value, ``None`` for no row.
        """
        self._current, self._own = value, line
        self.update()

    @property
    def n_drawn(self) -> int:
        """Lines that are drawn of those there are."""
        return min(len(self._lines), MOST_LINES)

    @property
    def axes(self) -> Axes:
        """Where the numbers lie."""
        metrics = self.fontMetrics()
        top = metrics.height() + 6
        foot = 2 * metrics.height() + 9 + _STRIP
        tall = max(self.height() - top - foot, 10)
        low, high = self._ends[2:]
        left = left_room(metrics, low, high, tall)
        area = QRectF(left, top, max(self.width() - left - 14, 10), tall)
        return Axes(area, *self._ends)

    # Painting

    def paint_still(self, painter: QPainter) -> None:
        """Paint lines, interval, mean, the rows' places and the axes."""
        axis = self._axis
        if axis is None:
            return
        axes, tokens = self.axes, self.tokens
        if self._zero:
            painter.setPen(QPen(QColor(tokens.muted), 1, Qt.PenStyle.DotLine))
            y = axes.y(0.0)
            painter.drawLine(
                QPointF(axes.area.left(), y), QPointF(axes.area.right(), y)
            )
        self._paint_lines(painter, axes)
        self._paint_mean(painter, axes)
        self._paint_strip(painter, axes, axis)
        paint_frame(painter, axes, tokens)
        paint_ticks_left(painter, axes, tokens)
        below = Axes(axes.area.adjusted(0, 0, 0, _STRIP), *self._ends)
        high = painter.fontMetrics().height()
        if axis.labels:
            missing = (tr("missing"),) if axis.n_missing else ()
            texts = (*axis.labels, *missing)[: len(self._x)]
            paint_labels_below(painter, below, tokens, texts)
        else:
            paint_ticks_below(painter, below, tokens)
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

    def _paint_lines(self, painter: QPainter, axes: Axes) -> None:
        drawn = evenly(np.arange(len(self._lines)), MOST_LINES)
        strength = 0.12 if self._chosen is not None else 0.3
        self._paint_some(painter, axes, drawn, self.tokens.muted, strength)
        if self._chosen is not None:
            chosen = evenly(np.flatnonzero(self._chosen), MOST_LINES)
            self._paint_some(painter, axes, chosen, self.tokens.warning, 0.5)

    def _paint_some(
        self,
        painter: QPainter,
        axes: Axes,
        which: NDArray[np.intp],
        colour: str,
        strength: float,
    ) -> None:
        ink = QColor(colour)
        ink.setAlphaF(strength)
        painter.setPen(QPen(ink, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for row in which.tolist():
            self._paint_line(painter, axes, self._lines[row])

    def _paint_line(self, painter: QPainter, axes: Axes, line: Floats) -> None:
        """Paint a row's answers: joined along numbers, a dash where nothing is."""
        joined = self._joined
        painter.drawPolyline(axes.line(self._x[:joined], line[:joined]))
        half = QPointF(min(0.3 * (axes.x(1.0) - axes.x(0.0)), _DASH), 0)
        if not self._by_label:
            half = QPointF(_NARROW, 0)
        for place in range(joined, len(line)):
            at = axes.point(self._x[place], line[place])
            painter.drawLine(at - half, at + half)

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

    def _paint_mean(self, painter: QPainter, axes: Axes) -> None:
        tokens, joined = self.tokens, self._joined
        if joined > 1:
            band = QColor(tokens.accent)
            band.setAlphaF(0.22)
            x = self._x[:joined]
            edge = np.concatenate([self._high[:joined], self._low[:joined][::-1]])
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(band)
            painter.drawPolygon(axes.line(np.concatenate([x, x[::-1]]), edge))
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(axes.line(x, self._middle[:joined]))
        for place in range(joined if joined > 1 else 0, len(self._x)):
            at = float(self._x[place])
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawLine(
                axes.point(at, self._low[place]), axes.point(at, self._high[place])
            )
            painter.setBrush(QColor(tokens.accent))
            painter.drawEllipse(axes.point(at, self._middle[place]), 3.5, 3.5)

    def _paint_strip(self, painter: QPainter, axes: Axes, axis: Axis) -> None:
        """Paint how many rows lie where, under the area."""
        most = axis.counts.max(initial=0)
        if not most:
            return
        shade = QColor(self.tokens.muted)
        shade.setAlphaF(0.55)
        foot = axes.area.bottom() + _STRIP
        if axis.labels:
            lefts, rights = self._x - 0.3, self._x + 0.3
        else:
            lefts, rights = axis.edges[:-1], axis.edges[1:]
        for left, right, n in zip(
            lefts.tolist(), rights.tolist(), axis.counts.tolist(), strict=True
        ):
            if n:
                tall = max((_STRIP - 3) * n / most, 1.0)
                wide = max(axes.x(right) - axes.x(left) - 0.5, 1.0)
                painter.fillRect(QRectF(axes.x(left), foot - tall, wide, tall), shade)
        painter.setPen(QPen(QColor(self.tokens.line), 1))
        painter.drawLine(
            QPointF(axes.area.left(), foot), QPointF(axes.area.right(), foot)
        )

    def _paint_missing(self, painter: QPainter, axes: Axes) -> None:
        if self._joined == len(self._x):
            return
        metrics, text = painter.fontMetrics(), tr("missing")
        width = metrics.horizontalAdvance(text)
        left = min(axes.x(self._x[-1]) - width / 2, self.width() - width - 2.0)
        painter.setPen(QColor(self.tokens.muted))
        painter.drawText(QPointF(left, axes.area.top() + metrics.ascent() + 2), text)

    def paint_moving(self, painter: QPainter) -> None:
        """Paint the current row and the brush."""
        if self._axis is not None and self._current is not None:
            self._paint_current(painter, self._current)
        super().paint_moving(painter)

    def _paint_current(self, painter: QPainter, value: float) -> None:
        axes, ink = self.axes, QColor(self.tokens.text)
        x = value
        if np.isnan(value):
            if np.isfinite(self._axis.values).all():  # type: ignore[union-attr]
                return
            x = float(self._x[-1])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._own is not None:
            painter.setPen(QPen(ink, 1.6))
            self._paint_line(painter, axes, self._own)
        across = axes.x(x)
        painter.setPen(QPen(ink, 1, Qt.PenStyle.DashLine))
        foot = axes.area.bottom() + _STRIP
        painter.drawLine(QPointF(across, axes.area.top()), QPointF(across, foot))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        tip = QPointF(across, foot - 6)
        painter.drawPolygon(
            QPolygonF(
                [tip, QPointF(across - 5, foot + 2), QPointF(across + 5, foot + 2)]
            )
        )
        if self._own is not None:
            height = float(self._heights(self._own[None], x)[0])
            painter.setPen(QPen(ink, 2))
            painter.setBrush(QColor(self.tokens.panel))
            painter.drawEllipse(axes.point(x, height), 4.5, 4.5)

    # Hands

    def event(self, event: QEvent) -> bool:
        """Say what the mean is at the place under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            text = ""
            if len(self._x):
                value = self.axes.value_x(event.pos().x())
                text = self._tip(int(np.argmin(np.abs(self._x - value))))
            QToolTip.showText(event.globalPos(), literal(text), self)
            return True
        return super().event(event)

    def tapped(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
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

    def marked(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the rows whose lines cross the brush."""
        if not len(self._lines):
            return
        axes = self.axes
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


def _placed(axis: Axis) -> tuple[Floats, float, float]:
    """Return places across and the ends; missing values stand beyond the others."""
    x = np.array(axis.values, dtype=np.float64)
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
