"""Rows across, features down: every contribution as a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from engine.contracts.i18n import mark
from gui.plots.axes import Axes
from gui.plots.chart import Chart, show_image
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gui.plots.window import Ends

_LINE, _CURVE = 18, 46.0  # the least height of a feature, and that of the answers
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class HeatMap(Chart):
    """Columns of equal width, each a row or a few alike; the answers above them.

    Signals
    -------
    brushed(object, Qt.KeyboardModifier)
        First column and the one after the last that were marked, as a pair.
    clicked(int)
        The column that was clicked.
    """

    SELECTS = True
    ZOOMS_UP = False
    OWN_DRAG = mark("Drag selects rows")

    brushed = Signal(object, Qt.KeyboardModifier)
    clicked = Signal(int)

    def __init__(self, name: str, tip: Callable[[int, int], str]) -> None:
        super().__init__(name)
        self._tip = tip
        self._names: tuple[str, ...] = ()
        self._values: NDArray[np.floating] = np.zeros((0, 0))
        self._answers: NDArray[np.floating] = np.zeros(0)
        self._selected: NDArray[np.floating] | None = None
        self._above = ""
        self._image = self.image(above=0.1)
        self._selected_layer = self.layer(self._paint_selected, above=2.0)
        self.setMinimumSize(240, 140)

    def set_values(
        self,
        names: Sequence[str],
        values: NDArray[np.floating],
        answers: NDArray[np.floating],
        above: str,
    ) -> None:
        """Show ``(m, d)`` contributions and ``(m,)`` answers; ``above`` names these."""
        self._names, self._values = tuple(names), values
        self._answers, self._above = answers, above
        self._selected = None
        foot = self.fontMetrics().height() + 10
        self.setMinimumHeight(int(_CURVE + foot + _LINE * len(names)))
        self.renew()

    def set_selected(self, shares: NDArray[np.floating] | None) -> None:
        """Mark columns under the map; ``(m,)`` shares of their rows, 0 to 1."""
        self._selected = shares
        self._selected_layer.update()

    @property
    def ends(self) -> Ends:
        """Columns across; features up, the first at the head."""
        n, d = len(self._values), len(self._names)
        return 0.0, float(max(n, 1)), 0.0, float(max(d, 1))

    def room(self, ends: Ends) -> QRectF:
        """Return where the colours lie, beside the names."""
        metrics = self.fontMetrics()
        widest = max(map(metrics.horizontalAdvance, self._names), default=0)
        left = min(widest + 14.0, self.width() * 0.4)
        top = metrics.height() + _CURVE
        return QRectF(
            left,
            top,
            max(self.width() - left - 10, 20.0),
            max(self.height() - top - 10, 10.0),
        )

    @property
    def area(self) -> QRectF:
        """Where the colours lie."""
        return self.axes.area

    def draw(self) -> None:
        """Draw the colours."""
        n, d = self._values.shape
        most = float(np.abs(self._values).max(initial=0.0)) or 1.0
        pixels = self._pixels(self._values.T[::-1] / most)
        show_image(self._image, pixels, QRectF(0.0, 0.0, n, d))

    def paint_frame(self, painter: QPainter) -> None:
        """Paint the predictions and the names."""
        if not len(self._values):
            return
        area = self.axes.area
        each = area.height() / len(self._names)
        metrics = painter.fontMetrics()
        painter.setPen(QColor(self.tokens.text))
        for place, name in enumerate(self._names):
            beside = QRectF(0, area.top() + place * each, area.left() - 8, each)
            short = metrics.elidedText(
                name, Qt.TextElideMode.ElideMiddle, int(beside.width() - 2)
            )
            painter.drawText(beside, _RIGHT, short)
        self._paint_answers(painter, area)

    def _pixels(self, shares: NDArray[np.floating]) -> NDArray[np.uint8]:
        """Return colours from one end through the panel's own to the other."""
        tokens = self.tokens
        low, middle, high = map(_rgb, (tokens.accent, tokens.panel, tokens.warning))
        # The root lifts what is small: most contributions are, beside the largest.
        strength = np.sqrt(np.abs(shares))[..., None]
        end = np.where(shares[..., None] > 0, high, low)
        mixed = middle + strength * (end - middle)
        return np.ascontiguousarray(mixed.round().astype(np.uint8))

    def _paint_answers(self, painter: QPainter, area: QRectF) -> None:
        low, high = float(self._answers.min()), float(self._answers.max())
        axes = self.axes
        above = QRectF(area.left(), area.top() - _CURVE + 4, area.width(), _CURVE - 10)
        axes = Axes(above, axes.left, axes.right, low, high)
        painter.save()
        painter.setClipRect(above.adjusted(-1, -1, 1, 1))
        painter.setPen(QPen(QColor(self.tokens.text), 1))
        across = np.arange(len(self._answers)) + 0.5
        painter.drawPolyline(axes.line(across, self._answers))
        painter.restore()
        painter.setPen(QColor(self.tokens.muted))
        base = float(painter.fontMetrics().ascent())
        painter.drawText(QPointF(area.left(), base), self._above)

    def paint_above(self, painter: QPainter) -> None:
        """Paint the selected columns into saved pictures too."""
        self._paint_selected(painter)

    def _paint_selected(self, painter: QPainter) -> None:
        """Paint, under the map, which columns hold selected rows."""
        if self._selected is None or not len(self._selected):
            return
        axes = self.axes
        wide = max(1 / axes.across_per_pixel, 1.0)
        for place in np.flatnonzero(self._selected).tolist():
            if not axes.left - 1 < place < axes.right:
                continue
            colour = QColor(self.tokens.text)
            colour.setAlphaF(0.25 + 0.75 * float(self._selected[place]))
            left = max(axes.x(place), axes.area.left())
            painter.fillRect(QRectF(left, axes.area.bottom() + 2, wide, 6), colour)

    # Hands

    def column_at(self, x: float) -> int | None:
        """Return the column at a place across."""
        axes, n = self.axes, len(self._values)
        if not n or not axes.area.left() <= x < axes.area.right():
            return None
        return min(int(axes.value_x(x)), n - 1)

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Give the column under a click."""
        column = self.column_at(where.x())
        if column is not None:
            self.clicked.emit(column)

    def select_area(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the columns under the brush."""
        inside = area.intersected(self.area)
        if inside.isEmpty() or not len(self._values):
            return
        first = self.column_at(inside.left())
        last = self.column_at(min(inside.right(), self.area.right() - 0.01))
        if first is not None and last is not None:
            self.brushed.emit((first, last + 1), keys)

    # Reading

    def readout_at(self, where: QPointF) -> Readout | None:
        """Name the row and the feature under the pointer."""
        axes = self.axes
        column = self.column_at(where.x())
        share = (where.y() - axes.area.top()) / axes.area.height()
        if column is None or not 0 <= share < 1:
            return None
        return self._read(column, int(share * len(self._names)))

    @property
    def n_stops(self) -> int:
        """A place for each cell, column by column."""
        return len(self._values) * len(self._names)

    def stop(self, place: int) -> Readout:
        """Name a row and a feature."""
        return self._read(*divmod(place, len(self._names)))

    def _read(self, column: int, feature: int) -> Readout:
        up = len(self._names) - feature - 0.5
        return Readout(self._tip(column, feature), self.axes.point(column + 0.5, up))


def _rgb(colour: str) -> NDArray[np.float64]:
    found = QColor(colour)
    return np.array([found.red(), found.green(), found.blue()], dtype=np.float64)
