"""The narrow column of row numbers at the left of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QHeaderView

from engine.contracts.readings import numbers
from gui.widgets.cell_painter import ROW_HEIGHT

if TYPE_CHECKING:
    from gui.services.theme import Tokens

PADDING = 8


class RowNumbers(QHeaderView):
    """Row numbers, flat and muted, wide enough for the largest."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._colours: dict[str, QColor] = {}
        self._largest = 0
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setDefaultSectionSize(ROW_HEIGHT)
        self.setMinimumSectionSize(ROW_HEIGHT)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        names = ("panel", "line", "muted")
        self._colours = {name: QColor(getattr(tokens, name)) for name in names}
        self.viewport().update()

    def set_largest(self, number: int) -> None:
        """Say the largest number there may be."""
        if number != self._largest:
            self._largest = number
            self.updateGeometry()
            self.geometriesChanged.emit()

    def sizeHint(self) -> QSize:
        """Return the width of the largest number."""
        widest = numbers.count(max(self._largest, 999))
        width = QFontMetrics(self._font()).horizontalAdvance(widest)
        return QSize(width + 2 * PADDING, super().sizeHint().height())

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(font.pointSizeF() * 0.9, 7.0))
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one number."""
        painter.fillRect(rect, self._colours["panel"])
        line = self._colours["line"]
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, line)
        painter.setFont(self._font())
        painter.setPen(self._colours["muted"])
        text = str(self.model().headerData(section, Qt.Orientation.Vertical) or "")
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect.adjusted(0, 0, -PADDING, 0), int(align), text)
