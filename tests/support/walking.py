"""What a person does with the window: drop, accept, answer, wait, point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

WAIT = 30_000


def drop(window: Any, paths: list[Path]) -> None:
    """What the window gets when files are dropped on it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place, copy = QPoint(200, 200), Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(place, copy, data, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, left, none))


def accept_match(qtbot: QtBot, window: Any) -> None:
    from gui.dialogs.match import MatchDialog

    def sheet() -> Any:
        sheets = [s for s in window.findChildren(MatchDialog) if s.isVisible()]
        return next((s for s in sheets if s.accept_button.isEnabled()), None)

    qtbot.waitUntil(lambda: sheet() is not None, timeout=WAIT)
    found = sheet()
    assert found.target.currentText() == "status"
    assert found.preview.sanity > found.preview.baseline
    qtbot.mouseClick(found.accept_button, Qt.MouseButton.LeftButton)


def answer_question(window: Any, text: str) -> None:
    """Click the button that says so, as soon as the question is asked."""
    for box in window.findChildren(QMessageBox):
        for button in box.buttons():
            if box.isVisible() and text in button.text():
                button.click()
                return
    QTimer.singleShot(50, window, lambda: answer_question(window, text))


def settle(qtbot: QtBot, window: Any) -> None:
    from gui.headless import settled

    qtbot.waitUntil(lambda: settled(window), timeout=WAIT)


def shown_rows(panel: Any) -> list[int]:
    """The numbers of the rows that a table shows, all of them."""
    view = panel.rows.view
    return [panel.rows.row_number(i) for i in range(view.n_rows)]


def centre(matrix: Any, row: int, column: int) -> Any:
    layout = matrix.layout_now
    x = layout.head_wide + (column + 0.5) * layout.cell_wide - layout.scroll_x
    y = layout.head_high + (row + 0.5) * layout.cell_high - layout.scroll_y
    return QPointF(x, y).toPoint()
