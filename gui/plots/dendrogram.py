"""Which features go together: a tree of them, and where it is cut into groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from engine.contracts.i18n import mark
from engine.contracts.readings import numbers
from gui.plots.axes import Axes, paint_ticks_below, paint_title_below
from gui.plots.painted_plot import PaintedPlot
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QPainter

_LINE = 19
_STEP, _NEAR = 0.05, 8.0
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Dendrogram(PaintedPlot):
    """Leaves down the left side, distance to the right, the cut as a line.

    Signals
    -------
    cut_rested(float)
        Where the cut was left.
    """

    OWN_DRAG = mark("Drag moves the cut")

    cut_rested = Signal(float)

    def __init__(self, name: str, across: str) -> None:
        super().__init__(name)
        self._across = across
        self._names: tuple[str, ...] = ()
        self._tree: NDArray[np.float64] = np.zeros((0, 4))
        self._leaves: list[int] = []
        self._joints: list[tuple[float, float]] = []  # distance, and place down
        self._joined: list[list[str]] = []
        self.cut = 0.0
        self.setMinimumSize(200, 90)

    def set_tree(
        self, names: Sequence[str], tree: NDArray[np.float64], cut: float
    ) -> None:
        """Show a linkage of scipy's form over named leaves."""
        self._names, self._tree, self.cut = tuple(names), tree, cut
        self._leaves = _in_order(tree, len(self._names))
        self._join()
        high = 2 * self.fontMetrics().height() + 14
        self.setMinimumHeight(high + _LINE * len(self._names))
        self.renew()

    def _join(self) -> None:
        """Work out where branches meet, and what meets there."""
        at = {leaf: (0.0, place + 0.5) for place, leaf in enumerate(self._leaves)}
        under = {leaf: [name] for leaf, name in enumerate(self._names)}
        self._joints, self._joined = [], []
        for step, (one, other, apart, _) in enumerate(self._tree.tolist()):
            node = len(self._names) + step
            at[node] = (apart, (at[int(one)][1] + at[int(other)][1]) / 2)
            under[node] = under[int(one)] + under[int(other)]
            self._joints.append(at[node])
            self._joined.append(under[node])

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

    def paint_static(self, painter: QPainter) -> None:
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

    def paint_overlay(self, painter: QPainter) -> None:
        """Paint the cut."""
        axes = self.axes
        painter.setPen(QPen(QColor(self.tokens.warning), 2))
        x = axes.x(self.cut)
        painter.drawLine(QPointF(x, axes.area.top()), QPointF(x, axes.area.bottom()))

    # Hands

    def _move(self, cut: float) -> None:
        self.cut = min(max(cut, 0.0), 1.0)
        self.refresh()

    def take(self, where: QPointF, keys: Qt.KeyboardModifier) -> bool:
        """Take hold of the cut."""
        self._move(self.axes.value_x(where.x()))
        return True

    def hold(self, where: QPointF) -> None:
        """Move the cut."""
        self._move(self.axes.value_x(where.x()))

    def let_go(self, where: QPointF) -> None:
        """Leave the cut where it is."""
        self.cut_rested.emit(self.cut)

    def key(self, event: QKeyEvent) -> bool:
        """Move the cut by keys."""
        steps = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            return False
        self._move(round(self.cut + step, 2))
        self.speak(numbers.fixed(self.cut, 2))
        self.cut_rested.emit(self.cut)
        return True

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say how far apart the features under the pointer's joint are."""
        axes = self.axes
        for (apart, middle), names in zip(self._joints, self._joined, strict=True):
            at = axes.point(apart, middle)
            if (at - where).manhattanLength() <= _NEAR:
                text = f"{', '.join(names)}: {numbers.fixed(apart, 2)}"
                return Readout(text, at)
        return None


def _in_order(tree: NDArray[np.float64], n: int) -> list[int]:
    """Return the leaves so that no two branches cross."""
    under: dict[int, list[int]] = {leaf: [leaf] for leaf in range(n)}
    for step, (one, other, *_) in enumerate(tree.tolist()):
        under[n + step] = under.pop(int(one)) + under.pop(int(other))
    return [leaf for some in under.values() for leaf in some]
