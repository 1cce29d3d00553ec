"""The case could not be saved and is about to be left: what now."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from engine.contracts.i18n import tr
from gui.dialogs.message_box import MessageBox


class Answer(Enum):
    """What is to become of changes that are not saved."""

    AGAIN = auto()
    ELSEWHERE = auto()
    DISCARD = auto()
    STAY = auto()


def ask_about_unsaved(why: str, parent: QWidget, *, again: bool = True) -> Answer:
    """Say why the case is not saved; offer another try, another place, or to lose it.

    Parameters
    ----------
    again
        Whether another try makes sense.
    """
    box = MessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(tr("Not saved"))
    box.setText(tr("What was changed in this case is not saved."))
    box.setInformativeText(why)
    answers: dict[QAbstractButton, Answer] = {}
    if again:
        retry = box.addButton(tr("Try again"), QMessageBox.ButtonRole.ActionRole)
        answers[retry] = Answer.AGAIN
    elsewhere = box.addButton(tr("Save as…"), QMessageBox.ButtonRole.ActionRole)
    answers[elsewhere] = Answer.ELSEWHERE
    lose = box.addButton(
        tr("Close without saving"), QMessageBox.ButtonRole.DestructiveRole
    )
    answers[lose] = Answer.DISCARD
    box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.setDefaultButton(elsewhere)
    box.exec()
    answer = answers.get(box.clickedButton(), Answer.STAY)
    box.deleteLater()
    return answer
