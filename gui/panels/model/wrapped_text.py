"""Text that is shown whole at any width, broken where it has no blanks."""

from __future__ import annotations

from math import ceil
from typing import Any

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from engine.contracts.i18n import tr

_NARROWEST = 60


class WrappedText(QWidget):
    """A value to be read and copied whole: a hash, a path, a chain of names.

    A label asks for the room of its longest word; this one breaks it.
    """

    def __init__(self, text: str, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = text
        self._colour = QColor(colour)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(tr("Ctrl+C copies it"))

    def heightForWidth(self, width: int) -> int:
        """Return the height that the text takes."""
        return ceil(self._laid_out(width).boundingRect().height())

    def _laid_out(self, width: int) -> QTextLayout:
        layout = QTextLayout(self.text, self.font())
        option = QTextOption(Qt.AlignmentFlag.AlignLeft)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        y = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, _NARROWEST))
            line.setPosition(QPointF(0, y))
            y += line.height()
        layout.endLayout()
        return layout

    def sizeHint(self) -> QSize:
        """Return the size of the text in one line."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text), metrics.height())

    def minimumSizeHint(self) -> QSize:
        """Return the least width; the height follows."""
        return QSize(_NARROWEST, self.fontMetrics().height())

    def copy(self) -> None:
        """Put the text on the clipboard."""
        QGuiApplication.clipboard().setText(self.text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, and a line under it where the keyboard is."""
        painter = QPainter(self)
        painter.setPen(self._colour)
        self._laid_out(self.width()).draw(painter, QPointF(0, 0))
        if self.hasFocus():
            painter.setPen(QPen(self._colour, 1, Qt.PenStyle.DotLine))
            painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy on Ctrl+C."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Copy"), self.copy)
        menu.popup(event.globalPos())

    def focusInEvent(self, event: Any) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: Any) -> None:
        """Show that the keyboard has left."""
        super().focusOutEvent(event)
        self.update()
