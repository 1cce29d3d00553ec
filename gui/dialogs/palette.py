"""Ctrl+K: every command, perspective, panel, class and bucket by a few letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Entry = tuple[str, str, Callable[[], object]]

_MOST_SHOWN = 60


class Palette(QDialog):
    """A line to type in and what fits it.

    Parameters
    ----------
    entries
        ``(title, hint, what it does)``.
    """

    def __init__(self, entries: Sequence[Entry], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Search or command"))
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._entries = entries
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("Type a command, a class, a bucket…"))
        self.line.setAccessibleName(self.windowTitle())
        self.list = QListWidget()
        self.list.setAccessibleName(tr("What fits"))
        self.list.setUniformItemSizes(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.line)
        column.addWidget(self.list)
        self.line.textChanged.connect(self._fill)
        self.line.returnPressed.connect(self._run)
        self.list.itemActivated.connect(lambda _item: self._run())
        self.line.installEventFilter(self)
        self.resize(520, 360)
        self._fill("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self.list.count():
                row = (self.list.currentRow() + step) % self.list.count()
                self.list.setCurrentRow(row)
                return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        words = text.casefold().split()
        self.list.clear()
        for number, (title, hint, _run) in enumerate(self._entries):
            if all(word in f"{title} {hint}".casefold() for word in words):
                item = QListWidgetItem(f"{title}    {hint}" if hint else title)
                item.setData(Qt.ItemDataRole.UserRole, number)
                self.list.addItem(item)
            if self.list.count() >= _MOST_SHOWN:
                break
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        item = self.list.currentItem()
        self.accept()
        if item is not None:
            self._entries[item.data(Qt.ItemDataRole.UserRole)][2]()
