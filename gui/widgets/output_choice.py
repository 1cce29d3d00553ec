"""Which of a model's outputs is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox

from engine.contracts.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence


class OutputChoice(QComboBox):
    """A list of classes, in sight where there are several."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Class"))
        self.hide()

    @property
    def place(self) -> int:
        """Place of the output."""
        return max(self.currentIndex(), 0)

    def offer(self, outputs: Sequence[str]) -> None:
        """Offer outputs, without a signal; the place stays if they are the same."""
        known = [self.itemText(i) for i in range(self.count())]
        if known != list(outputs):
            with QSignalBlocker(self):
                self.clear()
                self.addItems(list(outputs))
        self.setVisible(len(outputs) > 1)
