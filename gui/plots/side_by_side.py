"""What several explanations say of each feature, one column each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen

from gui.plots.painted_plot import PaintedPlot
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

_LINE = 22
_GAP = 6
_LEAST = 26  # pixels of the longest bar, from which figures are written beside bars
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_BROKEN = Qt.TextFlag.TextWordWrap


@dataclass(frozen=True)
class Said:
    """What one method says of one feature.

    Attributes
    ----------
    length
        Signed, 1 for the method's weightiest feature.
    spread
        Of ``length``; 0 where there is none.
    opposed
        Whether another method gives the other sign.
    """

    length: float
    spread: float
    text: str
    opposed: bool = False


class SideBySide(PaintedPlot):
    """Features down, methods across; a bar to the right raises the answer.

    Each column is drawn in its own unit. Where columns are wide enough figures stand
    beside the bars, one below the other.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._features: tuple[str, ...] = ()
        self._methods: tuple[str, ...] = ()
        self._cells: tuple[tuple[Said, ...], ...] = ()
        self.setMinimumSize(240, 90)

    def set_said(
        self,
        features: Sequence[str],
        methods: Sequence[str],
        cells: Sequence[Sequence[Said]],
    ) -> None:
        """Show ``cells[feature][method]``."""
        self._features, self._methods = tuple(features), tuple(methods)
        self._cells = tuple(tuple(line) for line in cells)
        self.setMinimumHeight(_LINE * (len(features) + 1) + 8)
        self.setAccessibleDescription("; ".join(features[:15]))
        self.renew()

    def _left(self) -> float:
        metrics = self.fontMetrics()
        wide = max((metrics.horizontalAdvance(n) for n in self._features), default=0)
        return min(wide + 14.0, self.width() * 0.4)

    def cell(self, feature: int, method: int) -> QRectF:
        """Return where a bar is painted."""
        wide, head = self._wide(), self._head()
        high = max(self.height() - head - 6.0, 10.0) / max(len(self._features), 1)
        top = head + feature * high
        return QRectF(self._left() + method * wide, top, wide, high)

    def _wide(self) -> float:
        room = max(self.width() - self._left() - 4, 10.0)
        return room / max(len(self._methods), 1)

    def _head(self) -> float:
        """Return how high the titles are: two lines where one does not hold them."""
        metrics, room = self.fontMetrics(), self._wide() - _GAP
        fits = all(metrics.horizontalAdvance(name) <= room for name in self._methods)
        return float(_LINE if fits else _LINE + metrics.height())

    def figures(self) -> float:
        """Return how wide the figures are to the right of each column's bars."""
        metrics = self.fontMetrics()
        texts = [_figure(said) for line in self._cells for said in line]
        wide = max((metrics.horizontalAdvance(t) for t in texts), default=0) + _GAP
        bars = self.cell(0, 0).width() - wide
        return float(wide) if bars / 2 >= _LEAST else 0.0

    def paint_static(self, painter: QPainter) -> None:
        """Paint titles, names and bars."""
        tokens, metrics, figures = self.tokens, painter.fontMetrics(), self.figures()
        for place, method in enumerate(self._methods):
            box = self.cell(0, place)
            painter.setPen(QColor(tokens.muted))
            head = QRectF(box.left() + _GAP / 2, 0, box.width() - _GAP, box.top())
            words = [
                metrics.elidedText(word, Qt.TextElideMode.ElideRight, int(head.width()))
                for word in method.split(" ")
            ]
            painter.drawText(head, int(_CENTRE) | int(_BROKEN), " ".join(words))
        for place, feature in enumerate(self._features):
            box = self.cell(place, 0)
            painter.setPen(QColor(tokens.text))
            room = QRectF(0, box.top(), box.left() - 8, box.height())
            short = metrics.elidedText(
                feature, Qt.TextElideMode.ElideMiddle, int(room.width() - 2)
            )
            painter.drawText(room, int(_RIGHT), short)
            for column, said in enumerate(self._cells[place]):
                self._paint_bar(painter, self.cell(place, column), said, figures)

    def _paint_bar(
        self, painter: QPainter, box: QRectF, said: Said, figures: float
    ) -> None:
        tokens = self.tokens
        bars = box.adjusted(0, 0, -figures - _GAP, 0)
        zero, half = bars.center().x(), bars.width() / 2 - _GAP
        middle, thick = box.center().y(), min(box.height() * 0.32, 8.0)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(zero, box.top()), QPointF(zero, box.bottom()))
        end = zero + said.length * half
        left, right = sorted((zero, end))
        colour = QColor(tokens.warning if said.opposed else tokens.accent)
        bar = QRectF(left, middle - thick, right - left, 2 * thick)
        painter.fillRect(bar, colour)
        painter.setPen(QPen(QColor(tokens.text), 1))
        if said.spread > 0:
            low = zero + max(said.length - said.spread, -1.0) * half
            high = zero + min(said.length + said.spread, 1.0) * half
            painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        if figures:
            painter.drawText(box.adjusted(0, 0, -_GAP, 0), int(_RIGHT), _figure(said))
        elif said.opposed:  # the shape says it too
            painter.drawText(
                QRectF(box.right() - 14, box.top(), 12, box.height()), _CENTRE, "≠"
            )

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say a bar in its own unit."""
        text = self._tip(where)
        return Readout(text) if text else None

    @property
    def n_stops(self) -> int:
        """A place for each bar."""
        return len(self._features) * len(self._methods)

    def stop(self, place: int) -> Readout:
        """Say a bar, feature by feature."""
        row, column = divmod(place, len(self._methods))
        middle = self.cell(row, column).center()
        return Readout(self._tip(middle), middle)

    def _tip(self, at: QPointF) -> str:
        for place, line in enumerate(self._cells):
            for column, said in enumerate(line):
                if self.cell(place, column).contains(at):
                    method, feature = self._methods[column], self._features[place]
                    return f"{method}, {feature}: {said.text}"
        return ""


def _figure(said: Said) -> str:
    """Return the figure of a bar; the mark says what its colour says."""
    return f"{said.text} ≠" if said.opposed else said.text
