"""Before anything is open: one place to drop files."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import tr
from gui.services.literal import literal, literal_title
from gui.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.context import AppContext
    from gui.services.theme import Tokens

_MOST_SHOWN, _MOST_NAMED = 5, 3
_NAMES_WIDE = 480  # pixels


class EmptyPage(QWidget):
    """A drop zone, *Open files…*, *Open the demo*, recent cases, nothing else."""

    open_requested = Signal()
    demo_requested = Signal()
    case_requested = Signal(str)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine = context.engine
        # a job that has ended may only now ask for the next one
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._follow)
        self._engine.job_ended.connect(lambda _job: self._soon.start())
        self.setObjectName("empty-page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        zone = QWidget()
        zone.setObjectName("drop-zone")
        zone.setFixedSize(560, 240)
        self.words, self.hint = PlainLabel(), PlainLabel()
        for label, name in ((self.words, "drop-words"), (self.hint, "drop-hint")):
            label.setObjectName(name)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.busy = QProgressBar(textVisible=False)
        self.busy.setRange(0, 0)
        self.busy.setMaximumWidth(240)
        self.busy.setAccessibleName(tr("Progress"))
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
        inside.addWidget(self.words)
        inside.addWidget(self.hint)
        inside.addWidget(self.busy, 0, Qt.AlignmentFlag.AlignHCenter)
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
        self._show_offer()

    def show_opening(self, names: Sequence[str]) -> None:
        """Say at once what is being opened, also while the engine comes up."""
        told = ", ".join(names[:_MOST_NAMED])
        words = tr("Opening {names}…", names=told)
        if len(names) > _MOST_NAMED:
            more = len(names) - _MOST_NAMED
            words = tr("Opening {names} and {n} more…", names=told, n=more)
        self.words.ensurePolished()
        room = self.words.fontMetrics()
        middle = Qt.TextElideMode.ElideMiddle
        self.words.setText(room.elidedText(words, middle, _NAMES_WIDE))
        starting = self._engine.state != "ready"
        self.hint.setText(tr("The engine is starting.") if starting else "")
        self.busy.show()

    def _show_offer(self) -> None:
        self.words.setText(tr("Drop a model and a data set here"))
        self.hint.setText(
            tr("Data alone is enough if it contains recorded scores or predictions.")
        )
        self.busy.hide()

    def _follow(self) -> None:
        """Offer to open files again when nothing is being opened any more."""
        if not self._engine.jobs:
            self._show_offer()

    def show_recent(self, cases: Sequence[tuple[str, str]]) -> None:
        """List the cases that were used last: their paths, and what is in them."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        if cases:
            title = PlainLabel(tr("Recent cases"))
            title.setObjectName("drop-hint")
            self._recent.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        for path, text in cases[:_MOST_SHOWN]:
            short = self.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, _NAMES_WIDE
            )
            button = QPushButton(literal_title(short))
            button.setFlat(True)
            button.setToolTip(literal(path))
            button.clicked.connect(partial(self._open_case, path))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)

    def _open_case(self, path: str) -> None:
        self.show_opening([Path(path).stem])
        self.case_requested.emit(path)

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
