"""What every plot has: one way to zoom, pan, read, select, export and be themed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.plots.axes import Axes
from gui.plots.drag import Drag
from gui.plots.gestures import Gestures
from gui.plots.plot_menu import how_to
from gui.plots.readout import Readout, paint_readout
from gui.plots.scene import Layer, PlotView
from gui.plots.window import Window
from gui.services.literal import literal
from gui.services.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import (
        QContextMenuEvent,
        QFocusEvent,
        QKeyEvent,
        QMouseEvent,
        QResizeEvent,
        QWheelEvent,
    )

    from gui.plots.window import Ends
    from gui.services.theme import Tokens

FONT_PIXELS = 11
_OVER = 1_000.0  # the layer that follows the pointer lies above everything


class Plot(QWidget):
    """A pyqtgraph scene with one scheme of gestures.

    The scene takes no events: this widget does, and gives them to
    :class:`gui.plots.gestures.Gestures`, the same for all plots. A subclass is a
    :class:`gui.plots.chart.Chart` of pyqtgraph's items or a
    :class:`gui.plots.painted_plot.PaintedPlot`; it says in hooks what a click, a
    selection and a drag of its own mean, what stands where, and what can be read.

    Attributes
    ----------
    SELECTS
        Whether a drag marks an area of rows.
    ZOOMS_ACROSS, ZOOMS_UP
        Along which axes it can be zoomed.
    LOGARITHMIC
        What can be shown on a logarithmic scale, as the menu names it; none: "".
    OWN_DRAG
        What a drag does where it neither pans nor zooms, as the menu says it.
    """

    SELECTS: ClassVar[bool] = False
    ZOOMS_ACROSS: ClassVar[bool] = True
    ZOOMS_UP: ClassVar[bool] = True
    LOGARITHMIC: ClassVar[str] = ""
    OWN_DRAG: ClassVar[str] = ""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tokens = LIGHT
        self.window_in_sight = Window()
        self.logarithmic = False
        self.drag_does = Drag.OWN
        self.pen_scale = 1.0  # of lines as wide as so many pixels, in exports
        self._whole: Ends | None = None
        self._said: Readout | None = None
        self._by = QPointF()
        self._stop = -1
        self._exporting = False
        self.gestures = Gestures(self)
        self.view = PlotView(self)
        self._over = Layer(self, self._paint_over, above=_OVER, cached=False)
        self.view.add_item(self._over)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        font = self.font()
        font.setPixelSize(FONT_PIXELS)
        self.setFont(font)
        self.setWhatsThis(literal(how_to(self)))

    # Where things are

    @property
    def ends(self) -> Ends:
        """The numbers at the edges of the whole: left, right, bottom, top."""
        raise NotImplementedError

    def room(self, ends: Ends) -> QRectF:
        """Return where numbers between such edges are shown, in pixels."""
        raise NotImplementedError

    @property
    def axes(self) -> Axes:
        """Where the numbers in sight lie."""
        whole = self.ends  # whose numbers have the room, so that nothing jumps
        return Axes(self.room(whole), *self.window_in_sight.ends(whole))

    @property
    def zoom_area(self) -> QRectF:
        """What the edges of the part in sight are the edges of, in pixels."""
        return self.axes.area

    def to_picture(self, where: QPointF) -> QPointF:
        """Return the place in the picture, which hooks take, of a point seen."""
        return where

    def from_picture(self, where: QPointF) -> QPointF:
        """Return where a place of the picture is seen."""
        return where

    @property
    def zoomed(self) -> bool:
        """Whether a part of the whole is in sight."""
        return not self.window_in_sight.is_whole

    def look_at(self, window: Window) -> None:
        """Show a part of the whole."""
        keep = self.window_in_sight
        wanted = Window(
            *((window.left, window.right) if self.ZOOMS_ACROSS else (0.0, 1.0)),
            *((window.bottom, window.top) if self.ZOOMS_UP else (0.0, 1.0)),
        )
        if wanted != keep:
            self.window_in_sight = wanted
            self._said = None
            self.fit()
            self.refresh()

    def reset_view(self) -> None:
        """Show the whole again."""
        self.look_at(Window())

    @property
    def offers_logarithm(self) -> bool:
        """Whether what is shown can be shown on a logarithmic scale."""
        return bool(self.LOGARITHMIC)

    # Drawing

    def draw(self) -> None:
        """Put data and colours into the picture."""
        raise NotImplementedError

    def fit(self) -> None:
        """Follow another size or another part in sight."""
        raise NotImplementedError

    def renew(self) -> None:
        """Draw everything again; a part that is in sight stays where it still fits."""
        whole = self.ends
        if whole != self._whole:
            self._whole, self.window_in_sight = whole, Window()
        self._said, self._stop = None, -1
        self.draw()
        self.fit()
        self.refresh()

    def refresh(self) -> None:
        """Paint again what follows the pointer."""
        self._over.update()

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.tokens = tokens
        self.renew()

    def show_logarithmic(self, on: bool) -> None:
        """Show what :attr:`LOGARITHMIC` names on a logarithmic scale, or plainly."""
        self.logarithmic = on
        self.renew()

    def paint_on(self, painter: QPainter) -> None:
        """Paint the plot as vectors, without focus, cursor and reading."""
        raise NotImplementedError

    @contextmanager
    def exporting(self) -> Iterator[None]:
        """Leave out what is of the moment."""
        self._exporting = True
        try:
            yield
        finally:
            self._exporting = False

    def prepare(self, painter: QPainter) -> None:
        """Give a painter the plot's font."""
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_over(self, painter: QPainter) -> None:
        self.prepare(painter)
        if self._exporting:
            return
        self.gestures.paint(painter)
        if self._said is not None:
            size = QSizeF(self.size())
            at = None if self._said.at is None else self.from_picture(self._said.at)
            said = Readout(self._said.text, at)
            paint_readout(painter, self.tokens, said, self._by, size)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setPen(QPen(QColor(self.tokens.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    # What is read: hooks and how it is said

    def readout_at(self, where: QPointF) -> Readout | None:
        """Return what stands under a point."""
        return None

    @property
    def n_stops(self) -> int:
        """How many places the cursor of the keys can stand at."""
        return 0

    def stop(self, place: int) -> Readout:
        """Return what stands at a place of the cursor, from left to right."""
        raise NotImplementedError

    def read(self, said: Readout | None, by: QPointF) -> None:
        """Show what is said beside a point, or nothing."""
        if said != self._said or (said is not None and by != self._by):
            self._said, self._by = said, by
            self.refresh()

    @property
    def shown_text(self) -> str:
        """What is said at the moment."""
        return "" if self._said is None else self._said.shown

    def step_cursor(self, steps: int) -> None:
        """Move the cursor to another place, show and speak what stands there."""
        n = self.n_stops
        if not n:
            return
        start = self._stop if self._stop >= 0 else (-1 if steps > 0 else n)
        self.cursor_to(min(max(start + steps, 0), n - 1))

    def cursor_to(self, place: int) -> None:
        """Put the cursor at a place, show and speak what stands there."""
        self._stop = place
        said = self._brought_into_sight(place)
        at = None if said.at is None else self.from_picture(said.at)
        self.read(said, at or QPointF(self.rect().center()))
        self.speak(said.shown)

    def _brought_into_sight(self, place: int) -> Readout:
        """Return what stands at a place, which is brought into sight."""
        said, area = self.stop(place), self.zoom_area
        if said.at is None or not self.zoomed:
            return said
        seen, middle = self.from_picture(said.at), area.center()
        if area.adjusted(-1, -1, 1, 1).contains(seen):
            return said
        across = (seen.x() - middle.x()) / max(area.width(), 1.0)
        up = (middle.y() - seen.y()) / max(area.height(), 1.0)
        self.look_at(self.window_in_sight.panned(across, up))
        return self.stop(place)

    def speak(self, text: str) -> None:
        """Tell those who read by ear."""
        self.setAccessibleDescription(text)
        QAccessible.updateAccessibility(
            QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
        )

    # What hands do: hooks

    def take(self, where: QPointF, keys: Qt.KeyboardModifier) -> bool:
        """Take hold of something under the pointer; return whether there was."""
        return False

    def hold(self, where: QPointF) -> None:
        """Move what was taken."""

    def let_go(self, where: QPointF) -> None:
        """Leave what was taken where it is."""

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Take a mere click."""

    def double_click_at(self, where: QPointF) -> bool:
        """Take a double click; return whether it means something here."""
        return False

    def area_between(self, start: QPointF, end: QPointF) -> QRectF:
        """Return which area a drag between two points marks."""
        return QRectF(start, end).normalized()

    def select_area(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Take an area that was marked, in pixels."""

    def key(self, event: QKeyEvent) -> bool:
        """Take a key of the plot's own; return whether it was one."""
        return False

    def cursor_over(self, where: QPointF) -> Qt.CursorShape:
        """Return the shape of the pointer at a place."""
        return Qt.CursorShape.ArrowCursor

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the room there is."""
        self.view.setGeometry(self.rect())
        super().resizeEvent(event)
        self._over.stretch()
        self._said = None
        self.fit()
        self.refresh()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start what the gestures say."""
        self.gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it, or read."""
        self.gestures.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        self.gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole again, where the plot has no other use for it."""
        self.gestures.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom, or leave the wheel to the page."""
        self.gestures.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, move the cursor, or what the plot has keys for."""
        if not self.gestures.key(event):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu by key; the pointer's comes when its button is let go."""
        self.gestures.menu_key(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Stop reading."""
        self.read(None, QPointF())
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the frame of the focus."""
        super().focusInEvent(event)
        self.refresh()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the frame and the cursor away."""
        super().focusOutEvent(event)
        self._stop = -1
        self.read(None, QPointF())
        self.refresh()
