"""Contributions against a feature's values, coloured by another feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPen
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
from gui.plots.scales import level_colour, level_colours
from gui.services.literal import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

AS_POINTS = 4_000  # more rows than this are a picture of cells
_BINS, _TALL = 60, 14.0  # of the density under the points, and its height
_ACROSS, _DOWN = 220, 120  # cells of that picture
_NEAR, _STRETCHES = 7.0, 24


class Scatter(BrushCanvas):
    """Points, their typical height along the axis, and the current row.

    Signals
    -------
    brushed(object, Qt.KeyboardModifier)
        Positions of the rows whose points were marked.
    clicked(int)
        Position of the row whose point was clicked.
    """

    brushed = Signal(object, Qt.KeyboardModifier)
    clicked = Signal(int)

    def __init__(self, name: str, tip: Callable[[int], str]) -> None:
        super().__init__(name)
        self._tip = tip
        self._x = self._y = self._levels = np.zeros(0)
        self._labels: tuple[str, ...] = ()
        self._titles = ("", "", "")
        self._ends = (0.0, 1.0, 0.0, 1.0)
        self._gap: float | None = None
        self._trend = Trend.none()
        self._density = np.zeros(0)
        self._chosen: NDArray[np.bool_] | None = None
        self._current: int | None = None
        self._diagonal = False
        self.setMinimumSize(180, 120)

    def set_points(
        self,
        x: NDArray[np.floating],
        y: NDArray[np.floating],
        levels: NDArray[np.floating],
        titles: tuple[str, str, str],
        labels: Sequence[str] = (),
        *,
        diagonal: bool = False,
    ) -> None:
        """Show points.

        Parameters
        ----------
        x
            ``(n,)`` values of the feature; codes where it has ``labels``. Rows
            without a value stand in a place of their own at the right.
        y
            ``(n,)`` contributions.
        levels
            ``(n,)`` of the colouring feature, 0 to 1, ``nan`` for none.
        titles
            Of the horizontal axis, of the vertical one, and of the colours
            (``""``: no colours).
        diagonal
            Whether to draw where both are equal.
        """
        self._diagonal = diagonal
        self._titles, self._labels = titles, tuple(labels)
        self._levels = np.asarray(levels, dtype=np.float64)
        self._y = np.asarray(y, dtype=np.float64)
        known = np.isfinite(x)
        self._x, left, right = _placed(x, len(self._labels))
        apart = not self._labels and not known.all()
        self._gap = float(self._x[~known][0]) if apart else None
        low, high = float(y.min(initial=0.0)), float(y.max(initial=0.0))
        room = 0.06 * (high - low or 1.0)
        self._ends = (left, right, low - room, high + room)
        numbers = np.asarray(x, dtype=np.float64)[known]
        self._trend, self._density = Trend.none(), np.zeros(0)
        if not self._labels:
            self._trend = typical(numbers, self._y[known])
            self._density = np.histogram(numbers, _BINS, (left, right))[0]
        self._chosen, self._current = None, None
        self.renew()

    def set_selected(self, mask: NDArray[np.bool_] | None) -> None:
        """Lift the points of some rows out of the others."""
        self._chosen = mask
        self.renew()

    def set_current(self, row: int | None) -> None:
        """Ring the point of one row."""
        self._current = row
        self.update()

    @property
    def axes(self) -> Axes:
        """Where the numbers lie."""
        metrics = self.fontMetrics()
        low, high = self._ends[2:]
        top = metrics.height() + 6
        foot = 2 * metrics.height() + 9
        tall = max(self.height() - top - foot, 10)
        left = left_room(metrics, low, high, tall)
        area = QRectF(left, top, max(self.width() - left - 14, 10), tall)
        return Axes(area, *self._ends)

    # Painting

    def paint_still(self, painter: QPainter) -> None:
        """Paint points, the zero line, the typical height and the axes."""
        axes, tokens = self.axes, self.tokens
        painter.setPen(QPen(QColor(tokens.line), 1))
        zero = axes.y(0.0)
        painter.drawLine(
            QPointF(axes.area.left(), zero), QPointF(axes.area.right(), zero)
        )
        everyone = np.ones(len(self._x), dtype=bool)
        faded = 0.25 if self._chosen is not None else 1.0
        paint = self._paint_cells if len(self._x) > AS_POINTS else self._paint_points
        paint(painter, axes, everyone, faded)
        if self._chosen is not None:
            paint(painter, axes, self._chosen, 1.0)
        self._paint_density(painter, axes)
        self._paint_trend(painter, axes)
        if self._diagonal:
            ends = np.clip(self._ends[:2], *self._ends[2:])
            painter.setPen(QPen(QColor(tokens.muted), 1, Qt.PenStyle.DashLine))
            painter.drawPolyline(axes.line(ends, ends))
        paint_frame(painter, axes, tokens)
        paint_ticks_left(painter, axes, tokens)
        high = painter.fontMetrics().height()
        if self._labels:
            missing = (tr("missing"),) if self._ends[1] > len(self._labels) else ()
            paint_labels_below(painter, axes, tokens, (*self._labels, *missing))
        else:
            paint_ticks_below(painter, axes, tokens)
            self._paint_missing(painter, axes)
        paint_title_below(painter, axes, tokens, self._titles[0], high + 5)
        painter.setPen(QColor(tokens.muted))
        half = QRectF(2, 0, self.width() * 0.5, high)
        side = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(half, int(side | Qt.AlignmentFlag.AlignLeft), self._titles[1])
        if self._titles[2]:
            self._paint_key(painter, axes)

    def _paint_trend(self, painter: QPainter, axes: Axes) -> None:
        """Paint the median and, shaded, the middle half of the rows."""
        trend = self._trend
        if len(trend.x) < 2:
            return
        shade = QColor(self.tokens.text)
        shade.setAlphaF(0.14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        around = np.concatenate([trend.x, trend.x[::-1]])
        ends = np.concatenate([trend.low, trend.high[::-1]])
        painter.drawPolygon(axes.line(around, ends))
        painter.setPen(QPen(QColor(self.tokens.text), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(axes.line(trend.x, trend.middle))

    def _paint_density(self, painter: QPainter, axes: Axes) -> None:
        """Paint where the rows are, standing on the axis."""
        most = self._density.max(initial=0)
        if not most:
            return
        shade = QColor(self.tokens.muted)
        shade.setAlphaF(0.45)
        wide = axes.area.width() / _BINS
        for place, n in enumerate(self._density.tolist()):
            tall = _TALL * n / most
            left = axes.area.left() + place * wide
            bar = QRectF(left, axes.area.bottom() - tall, max(wide - 1, 1), tall)
            painter.fillRect(bar, shade)

    def _paint_missing(self, painter: QPainter, axes: Axes) -> None:
        """Say what the points beyond the numbers are."""
        if self._gap is None:
            return
        metrics, text = painter.fontMetrics(), tr("missing")
        width = metrics.horizontalAdvance(text)
        left = min(axes.x(self._gap) - width / 2, self.width() - width - 2.0)
        painter.setPen(QColor(self.tokens.muted))
        painter.drawText(QPointF(left, axes.area.top() + metrics.ascent() + 2), text)

    def _paint_key(self, painter: QPainter, axes: Axes) -> None:
        metrics = painter.fontMetrics()
        words = (tr("low"), tr("high"))
        wide = 60.0
        ends = sum(map(metrics.horizontalAdvance, words)) + wide + 12
        title = metrics.elidedText(
            self._titles[2],
            Qt.TextElideMode.ElideRight,
            int(max(self.width() * 0.5 - ends, 20)),
        )
        left = axes.area.right() - ends - metrics.horizontalAdvance(title) - 8
        base = float(metrics.ascent())
        painter.setPen(QColor(self.tokens.muted))
        painter.drawText(QPointF(left, base), title)
        left += metrics.horizontalAdvance(title) + 8
        painter.drawText(QPointF(left, base), words[0])
        left += metrics.horizontalAdvance(words[0]) + 4
        for step in range(20):
            part = QRectF(left + step * wide / 20, base - 8, wide / 20 + 0.6, 8)
            painter.fillRect(part, level_colour(step / 19))
        painter.drawText(QPointF(left + wide + 4, base), words[1])

    def _paint_points(
        self, painter: QPainter, axes: Axes, mask: NDArray[np.bool_], strength: float
    ) -> None:
        across, down = self._places(axes)
        painter.setPen(Qt.PenStyle.NoPen)
        which = np.flatnonzero(mask)
        colours = level_colours(self._levels[which])
        for i, rgb in zip(which.tolist(), colours.tolist(), strict=True):
            colour = QColor(*rgb)
            colour.setAlphaF(0.8 * strength)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(across[i], down[i]), 2.6, 2.6)

    def _paint_cells(
        self, painter: QPainter, axes: Axes, mask: NDArray[np.bool_], strength: float
    ) -> None:
        left, right, low, high = self._ends
        span_x, span_y = right - left or 1.0, high - low or 1.0
        column = ((self._x[mask] - left) / span_x * _ACROSS).astype(np.int64)
        row = ((high - self._y[mask]) / span_y * _DOWN).astype(np.int64)
        cell = np.clip(row, 0, _DOWN - 1) * _ACROSS + np.clip(column, 0, _ACROSS - 1)
        levels = self._levels[mask]
        known = np.isfinite(levels)
        size = _ACROSS * _DOWN
        count = np.bincount(cell, minlength=size)
        with_level = np.bincount(cell[known], minlength=size)
        total = np.bincount(cell[known], weights=levels[known], minlength=size)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = total / with_level
        shade = np.log1p(count) / (np.log1p(count.max(initial=0)) or 1.0)
        pixels = np.zeros((size, 4), dtype=np.uint8)
        pixels[:, :3] = level_colours(mean)
        shown = np.where(count > 0, 0.35 + 0.65 * shade, 0.0)
        pixels[:, 3] = (255 * strength * shown).round()
        kind = QImage.Format.Format_RGBA8888
        image = QImage(pixels.tobytes(), _ACROSS, _DOWN, 4 * _ACROSS, kind).copy()
        painter.drawImage(axes.area, image)

    def paint_moving(self, painter: QPainter) -> None:
        """Paint the current row's ring and the brush."""
        if self._current is not None and self._current < len(self._x):
            axes = self.axes
            where = axes.point(self._x[self._current], self._y[self._current])
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.tokens.text), 2))
            painter.drawEllipse(where, 6, 6)
        super().paint_moving(painter)

    # Hands

    def _places(self, axes: Axes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        left, right, low, high = self._ends
        wide = axes.area.width() / (right - left or 1.0)
        tall = axes.area.height() / (high - low or 1.0)
        across = axes.area.left() + (self._x - left) * wide
        return across, axes.area.bottom() - (self._y - low) * tall

    def point_at(self, where: QPointF) -> int | None:
        """Return the row of the nearest point, if one is near."""
        if not len(self._x):
            return None
        across, down = self._places(self.axes)
        far = np.hypot(across - where.x(), down - where.y())
        row = int(far.argmin())
        return row if far[row] <= _NEAR else None

    def event(self, event: QEvent) -> bool:
        """Say which row lies under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            row = self.point_at(QPointF(event.pos()))
            QToolTip.showText(
                event.globalPos(), "" if row is None else literal(self._tip(row)), self
            )
            return True
        return super().event(event)

    def tapped(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Give the row under a click."""
        row = self.point_at(where)
        if row is not None:
            self.clicked.emit(row)

    def marked(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the rows under the brush."""
        across, down = self._places(self.axes)
        inside = (across >= area.left()) & (across <= area.right())
        inside &= (down >= area.top()) & (down <= area.bottom())
        if inside.any():
            self.brushed.emit(np.flatnonzero(inside), keys)


@dataclass(frozen=True)
class Trend:
    """The typical height along an axis, and where the middle half of the rows is."""

    x: NDArray[np.float64]
    middle: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def none(cls) -> Trend:
        """Return the trend of too few rows."""
        return cls(*(np.zeros(0) for _ in range(4)))


def typical(x: NDArray[np.float64], y: NDArray[np.float64]) -> Trend:
    """Return quartiles of ``y`` in stretches of ``x`` that hold as many rows each."""
    if len(x) < 2 * _STRETCHES:
        return Trend.none()
    parts = np.array_split(np.argsort(x, kind="stable"), _STRETCHES)
    across = np.array([np.median(x[part]) for part in parts])
    quartiles = np.array([np.percentile(y[part], [50, 25, 75]) for part in parts])
    keep = np.append(np.diff(across) > 0, True)
    return Trend(across[keep], *quartiles[keep].T)


def _placed(
    x: NDArray[np.floating], n_labels: int
) -> tuple[NDArray[np.float64], float, float]:
    """Return places across and the ends; missing values stand beyond the others."""
    known = np.isfinite(x)
    placed = np.asarray(x, dtype=np.float64).copy()
    if n_labels:
        left, right = -0.5, n_labels - 0.5 + float(not known.all())
        placed[~known] = n_labels
        shaken = np.random.default_rng(0).uniform(-0.3, 0.3, len(placed))
        return placed + shaken, left, right
    low = float(placed[known].min()) if known.any() else 0.0
    high = float(placed[known].max()) if known.any() else 1.0
    room = 0.03 * (high - low or 1.0)
    if known.all():
        return placed, low - room, high + room
    placed[~known] = high + 3 * room
    return placed, low - room, high + 5 * room
