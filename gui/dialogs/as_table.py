"""Any plot as a table, for those who read better that way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from engine.contracts.i18n import tr
from engine.contracts.tables import shown_text
from gui.dialogs.export import save_table
from gui.item_models.cell_format import one_line

if TYPE_CHECKING:
    from gui.panel import Panel


def show_table(panel: Panel) -> None:
    """Open a window with the panel's content as a table."""
    header, rows = panel.as_table()
    dialog = QDialog(panel)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(panel.accessibleName())
    table = QTableWidget(len(rows), len(header), dialog)
    table.setAccessibleName(panel.accessibleName())
    table.setHorizontalHeaderLabels([one_line(title) for title in header])
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.verticalHeader().hide()
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            item = QTableWidgetItem(one_line(shown_text(cell)))
            if not isinstance(cell, str):
                item.setTextAlignment(
                    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                )
            table.setItem(i, j, item)
    table.resizeColumnsToContents()
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    save = buttons.addButton(tr("Save…"), QDialogButtonBox.ButtonRole.ActionRole)
    save.clicked.connect(lambda: save_table(panel, (header, rows)))
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(table)
    column.addWidget(buttons)
    dialog.resize(640, 420)
    dialog.open()
