"""Files of a case have changed on disk: what now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from engine.contracts.i18n import tr
from engine.contracts.messages import sentence

if TYPE_CHECKING:
    from engine.contracts.case import CaseFile, CaseOpened, FileRecipe
    from gui.context import AppContext


def ask_about_changes(context: AppContext, opened: CaseOpened, parent: QWidget) -> None:
    """Say which files differ; offer to compute anew, to locate, or to look only."""
    box = QMessageBox(parent)
    box.setWindowTitle(tr("Files have changed"))
    box.setText("\n".join(sentence(note.code, note.params) for note in opened.changed))
    role = QMessageBox.ButtonRole.ActionRole
    again = box.addButton(tr("Compute again"), role)
    locate = box.addButton(tr("Locate the originals…"), role)
    look = box.addButton(tr("Look only, save nothing"), role)
    box.addButton(QMessageBox.StandardButton.Cancel)
    gone = any(note.code == "case.file_gone" for note in opened.changed)
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
    places: dict[str, str] = {}
    for note in opened.changed:
        missing = str(note.params["file"])
        title = tr("Where is {file}?", file=Path(missing).name)
        path, _ = QFileDialog.getOpenFileName(parent, title, str(Path(missing).parent))
        if not path:
            return
        places[missing] = path
    case = moved(opened.case, places)
    context.case.accept_case(msgspec.structs.replace(opened, case=case))


def moved(case: CaseFile, places: dict[str, str]) -> CaseFile:
    """Return the case with files looked for at their new places."""

    def turned(recipe: FileRecipe) -> FileRecipe:
        paths = tuple(places.get(path, path) for path in recipe.paths)
        return msgspec.structs.replace(recipe, paths=paths)

    return msgspec.structs.replace(
        case,
        data=tuple(turned(recipe) for recipe in case.data),
        model=turned(case.model) if case.model is not None else None,
    )
