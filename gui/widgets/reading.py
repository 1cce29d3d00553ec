"""The sentence above a panel, which keeps its first lines in a low one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

LINES = 2


class Reading(QLabel):
    """Rich text that is broken, and insists on the first two of its lines.

    A label that is broken asks for one line at least; docks give no more than what
    is asked for, and what lies below would be painted over.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)

    def minimumSizeHint(self) -> QSize:
        """Return the least width, and the height of the first lines at this one."""
        most = LINES * self.fontMetrics().lineSpacing()
        high = min(self.heightForWidth(self.width()), most)
        hint = super().minimumSizeHint()
        return QSize(hint.width(), max(hint.height(), high))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for other heights at another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
