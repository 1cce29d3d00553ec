"""The two kinds of labels: one shows texts as they stand, one shows rich text.

Qt's own label reads HTML as soon as a tag stands in its text, and a class may be
called ``<b>``. No other place makes labels of Qt's; a test of the architecture looks.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QWidget

from engine.contracts.printable import OWN, printable, shortened

# More is laid out for seconds, and read by nobody.
LONGEST = 10_000
# A name without a space must not make a window as wide as it is long.
WIDEST = 600


class PlainLabel(QLabel):
    """Shows a text as it stands."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show the beginning of a text, which is all of any that a person reads."""
        super().setText(printable(shortened(text, LONGEST), OWN))

    def minimumSizeHint(self) -> QSize:
        """Return the least size; the longest word does not decide it alone."""
        least = super().minimumSizeHint()
        return QSize(min(least.width(), WIDEST), least.height())


class RichLabel(QLabel):
    """Shows rich text; what comes from files is escaped by whoever writes it."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show rich text."""
        super().setText(printable(text, OWN))

    def minimumSizeHint(self) -> QSize:
        """Return the least size; the longest word does not decide it alone."""
        least = super().minimumSizeHint()
        return QSize(min(least.width(), WIDEST), least.height())
