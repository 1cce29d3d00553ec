"""Files of a case have changed on disk: what now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox, QWidget

from engine.contracts.i18n import tr
from engine.contracts.messages import sentence

if TYPE_CHECKING:
    from engine.contracts.case import CaseOpened
    from gui.context import AppContext


def ask_about_changes(context: AppContext, opened: CaseOpened, parent: QWidget) -> None:
    """Say which files differ and offer to compute anew or to look only."""
    box = QMessageBox(parent)
    box.setWindowTitle(tr("Files have changed"))
    box.setText("\n".join(sentence(note.code, note.params) for note in opened.changed))
    again = box.addButton(tr("Compute again"), QMessageBox.ButtonRole.AcceptRole)
    look = box.addButton(
        tr("Look only, save nothing"), QMessageBox.ButtonRole.ActionRole
    )
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    if box.clickedButton() is again:
        context.case.accept_case(opened)
    elif box.clickedButton() is look:
        context.case.accept_case(opened, read_only=True)
