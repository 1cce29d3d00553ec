"""All keyboard shortcuts on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence


class Command(Protocol):
    """A titled command that may have a shortcut."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def shortcut(self) -> str:
        """Its keys, or nothing."""


def rows(commands: Sequence[Command]) -> list[tuple[str, str]]:
    """Return titles and keys, with the gestures every panel understands."""
    listed = [(c.title, c.shortcut) for c in commands if c.shortcut]
    return [
        *listed,
        (tr("Add what is clicked to the selection"), tr("Shift+click")),
        (tr("Toggle what is clicked"), tr("Ctrl+click")),
        (tr("Take what is clicked out of the selection"), tr("Alt+click")),
        (tr("Step through rows"), tr("Up, Down")),
        (tr("Move the threshold"), tr("Left, Right")),
    ]


def show_shortcuts(commands: Sequence[Command], parent: QWidget) -> None:
    """Open the page."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("Keyboard shortcuts"))
    listed = rows(commands)
    table = QTableWidget(len(listed), 2)
    table.setAccessibleName(dialog.windowTitle())
    table.setHorizontalHeaderLabels([tr("command"), tr("keys")])
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.verticalHeader().hide()
    for i, cells in enumerate(listed):
        for j, text in enumerate(cells):
            table.setItem(i, j, QTableWidgetItem(text))
    table.resizeColumnsToContents()
    table.horizontalHeader().setStretchLastSection(True)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(table)
    column.addWidget(buttons)
    dialog.resize(460, 520)
    dialog.open()
