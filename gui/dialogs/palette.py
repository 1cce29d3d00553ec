"""Ctrl+K: commands, panels, columns, classes and buckets by a few letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

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
    from collections.abc import Callable, Iterable, Sequence

_MOST_SHOWN = 60


class Entry(NamedTuple):
    """Something that can be done.

    Attributes
    ----------
    title
        What is shown, and found by any of its words.
    hint
        Shown beside it: its keys.
    run
        What it does.
    also
        Other words it is found by; they are not shown.
    """

    title: str
    hint: str
    run: Callable[[], object]
    also: str = ""


class Palette(QDialog):
    """A line to type in and what fits it.

    Parameters
    ----------
    offers
        What there is for the words typed. It may offer more than fits the words.
    """

    def __init__(
        self, offers: Callable[[Sequence[str]], Iterable[Entry]], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Search or command"))
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._offers = offers
        self._found: list[Entry] = []
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("Type a command, a column, a class, a group…"))
        self.line.setAccessibleName(self.windowTitle())
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Matches"))
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
            if step is not None and self._found:
                row = (self.list.currentRow() + step) % len(self._found)
                self.list.setCurrentRow(row)
                return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        words = text.casefold().split()
        fitting = [
            entry
            for entry in self._offers(words)
            if all(word in _searched(entry) for word in words)
        ]
        # Sorting is stable: what fits equally well stays in the order of the offers.
        fitting.sort(key=lambda entry: _distance(f"{entry.title} {entry.also}", words))
        self._found = fitting[:_MOST_SHOWN]
        self.list.clear()
        for entry in self._found:
            shown = " ".join(entry.title.split())
            self.list.addItem(f"{shown}    {entry.hint}" if entry.hint else shown)
        self.list.setCurrentRow(0)
        if not self._found:
            self._say_no_match(text)

    def _say_no_match(self, text: str) -> None:
        item = QListWidgetItem(tr("No match for “{typed}”", typed=text.strip()))
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.list.addItem(item)

    def _run(self) -> None:
        place = self.list.currentRow()
        if not self._found:
            return  # the words stay, to be changed
        self.accept()
        if 0 <= place < len(self._found):
            self._found[place].run()


def _searched(entry: Entry) -> str:
    return f"{entry.title} {entry.hint} {entry.also}".casefold()


def _distance(title: str, words: Sequence[str]) -> int:
    """Count words that are only a part of one in the title; beginnings count half."""
    whole = re.findall(r"\w+", title.casefold())
    return sum(
        0 if word in whole else 1 if any(w.startswith(word) for w in whole) else 2
        for word in words
    )
