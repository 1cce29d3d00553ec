"""A curve between 0 and 1 with the point in force on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from engine.contracts.i18n import mark
from engine.contracts.readings import numbers
from gui.plots.axes import (
    paint_frame,
    paint_ticks_below,
    paint_ticks_left,
    paint_title_below,
    squared,
)
from gui.plots.chart import Chart, move_marker
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QFontMetrics, QPainter

    from gui.plots.window import Ends

POINT = 4.5
MOST_POINTS = 2_000
GRIP = 16.0  # pixels from the curve within which a drag takes hold of the point
_BASE, _CURVE, _OTHERS, _POINT = 0.1, 0.2, 0.3, 0.4


class CurvePlot(Chart):
    """One curve on the unit square; a drag along it asks for the point there.

    Signals
    -------
    picked(float), rested()
        The horizontal value under the pointer; the end of the drag.
    """

    FRAME_ABOVE = False
    OWN_DRAG = mark("Drag along the curve moves the threshold")

    picked = Signal(float)
    rested = Signal()

    def __init__(self, name: str, across: str, up: str) -> None:
        super().__init__(name)
        self._across, self._up = across, up
        self._x = self._y = np.zeros(0)
        self._base: tuple[tuple[float, float], tuple[float, float]] | None = None
        self._point: tuple[float, float] | None = None
        self._others: tuple[tuple[float, float], ...] = ()
        self._lines: tuple[str, ...] = ()
        self._corner_right = True
        self._tip: Callable[[float, float], str] | None = None
        self._base_line = self.curve(above=_BASE)
        self._curve_line = self.curve(above=_CURVE)
        self._other_spots = self.spots(above=_OTHERS)
        self._point_spot = self.marker(2 * POINT, above=_POINT)
        self.setMinimumSize(110, 90)

    def set_curve(
        self,
        xs: np.ndarray,
        ys: np.ndarray,
        base: tuple[tuple[float, float], tuple[float, float]] | None,
        lines: tuple[str, ...],
        *,
        right: bool = True,
        tip: Callable[[float, float], str] | None = None,
    ) -> None:
        """Show a curve, the line of chance, and words in a lower corner.

        Parameters
        ----------
        tip
            Gives what else there is to know of a point of the curve.
        """
        self._tip = tip
        if len(xs) > MOST_POINTS:
            keep = np.unique(np.linspace(0, len(xs) - 1, MOST_POINTS).astype(np.int64))
            xs, ys = xs[keep], ys[keep]
        self._x, self._y = np.asarray(xs, float), np.asarray(ys, float)
        self._base, self._lines, self._corner_right = base, lines, right
        self.setAccessibleDescription(", ".join(lines))
        self.renew()

    def set_point(self, x: float | None, y: float | None) -> None:
        """Move the point; ``None`` where it is undefined."""
        known = x is not None and y is not None and np.isfinite(x) and np.isfinite(y)
        self._point = (float(x), float(y)) if known else None  # type: ignore[arg-type]
        move_marker(self._point_spot, self._point)

    def set_other(self, *points: tuple[float, float]) -> None:
        """Show where the selected rows alone stand."""
        if points != self._others:
            self._others = points
            self._draw_others()

    @property
    def ends(self) -> Ends:
        """The unit square."""
        return 0.0, 1.0, 0.0, 1.0

    def room(self, ends: Ends) -> QRectF:
        """Return the largest square there is, at the middle."""
        metrics = self.fontMetrics()
        foot = 2 * metrics.height() + 9
        left = metrics.horizontalAdvance("0.000") + 10
        area = QRectF(left, 8 + metrics.height(), self.width() - left - 12, 0)
        area.setHeight(max(self.height() - area.top() - foot, 10))
        return squared(area)

    def draw(self) -> None:
        """Draw chance, curve and points."""
        tokens = self.tokens
        chance = np.array(self._base if self._base is not None else np.zeros((0, 2)))
        dots = self.pen(tokens.muted, 1, Qt.PenStyle.DotLine)
        self._base_line.setData(chance[:, 0], chance[:, 1], pen=dots)
        self._curve_line.setData(self._x, self._y, pen=self.pen(tokens.accent, 1.8))
        self._draw_others()
        self._point_spot.setPen(QPen(QColor(tokens.text), 1.8))
        self._point_spot.setBrush(QColor(tokens.panel))
        move_marker(self._point_spot, self._point)

    def _draw_others(self) -> None:
        tokens, others = self.tokens, np.array(self._others).reshape(-1, 2)
        self._other_spots.setData(
            others[:, 0],
            others[:, 1],
            symbol="s",
            size=7,
            pen=self.pen(tokens.panel),
            brush=QColor(tokens.warning),
        )

    def paint_frame(self, painter: QPainter) -> None:
        """Paint frame, ticks, titles and words."""
        axes, tokens = self.axes, self.tokens
        paint_frame(painter, axes, tokens)
        paint_ticks_below(painter, axes, tokens)
        paint_ticks_left(painter, axes, tokens)
        metrics = painter.fontMetrics()
        paint_title_below(painter, axes, tokens, self._across, metrics.height() + 5)
        painter.setPen(QColor(tokens.muted))
        left = max(axes.area.left() - metrics.horizontalAdvance("0.000") - 8, 2.0)
        room = QRectF(left, 1, self.width() - left - 2, metrics.height())
        painter.drawText(
            room,
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
            metrics.elidedText(
                self._up, Qt.TextElideMode.ElideRight, int(room.width())
            ),
        )
        self._paint_words(painter)

    def _paint_words(self, painter: QPainter) -> None:
        metrics, area = painter.fontMetrics(), self.axes.area
        side = (
            Qt.AlignmentFlag.AlignRight
            if self._corner_right
            else Qt.AlignmentFlag.AlignLeft
        )
        lines = list(self._lines)
        most = area.width() - 12
        if any(metrics.horizontalAdvance(line) > most for line in lines):
            lines = [p for line in lines for p in _broken(line, metrics, most)]
        top = area.bottom() - 8 - metrics.height() * len(lines)
        for line in lines:
            wide = min(float(metrics.horizontalAdvance(line)) + 4, area.width() - 8)
            left = area.right() - 6 - wide if self._corner_right else area.left() + 6
            room = QRectF(left, top, wide, metrics.height())
            ground = QColor(self.tokens.panel)
            ground.setAlphaF(0.85)
            painter.fillRect(room, ground)
            painter.setPen(QColor(self.tokens.text))
            text = metrics.elidedText(line, Qt.TextElideMode.ElideRight, int(wide))
            painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), text)
            top += metrics.height()

    # Reading

    def _nearest(self, where: QPointF) -> tuple[int, float]:
        """Return the nearest point of the curve that is shown, and how far it is."""
        axes = self.axes
        line = np.column_stack(axes.pixels(self._x, self._y))
        far = np.hypot(line[:, 0] - where.x(), line[:, 1] - where.y())
        steps = np.diff(line, axis=0)
        away = np.array([where.x(), where.y()]) - line[:-1]
        length = np.maximum((steps**2).sum(axis=1), 1e-12)
        share = np.clip((away * steps).sum(axis=1) / length, 0.0, 1.0)
        between = np.hypot(*(away - share[:, None] * steps).T)
        return int(far.argmin()), float(min(far.min(), between.min(initial=np.inf)))

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say the point of the curve under the pointer."""
        area = self.axes.area.adjusted(-GRIP, -GRIP, GRIP, GRIP)
        if not len(self._x) or not area.contains(where):
            return None
        place, far = self._nearest(where)
        return self._read(place) if far <= GRIP else None

    @property
    def n_stops(self) -> int:
        """Every point that is shown."""
        return len(self._x)

    def stop(self, place: int) -> Readout:
        """Say a point of the curve."""
        return self._read(place)

    def _read(self, place: int) -> Readout:
        x, y = float(self._x[place]), float(self._y[place])
        lines = [
            f"{self._across} {numbers.fixed(x, 3)}",
            f"{self._up} {numbers.fixed(y, 3)}",
        ]
        if self._tip is not None:
            lines.append(self._tip(x, y))
        return Readout("\n".join(lines), self.axes.point(x, y))

    # Hands

    def take(self, where: QPointF, keys: Qt.KeyboardModifier) -> bool:
        """Take the point where the curve is near."""
        if not len(self._x) or self._nearest(where)[1] > GRIP:
            return False
        self.hold(where)
        return True

    def hold(self, where: QPointF) -> None:
        """Ask for the point under the pointer."""
        self.picked.emit(self.axes.value_x(where.x()))

    def let_go(self, where: QPointF) -> None:
        """End the movement."""
        self.rested.emit()

    def cursor_over(self, where: QPointF) -> Qt.CursorShape:
        """Show a hand where the curve can be taken."""
        near = len(self._x) and self._nearest(where)[1] <= GRIP
        return Qt.CursorShape.PointingHandCursor if near else super().cursor_over(where)


def _broken(text: str, metrics: QFontMetrics, room: float) -> tuple[str, ...]:
    """Return a named figure and its interval as two lines that fit, if any do."""
    figure, _, ends = text.partition(" [")
    if metrics.horizontalAdvance(figure) <= room:
        return figure, f"[{ends}"
    name, _, value = figure.rpartition(" ")
    return name, f"{value} [{ends}"
