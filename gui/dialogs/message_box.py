"""A question in a window of its own, whose texts are shown as they stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from engine.contracts.printable import OWN, printable, shortened

_LONGEST = 2_000


class MessageBox(QMessageBox):
    """Qt's message box, which reads no HTML in what it is told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def setText(self, text: str) -> None:
        """Show the question."""
        super().setText(printable(shortened(text, _LONGEST), OWN))

    def setInformativeText(self, text: str) -> None:
        """Show what else is to be known."""
        super().setInformativeText(printable(shortened(text, _LONGEST), OWN))
