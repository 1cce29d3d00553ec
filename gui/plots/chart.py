"""A plot of pyqtgraph's items, with the program's own axes round it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyqtgraph
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPicture
from PySide6.QtWidgets import QGraphicsEllipseItem, QGraphicsItem

from gui.plots.plot import Plot
from gui.plots.scene import Layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

    from gui.plots.axes import Axes

_WIDE, _NARROW = 4.0, 0.6  # pixels: of bars with a gap, and the least width of a bar
_SOLID = Qt.PenStyle.SolidLine
_CACHED = QGraphicsItem.CacheMode.DeviceCoordinateCache
_PLAIN = QGraphicsItem.CacheMode.NoCache


class Chart(Plot):
    """Items in a view box whose edges are the plot's.

    A subclass adds its items once (:meth:`add`), gives them data and pens in
    :meth:`draw`, sizes that are in pixels in :meth:`fit_items`, and paints frame,
    ticks and titles in :meth:`paint_frame`.
    """

    FRAME_ABOVE: ClassVar[bool] = True

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.box = self.new_box()
        above = 1.0 if self.FRAME_ABOVE else -1.0
        self._frame = Layer(self, self._paint_frame, above=above, cached=True)
        self.view.add_item(self._frame)
        self._items: list[Any] = []
        self._layers = [self._frame, self._over]

    def new_box(self) -> Any:
        """Return a view box of the scene."""
        box = pyqtgraph.ViewBox(
            enableMouse=False, enableMenu=False, border=None, defaultPadding=0.0
        )
        self.view.add_item(box)
        return box

    def place_box(self, box: Any, axes: Axes) -> None:
        """Put a view box where axes are."""
        if axes.area.width() > 0 and axes.area.height() > 0:
            box.setGeometry(axes.area)
        right = axes.right if axes.right != axes.left else axes.left + 1.0
        top = axes.top if axes.top != axes.bottom else axes.bottom + 1.0
        box.setRange(
            xRange=(axes.left, right),
            yRange=(axes.bottom, top),
            padding=0,
            disableAutoRange=True,
        )
        # What stands on an edge is whole, as long as nothing lies beyond it.
        clips = QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape
        box.setFlag(clips, self.zoomed)

    def layer(self, paint: Callable[[QPainter], None], *, above: float) -> Layer:
        """Add what is painted by a function, in pixels, whenever it is updated."""
        layer = Layer(self, paint, above=above, cached=False)
        self.view.add_item(layer)
        self._layers.append(layer)
        return layer

    def add(self, item: Any, *, above: float = 0.0, box: Any = None) -> Any:
        """Put an item of pyqtgraph into the plot; it is painted once and kept."""
        item.setZValue(above)
        item.setCacheMode(_CACHED)
        (self.box if box is None else box).addItem(item, ignoreBounds=True)
        self._items.append(item)
        return item

    def curve(self, *, above: float = 0.0) -> Any:
        """Add a line."""
        return self.add(pyqtgraph.PlotCurveItem(), above=above)

    def bars(self, *, above: float = 0.0, box: Any = None) -> Any:
        """Add rectangles."""
        none = pyqtgraph.BarGraphItem(x0=[], x1=[], y0=[], y1=[])
        return self.add(none, above=above, box=box)

    def spots(self, *, above: float = 0.0) -> Any:
        """Add points."""
        return self.add(pyqtgraph.ScatterPlotItem(), above=above)

    def marker(self, size: float, *, above: float = 0.0) -> QGraphicsEllipseItem:
        """Add a circle of so many pixels that moves often, which is Qt's own work."""
        item = QGraphicsEllipseItem(-size / 2, -size / 2, size, size)
        item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        item.setVisible(False)
        self.add(item, above=above)
        item.setCacheMode(_PLAIN)
        return item

    def image(self, *, above: float = 0.0) -> Any:
        """Add pixels, the first row lowest."""
        return self.add(pyqtgraph.ImageItem(axisOrder="row-major"), above=above)

    def band(self, *, above: float = 0.0) -> Any:
        """Add an area between two lines."""
        lines = pyqtgraph.PlotCurveItem(), pyqtgraph.PlotCurveItem()
        return self.add(pyqtgraph.FillBetweenItem(*lines), above=above)

    def intervals(self, *, above: float = 0.0) -> Any:
        """Add lines from low to high."""
        return self.add(pyqtgraph.ErrorBarItem(), above=above)

    def pen(self, colour: str | QColor, width: float = 1.0, style: Any = _SOLID) -> Any:
        """Return a pen of so many pixels, whatever the numbers on the axes are."""
        pen = QPen(QColor(colour), width * self.pen_scale, style)
        pen.setCosmetic(True)
        return pen

    def paint_frame(self, painter: QPainter) -> None:
        """Paint frame, ticks, titles and words, in pixels."""
        raise NotImplementedError

    def paint_above(self, painter: QPainter) -> None:
        """Paint, into saved pictures, what a layer of the plot's own shows."""

    def fit_items(self) -> None:
        """Give items what depends on pixels."""

    def fit(self) -> None:
        """Put the view box where the axes are."""
        self.place_box(self.box, self.axes)
        self.fit_items()
        self._frame.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size."""
        for layer in self._layers:
            layer.stretch()
        super().resizeEvent(event)

    def paint_on(self, painter: QPainter) -> None:
        """Paint the plot as vectors: lines as wide as on the screen."""
        scale = abs(painter.worldTransform().m11()) or 1.0
        with self.exporting():
            self.pen_scale = scale
            self.draw()
            self.fit_items()
            if not self.FRAME_ABOVE:
                self._paint_frame(painter)
            self._replay(painter, self._recorded())
            if self.FRAME_ABOVE:
                self._paint_frame(painter)
            self.paint_above(painter)
            self.pen_scale = 1.0
            self.draw()
            self.fit_items()

    def _replay(self, painter: QPainter, picture: QPicture) -> None:
        """Paint the items. Some forget where a painter stood; in a picture none can."""
        painter.save()
        device = painter.device()
        painter.scale(  # a picture is played as if it were in dots of its own
            picture.logicalDpiX() / device.logicalDpiX(),
            picture.logicalDpiY() / device.logicalDpiY(),
        )
        painter.drawPicture(QPointF(), picture)
        painter.restore()

    def _recorded(self) -> QPicture:
        picture, rect = QPicture(), QRectF(self.rect())
        picture.setBoundingRect(self.rect())
        apart = self._layers
        cached = [item for item in self._items if item.cacheMode() is not _PLAIN]
        for item in self._items:
            item.setCacheMode(_PLAIN)
            if hasattr(item, "setExportMode"):
                item.setExportMode(True, {"antialias": True, "resolutionScale": 1.0})
        for layer in apart:
            layer.setVisible(False)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.view.scene().render(painter, rect, rect)
        painter.end()
        for layer in apart:
            layer.setVisible(True)
        for item in self._items:
            if hasattr(item, "setExportMode"):
                item.setExportMode(False)
        for item in cached:
            item.setCacheMode(_CACHED)
        return picture

    def _paint_frame(self, painter: QPainter) -> None:
        painter.save()
        self.prepare(painter)
        self.paint_frame(painter)
        painter.restore()


def show_band(item: Any, x: Any, low: Any, high: Any, colour: QColor) -> None:
    """Give a band its two lines."""
    item.setVisible(len(x) > 1 and bool(np.isfinite(low).all()))
    for curve, y in zip(item.curves, (low, high), strict=True):
        curve.setData(np.asarray(x, float), np.asarray(y, float))
    item.setPen(None)
    item.setBrush(colour)


def move_marker(item: QGraphicsItem, at: tuple[float, float] | None) -> None:
    """Put a marker to a pair of numbers, or take it away."""
    item.setVisible(at is not None)
    if at is not None:
        item.setPos(*at)


def show_intervals(item: Any, x: Any, y: Any, low: Any, high: Any, pen: Any) -> None:
    """Give intervals their ends."""
    known = np.isfinite(low)  # others have no interval
    x, y, low, high = (np.asarray(part, float)[known] for part in (x, y, low, high))
    item.setVisible(bool(len(x)))
    if len(x):
        item.setData(x=x, y=y, top=high - y, bottom=y - low, pen=pen)


def show_image(item: Any, pixels: np.ndarray, area: QRectF) -> None:
    """Give pixels, ``(rows, columns, 4)``, and where they lie in numbers."""
    item.setVisible(bool(pixels.size))
    if pixels.size:
        item.setImage(pixels, levels=None, autoLevels=False)
        item.setRect(area)


def sides_of(edges: np.ndarray, axes: Axes) -> tuple[np.ndarray, np.ndarray]:
    """Return left and right sides of bars between edges, a pixel apart if wide."""
    left, right = np.asarray(edges[:-1], float), np.asarray(edges[1:], float)
    pixel = axes.across_per_pixel
    wide = np.where(right - left > _WIDE * pixel, right - left - pixel, right - left)
    return left, left + np.maximum(wide, _NARROW * pixel)


def heights_of(counts: np.ndarray, *, logarithmic: bool) -> np.ndarray:
    """Return how high bars of so many rows are."""
    counts = np.asarray(counts, float)
    return np.log10(1 + counts) if logarithmic else counts


def show_bars(
    item: Any,
    sides: tuple[Any, Any],
    heights: Any,
    colour: QColor,
    *,
    least: float = 0.0,
    foot: float = 0.0,
) -> None:
    """Give rectangles to a bar item; none where the height is 0.

    Parameters
    ----------
    sides
        ``(n,)`` left and right sides.
    least
        The lowest that a bar above 0 may be, to be seen.
    foot
        Where bars stand.
    """
    shown = heights > 0
    item.setVisible(bool(shown.any()))
    if not shown.any():
        return
    left, right = (side[shown] for side in sides)
    up = heights[shown].clip(least)
    item.setOpts(
        x0=left, x1=right, y0=0 * up + foot, y1=up + foot, pen=None, brush=colour
    )
