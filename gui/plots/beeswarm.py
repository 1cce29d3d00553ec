"""Every row's contribution, feature by feature: points, or their density."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPen

from engine.contracts.i18n import mark, tr
from gui.plots.axes import paint_ticks_below, paint_title_below
from gui.plots.beeswarm_layout import AS_POINTS, Strip, cells, strip
from gui.plots.painted_plot import PaintedPlot
from gui.plots.readout import Readout
from gui.plots.scales import level_colour, level_colours

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gui.plots.axes import Axes
    from gui.plots.window import Ends

_AT_ONCE = 60_000  # points laid out in one turn
_STRIP, _NEAR = 34, 7.0
_ELLIPSIS = Qt.TextElideMode.ElideRight


class Beeswarm(PaintedPlot):
    """Strips of points, one for each feature, with a common axis.

    Signals
    -------
    brushed(object, Qt.KeyboardModifier)
        Positions of the rows whose points were marked.
    clicked(int)
        Position of the row whose point was clicked.
    """

    SELECTS = True
    MAGNIFIES = False  # strips keep their height: the numbers in sight change
    ZOOMS_UP = False
    OWN_DRAG = mark("Drag selects rows")

    brushed = Signal(object, Qt.KeyboardModifier)
    clicked = Signal(int)

    def __init__(self, name: str, tip: Callable[[int, int], str]) -> None:
        super().__init__(name)
        self._tip = tip
        self._names: tuple[str, ...] = ()
        self._strips: list[Strip] = []
        self._points: tuple[NDArray[np.floating], NDArray[np.floating]]
        self._points = (np.zeros((0, 0)), np.zeros((0, 0)))
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._lay_next)
        self._ends = (-1.0, 1.0)
        self._across = ""
        self._chosen: NDArray[np.bool_] | None = None
        self._order: dict[int, NDArray[np.intp]] = {}  # of the strip last read
        self.setMinimumSize(220, 120)

    def set_points(
        self,
        names: Sequence[str],
        values: NDArray[np.floating],
        levels: NDArray[np.floating],
        across: str,
    ) -> None:
        """Show contributions ``(n, d)`` and levels ``(n, d)`` of named features."""
        self._names, self._across = tuple(names), across
        low = float(values.min(initial=0.0))
        high = float(values.max(initial=0.0))
        room = 0.03 * (high - low or 1.0)
        self._ends = (low - room, high + room)
        self._strips, self._points, self._chosen = [], (values, levels), None
        self._order = {}
        self.setMinimumHeight(int(self._foot) + 8 + _STRIP * min(len(names), 4))
        self._lay_next()

    def _lay_next(self) -> None:
        """Lay out some features, the rest in later turns of the event loop."""
        values, levels = self._points
        stop = len(self._strips) + max(1, _AT_ONCE // max(len(values), 1))
        for j in range(len(self._strips), min(stop, len(self._names))):
            self._strips.append(strip(values[:, j], levels[:, j], *self._ends))
        if len(self._strips) < len(self._names):
            self._later.start()
        self.renew()

    def set_selected(self, mask: NDArray[np.bool_] | None) -> None:
        """Lift the points of some rows out of the others."""
        self._chosen = mask
        self.renew()

    @property
    def _foot(self) -> float:
        return 2 * self.fontMetrics().height() + 9.0

    @property
    def ends(self) -> Ends:
        """Contributions across, strips down."""
        return (*self._ends, float(max(len(self._names), 1)), 0.0)

    def room(self, ends: Ends) -> QRectF:
        """Return where the strips lie, beside their names."""
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(n) for n in self._names), default=0)
        left = min(widest + 12.0, self.width() * 0.34)
        return QRectF(
            left,
            4.0,
            max(self.width() - left - 62, 10.0),
            max(self.height() - self._foot - 6, 10.0),
        )

    # Painting

    def paint_static(self, painter: QPainter) -> None:
        """Paint all strips, the axis and the colour key."""
        axes, tokens = self.axes, self.tokens
        for place in range(len(self._strips)):
            self._paint_name(painter, axes, place)
        painter.save()
        if self.zoomed:
            painter.setClipRect(axes.area)
        painter.setPen(QPen(QColor(tokens.line), 1))
        zero = axes.x(0.0)
        painter.drawLine(
            QPointF(zero, axes.area.top()), QPointF(zero, axes.area.bottom())
        )
        for place, found in enumerate(self._strips):
            many = len(found.values) > AS_POINTS
            faded = 0.28 if self._chosen is not None else 1.0
            paint = self._paint_cells if many else self._paint_points
            paint(painter, axes, place, found, None, faded)
            if self._chosen is not None:
                paint(painter, axes, place, found, self._chosen, 1.0)
        painter.restore()
        paint_ticks_below(painter, axes, tokens)
        high = painter.fontMetrics().height()
        paint_title_below(painter, axes, tokens, self._across, high + 5)
        self._paint_key(painter, axes)

    def _paint_name(self, painter: QPainter, axes: Axes, place: int) -> None:
        room = QRectF(0, axes.y(place), axes.area.left() - 8, self._height(axes))
        metrics = painter.fontMetrics()
        text = metrics.elidedText(self._names[place], _ELLIPSIS, int(room.width()))
        painter.setPen(QColor(self.tokens.text))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(right), text)

    def _paint_cells(
        self,
        painter: QPainter,
        axes: Axes,
        place: int,
        found: Strip,
        mask: NDArray[np.bool_] | None,
        strength: float,
    ) -> None:
        told = cells(found, mask)
        level = np.log1p(told[..., 0])
        level = level / (level.max() or 1.0)
        height, width = level.shape
        pixels = np.zeros((height, width, 4), dtype=np.uint8)
        pixels[..., :3] = level_colours(told[..., 1])
        shown = np.where(level > 0, 0.45 + 0.55 * level, 0.0)
        pixels[..., 3] = (255 * strength * shown).round()
        kind = QImage.Format.Format_RGBA8888
        image = QImage(pixels.tobytes(), width, height, 4 * width, kind).copy()
        room = self._room(axes, place)
        room.setLeft(axes.x(self._ends[0]))  # cells cover the whole, in sight or not
        room.setRight(axes.x(self._ends[1]))
        painter.drawImage(room, image)

    def _paint_points(
        self,
        painter: QPainter,
        axes: Axes,
        place: int,
        found: Strip,
        mask: NDArray[np.bool_] | None,
        strength: float,
    ) -> None:
        across, down = self._places(axes, place, found)
        painter.setPen(Qt.PenStyle.NoPen)
        which = np.arange(len(across)) if mask is None else np.flatnonzero(mask)
        size = 2.4 if len(across) > 400 else 3.0
        colours = level_colours(found.levels[which])
        last: tuple[int, ...] = ()
        for i, (red, green, blue) in zip(which.tolist(), colours.tolist(), strict=True):
            if (red, green, blue) != last:
                colour = QColor(red, green, blue)
                colour.setAlphaF(0.85 * strength)
                painter.setBrush(colour)
                last = (red, green, blue)
            painter.drawEllipse(QPointF(across[i], down[i]), size, size)

    def _paint_key(self, painter: QPainter, axes: Axes) -> None:
        """Paint which colour is a low and which a high value."""
        metrics = painter.fontMetrics()
        left = axes.area.right() + 16
        top = axes.area.top() + metrics.height() + 4
        high = min(axes.area.height() - 2 * metrics.height() - 8, 130.0)
        if high < 24:
            return
        steps = 24
        painter.setPen(Qt.PenStyle.NoPen)
        for step in range(steps):
            colour = level_colour(1 - step / (steps - 1))
            part = QRectF(left, top + step * high / steps, 8, high / steps + 0.6)
            painter.fillRect(part, colour)
        painter.setPen(QColor(self.tokens.muted))
        painter.drawText(QPointF(left, top - 4), tr("high"))
        painter.drawText(QPointF(left, top + high + metrics.ascent() + 2), tr("low"))

    # Where things are

    def _height(self, axes: Axes) -> float:
        return axes.area.height() / max(len(self._names), 1)

    def _room(self, axes: Axes, place: int) -> QRectF:
        high = self._height(axes)
        return QRectF(
            axes.area.left(),
            axes.y(place) + high * 0.06,
            axes.area.width(),
            high * 0.88,
        )

    def _places(
        self, axes: Axes, place: int, found: Strip
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        room = self._room(axes, place)
        scale = axes.area.width() / (axes.right - axes.left)
        across = axes.area.left() + (found.values - axes.left) * scale
        down = room.center().y() - found.heights * room.height()
        return across.astype(np.float64), down.astype(np.float64)

    def point_at(self, where: QPointF) -> tuple[int, int] | None:
        """Return the feature and the row of the nearest point, if one is near."""
        axes = self.axes
        place = int((where.y() - axes.area.top()) // self._height(axes))
        if not 0 <= place < len(self._strips):
            return None
        across, down = self._places(axes, place, self._strips[place])
        if not len(across):
            return None
        far = np.hypot(across - where.x(), down - where.y())
        row = int(far.argmin())
        return (place, row) if far[row] <= _NEAR else None

    # Hands

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say which row lies under the pointer."""
        found = self.point_at(where)
        return None if found is None else self._read(*found)

    @property
    def n_stops(self) -> int:
        """A place for each point."""
        return sum(len(found.values) for found in self._strips)

    def stop(self, place: int) -> Readout:
        """Say which row a point is, strip by strip, from left to right."""
        at_strip, rank = divmod(place, len(self._strips[0].values))
        if at_strip not in self._order:
            values = self._strips[at_strip].values
            self._order = {at_strip: np.argsort(values, kind="stable")}
        return self._read(at_strip, int(self._order[at_strip][rank]))

    def _read(self, place: int, row: int) -> Readout:
        across, down = self._places(self.axes, place, self._strips[place])
        at = QPointF(float(across[row]), float(down[row]))
        return Readout(self._tip(place, row), at)

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Give the row under a click."""
        found = self.point_at(where)
        if found is not None:
            self.clicked.emit(found[1])

    def select_area(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the rows under the brush."""
        rows = self._rows_in(area)
        if len(rows):
            self.brushed.emit(rows, keys)

    def _rows_in(self, marked: QRectF) -> NDArray[np.intp]:
        axes = self.axes
        if self.zoomed:
            marked = marked.intersected(axes.area)
        inside = np.zeros(len(self._strips[0].values) if self._strips else 0, bool)
        for place, found in enumerate(self._strips):
            if not self._room(axes, place).intersects(marked):
                continue
            across, down = self._places(axes, place, found)
            inside |= (
                (across >= marked.left())
                & (across <= marked.right())
                & (down >= marked.top())
                & (down <= marked.bottom())
            )
        return np.flatnonzero(inside)
