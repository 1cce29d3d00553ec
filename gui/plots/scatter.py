"""Contributions against a feature's values, coloured by another feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from engine.contracts.i18n import mark, tr
from gui.plots.axes import (
    left_room,
    paint_frame,
    paint_labels_below,
    paint_ticks_below,
    paint_ticks_left,
    paint_title_below,
)
from gui.plots.chart import Chart, show_band, show_bars, show_image
from gui.plots.readout import Readout
from gui.plots.scales import level_colour, level_colours

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gui.plots.axes import Axes
    from gui.plots.window import Ends

AS_POINTS = 4_000  # more rows than this are a picture of cells
_BINS, _TALL = 60, 14.0  # of the density under the points, and its height
_ACROSS, _UP = 220, 120  # cells of that picture
_NEAR, _RADIUS, _STRETCHES = 7.0, 2.6, 24


class Scatter(Chart):
    """Points, their typical height along the axis, and the current row.

    Signals
    -------
    brushed(object, Qt.KeyboardModifier)
        Positions of the rows whose points were marked.
    clicked(int)
        Position of the row whose point was clicked.
    """

    SELECTS = True
    OWN_DRAG = mark("Drag selects rows")
    LOGARITHMIC = mark("Logarithmic horizontal axis")

    brushed = Signal(object, Qt.KeyboardModifier)
    clicked = Signal(int)

    def __init__(self, name: str, tip: Callable[[int], str]) -> None:
        super().__init__(name)
        self._tip = tip
        self._x = self._y = self._values = self._levels = np.zeros(0)
        self._labels: tuple[str, ...] = ()
        self._titles = ("", "", "")
        self._ends = (0.0, 1.0, 0.0, 1.0)
        self._gap: float | None = None
        self._trend = Trend.none()
        self._density = np.zeros(0)
        self._chosen: NDArray[np.bool_] | None = None
        self._current: int | None = None
        self._diagonal = False
        self._zero_line, self._diagonal_line = self.curve(), self.curve(above=0.6)
        self._points = self.spots(above=0.1), self.spots(above=0.2)
        self._cells = self.image(above=0.1), self.image(above=0.2)
        self._density_bars = self.bars(above=0.3)
        self._trend_band, self._trend_line = self.band(above=0.4), self.curve(above=0.5)
        self._ring = self.spots(above=2.0)
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
        self._values = np.asarray(x, dtype=np.float64)
        low, high = float(y.min(initial=0.0)), float(y.max(initial=0.0))
        room = 0.06 * (high - low or 1.0)
        self._ends = (0.0, 1.0, low - room, high + room)
        self._chosen, self._current = None, None
        self._place()
        self.renew()

    @property
    def offers_logarithm(self) -> bool:
        """Whether the values across are numbers above 0."""
        known = self._values[np.isfinite(self._values)]
        plain = not self._labels and not self._diagonal and bool(len(known))
        return plain and bool((known > 0).all())

    @property
    def _by_power(self) -> bool:
        return self.logarithmic and self.offers_logarithm

    def show_logarithmic(self, on: bool) -> None:
        """Show the values across by their powers, or plainly."""
        self.logarithmic = on
        self._place()
        self.renew()

    def _place(self) -> None:
        """Work out where points lie across, and what is typical there."""
        x = np.log10(self._values) if self._by_power else self._values
        known = np.isfinite(x)
        self._x, left, right = _placed(x, len(self._labels))
        apart = not self._labels and not known.all()
        self._gap = float(self._x[~known][0]) if apart else None
        self._ends = (left, right, *self._ends[2:])
        self._trend, self._density = Trend.none(), np.zeros(0)
        if not self._labels:
            self._trend = typical(x[known], self._y[known])
            self._density = np.histogram(x[known], _BINS, (left, right))[0]

    def set_selected(self, mask: NDArray[np.bool_] | None) -> None:
        """Lift the points of some rows out of the others."""
        self._chosen = mask
        self.renew()

    def set_current(self, row: int | None) -> None:
        """Ring the point of one row."""
        self._current = row
        self._draw_ring()

    @property
    def ends(self) -> Ends:
        """The numbers across and up."""
        return self._ends

    def room(self, ends: Ends) -> QRectF:
        """Return the room between the numbers."""
        metrics = self.fontMetrics()
        top = metrics.height() + 6
        foot = 2 * metrics.height() + 9
        tall = max(self.height() - top - foot, 10)
        left = left_room(metrics, *ends[2:], tall)
        return QRectF(left, top, max(self.width() - left - 14, 10), tall)

    # Drawing

    def draw(self) -> None:
        """Draw points or cells, the zero line, the typical height and the ring."""
        tokens = self.tokens
        left, right, low, high = self._ends
        pen = self.pen(tokens.line)
        self._zero_line.setData([left, right], [0.0, 0.0], pen=pen)
        self._draw_rows()
        shade = QColor(tokens.text)
        shade.setAlphaF(0.14)
        trend = self._trend
        show_band(self._trend_band, trend.x, trend.low, trend.high, shade)
        line = self.pen(tokens.text, 1.6)
        known = slice(None) if len(trend.x) > 1 else slice(0)
        self._trend_line.setData(trend.x[known], trend.middle[known], pen=line)
        ends = np.clip([left, right], low, high) if self._diagonal else np.zeros(0)
        dashes = self.pen(tokens.muted, 1, Qt.PenStyle.DashLine)
        self._diagonal_line.setData(ends, ends, pen=dashes)
        self._draw_ring()

    def _draw_rows(self) -> None:
        """Draw all rows and, above them, the selected ones."""
        everyone = np.ones(len(self._x), dtype=bool)
        chosen = np.zeros(len(self._x), bool) if self._chosen is None else self._chosen
        faded = 0.25 if self._chosen is not None else 1.0
        many = len(self._x) > AS_POINTS
        for spots, cells, mask, strength in (
            (self._points[0], self._cells[0], everyone, faded),
            (self._points[1], self._cells[1], chosen, 1.0),
        ):
            left, right, low, high = self._ends
            area = QRectF(left, low, right - left, high - low)
            pixels = self._pixels(mask, strength)
            show_image(cells, pixels if many and mask.any() else pixels[:0], area)
            shown = mask & (not many)
            spots.setData(
                self._x[shown],
                self._y[shown],
                size=2 * _RADIUS,
                pen=None,
                brush=_brushes(level_colours(self._levels[shown]), 0.8 * strength),
            )

    def _draw_ring(self) -> None:
        """Draw the current row's ring."""
        row = self._current
        at = [] if row is None or row >= len(self._x) else [row]
        pen = self.pen(self.tokens.text, 2)
        self._ring.setData(self._x[at], self._y[at], size=12, pen=pen, brush=None)

    def fit_items(self) -> None:
        """Draw where the rows are, standing on the lower edge."""
        axes, most = self.axes, self._density.max(initial=0)
        if not most:
            self._density_bars.setVisible(False)
            return
        shade = QColor(self.tokens.muted)
        shade.setAlphaF(0.45)
        left, right = self._ends[:2]
        edges = np.linspace(left, right, _BINS + 1)
        tall = _TALL * self._density / most * axes.up_per_pixel
        sides = (edges[:-1], edges[1:] - axes.across_per_pixel)
        show_bars(self._density_bars, sides, tall, shade, foot=axes.bottom)

    def paint_frame(self, painter: QPainter) -> None:
        """Paint the frame, the numbers and the key of the colours."""
        axes, tokens = self.axes, self.tokens
        paint_frame(painter, axes, tokens)
        paint_ticks_left(painter, axes, tokens)
        high = painter.fontMetrics().height()
        if self._labels:
            missing = (tr("missing"),) if self._ends[1] > len(self._labels) else ()
            paint_labels_below(painter, axes, tokens, (*self._labels, *missing))
        else:
            paint_ticks_below(painter, axes, tokens, logarithmic=self._by_power)
            self._paint_missing(painter, axes)
        paint_title_below(painter, axes, tokens, self._titles[0], high + 5)
        painter.setPen(QColor(tokens.muted))
        half = QRectF(2, 0, self.width() * 0.5, high)
        side = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(half, int(side | Qt.AlignmentFlag.AlignLeft), self._titles[1])
        if self._titles[2]:
            self._paint_key(painter, axes)

    def _paint_missing(self, painter: QPainter, axes: Axes) -> None:
        """Say what the points beyond the numbers are."""
        if self._gap is None or not axes.left <= self._gap <= axes.right:
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

    def _pixels(self, mask: NDArray[np.bool_], strength: float) -> NDArray[np.uint8]:
        """Return cells of rows as pixels, the lowest first: hue level, depth count."""
        left, right, low, high = self._ends
        span_x, span_y = right - left or 1.0, high - low or 1.0
        column = ((self._x[mask] - left) / span_x * _ACROSS).astype(np.int64)
        row = ((self._y[mask] - low) / span_y * _UP).astype(np.int64)
        cell = np.clip(row, 0, _UP - 1) * _ACROSS + np.clip(column, 0, _ACROSS - 1)
        levels = self._levels[mask]
        known = np.isfinite(levels)
        size = _ACROSS * _UP
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
        return pixels.reshape(_UP, _ACROSS, 4)

    # Reading

    def _places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where points are seen, in pixels."""
        return self.axes.pixels(self._x, self._y)

    def point_at(self, where: QPointF) -> int | None:
        """Return the row of the nearest point, if one is near."""
        if not len(self._x):
            return None
        across, down = self._places()
        far = np.hypot(across - where.x(), down - where.y())
        row = int(far.argmin())
        return row if far[row] <= _NEAR else None

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say which row lies under the pointer."""
        row = self.point_at(where)
        return None if row is None else self._read(row)

    @property
    def n_stops(self) -> int:
        """A place for each row."""
        return len(self._x)

    def stop(self, place: int) -> Readout:
        """Say a row, from left to right."""
        return self._read(int(np.argsort(self._x, kind="stable")[place]))

    def _read(self, row: int) -> Readout:
        at = self.axes.point(float(self._x[row]), float(self._y[row]))
        return Readout(self._tip(row), at)

    # Hands

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Give the row under a click."""
        row = self.point_at(where)
        if row is not None:
            self.clicked.emit(row)

    def select_area(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the rows under the area, of those in sight."""
        if self.zoomed:
            area = area.intersected(self.axes.area)
        across, down = self._places()
        inside = (across >= area.left()) & (across <= area.right())
        inside &= (down >= area.top()) & (down <= area.bottom())
        if inside.any():
            self.brushed.emit(np.flatnonzero(inside), keys)


def _brushes(colours: NDArray[np.uint8], strength: float) -> list[QBrush]:
    """Return a brush for each point, one object for each colour."""
    made: dict[tuple[int, ...], QBrush] = {}
    found = []
    for rgb in map(tuple, colours.tolist()):
        if rgb not in made:
            colour = QColor(*rgb)
            colour.setAlphaF(strength)
            made[rgb] = QBrush(colour)
        found.append(made[rgb])
    return found


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
