"""What a plot says of the place under the pointer or the cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPen

from engine.contracts.printable import OWN, printable, shortened

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from gui.services.theme import Tokens

_WIDEST, _ASIDE, _PADDING = 340.0, 14.0, 6.0
_RING, _LONGEST = 4.5, 2_000
_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap)


@dataclass(frozen=True)
class Readout:
    """A text, and the point that it is about where there is one, in pixels."""

    text: str
    at: QPointF | None = None

    @property
    def shown(self) -> str:
        """The text as it is painted and spoken: texts of files as they stand."""
        return printable(shortened(self.text, _LONGEST), OWN)


def paint_readout(
    painter: QPainter, tokens: Tokens, said: Readout, by: QPointF, size: QSizeF
) -> None:
    """Paint a ring round the point and the text in a box beside ``by``."""
    if said.at is not None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.panel), 4))
        painter.drawEllipse(said.at, _RING, _RING)
        painter.setPen(QPen(QColor(tokens.text), 1.6))
        painter.drawEllipse(said.at, _RING, _RING)
    box = box_of(painter, said.shown, by, size)
    painter.setPen(QPen(QColor(tokens.line), 1))
    painter.setBrush(QColor(tokens.panel))
    painter.drawRect(box)
    painter.setPen(QColor(tokens.text))
    inner = box.adjusted(_PADDING, _PADDING / 2, -_PADDING, -_PADDING / 2)
    painter.drawText(inner, _WRAPPED, said.shown)


def box_of(painter: QPainter, text: str, by: QPointF, size: QSizeF) -> QRectF:
    """Return where the text stands: beside the point, inside the plot."""
    widest = max(min(_WIDEST, size.width() - 2 * _PADDING - 4), 40.0)
    room = QRectF(0, 0, widest, 2000.0)
    words = painter.boundingRect(room, _WRAPPED, text)
    wide, tall = words.width() + 2 * _PADDING + 1, words.height() + _PADDING
    left, top = by.x() + _ASIDE, by.y() + _ASIDE
    if left + wide > size.width() - 1:
        left = by.x() - _ASIDE - wide
    if top + tall > size.height() - 1:
        top = by.y() - _ASIDE - tall
    left = max(min(left, size.width() - 1 - wide), 1.0)
    return QRectF(left, max(min(top, size.height() - 1 - tall), 1.0), wide, tall)
