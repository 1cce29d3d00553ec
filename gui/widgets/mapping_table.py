"""Inputs of a model and the columns that feed them, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QTableWidget, QTableWidgetItem

from engine.contracts.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtWidgets import QWidget


class MappingTable(QTableWidget):
    """One row an input, one chooser each."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 2, parent)
        self.setAccessibleName(tr("Inputs and columns"))
        self.setHorizontalHeaderLabels([tr("input of the model"), tr("column")])
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self._choosers: dict[str, QComboBox] = {}

    def fill(self, inputs: Sequence[str], columns: Sequence[str]) -> None:
        """Offer every column for every input."""
        self.setRowCount(len(inputs))
        for row, name in enumerate(inputs):
            self.setItem(row, 0, QTableWidgetItem(name))
            chooser = QComboBox()
            chooser.setAccessibleName(tr("Column for {name}", name=name))
            chooser.addItem(tr("(none)"), "")
            for column in columns:
                chooser.addItem(column, column)
            chooser.currentIndexChanged.connect(lambda _index: self.changed.emit())
            self._choosers[name] = chooser
            self.setCellWidget(row, 1, chooser)
        self.resizeColumnToContents(0)

    def show_columns(self, columns: Mapping[str, str]) -> None:
        """Show a match without announcing it."""
        for name, chooser in self._choosers.items():
            chooser.blockSignals(True)
            chooser.setCurrentIndex(max(0, chooser.findData(columns.get(name, ""))))
            chooser.blockSignals(False)

    def columns(self) -> dict[str, str]:
        """Return what was chosen, without inputs that have nothing."""
        return {
            name: str(chooser.currentData())
            for name, chooser in self._choosers.items()
            if chooser.currentData()
        }
