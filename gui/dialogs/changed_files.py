"""Files of a case have changed on disk: what now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from engine.contracts.i18n import tr
from engine.contracts.messages import sentence
from gui.dialogs.message_box import MessageBox

if TYPE_CHECKING:
    from engine.contracts.case import CaseOpened
    from gui.context import AppContext


def ask_about_changes(context: AppContext, opened: CaseOpened, parent: QWidget) -> None:
    """Say which files differ; offer to compute anew, to locate, or to look only."""
    box = MessageBox(parent)
    box.setWindowTitle(tr("Files have changed"))
    box.setText("\n".join(sentence(note.code, note.params) for note in opened.changed))
    role = QMessageBox.ButtonRole.ActionRole
    again = box.addButton(tr("Compute again with these files"), role)
    locate = box.addButton(tr("Locate the originals…"), role)
    look = box.addButton(tr("Look only, save nothing"), role)
    box.addButton(QMessageBox.StandardButton.Cancel)
    gone = any(note.code != "case.file_changed" for note in opened.changed)
    again.setEnabled(not gone)
    box.setDefaultButton(locate if gone else again)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    if clicked is again:
        context.case.accept_case(opened)
    elif clicked is look:
        context.case.accept_case(opened, read_only=True)
    elif clicked is locate:
        _locate(context, opened, parent)


def _locate(context: AppContext, opened: CaseOpened, parent: QWidget) -> None:
    """Ask where each file is; what is found there is compared before it is used."""
    places: dict[str, str] = {}
    for note in opened.changed:
        missing = str(note.params["file"])
        title = tr("Where is {file}?", file=Path(missing).name)
        path, _ = QFileDialog.getOpenFileName(parent, title, str(Path(missing).parent))
        if not path:
            ask_about_changes(context, opened, parent)
            return
        places[missing] = path
    context.case.locate_files(opened, places)
