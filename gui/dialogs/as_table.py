"""Any plot as a table, for those who read better that way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from engine.contracts.i18n import tr
from gui.widgets.export import save_csv

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class Tabular(Protocol):
    """Something that can be read as a table."""

    def as_table(self) -> tuple[list[str], list[list[str]]]:
        """Return header and rows."""


def show_table(panel: QWidget) -> None:
    """Open a window with the panel's content as a table."""
    source: Tabular = panel  # type: ignore[assignment]
    header, rows = source.as_table()
    dialog = QDialog(panel)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(panel.accessibleName())
    table = QTableWidget(len(rows), len(header), dialog)
    table.setAccessibleName(panel.accessibleName())
    table.setHorizontalHeaderLabels(header)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.verticalHeader().hide()
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            item = QTableWidgetItem(cell)
            if j:
                item.setTextAlignment(
                    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                )
            table.setItem(i, j, item)
    table.resizeColumnsToContents()
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    save = buttons.addButton(tr("Save as CSV…"), QDialogButtonBox.ButtonRole.ActionRole)
    save.clicked.connect(lambda: save_csv(dialog, (header, rows)))
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(table)
    column.addWidget(buttons)
    dialog.resize(640, 420)
    dialog.open()
