"""The answer over two features, as colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QTransform

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.plots.axes import (
    Axes,
    left_room,
    paint_frame,
    paint_labels_below,
    paint_ticks_below,
    paint_ticks_left,
    paint_title_below,
)
from gui.plots.chart import Chart
from gui.plots.readout import Readout
from gui.plots.scales import level_colour, signed_colour
from gui.plots.subsample import evenly

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from engine.contracts.results import Axis
    from gui.plots.window import Ends

    Floats = NDArray[np.floating]

MOST_POINTS = 1_000  # shown at once
_NEAR = 6.0
_MISSING = 0.08  # width of the cells of missing values, of that of the others
_LEFT_MOST = 0.3  # of the width that labels at the left may take
_KEY = 70.0
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class EffectSurface(Chart):
    """Cells of two features, points for rows on them, and the current row.

    Signals
    -------
    clicked(int)
        Position of the row whose point was clicked.
    """

    clicked = Signal(int)

    def __init__(self, name: str, tip: Callable[[int, int], str]) -> None:
        super().__init__(name)
        self._tip = tip
        self._axes: tuple[Axis, Axis] | None = None
        self._edges: tuple[Floats, Floats] = (np.zeros(0), np.zeros(0))
        self._values: Floats = np.zeros((0, 0))
        self._empty: NDArray[np.bool_] = np.zeros((0, 0), dtype=bool)
        self._points = np.zeros((0, 2))
        self._chosen: NDArray[np.bool_] | None = None
        self._current: tuple[float, float] | None = None
        self._signed, self._title = False, ""
        self._mesh = self.add(pyqtgraph.PColorMeshItem(edgecolors=None), above=0.1)
        self._empty_bars = self.bars(above=0.2), self.bars(above=0.3)
        self._points_shown = self.spots(above=0.4), self.spots(above=0.5)
        self._rings = self.spots(above=2.0), self.spots(above=2.1)
        self.setMinimumSize(220, 160)

    def set_surface(
        self,
        axes: tuple[Axis, Axis],
        values: Floats,
        title: str,
        points: Floats,
        empty: NDArray[np.bool_] | None = None,
    ) -> None:
        """Show values of two features.

        Parameters
        ----------
        values
            ``(g1, g2)`` at the axes' places; with ``empty`` between the places of
            numbers, ``(g1 - 1, g2 - 1)`` of two, and of either sign.
        points
            ``(n, 2)`` the rows' own values.
        empty
            Which cells hold no row.
        """
        self._axes, self._values, self._title = axes, values, title
        self._signed = empty is not None
        self._empty = np.zeros(values.shape, dtype=bool) if empty is None else empty
        self._edges = (
            _edges(axes[0], values.shape[0], self._signed),
            _edges(axes[1], values.shape[1], self._signed),
        )
        self._points = np.column_stack(
            [
                _shaken(_shown(points[:, a], axes[a], self._edges[a]), axes[a])
                for a in (0, 1)
            ]
        )
        self._chosen, self._current = None, None
        self.renew()

    def set_selected(self, mask: NDArray[np.bool_] | None) -> None:
        """Lift the points of some rows out of the others."""
        self._chosen = mask
        self.renew()

    def set_current(self, place: tuple[float, float] | None) -> None:
        """Ring the current row's own values."""
        self._current = place
        self._draw_rings()

    @property
    def ends(self) -> Ends:
        """The outermost edges of the cells."""
        across, up = self._edges
        if not len(across) or not len(up):
            return 0.0, 1.0, 0.0, 1.0
        return float(across[0]), float(across[-1]), float(up[0]), float(up[-1])

    def room(self, ends: Ends) -> QRectF:
        """Return the room between numbers or labels."""
        metrics = self.fontMetrics()
        top, foot = metrics.height() + 8.0, 2 * metrics.height() + 9
        tall = max(self.height() - top - foot, 10)
        left = metrics.horizontalAdvance("0") * 7 + 10.0
        if self._axes is not None and self._axes[1].labels:
            widest = max(map(metrics.horizontalAdvance, self._axes[1].labels))
            left = min(widest + 12.0, self.width() * _LEFT_MOST)
        elif self._axes is not None:
            left = left_room(metrics, *ends[2:], tall)
        return QRectF(left, top, max(self.width() - left - 14, 10), tall)

    # Drawing

    def draw(self) -> None:
        """Draw cells, points and the current row's ring."""
        self._mesh.setVisible(self._axes is not None and bool(self._values.size))
        for bars in self._empty_bars:
            bars.setVisible(bool(self._empty.any()))
        if self._axes is None:
            return
        if self._values.size:
            across, up = np.meshgrid(*self._edges, indexing="ij")
            limits = (-1.0, 1.0) if self._signed else (0.0, 1.0)
            self._mesh.setColorMap(self._colour_map())
            self._mesh.setData(across, up, self._levels())
            self._mesh.setLevels(limits)
        self._draw_empty()
        self._draw_points()
        self._draw_rings()

    def _colour_map(self) -> Any:
        stops = np.linspace(0.0, 1.0, 256)
        colours = [
            self._colour(2 * stop - 1 if self._signed else stop).getRgb()
            for stop in stops.tolist()
        ]
        return pyqtgraph.ColorMap(stops, np.array(colours, dtype=np.uint8))

    def _draw_empty(self) -> None:
        """Cover cells that hold no row: hatched, over the panel's own colour."""
        if not self._empty.any():
            return
        i, j = np.nonzero(self._empty)
        across, up = self._edges
        hatch = QBrush(QColor(self.tokens.muted), Qt.BrushStyle.BDiagPattern)
        axes = self.axes  # the hatch is as fine as pixels, whatever the numbers are
        pixel = QTransform.fromScale(axes.across_per_pixel, -axes.up_per_pixel)
        hatch.setTransform(pixel)
        plain = QBrush(QColor(self.tokens.panel))
        for item, brush in zip(self._empty_bars, (plain, hatch), strict=True):
            item.setOpts(
                x0=across[i],
                x1=across[i + 1],
                y0=up[j],
                y1=up[j + 1],
                pen=None,
                brush=brush,
            )

    def fit_items(self) -> None:
        """Keep the hatch as fine as pixels."""
        if self._axes is not None:
            self._draw_empty()

    def _draw_points(self) -> None:
        """Draw the rows, and the selected ones above them."""
        inside = np.flatnonzero(np.isfinite(self._points).all(axis=1))
        chosen = inside[:0]
        if self._chosen is not None:
            chosen = inside[self._chosen[inside]]
        plain, ring = QColor(self.tokens.text), QColor(self.tokens.panel)
        plain.setAlphaF(0.5)
        ring.setAlphaF(0.6)
        full = QColor(self.tokens.panel)
        warning = QColor(self.tokens.warning)
        for item, rows, size, pen, brush in (
            (self._points_shown[0], inside, 3.8, self.pen(ring, 0.8), plain),
            (self._points_shown[1], chosen, 6.4, self.pen(full), warning),
        ):
            x, y = self._points[evenly(rows, MOST_POINTS)].T
            item.setData(x, y, size=size, pen=pen, brush=brush)

    def _draw_rings(self) -> None:
        """Ring the current row."""
        place = np.full(2, np.nan)
        if self._current is not None and self._axes is not None:
            place = np.array(
                [
                    float(_shown(np.array([value]), axis, edges)[0])
                    for value, axis, edges in zip(
                        self._current, self._axes, self._edges, strict=True
                    )
                ]
            )
        at = place.reshape(-1, 2)[: int(np.isfinite(place).all())]
        tokens = self.tokens
        for item, colour, width in (
            (self._rings[0], tokens.panel, 4),
            (self._rings[1], tokens.text, 2),
        ):
            pen = self.pen(colour, width)
            item.setData(at[:, 0], at[:, 1], size=12, pen=pen, brush=None)

    def paint_frame(self, painter: QPainter) -> None:
        """Paint the frame, numbers or labels, and the key of the colours."""
        if self._axes is None:
            return
        axes, tokens = self.axes, self.tokens
        paint_frame(painter, axes, tokens)
        first, second = self._axes
        if first.labels:
            paint_labels_below(painter, axes, tokens, _texts(first))
        else:
            paint_ticks_below(painter, axes, tokens)
        if second.labels:
            self._paint_labels_left(painter, axes, _texts(second))
        else:
            paint_ticks_left(painter, axes, tokens)
        high = painter.fontMetrics().height()
        paint_title_below(painter, axes, tokens, first.name, high + 5)
        self._paint_head(painter, axes, second.name)

    def _levels(self) -> Floats:
        """Return values as -1 to 1 about 0 where signed, else 0 to 1."""
        if self._signed:
            most = float(np.abs(self._values).max(initial=0.0)) or 1.0
            return self._values / most
        low, high = float(self._values.min()), float(self._values.max())
        return (self._values - low) / ((high - low) or 1.0)

    def _colour(self, level: float) -> QColor:
        return (
            signed_colour(level, self.tokens) if self._signed else level_colour(level)
        )

    def _paint_labels_left(
        self, painter: QPainter, axes: Axes, texts: tuple[str, ...]
    ) -> None:
        metrics = painter.fontMetrics()
        painter.setPen(QColor(self.tokens.muted))
        for place, text in enumerate(texts):
            if not axes.bottom <= place <= axes.top:
                continue
            room = QRectF(
                0,
                axes.y(place) - metrics.height() / 2,
                axes.area.left() - 6,
                metrics.height(),
            )
            short = metrics.elidedText(
                text, Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(room, _RIGHT, short)

    def _paint_head(self, painter: QPainter, axes: Axes, up: str) -> None:
        """Write the second feature at the left and the key of colours at the right."""
        metrics = painter.fontMetrics()
        if self._signed:
            most = float(np.abs(self._values).max(initial=0.0))
            ends = (-most, most)
        else:
            ends = (float(self._values.min()), float(self._values.max()))
        digits = numbers.decimals_of(max(map(abs, ends)))
        write = numbers.signed if self._signed else numbers.fixed
        low, high = (write(end, digits) for end in ends)
        base = float(metrics.ascent()) + 1
        right = axes.area.right()
        painter.setPen(QColor(self.tokens.muted))
        right -= metrics.horizontalAdvance(high)
        painter.drawText(QPointF(right, base), high)
        right -= _KEY + 4
        for step in range(24):
            level = step / 23
            part = QRectF(right + step * _KEY / 24, base - 8, _KEY / 24 + 0.6, 8)
            painter.fillRect(
                part, self._colour(2 * level - 1 if self._signed else level)
            )
        right -= metrics.horizontalAdvance(low) + 4
        painter.drawText(QPointF(right, base), low)
        room = int(right - 16)
        title = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, room // 2)
        painter.drawText(
            QPointF(right - metrics.horizontalAdvance(title) - 8, base), title
        )
        left = int(right - metrics.horizontalAdvance(title) - 20)
        painter.drawText(
            QPointF(2, base), metrics.elidedText(up, Qt.TextElideMode.ElideRight, left)
        )

    # Hands

    def cell_at(self, where: QPointF) -> tuple[int, int] | None:
        """Return the cell under a point, if there is one."""
        axes = self.axes
        if self._axes is None or not axes.area.contains(where):
            return None
        found = []
        for edges, value in zip(
            self._edges,
            (axes.value_x(where.x()), axes.value_y(where.y())),
            strict=True,
        ):
            place = int(np.searchsorted(edges, value, side="right")) - 1
            found.append(min(max(place, 0), len(edges) - 2))
        return found[0], found[1]

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Give the row whose point is under a click."""
        if not len(self._points):
            return
        across, down = self.axes.pixels(*self._points.T)
        far = np.hypot(across - where.x(), down - where.y())
        far[~np.isfinite(far)] = np.inf
        if far.min() <= _NEAR:
            self.clicked.emit(int(np.argmin(far)))

    # Reading

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say what the cell under the pointer holds."""
        cell = self.cell_at(where)
        return None if cell is None else self._read(*cell)

    @property
    def n_stops(self) -> int:
        """A place for each cell, column by column."""
        return 0 if self._axes is None else int(self._values.size)

    def stop(self, place: int) -> Readout:
        """Say what a cell holds."""
        return self._read(*divmod(place, self._values.shape[1]))

    def _read(self, i: int, j: int) -> Readout:
        across, up = self._edges
        middle = (across[i] + across[i + 1]) / 2, (up[j] + up[j + 1]) / 2
        return Readout(self._tip(i, j), self.axes.point(*middle))


def _edges(axis: Axis, n_cells: int, between: bool) -> Floats:
    """Return the edges of cells: the places themselves, or half-way between them."""
    x = np.array(axis.values, dtype=np.float64)
    if axis.labels:
        return np.arange(n_cells + 1) - 0.5
    if between:
        return x
    known = np.isfinite(x)
    inner = x[known] if known.any() else np.zeros(1)
    ends = (inner[0], inner[-1]) if len(inner) > 1 else (inner[0] - 0.5, inner[0] + 0.5)
    halves = (inner[:-1] + inner[1:]) / 2
    found = np.concatenate([ends[:1], halves, ends[1:]])
    if known.all():
        return found
    return np.append(found, ends[1] + _MISSING * (ends[1] - ends[0]))


def _shown(values: Floats, axis: Axis, edges: Floats) -> Floats:
    """Return where rows lie; without a value, in the middle of the last cell."""
    places = np.array(values, dtype=np.float64)
    gone = np.isnan(places)
    if gone.any() and np.isnan(axis.values).any():
        places[gone] = (edges[-2] + edges[-1]) / 2
    return places


def _shaken(places: Floats, axis: Axis) -> Floats:
    """Return places of rows, those of one label side by side."""
    if not axis.labels:
        return places
    return places + np.random.default_rng(0).uniform(-0.3, 0.3, len(places))


def _texts(axis: Axis) -> tuple[str, ...]:
    missing = (tr("missing"),) if np.isnan(axis.values).any() else ()
    return (*axis.labels, *missing)
