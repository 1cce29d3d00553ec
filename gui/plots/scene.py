"""The pyqtgraph scene that a plot is painted in, and layers in its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph
from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QGraphicsItem, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QGraphicsItem as Item
    from PySide6.QtWidgets import QStyleOptionGraphicsItem

# Its clean-up at exit walks over every object of the process.
pyqtgraph.setConfigOptions(antialias=True, exitCleanup=False)


class PlotView(pyqtgraph.GraphicsView):  # type: ignore[misc]
    """A scene in the widget's own pixels that leaves every event to the plot."""

    def __init__(self, plot: QWidget) -> None:
        super().__init__(plot, background=None)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.viewport().setAutoFillBackground(False)
        self.setCacheMode(self.CacheModeFlag.CacheNone)

    def add_item(self, item: Item) -> None:
        """Put an item into the scene."""
        self.scene().addItem(item)


class Layer(QGraphicsItem):
    """Paints by a function over the whole of a plot, in its pixels."""

    def __init__(
        self,
        plot: QWidget,
        paint: Callable[[QPainter], None],
        *,
        above: float,
        cached: bool,
    ) -> None:
        super().__init__()
        self._plot, self._paint = plot, paint
        self._size = QRectF(plot.rect())
        self.setZValue(above)
        if cached:
            self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def stretch(self) -> None:
        """Follow the size of the plot."""
        size = QRectF(self._plot.rect())
        if size != self._size:
            self.prepareGeometryChange()
            self._size = size

    def boundingRect(self) -> QRectF:
        """Return the whole of the plot."""
        return self._size

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        """Paint."""
        self._paint(painter)
