"""The sentence above a panel, which keeps its first lines in a low one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.widgets.labels import RichLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

LINES = 2
LEAST_WIDTH = 80


class Reading(QWidget):
    """Rich text that is broken, and insists on the first two of its lines.

    A label that is broken asks for one line at least; docks give no more than what
    is asked for, and what lies below would be painted over.

    The label lies in no layout: one that does has the whole window laid out anew for
    every text, 5 ms of a threshold move where five panels speak. Here it is asked
    for only when the text needs another height.
    """

    def __init__(self) -> None:
        super().__init__()
        self._high = 0  # as the layouts know it
        self._label = RichLabel("", self)
        self._label.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def text(self) -> str:
        """Return the rich text."""
        return self._label.text()

    def setText(self, text: str) -> None:
        """Show rich text."""
        if text == self._label.text():
            return
        self._label.setText(text)
        self._ask_for_height()

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at a width."""
        return self._label.heightForWidth(width)

    def sizeHint(self) -> QSize:
        """Return what the label would like."""
        return self._label.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the least width, and the height of the first lines at this one."""
        most = LINES * self.fontMetrics().lineSpacing()
        return QSize(LEAST_WIDTH, min(self.heightForWidth(self.width()), most))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for other heights at another width."""
        super().resizeEvent(event)
        self._label.resize(event.size())
        self._ask_for_height()

    def _ask_for_height(self) -> None:
        high = self.heightForWidth(self.width())
        if high != self._high:
            self._high = high
            self.updateGeometry()
