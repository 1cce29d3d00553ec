"""A few choices side by side, one of them in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gui.services.theme import Tokens


class Segmented(QWidget):
    """Exclusive buttons in one row; arrows move between them.

    Signals
    -------
    chosen(str)
        The key of the choice now in force.
    """

    chosen = Signal(str)

    def __init__(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for key, text in choices:
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setProperty("first", not self._buttons)
            button.setAccessibleName(f"{name}: {text}")
            button.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[key] = button
            row.addWidget(button)
        next(iter(self._buttons.values())).setChecked(True)

    @property
    def key(self) -> str:
        """The choice in force."""
        return next(key for key, b in self._buttons.items() if b.isChecked())

    def choose(self, key: str) -> None:
        """Put a choice in force, without a signal."""
        self._buttons[key].setChecked(True)

    def press(self, key: str) -> None:
        """Put a choice in force as if its button had been pressed."""
        self._buttons[key].click()

    def offer(self, key: str, *, visible: bool) -> None:
        """Show or hide one choice."""
        self._buttons[key].setVisible(visible)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.setStyleSheet(
            f"QToolButton {{ border: 1px solid {tokens.line}; padding: 3px 6px;"
            f" color: {tokens.text}; background: {tokens.panel}; margin-left: -1px; }}"
            'QToolButton[first="true"] { margin-left: 0; }'
            f"QToolButton:hover {{ background: {tokens.accent_soft}; }}"
            f"QToolButton:checked {{ border-color: {tokens.accent};"
            f" background: {tokens.accent_soft}; }}"
            f"QToolButton:focus {{ border: 1px solid {tokens.accent};"
            f" text-decoration: underline; }}"
        )
