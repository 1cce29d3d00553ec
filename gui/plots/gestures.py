"""What mouse, wheel and keys do on every plot."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea

from gui.plots.drag import Drag
from gui.plots.plot_menu import open_menu

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QWheelEvent

    from gui.plots.plot import Plot

SHORTEST = 4.0  # a drag of fewer pixels is a click
STEP = 0.8  # of a notch of the wheel, or a key
NOTCH = 120
_PAN = 0.1
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}


class _Now(Enum):
    NOTHING = auto()
    HOLDING = auto()
    SELECTING = auto()
    PANNING = auto()
    BOXING = auto()


class Gestures:
    """Turns events into zooming, panning, reading, and the hooks of a plot."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self._now = _Now.NOTHING
        self._button = Qt.MouseButton.NoButton
        self._start = self._last = QPointF()

    @property
    def marked_area(self) -> QRectF | None:
        """The area that is being marked or zoomed into."""
        if self._now is _Now.SELECTING and self._far:
            return self._plot.area_between(self._start, self._last)
        if self._now is _Now.BOXING and self._far:
            return QRectF(self._start, self._last).normalized()
        return None

    @property
    def _far(self) -> bool:
        way = self._last - self._start
        return max(abs(way.x()), abs(way.y())) >= SHORTEST

    def paint(self, painter: QPainter) -> None:
        """Paint the area that is being marked."""
        area, tokens = self.marked_area, self._plot.tokens
        if area is None:
            return
        boxing = self._now is _Now.BOXING
        dash = Qt.PenStyle.DashLine if boxing else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(tokens.accent), 1, dash))
        shade = QColor(tokens.accent_soft if boxing else tokens.selection)
        shade.setAlphaF(0.4)
        painter.setBrush(shade)
        painter.drawRect(area)

    # Buttons

    def press(self, event: QMouseEvent) -> None:
        """Start what the button is for."""
        where = event.position()
        self._start = self._last = where
        self._button = event.button()
        self._plot.read(None, where)
        match event.button():
            case Qt.MouseButton.MiddleButton:
                self._now = _Now.PANNING
            case Qt.MouseButton.RightButton:
                self._now = _Now.BOXING
            case Qt.MouseButton.LeftButton:
                self._now = self._left(where, event.modifiers())

    def _left(self, where: QPointF, keys: Qt.KeyboardModifier) -> _Now:
        plot = self._plot
        if plot.drag_does is Drag.PAN:
            return _Now.PANNING
        if plot.drag_does is Drag.BOX:
            return _Now.BOXING
        if plot.take(plot.to_picture(where), keys):
            return _Now.HOLDING
        return _Now.SELECTING if plot.SELECTS else _Now.PANNING

    def move(self, event: QMouseEvent) -> None:
        """Go on with it; without a button, read."""
        where, plot = event.position(), self._plot
        match self._now:
            case _Now.NOTHING:
                at = plot.to_picture(where)
                plot.setCursor(plot.cursor_over(at))
                plot.read(plot.readout_at(at), where)
            case _Now.HOLDING:
                plot.hold(plot.to_picture(where))
            case _Now.PANNING:
                self._pan(where - self._last)
            case _:
                self._last = where
                plot.refresh()
        self._last = where

    def release(self, event: QMouseEvent) -> None:
        """End it, or take it as a click where it went nowhere."""
        if event.button() is not self._button or self._now is _Now.NOTHING:
            return
        now, where, plot = self._now, event.position(), self._plot
        self._last = where
        area = self.marked_area
        far = self._far
        self._now = _Now.NOTHING
        plot.refresh()
        if now is _Now.HOLDING:
            plot.let_go(plot.to_picture(where))
        elif not far and event.button() is Qt.MouseButton.RightButton:
            open_menu(plot, event.globalPosition().toPoint())
        elif not far and event.button() is Qt.MouseButton.LeftButton:
            plot.click_at(plot.to_picture(where), event.modifiers())
        elif now is _Now.SELECTING and area is not None:
            corners = (area.topLeft(), area.bottomRight())
            inside = QRectF(*map(plot.to_picture, corners))
            plot.select_area(inside, event.modifiers())
        elif now is _Now.BOXING and area is not None:
            self.zoom_into(area)

    def double_click(self, event: QMouseEvent) -> None:
        """Show the whole again, where the plot has no other use for it."""
        left = event.button() is Qt.MouseButton.LeftButton
        if left and not self._plot.double_click_at(
            self._plot.to_picture(event.position())
        ):
            self._plot.reset_view()

    def menu_key(self, event: QContextMenuEvent) -> None:
        """Open the menu by key."""
        event.accept()
        if event.reason() is not QContextMenuEvent.Reason.Mouse:
            open_menu(self._plot, event.globalPos())

    # Zooming

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom about the pointer, or leave the wheel to the page."""
        plot, notches = self._plot, event.angleDelta().y() / NOTCH
        wanted = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        wanted |= plot.hasFocus() or not _page_scrolls(plot)
        if not notches or not wanted or (notches < 0 and not plot.zoomed):
            event.ignore()
            return
        event.accept()
        factor, where = STEP**notches, event.position()
        area = plot.zoom_area
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        across = where.x() >= area.left()
        up = where.y() <= area.bottom() and not shift
        if not (across or up):
            across = up = True
        self._zoom(where, factor if across else 1.0, factor if up else 1.0)

    def _zoom(self, where: QPointF, across: float, up: float) -> None:
        plot = self._plot
        window = plot.window_in_sight.zoomed(self._share(where), (across, up))
        plot.look_at(window)

    def _share(self, where: QPointF) -> tuple[float, float]:
        area = self._plot.zoom_area
        x = (where.x() - area.left()) / max(area.width(), 1.0)
        y = (area.bottom() - where.y()) / max(area.height(), 1.0)
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def zoom_in(self) -> None:
        """Show less about the middle."""
        self._zoom(self._plot.zoom_area.center(), STEP, STEP)

    def zoom_out(self) -> None:
        """Show more about the middle."""
        self._zoom(self._plot.zoom_area.center(), 1 / STEP, 1 / STEP)

    def zoom_into(self, area: QRectF) -> None:
        """Show what lies in an area."""
        left, top = self._share(area.topLeft())
        right, bottom = self._share(area.bottomRight())
        plot = self._plot
        plot.look_at(plot.window_in_sight.part(left, right, bottom, top))

    def _pan(self, way: QPointF) -> None:
        plot, area = self._plot, self._plot.zoom_area
        window = plot.window_in_sight.panned(
            -way.x() / max(area.width(), 1.0), way.y() / max(area.height(), 1.0)
        )
        plot.look_at(window)

    # Keys

    def key(self, event: QKeyEvent) -> bool:
        """Take a key; return whether it was one of a plot's."""
        plot, key = self._plot, Qt.Key(event.key())
        if key in (Qt.Key.Key_Home, Qt.Key.Key_0) and plot.zoomed:
            plot.reset_view()
            return True
        way, keys = _ARROWS.get(key), event.modifiers()
        if way is not None and keys & Qt.KeyboardModifier.AltModifier:
            plot.look_at(plot.window_in_sight.panned(_PAN * way[0], _PAN * way[1]))
            return True
        reads = way is not None and bool(plot.n_stops)
        if reads and keys & Qt.KeyboardModifier.ControlModifier:
            plot.step_cursor(sum(way or ()))
            return True
        if plot.key(event):
            return True
        if reads:
            plot.step_cursor(sum(way or ()))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif key is Qt.Key.Key_Minus and plot.zoomed:
            self.zoom_out()
        else:
            return False
        return True


def _page_scrolls(plot: Plot) -> bool:
    """Return whether something around the plot scrolls up and down."""
    above = plot.parentWidget()
    while above is not None:
        if isinstance(above, QAbstractScrollArea):
            bar = above.verticalScrollBar()
            if bar.maximum() > bar.minimum():
                return True
        above = above.parentWidget()
    return False
