"""Perspectives at the left, in the order of the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from gui.services.literal import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gui.services.theme import Tokens


class Rail(QWidget):
    """One button a perspective; those that do not apply say why."""

    chosen = Signal(str)

    def __init__(
        self, titles: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(0)
        for name, title in titles.items():
            button = QPushButton()
            button.setText(title)
            button.setCheckable(True)
            button.setAccessibleName(title)
            button.setFlat(True)
            button.setMinimumSize(112, 32)
            button.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            self._group.addButton(button)
            self._buttons[name] = button
            column.addWidget(button)
        column.addStretch(1)

    def show_current(self, name: str) -> None:
        """Mark the perspective that is shown."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)

    def show_reasons(self, reasons: Mapping[str, str | None]) -> None:
        """Disable what does not apply, with the reason in the tooltip."""
        for name, button in self._buttons.items():
            reason = reasons.get(name)
            button.setEnabled(reason is None)
            button.setToolTip(literal(reason or ""))
            button.setAccessibleDescription(reason or "")

    def apply_theme(self, tokens: Tokens) -> None:
        """Take over the colours of the theme."""
        self.setStyleSheet(
            f"#rail {{ background: {tokens.rail};"
            f" border-right: 1px solid {tokens.line}; }}"
            f"#rail QPushButton {{ background: transparent; border: none;"
            f" border-left: 3px solid transparent;"
            f" text-align: left; padding: 0 14px 0 10px; color: {tokens.text}; }}"
            f"#rail QPushButton:hover {{ background: {tokens.accent_soft}; }}"
            f"#rail QPushButton:checked {{ background: {tokens.panel};"
            f" border-left-color: {tokens.accent}; font-weight: 600; }}"
            f"#rail QPushButton:focus {{ border-left-color: {tokens.accent}; }}"
            f"#rail QPushButton:disabled {{ color: {tokens.muted}; }}"
        )
