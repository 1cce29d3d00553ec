"""Which features go together: a tree of them, and where it is cut into groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from gui.plots.axes import Axes, paint_ticks_below, paint_title_below
from gui.plots.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

_LINE = 19
_STEP = 0.05
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Dendrogram(Canvas):
    """Leaves down the left side, distance to the right, the cut as a line.

    Signals
    -------
    cut_rested(float)
        Where the cut was left.
    """

    cut_rested = Signal(float)

    def __init__(self, name: str, across: str) -> None:
        super().__init__(name)
        self._across = across
        self._names: tuple[str, ...] = ()
        self._tree: NDArray[np.float64] = np.zeros((0, 4))
        self._leaves: list[int] = []
        self.cut = 0.0
        self.setMinimumSize(200, 90)

    def set_tree(
        self, names: Sequence[str], tree: NDArray[np.float64], cut: float
    ) -> None:
        """Show a linkage of scipy's form over named leaves."""
        self._names, self._tree, self.cut = tuple(names), tree, cut
        self._leaves = _in_order(tree, len(self._names))
        high = 2 * self.fontMetrics().height() + 14
        self.setMinimumHeight(high + _LINE * len(self._names))
        self.renew()

    @property
    def axes(self) -> Axes:
        """Distance across, leaves down."""
        metrics = self.fontMetrics()
        wide = max((metrics.horizontalAdvance(n) for n in self._names), default=0)
        left = min(wide + 14.0, self.width() * 0.45)
        area = QRectF(
            left,
            4.0,
            max(self.width() - left - 16, 20.0),
            max(self.height() - 2 * metrics.height() - 13.0, 10.0),
        )
        return Axes(area, 0.0, 1.0, float(max(len(self._names), 1)), 0.0)

    def paint_still(self, painter: QPainter) -> None:
        """Paint the names and the tree."""
        axes, tokens = self.axes, self.tokens
        metrics = painter.fontMetrics()
        each = axes.area.height() / max(len(self._names), 1)
        at: dict[int, tuple[float, float]] = {}
        painter.setPen(QColor(tokens.text))
        for place, leaf in enumerate(self._leaves):
            top = axes.y(place)
            room = QRectF(0, top, axes.area.left() - 8, each)
            name = metrics.elidedText(
                self._names[leaf], Qt.TextElideMode.ElideMiddle, int(room.width() - 2)
            )
            painter.drawText(room, int(_RIGHT), name)
            at[leaf] = (0.0, place + 0.5)
        painter.setPen(QPen(QColor(tokens.text), 1.2))
        for step, (one, other, apart, _) in enumerate(self._tree.tolist()):
            first, second = at[int(one)], at[int(other)]
            painter.drawPolyline(
                [
                    axes.point(*first),
                    axes.point(apart, first[1]),
                    axes.point(apart, second[1]),
                    axes.point(*second),
                ]
            )
            at[len(self._names) + step] = (apart, (first[1] + second[1]) / 2)
        paint_ticks_below(painter, axes, tokens)
        paint_title_below(painter, axes, tokens, self._across, metrics.height() + 5)

    def paint_moving(self, painter: QPainter) -> None:
        """Paint the cut."""
        axes = self.axes
        painter.setPen(QPen(QColor(self.tokens.warning), 2))
        x = axes.x(self.cut)
        painter.drawLine(QPointF(x, axes.area.top()), QPointF(x, axes.area.bottom()))

    # Hands

    def _move(self, cut: float) -> None:
        self.cut = min(max(cut, 0.0), 1.0)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the cut."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._move(self.axes.value_x(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the cut."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move(self.axes.value_x(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Leave the cut where it is."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.cut_rested.emit(self.cut)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cut by keys."""
        steps = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self._move(round(self.cut + step, 2))
        self.cut_rested.emit(self.cut)


def _in_order(tree: NDArray[np.float64], n: int) -> list[int]:
    """Return the leaves so that no two branches cross."""
    under: dict[int, list[int]] = {leaf: [leaf] for leaf in range(n)}
    for step, (one, other, *_) in enumerate(tree.tolist()):
        under[n + step] = under.pop(int(one)) + under.pop(int(other))
    return [leaf for some in under.values() for leaf in some]
