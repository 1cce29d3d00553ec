"""One thing to another by hand: inputs to columns, labels to classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QTableWidget, QTableWidgetItem

from engine.contracts.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtWidgets import QWidget


class MappingTable(QTableWidget):
    """One row each of the left, a chooser of what is on the right.

    Parameters
    ----------
    left, right
        Headings, translated.
    """

    changed = Signal()

    def __init__(self, left: str, right: str, parent: QWidget | None = None) -> None:
        super().__init__(0, 2, parent)
        self._right = right
        self.setAccessibleName(tr("{left} and {right}", left=left, right=right))
        self.setHorizontalHeaderLabels([left, right])
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self._choosers: dict[str, QComboBox] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """What stands on the left."""
        return tuple(self._choosers)

    def fill(self, names: Sequence[str], choices: Sequence[str]) -> None:
        """Offer every choice for every name."""
        self._choosers.clear()
        self.setRowCount(len(names))
        offered = QStandardItemModel(self)  # one for all: fifty times fifty is slow
        for text, data in ((tr("(none)"), ""), *((c, c) for c in choices)):
            item = QStandardItem(text)
            item.setData(data, Qt.ItemDataRole.UserRole)
            offered.appendRow(item)
        for row, name in enumerate(names):
            self.setItem(row, 0, QTableWidgetItem(name))
            chooser = QComboBox()
            chooser.setAccessibleName(
                tr("{what} for {name}", what=self._right, name=name)
            )
            chooser.setModel(offered)
            chooser.currentIndexChanged.connect(lambda _index: self.changed.emit())
            self._choosers[name] = chooser
            self.setCellWidget(row, 1, chooser)
        self.resizeColumnToContents(0)

    def show_choices(self, choices: Mapping[str, str]) -> None:
        """Show a match without announcing it."""
        for name, chooser in self._choosers.items():
            chooser.blockSignals(True)
            chooser.setCurrentIndex(max(0, chooser.findData(choices.get(name, ""))))
            chooser.blockSignals(False)

    def choices(self) -> dict[str, str]:
        """Return what was chosen, without names that have nothing."""
        return {
            name: str(chooser.currentData())
            for name, chooser in self._choosers.items()
            if chooser.currentData()
        }
