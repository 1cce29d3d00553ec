"""A decision tree from one of its nodes on, a few levels deep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainterPath, QPen

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.plots.painted_plot import PaintedPlot
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter

_SLOT, _WIDEST = 74, 240  # pixels for a box without children, and at most
_GAP = 8.0
_BETWEEN = 30.0  # between two levels
_BAR = 5.0
_THICKEST = 6.0
_MIDDLE = int(Qt.AlignmentFlag.AlignCenter)
_ROOT = 0


@dataclass(frozen=True)
class Node:
    """One node, its words ready.

    Attributes
    ----------
    parent, left, right
        Places, -1 for none.
    lines
        What stands in its box: the question, if it asks one, and what is said there.
    shares
        Pieces of its bar, which together are at most 1; several are classes.
    weight
        Its share of all rows.
    below
        Nodes below it.
    """

    parent: int
    left: int
    right: int
    lines: tuple[str, ...]
    shares: tuple[float, ...]
    weight: float
    below: int
    tip: str


class TreePlot(PaintedPlot):
    """Boxes joined by lines as thick as the rows that go there.

    Signals
    -------
    clicked(int, Qt.KeyboardModifier)
        A node is wanted as a selection.
    opened(int)
        The node that now stands at the top.
    """

    clicked = Signal(int, Qt.KeyboardModifier)
    opened = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._nodes: tuple[Node, ...] = ()
        self._path: frozenset[int] = frozenset()
        self._selected: tuple[float, ...] = ()
        self._classes: tuple[str, ...] = ()
        self._levels = 3
        self.top, self.focused = _ROOT, _ROOT
        # Of nodes that are drawn: middle and width in slots, level.
        self._boxes: dict[int, tuple[float, int, int]] = {}
        self._n_slots = 1
        self.setMinimumSize(200, 120)

    def set_tree(self, nodes: Sequence[Node], classes: Sequence[str] = ()) -> None:
        """Show another tree from its root on.

        Parameters
        ----------
        classes
            Whose shares the bars are, where they are of several.
        """
        self._nodes, self._classes = tuple(nodes), tuple(classes)
        self._selected = ()
        self.top = self.focused = _ROOT
        self._arrange()

    def set_levels(self, levels: int) -> None:
        """Show so many levels below the top."""
        self._levels = levels
        self._arrange()

    def set_path(self, path: Sequence[int]) -> None:
        """Mark the current row's way."""
        self._path = frozenset(path)
        self.renew()

    def set_selected(self, shares: Sequence[float]) -> None:
        """Show which share of each node's rows is selected; none: nothing is."""
        self._selected = tuple(shares)
        self.renew()

    def open(self, node: int) -> None:
        """Put a node at the top."""
        self.top = self.focused = node
        self._arrange()
        self.opened.emit(node)

    @property
    def shown(self) -> list[int]:
        """Nodes that are drawn."""
        return list(self._boxes)

    # Where boxes lie

    def _arrange(self) -> None:
        self._boxes = {}
        self._n_slots = 0
        if self._nodes:
            self._place(self.top, 0)
        if self.focused not in self._boxes:
            self.focused = self.top
        self.setMinimumSize(
            max(self._n_slots, 1) * _SLOT + 8,
            int((self._deepest + 1) * (self._tall + _BETWEEN) - _BETWEEN) + 22,
        )
        self.setAccessibleDescription(
            "; ".join(", ".join(self._nodes[node].lines) for node in self.shown[:15])
        )
        self.renew()

    def _place(self, node: int, level: int) -> float:
        """Place a node above the middle of those below it; return its middle."""
        known, first_slot = self._nodes[node], self._n_slots
        if known.left < 0 or level >= self._levels:
            middle = self._n_slots + 0.5
            self._n_slots += 1
        else:
            first = self._place(known.left, level + 1)
            middle = (first + self._place(known.right, level + 1)) / 2
        self._boxes[node] = (middle, self._n_slots - first_slot, level)
        return middle

    @property
    def _deepest(self) -> int:
        return max((level for *_, level in self._boxes.values()), default=0)

    @property
    def _tall(self) -> float:
        """Height of a box: a question may take two lines."""
        return 4 * self.fontMetrics().height() + _BAR + 14

    def box(self, node: int) -> QRectF:
        """Return the rectangle of a node that is drawn."""
        middle, slots, level = self._boxes[node]
        slot = (self.width() - 8) / max(self._n_slots, 1)
        metrics = self.fontMetrics()
        texts = map(metrics.horizontalAdvance, self._nodes[node].lines)
        need = max(max(texts, default=0) + 18.0, _SLOT - _GAP)
        wide = min(need, slots * slot - _GAP, float(_WIDEST))
        room = (self.height() - 22 - self._tall) / max(self._deepest, 1)
        step = min(max(room, self._tall + _BETWEEN), self._tall + 2.4 * _BETWEEN)
        left = 4 + middle * slot - wide / 2
        return QRectF(left, 3 + level * step, wide, self._tall)

    # Painting

    def paint_static(self, painter: QPainter) -> None:
        """Paint lines and boxes."""
        self._paint_key(painter)
        for node in self.shown:
            self._paint_lines(painter, node)
        for node in self.shown:
            self._paint_box(painter, node)

    def _paint_key(self, painter: QPainter) -> None:
        """Name the colours of the classes, one under the other beside the top."""
        metrics = painter.fontMetrics()
        high = metrics.height() + 1
        most = int(self.box(self.top).left() - 32) if self._boxes else 0
        rows = int((self._tall + _BETWEEN) // high)
        for code, name in enumerate(self._classes[:rows]):
            colour = QColor(self.tokens.class_colour(code))
            painter.fillRect(QRectF(6, 6 + code * high, 9, 9), colour)
            painter.setPen(QColor(self.tokens.muted))
            short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, most)
            painter.drawText(QPointF(20, 6 + code * high + metrics.ascent() - 2), short)

    def _paint_lines(self, painter: QPainter, node: int) -> None:
        known, box = self._nodes[node], self.box(node)
        if known.left not in self._boxes:
            if known.below:
                self._paint_more(painter, box, known.below)
            return
        for child, word in ((known.left, tr("yes")), (known.right, tr("no"))):
            below = self.box(child)
            on_path = node in self._path and child in self._path
            colour = QColor(self.tokens.accent if on_path else self.tokens.muted)
            colour.setAlphaF(1.0 if on_path else 0.45)
            thick = 1 + (_THICKEST - 1) * self._nodes[child].weight
            start = QPointF(box.center().x(), box.bottom())
            end = QPointF(below.center().x(), below.top())
            half = (end.y() - start.y()) / 2
            line = QPainterPath(start)
            line.cubicTo(start + QPointF(0, half), end - QPointF(0, half), end)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, thick))
            painter.drawPath(line)
            if node == self.top:
                painter.setPen(QColor(self.tokens.muted))
                wide = painter.fontMetrics().horizontalAdvance(word)
                side = -wide - 8 if child == known.left else 8
                painter.drawText(QPointF(end.x() + side, end.y() - 5), word)

    def _paint_more(self, painter: QPainter, box: QRectF, below: int) -> None:
        """Say how many nodes are not drawn."""
        painter.setPen(QColor(self.tokens.muted))
        room = QRectF(box.left(), box.bottom() + 1, box.width(), 16)
        text = tr("▾ {n} below", n=numbers.count(below))
        painter.drawText(room, _MIDDLE, text)

    def _paint_box(self, painter: QPainter, node: int) -> None:
        known, box, tokens = self._nodes[node], self.box(node), self.tokens
        metrics = painter.fontMetrics()
        on_path = node in self._path
        painter.setPen(
            QPen(QColor(tokens.accent if on_path else tokens.line), 2 if on_path else 1)
        )
        inner = known.left >= 0 or known.below > 0
        painter.setBrush(QColor(tokens.panel if inner else tokens.ground))
        painter.drawRoundedRect(box, 4, 4)
        high, wide = metrics.height(), int(box.width() - 10)
        lines = [*_broken(known.lines[0], metrics, wide), *known.lines[1:]]
        n_strong = len(lines) - len(known.lines) + 1
        top = box.top() + 4 + (4 - len(lines)) * high / 2
        for place, text in enumerate(lines):
            painter.setPen(QColor(tokens.text if place < n_strong else tokens.muted))
            short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, wide)
            painter.drawText(QRectF(box.left() + 5, top, wide, high), _MIDDLE, short)
            top += high
        self._paint_bar(painter, node, box, box.bottom() - _BAR - 6)

    def _paint_bar(self, painter: QPainter, node: int, box: QRectF, top: float) -> None:
        known, tokens = self._nodes[node], self.tokens
        room = QRectF(box.left() + 7, top, box.width() - 14, _BAR)
        painter.fillRect(room, QColor(tokens.line))
        left = room.left()
        several = len(known.shares) > 1
        for code, share in enumerate(known.shares):
            colour = tokens.class_colour(code) if several else tokens.accent
            wide = share * room.width()
            painter.fillRect(QRectF(left, top, wide, _BAR), QColor(colour))
            left += wide
        if self._selected and self._selected[node] > 0:
            wide = max(self._selected[node] * room.width(), 2.0)
            mark = QRectF(room.left(), room.bottom() + 1, wide, 3)
            painter.fillRect(mark, QColor(tokens.warning))

    def paint_overlay(self, painter: QPainter) -> None:
        """Mark the node that keys speak of."""
        if self.hasFocus() and self.focused in self._boxes:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.tokens.text), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(self.box(self.focused).adjusted(-3, -3, 3, 3), 6, 6)

    # Hands

    def node_at(self, where: QPointF) -> int | None:
        """Return the node under a point."""
        for node in self._boxes:
            if self.box(node).adjusted(0, 0, 0, 16).contains(where):
                return node
        return None

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Give the node under a click."""
        node = self.node_at(where)
        if node is not None:
            self.focused = node
            self.refresh()
            self.clicked.emit(node, keys)

    def double_click_at(self, where: QPointF) -> bool:
        """Put the node under the pointer at the top."""
        node = self.node_at(where)
        if node is not None and self._nodes[node].left >= 0:
            self.open(node)
        return node is not None

    def key(self, event: QKeyEvent) -> bool:
        """Walk the tree; Enter selects, plus opens, Backspace goes back up."""
        if not self._nodes:
            return False
        known, key = self._nodes[self.focused], Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self.focused, event.modifiers())
        elif key is Qt.Key.Key_Plus and known.left >= 0:
            self.open(self.focused)
        elif key is Qt.Key.Key_Backspace and self._nodes[self.top].parent >= 0:
            self.open(self._nodes[self.top].parent)
        else:
            return self._walk(key)
        return True

    def _walk(self, key: Qt.Key) -> bool:
        known = self._nodes[self.focused]
        level = self._boxes[self.focused][2]
        beside = sorted(
            (middle, node)
            for node, (middle, _, own) in self._boxes.items()
            if own == level
        )
        place = [node for _, node in beside].index(self.focused)
        goals = {
            Qt.Key.Key_Up: known.parent,
            Qt.Key.Key_Down: known.left,
            Qt.Key.Key_Left: beside[max(place - 1, 0)][1],
            Qt.Key.Key_Right: beside[min(place + 1, len(beside) - 1)][1],
        }
        if key not in goals:
            return False
        if goals[key] in self._boxes:
            self.focused = goals[key]
            self.speak(self._nodes[self.focused].tip)
            self.refresh()
        return True

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say the whole of a node."""
        node = self.node_at(where)
        return None if node is None else Readout(self._nodes[node].tip)


def _broken(text: str, metrics: QFontMetrics, wide: int) -> list[str]:
    """Return a text in one line or two, the first as long as there is room."""
    words = text.split(" ")
    if metrics.horizontalAdvance(text) <= wide or len(words) == 1:
        return [text]
    n = len(words) - 1
    while n > 1 and metrics.horizontalAdvance(" ".join(words[:n])) > wide:
        n -= 1
    return [" ".join(words[:n]), " ".join(words[n:])]
