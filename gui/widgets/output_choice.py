"""Which of a model's outputs is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox

from engine.contracts.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence


class OutputChoice(QComboBox):
    """A list of classes, in sight where there are several.

    What a panel shows by itself gives way to a class that was chosen by hand.
    """

    def __init__(self) -> None:
        super().__init__()
        self._wanted = ""
        self.setAccessibleName(tr("Class"))
        self.activated.connect(self._want)  # before anyone who asks for it
        self.hide()

    @property
    def wanted(self) -> str:
        """The class that was chosen by hand; empty if none was."""
        return self._wanted

    @property
    def place(self) -> int:
        """Place of the output."""
        return max(self.currentIndex(), 0)

    def offer(self, outputs: Sequence[str], own: int | None = None) -> None:
        """Offer outputs, without a signal.

        Parameters
        ----------
        own
            Place of the output that is shown until another is chosen; by default
            the one that is shown, if the outputs are the same.
        """
        known = [self.itemText(i) for i in range(self.count())]
        with QSignalBlocker(self):
            if known != list(outputs):
                self.clear()
                self.addItems(list(outputs))
            if self._wanted in outputs:
                own = outputs.index(self._wanted)
            if own is not None:
                self.setCurrentIndex(own)
        self.setVisible(len(outputs) > 1)

    def forget(self) -> None:
        """Let go of what was chosen."""
        self._wanted = ""

    def _want(self, place: int) -> None:
        self._wanted = self.itemText(place)
