"""What a panel shows while it has nothing to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import tr
from engine.contracts.messages import sentence
from gui.services.engine_client import SLACK_S
from gui.widgets.labels import PlainLabel
from gui.widgets.time_left import time_left

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from engine.contracts.events import Progressed
    from gui.services.engine_client import Job


LEAST = QSize(160, 60)


class StatePage(QWidget):
    """A few words, a progress bar, and the buttons that fit.

    What they are never matters to the panels around, so that they lie on a ground of
    their own: in the page's layout every word would have the window laid out anew.
    """

    cancel_requested = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._details = ""
        self._text = PlainLabel()
        self._advice = PlainLabel()
        for label in (self._text, self._advice):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._advice.setForegroundRole(self._advice.foregroundRole().PlaceholderText)
        self._late = QTimer(self, singleShot=True)
        self._late.timeout.connect(self._advice.clear)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setMaximumWidth(240)
        self._bar.setAccessibleName(tr("Progress"))
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.clicked.connect(self.cancel_requested)
        self._retry = QPushButton(tr("Try again"))
        self._retry.clicked.connect(self.retry_requested)
        self._copy = QPushButton(tr("Copy details"))
        self._copy.clicked.connect(self._copy_details)

        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self._cancel, self._retry, self._copy):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._ground = QWidget(self)
        column = QVBoxLayout(self._ground)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(self._text)
        column.addWidget(self._advice)
        column.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(buttons)
        column.addStretch(1)
        self.show_text("")

    def minimumSizeHint(self) -> QSize:
        """Return what the shortest of texts needs."""
        return LEAST

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the ground all the room."""
        super().resizeEvent(event)
        self._ground.resize(event.size())

    def show_text(self, text: str) -> None:
        """Say why there is nothing here."""
        self._fill(text)

    def show_stopped(self, text: str) -> None:
        """Say that the user stopped it, and offer to go on."""
        self._fill(text, retry=True)

    def show_running(self, job: Job) -> None:
        """Show that a job is running, or waits for those asked for before it."""
        waits = tr("Queued…")
        self._fill(tr("Working…") if job.started else waits, running=True)
        if job.progress is not None:
            self.show_progress(job.progress)

    def show_progress(self, event: Progressed) -> None:
        """Show how far it has come."""
        self._text.setText(sentence(event.stage))
        self._advice.setText(time_left(event.seconds_left))
        if event.seconds_left is not None:  # what was said holds until then
            self._late.start(int(1000 * (event.seconds_left + SLACK_S)))
        self._bar.setRange(0, 1000)
        self._bar.setValue(int(1000 * event.done / event.total) if event.total else 0)

    def show_failure(self, text: str, advice: str, details: str) -> None:
        """Say what happened and what to do."""
        self._details = details
        self._fill(text, advice, retry=True, copy=bool(details))

    def _fill(
        self,
        text: str,
        advice: str = "",
        *,
        running: bool = False,
        retry: bool = False,
        copy: bool = False,
    ) -> None:
        self._late.stop()
        self._text.setText(text)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice) or running)
        self._bar.setRange(0, 0)
        self._bar.setVisible(running)
        self._cancel.setVisible(running)
        self._retry.setVisible(retry)
        self._copy.setVisible(copy)

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
