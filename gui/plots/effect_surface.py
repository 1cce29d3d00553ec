"""The answer over two features, as colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QPen
from PySide6.QtWidgets import QToolTip

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
from gui.plots.canvas import Canvas
from gui.plots.drawn import evenly
from gui.plots.scales import level_colour, signed_colour
from gui.services.literal import literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtGui import QMouseEvent, QPainter

    from engine.contracts.results import Axis

    Floats = NDArray[np.floating]

MOST_POINTS = 1_000  # drawn at once
_NEAR = 6.0
_MISSING = 0.08  # width of the cells of missing values, of that of the others
_LEFT_MOST = 0.3  # of the width that labels at the left may take
_KEY = 70.0
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class EffectSurface(Canvas):
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
        self._edges = (_edges(axes[0], self._signed), _edges(axes[1], self._signed))
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
        self.update()

    @property
    def axes(self) -> Axes:
        """Where the numbers lie."""
        metrics = self.fontMetrics()
        top, foot = metrics.height() + 8.0, 2 * metrics.height() + 9
        tall = max(self.height() - top - foot, 10)
        left = metrics.horizontalAdvance("0") * 7 + 10.0
        if self._axes is not None and self._axes[1].labels:
            widest = max(map(metrics.horizontalAdvance, self._axes[1].labels))
            left = min(widest + 12.0, self.width() * _LEFT_MOST)
        elif self._axes is not None:
            low, high = float(self._edges[1][0]), float(self._edges[1][-1])
            left = left_room(metrics, low, high, tall)
        area = QRectF(left, top, max(self.width() - left - 14, 10), tall)
        across, up = self._edges
        if not len(across) or not len(up):
            return Axes(area, 0.0, 1.0, 0.0, 1.0)
        return Axes(
            area, float(across[0]), float(across[-1]), float(up[0]), float(up[-1])
        )

    # Painting

    def paint_still(self, painter: QPainter) -> None:
        """Paint cells, points and axes."""
        if self._axes is None:
            return
        axes, tokens = self.axes, self.tokens
        self._paint_cells(painter, axes)
        self._paint_points(painter, axes)
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

    def _paint_cells(self, painter: QPainter, axes: Axes) -> None:
        across = [axes.x(edge) for edge in self._edges[0].tolist()]
        down = [axes.y(edge) for edge in self._edges[1].tolist()]
        painter.save()
        painter.setRenderHint(painter.RenderHint.Antialiasing, on=False)
        hatch = QBrush(QColor(self.tokens.muted), Qt.BrushStyle.BDiagPattern)
        for (i, j), level in np.ndenumerate(self._levels()):
            left, right = round(across[i]), round(across[i + 1])
            top, bottom = round(down[j + 1]), round(down[j])
            room = QRectF(left, top, right - left, bottom - top)
            painter.fillRect(room, self._colour(float(level)))
            if self._empty[i, j]:
                painter.fillRect(room, QColor(self.tokens.panel))
                painter.fillRect(room, hatch)
        painter.restore()

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

    def _paint_points(self, painter: QPainter, axes: Axes) -> None:
        inside = np.flatnonzero(np.isfinite(self._points).all(axis=1))
        drawn = evenly(inside, MOST_POINTS)
        plain, ring = QColor(self.tokens.text), QColor(self.tokens.panel)
        plain.setAlphaF(0.5)
        ring.setAlphaF(0.6)
        painter.setPen(QPen(ring, 0.8))
        painter.setBrush(plain)
        for x, y in self._points[drawn].tolist():
            painter.drawEllipse(axes.point(x, y), 1.9, 1.9)
        if self._chosen is None:
            return
        painter.setPen(QPen(QColor(self.tokens.panel), 1))
        painter.setBrush(QColor(self.tokens.warning))
        for x, y in self._points[
            evenly(inside[self._chosen[inside]], MOST_POINTS)
        ].tolist():
            painter.drawEllipse(axes.point(x, y), 3.2, 3.2)

    def _paint_labels_left(
        self, painter: QPainter, axes: Axes, texts: tuple[str, ...]
    ) -> None:
        metrics = painter.fontMetrics()
        painter.setPen(QColor(self.tokens.muted))
        for place, text in enumerate(texts):
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

    def paint_moving(self, painter: QPainter) -> None:
        """Ring the current row."""
        if self._current is None or self._axes is None:
            return
        place = [
            float(_shown(np.array([value]), axis, edges)[0])
            for value, axis, edges in zip(
                self._current, self._axes, self._edges, strict=True
            )
        ]
        if not np.isfinite(place).all():
            return
        at = self.axes.point(place[0], place[1])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.tokens.panel), 4))
        painter.drawEllipse(at, 6, 6)
        painter.setPen(QPen(QColor(self.tokens.text), 2))
        painter.drawEllipse(at, 6, 6)

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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Give the row whose point is under a click."""
        if event.button() is not Qt.MouseButton.LeftButton or not len(self._points):
            return
        axes, where = self.axes, event.position()
        across = np.array([axes.x(x) for x in self._points[:, 0].tolist()])
        down = np.array([axes.y(y) for y in self._points[:, 1].tolist()])
        far = np.hypot(across - where.x(), down - where.y())
        far[~np.isfinite(far)] = np.inf
        if far.min() <= _NEAR:
            self.clicked.emit(int(np.argmin(far)))

    def event(self, event: QEvent) -> bool:
        """Say what the cell under the pointer holds."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            cell = self.cell_at(QPointF(event.pos()))
            QToolTip.showText(
                event.globalPos(),
                "" if cell is None else literal(self._tip(*cell)),
                self,
            )
            return True
        return super().event(event)


def _edges(axis: Axis, between: bool) -> Floats:
    """Return the edges of cells: the places themselves, or half-way between them."""
    x = np.array(axis.values, dtype=np.float64)
    if axis.labels:
        return np.arange(len(x) + 1) - 0.5
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
