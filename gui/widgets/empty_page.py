"""Before anything is open: one place to drop files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.contracts.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.services.theme import Tokens

_MOST_SHOWN = 5


class EmptyPage(QWidget):
    """A drop zone, *Open files…*, *Open the demo*, recent cases, nothing else."""

    open_requested = Signal()
    demo_requested = Signal()
    case_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty-page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        zone = QWidget()
        zone.setObjectName("drop-zone")
        zone.setFixedSize(560, 240)
        words = QLabel(tr("Drop a model and a data set here"))
        words.setObjectName("drop-words")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint = QLabel(
            tr("Data alone will do where it holds recorded scores or predictions.")
        )
        hint.setObjectName("drop-hint")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.open_button = QPushButton(tr("Open files…"))
        self.open_button.setDefault(True)
        self.open_button.clicked.connect(self.open_requested)
        self.demo_button = QPushButton(tr("Open the demo"))
        self.demo_button.clicked.connect(self.demo_requested)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.demo_button)
        buttons.addStretch(1)
        inside = QVBoxLayout(zone)
        inside.addStretch(1)
        inside.addWidget(words)
        inside.addWidget(hint)
        inside.addSpacing(20)
        inside.addLayout(buttons)
        inside.addStretch(1)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(zone, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(20)
        column.addLayout(self._recent)
        column.addStretch(3)

    def show_recent(self, paths: Sequence[str]) -> None:
        """List the cases that were used last."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        shown = [path for path in paths if Path(path).exists()][:_MOST_SHOWN]
        if shown:
            title = QLabel(tr("Recent cases"))
            title.setObjectName("drop-hint")
            self._recent.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        for path in shown:
            button = QPushButton(Path(path).stem)
            button.setFlat(True)
            button.setToolTip(path)
            button.clicked.connect(
                lambda _=False, path=path: self.case_requested.emit(path)
            )
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take over the colours of the theme."""
        self.setStyleSheet(
            f"#empty-page {{ background: {tokens.ground}; }}"
            f"#drop-zone {{ background: {tokens.panel};"
            f" border: 2px dashed {tokens.line}; border-radius: 8px; }}"
            f"#drop-words {{ font-size: 20px; color: {tokens.text}; }}"
            f"#drop-hint {{ color: {tokens.muted}; }}"
            f"QPushButton:flat {{ border: none; color: {tokens.accent}; }}"
        )
