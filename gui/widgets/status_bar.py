"""Running jobs, the engine, and what keeps the model in: at the bottom."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QToolButton,
    QWidget,
)

from engine.contracts.events import PREEMPTED
from engine.contracts.i18n import tr
from engine.contracts.layers import is_sealed, missing
from engine.contracts.messages import sentence
from gui.services.literal import literal
from gui.widgets.labels import PlainLabel
from gui.widgets.time_left import time_left

if TYPE_CHECKING:
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.events import HostState, Progressed
    from gui.context import AppContext
    from gui.services.engine_client import Job

# Shorter jobs are over before anybody could read their name.
QUIET_S = 0.3


class StatusBar(QWidget):
    """Follows the engine client; Cancel stops the job that is shown."""

    facts_requested = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._running: dict[int, tuple[Job, float]] = {}
        self.setObjectName("status-bar")
        self.state = QToolButton()
        self.state.setAccessibleName(tr("Engine state"))
        self.state.clicked.connect(self.facts_requested)
        self.text = PlainLabel()
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedWidth(140)
        self.bar.setAccessibleName(tr("Progress"))
        self.left = PlainLabel()
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setFlat(True)
        self.cancel.clicked.connect(self._cancel)
        self.saved = PlainLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 12, 2)
        row.setSpacing(10)
        for widget in (self.state, self.text, self.bar, self.left, self.cancel):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.saved)
        engine = context.engine
        engine.job_started.connect(self._started)
        engine.job_progressed.connect(self._progressed)
        engine.job_ended.connect(self._ended)
        engine.job_held.connect(self._show_job)
        engine.state_changed.connect(self._show_state)
        engine.host_changed.connect(self._show_state)
        self._tick = QTimer(self, interval=150)
        self._tick.timeout.connect(self._show_job)
        context.theme.changed.connect(self._show_state)
        context.case.restored.connect(self._show_read_only)
        self._show_state()
        self._show_job()

    def show_saved(self) -> None:
        """Say when the case was last written."""
        self._tell_saving(tr("saved {time}", time=time.strftime("%H:%M:%S")))

    def show_unsaved(self, error: ErrorInfo | None = None) -> None:
        """Warn that something is not written yet; ``error`` says why it failed."""
        if error is None:
            self._tell_saving(tr("not saved yet"), is_warning=True)
        else:
            why = sentence(error.code, error.params)
            self._tell_saving(tr("▲ not saved, trying again"), why, is_warning=True)

    def _tell_saving(
        self, text: str, why: str = "", *, is_warning: bool = False
    ) -> None:
        self.saved.setText(text)
        self.saved.setToolTip(literal(why))
        self.saved.setProperty("level", "warning" if is_warning else "")
        self.saved.style().unpolish(self.saved)
        self.saved.style().polish(self.saved)

    def _show_read_only(self, *_: object) -> None:
        read_only = self._context.case.read_only
        self._tell_saving(tr("read-only: nothing is saved") if read_only else "")

    def _started(self, job: Job) -> None:
        self._running[job.id] = (job, time.monotonic())
        self._tick.start()

    def _progressed(self, job: Job, _event: Progressed) -> None:
        if job.id in self._running:
            self._show_job()

    def _ended(self, job: Job) -> None:
        self._running.pop(job.id, None)
        self._show_job()

    def _shown(self) -> Job | None:
        """Return the job that is worked on rather than one that lets it go first."""
        now = time.monotonic()
        loud = [
            job
            for job, since in self._running.values()
            if now - since >= QUIET_S and not job.held
        ]
        return min(loud, key=_is_preempted, default=None)

    def _show_job(self, *_: object) -> None:
        job = self._shown()
        for widget in (self.text, self.bar, self.left, self.cancel):
            widget.setVisible(job is not None)
        if job is None:
            if not self._running:
                self._tick.stop()
            return
        progress = job.progress
        stage = sentence(progress.stage) if progress is not None else ""
        parts = [part for part in (job.label, stage) if part]
        if self._is_silent(silent := self._silent(job)):
            parts.append(tr("still working, no news for {n} s", n=int(silent)))
        more = sum(not other.held for other, _ in self._running.values()) - 1
        if more > 0:
            parts.append(tr("and {n} more", n=more))
        self.text.setText(" · ".join(parts))
        if progress is None or not progress.total:
            self.bar.setRange(0, 0)
            self.left.setText("")
        else:
            self.bar.setRange(0, 1000)
            self.bar.setValue(int(1000 * progress.done / progress.total))
            self.left.setText(time_left(job.seconds_left))
        self.cancel.setEnabled(not job.cancelling)

    def _is_silent(self, seconds: float) -> bool:
        """Return whether it is to be said that nothing was heard for so long."""
        ready = self._context.engine.ready
        return ready is not None and seconds >= ready.silent_seconds

    def _silent(self, job: Job) -> float:
        """Return for how many seconds nothing new was heard of a job."""
        since = max(self._running[job.id][1], job.progressed_at)
        return 0.0 if _is_preempted(job) else time.monotonic() - since

    def _cancel(self) -> None:
        job = self._shown()
        if job is None:
            return
        if job.refined:  # what it has found is kept, and can be gone on with
            self._context.engine.hold(job, held=True)
        else:
            job.cancel()
        self._show_job()

    def _show_state(self, *_: object) -> None:
        words = {
            "starting": tr("engine starting"),
            "ready": tr("engine ready"),
            "lost": tr("engine restarting"),
            "failed": tr("engine given up"),
            "stopped": tr("engine stopped"),
        }
        engine = self._context.engine
        parts = [words.get(engine.state, engine.state), tr("offline")]
        host: HostState | None = engine.host
        if host is not None and host.sandbox:
            gone = missing(host.sandbox)
            sealed = is_sealed(host.sandbox)
            parts.append(tr("sandboxed") if sealed else tr("partly sandboxed"))
            told = tr("Not in force on this computer: {layers}", layers=", ".join(gone))
            self.state.setToolTip(literal(told if gone else ""))
        self.state.setText("● " + " · ".join(parts))
        tokens = self._context.theme.tokens
        self.setStyleSheet(
            f"#status-bar {{ background: {tokens.ground};"
            f" border-top: 1px solid {tokens.line}; color: {tokens.muted}; }}"
            f"#status-bar QLabel, #status-bar QToolButton {{ color: {tokens.muted};"
            f" font-size: 12px; }}"
            f'#status-bar QLabel[level="warning"] {{ color: {tokens.warning}; }}'
            f"#status-bar QPushButton {{ border: none; color: {tokens.accent};"
            f" padding: 2px 6px; background: transparent; }}"
        )


def _is_preempted(job: Job) -> bool:
    return job.progress is not None and job.progress.stage == PREEMPTED
