"""Many rows as a picture of how dense they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor

from engine.contracts.i18n import mark, tr
from engine.contracts.readings import numbers
from gui.plots.axes import (
    left_room,
    paint_frame,
    paint_ticks_below,
    paint_ticks_left,
    paint_title_below,
    tick_texts,
)
from gui.plots.chart import Chart, show_band, show_image
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from gui.plots.window import Ends


class DensityPlot(Chart):
    """Counts of cells as shades of one hue, with a line of reference.

    Signals
    -------
    brushed(QRectF, Qt.KeyboardModifier)
        A rectangle in numbers: x, y, width, height, from its lowest corner.
    """

    SELECTS = True
    OWN_DRAG = mark("Drag selects rows")

    brushed = Signal(QRectF, Qt.KeyboardModifier)

    def __init__(self, name: str, across: str, up: str) -> None:
        super().__init__(name)
        self._across, self._up = across, up
        self._counts = np.zeros((0, 0))
        self._x = self._y = np.array([0.0, 1.0])
        self._reference: tuple[tuple[float, float], tuple[float, float]] | None = None
        self._trend: tuple[np.ndarray, ...] | None = None
        self._chosen: np.ndarray | None = None
        self._image, self._own_image = self.image(above=0.1), self.image(above=0.2)
        self._reference_line = self.curve(above=0.3)
        self._trend_band, self._trend_line = self.band(above=0.4), self.curve(above=0.5)
        self.setMinimumSize(120, 100)

    def set_density(
        self,
        counts: np.ndarray,
        x_edges: np.ndarray,
        y_edges: np.ndarray,
        reference: tuple[tuple[float, float], tuple[float, float]] | None,
        trend: tuple[np.ndarray, ...] | None = None,
    ) -> None:
        """Show counts ``(x, y)``, a dotted reference and ``(x, mean, low, high)``."""
        self._counts, self._x, self._y = counts, x_edges, y_edges
        self._reference, self._trend = reference, trend
        self.renew()

    def set_selected(self, counts: np.ndarray | None) -> None:
        """Overlay the density of the selected rows, in the same cells."""
        self._chosen = counts
        self.renew()

    @property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Edges of the cells."""
        return self._x, self._y

    @property
    def ends(self) -> Ends:
        """The outermost edges of the cells."""
        return tuple(float(e[i]) for e in (self._x, self._y) for i in (0, -1))  # type: ignore[return-value]

    def room(self, ends: Ends) -> QRectF:
        """Return the room between the numbers."""
        metrics = self.fontMetrics()
        top = metrics.height() + 6
        foot = 2 * metrics.height() + 9
        tall = max(self.height() - top - foot, 10)
        left = left_room(metrics, *ends[2:], tall)
        return QRectF(left, top, max(self.width() - left - 14, 10), tall)

    def draw(self) -> None:
        """Draw the images, the reference and the trend."""
        tokens = self.tokens
        left, right, low, high = self.ends
        area = QRectF(left, low, right - left, high - low)
        faded = 0.35 if self._chosen is not None else 1.0
        own = np.zeros((0, 0)) if self._chosen is None else self._chosen
        show_image(self._image, _shades(self._counts, tokens.accent, faded), area)
        show_image(self._own_image, _shades(own, tokens.warning, 1.0), area)
        ends = np.array(self._reference or np.zeros((0, 2)))
        dots = self.pen(tokens.text, 1, Qt.PenStyle.DotLine)
        self._reference_line.setData(ends[:, 0], ends[:, 1], pen=dots)
        x, mean, low_line, high_line = self._known_trend()
        shade = QColor(tokens.text)
        shade.setAlphaF(0.18)
        show_band(self._trend_band, x, low_line, high_line, shade)
        self._trend_line.setData(x, mean, pen=self.pen(tokens.text, 1.6))

    def _known_trend(self) -> tuple[np.ndarray, ...]:
        if self._trend is None:
            return (np.zeros(0),) * 4
        keep = np.isfinite(self._trend[1])
        return tuple(part[keep] for part in self._trend)

    def paint_frame(self, painter: QPainter) -> None:
        """Paint the frame, the numbers and what they are."""
        axes, tokens = self.axes, self.tokens
        paint_frame(painter, axes, tokens)
        paint_ticks_below(painter, axes, tokens)
        paint_ticks_left(painter, axes, tokens)
        high = painter.fontMetrics().height()
        paint_title_below(painter, axes, tokens, self._across, high + 5)
        painter.setPen(QColor(tokens.muted))
        painter.drawText(
            QRectF(2, 0, self.width() - 4, high),
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
            self._up,
        )

    # Reading

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say how many rows the cell under the pointer holds."""
        axes = self.axes
        if not axes.area.contains(where) or not self._counts.size:
            return None
        value = axes.value_x(where.x()), axes.value_y(where.y())
        cell = [
            min(max(int(np.searchsorted(edges, v, "right")) - 1, 0), len(edges) - 2)
            for edges, v in zip((self._x, self._y), value, strict=True)
        ]
        return self._read(*cell)

    @property
    def n_stops(self) -> int:
        """A place for each cell that holds rows."""
        return int(np.count_nonzero(self._counts))

    def stop(self, place: int) -> Readout:
        """Say what a cell holds, from left to right."""
        across, up = np.nonzero(self._counts)
        return self._read(int(across[place]), int(up[place]))

    def _read(self, i: int, j: int) -> Readout:
        lines = []
        for name, edges, at in ((self._across, self._x, i), (self._up, self._y, j)):
            low, high = tick_texts(np.asarray(edges)[at : at + 2].tolist())
            lines.append(tr("{name}: {low} to {high}", name=name, low=low, high=high))
        n = numbers.count(round(float(self._counts[i, j])))
        lines.append(tr("{n} rows", n=n))
        if self._chosen is not None:
            own = numbers.count(round(float(self._chosen[i, j])))
            lines[-1] += " (" + tr("{n} selected", n=own) + ")"
        middle = [(e[k] + e[k + 1]) / 2 for e, k in ((self._x, i), (self._y, j))]
        return Readout("\n".join(lines), self.axes.point(*middle))

    # Hands

    def select_area(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        """Give the rectangle in numbers."""
        axes = self.axes
        low = QPointF(axes.value_x(area.left()), axes.value_y(area.bottom()))
        high = QPointF(axes.value_x(area.right()), axes.value_y(area.top()))
        self.brushed.emit(QRectF(low, high), keys)


def _shades(counts: np.ndarray, colour: str, strength: float) -> np.ndarray:
    """Return pixels of one hue whose opacity grows with the logarithm of the count."""
    level = np.log1p(np.asarray(counts, dtype=np.float64).T)
    level = level / (level.max(initial=0.0) or 1.0)
    alpha = np.where(level > 0, 0.12 + 0.88 * level, 0.0) * strength
    tint = QColor(colour)
    pixels = np.zeros((*level.shape, 4), dtype=np.uint8)
    pixels[..., :3] = (tint.red(), tint.green(), tint.blue())
    pixels[..., 3] = (255 * alpha).round()
    return pixels
