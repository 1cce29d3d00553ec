"""A plot that paints itself, where pyqtgraph's items would be slower or say less."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QTransform

from gui.plots.plot import Plot
from gui.plots.scene import Layer
from gui.plots.window import Window

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

    from gui.plots.window import Ends


class PaintedPlot(Plot):
    """Paints a static picture once and an overlay on every move.

    A subclass paints in :meth:`paint_static` and :meth:`paint_overlay`; it calls
    :meth:`renew` when the static part has changed and :meth:`refresh` otherwise.
    Zoomed in, the whole picture is magnified, names and numbers with it, unless
    ``MAGNIFIES`` is off and the plot follows the numbers in sight by itself.
    """

    MAGNIFIES: ClassVar[bool] = True

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._static = Layer(self, self._paint_under, above=0.0, cached=True)
        self.view.add_item(self._static)

    def paint_static(self, painter: QPainter) -> None:
        """Paint what does not follow the pointer."""
        raise NotImplementedError

    def paint_overlay(self, painter: QPainter) -> None:
        """Paint what follows the pointer."""

    def draw(self) -> None:
        """Nothing to prepare: all is painted."""

    def fit(self) -> None:
        """Paint the static part again."""
        self._static.update()

    @property
    def ends(self) -> Ends:
        """The pixels of the picture."""
        return 0.0, float(max(self.width(), 1)), float(max(self.height(), 1)), 0.0

    def room(self, ends: Ends) -> QRectF:
        """Return the whole widget; plots with axes have some of it."""
        return QRectF(self.rect())

    @property
    def zoom_area(self) -> QRectF:
        """The whole widget where the picture is magnified."""
        return QRectF(self.rect()) if self.MAGNIFIES else super().zoom_area

    def look_at(self, window: Window) -> None:
        """Show a part of the picture, as large across as up."""
        if self.MAGNIFIES:
            window = _even(window)
        super().look_at(window)

    @property
    def magnification(self) -> QTransform:
        """From the picture to what is seen of it."""
        seen = self.window_in_sight
        if not self.MAGNIFIES or seen.is_whole:
            return QTransform()
        scale = 1 / (seen.right - seen.left)
        left, top = seen.left * self.width(), (1 - seen.top) * self.height()
        return QTransform.fromTranslate(-left * scale, -top * scale).scale(scale, scale)

    def to_picture(self, where: QPointF) -> QPointF:
        """Return the place in the picture of a point of the widget."""
        return self.magnification.inverted()[0].map(where)

    def from_picture(self, where: QPointF) -> QPointF:
        """Return where a place of the picture is seen."""
        return self.magnification.map(where)

    def renew(self) -> None:
        """Paint everything again."""
        super().renew()
        self._static.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint for another size."""
        self._static.stretch()
        super().resizeEvent(event)

    def paint_on(self, painter: QPainter) -> None:
        """Paint both parts as vectors."""
        with self.exporting():
            painter.save()
            if self.zoomed:
                painter.setClipRect(QRectF(self.rect()))
            self._paint_under(painter)
            self._paint_over(painter)
            painter.restore()

    def _paint_under(self, painter: QPainter) -> None:
        painter.save()
        self.prepare(painter)
        painter.setTransform(self.magnification, combine=True)
        self.paint_static(painter)
        painter.restore()

    def _paint_over(self, painter: QPainter) -> None:
        painter.save()
        self.prepare(painter)
        painter.setTransform(self.magnification, combine=True)
        self.paint_overlay(painter)
        painter.restore()
        super()._paint_over(painter)


def _even(window: Window) -> Window:
    """Return a window as high as it is wide, in shares, about the same middle."""
    across, up = window.right - window.left, window.top - window.bottom
    span = max(across, up)
    left = min(max((window.left + window.right - span) / 2, 0.0), 1.0 - span)
    bottom = min(max((window.bottom + window.top - span) / 2, 0.0), 1.0 - span)
    return Window(left, left + span, bottom, bottom + span)
