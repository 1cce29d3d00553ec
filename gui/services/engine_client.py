"""The window's side of the engine: jobs out, answers in, never a wait.

A worker object in a thread of its own reads the engine's events; everything
else happens in the GUI thread. When the engine dies, its jobs fail, it is
started again, and ``restarted`` lets the case bring itself back.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QMetaObject, QObject, Qt, QThread, QTimer, Signal, Slot

from engine.contracts.errors import ErrorInfo
from engine.contracts.events import (
    CancelledEvent,
    EngineReady,
    Failed,
    Finished,
    HostState,
    Progressed,
    Refined,
    Started,
    Warned,
)
from engine.contracts.requests import CHANGES, Cancel, Hold, SetPriority, Submit
from engine.process import EngineProcess

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.events import Event
    from engine.contracts.requests import Request
    from engine.contracts.results import Result

    OnResult = Callable[[Result], None]
    OnError = Callable[[ErrorInfo], None]

# After this the engine is taken for stuck: it is killed and started again.
GRACE_MS = 5_000
# An engine that dies this often within the time is not started again by itself:
# restoring the case would only repeat whatever kills it.
MOST_CRASHES = 3
CRASH_WINDOW_S = 120.0
# Nobody minds a job that is this late.
SLACK_S = 1.5


@dataclass(eq=False)
class Job:
    """A request that is on its way; callbacks run in the GUI thread."""

    id: int
    request: Request
    label: str = ""
    on_result: OnResult | None = None
    on_error: OnError | None = None
    on_partial: OnResult | None = None
    on_cancelled: Callable[[], None] | None = None
    started: bool = False
    progress: Progressed | None = None
    progressed_at: float = 0.0
    warnings: list[Warned] = field(default_factory=list)
    cancelling: bool = False
    in_background: bool = False
    refined: bool = False
    held: bool = False
    _cancel: Callable[[Job], None] = lambda _job: None

    @property
    def seconds_left(self) -> float | None:
        """How long it will take, ``None`` where that is not known.

        A job that has not been heard of for longer than it was to take is late, and
        what it said then says nothing any more.
        """
        promised = None if self.progress is None else self.progress.seconds_left
        if promised is None:
            return None
        left = promised - (time.monotonic() - self.progressed_at)
        return left if left > -SLACK_S else None

    def cancel(self) -> None:
        """Ask the engine to stop; ``on_cancelled`` follows.

        A request that changes the case and was done before the engine heard of it
        still answers with ``on_result``.
        """
        self._cancel(self)


class _Reader(QObject):
    """Waits for events in its own thread."""

    arrived = Signal(object)
    lost = Signal(object)

    def __init__(self, process: EngineProcess) -> None:
        super().__init__()
        self._process = process

    @Slot()
    def read(self) -> None:
        """Pass events on until the engine is gone."""
        while True:
            try:
                event = self._process.receive()
            except Exception as error:  # noqa: BLE001 - whatever ends it, tell the window
                self.lost.emit((self._process, error))
                return
            self.arrived.emit(event)


class EngineClient(QObject):
    """Submits requests and hands out their answers.

    Signals
    -------
    job_started(Job), job_progressed(Job, Progressed), job_ended(Job)
        For the status bar.
    warned(Warned)
        Something the engine wants said.
    state_changed(str)
        ``starting``, ``ready``, ``lost``, ``failed`` (given up), ``stopped``.
    host_changed(HostState)
        What the model host is doing.
    restarted()
        The engine has come up again, empty.
    """

    job_started = Signal(object)
    job_progressed = Signal(object, object)
    job_ended = Signal(object)
    job_held = Signal(object)
    warned = Signal(object)
    state_changed = Signal(str)
    host_changed = Signal(object)
    restarted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._waiting: list[Submit] = []
        self._process: EngineProcess | None = None
        self._thread: QThread | None = None
        self._reader: _Reader | None = None
        self._crashes: list[float] = []
        self.state = "stopped"
        self.ready: EngineReady | None = None
        self.host: HostState | None = None

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Jobs that have not ended."""
        return tuple(self._jobs.values())

    def start_again(self) -> None:
        """Start an engine that was given up; the case then restores itself."""
        if self.state == "failed":
            self._crashes.clear()
            self.start()

    def start(self) -> None:
        """Start the engine process; requests made meanwhile wait for it."""
        self._set_state("starting")
        self._process = EngineProcess()
        self._process.start()
        self._thread = QThread(self)
        self._thread.setObjectName("engine events")
        self._reader = _Reader(self._process)
        self._reader.moveToThread(self._thread)
        self._reader.arrived.connect(self._arrived)
        self._reader.lost.connect(self._lost)
        self._thread.start()
        QMetaObject.invokeMethod(
            self._reader, "read", Qt.ConnectionType.QueuedConnection
        )

    def stop(self) -> None:
        """End the engine and the thread that listens to it."""
        self._set_state("stopped")
        if self._process is not None:
            self._process.close()
        if self._thread is not None:
            self._thread.quit()
            self._thread.wait()
        self._process = self._thread = self._reader = None
        self._jobs.clear()
        self._waiting.clear()

    def submit(
        self,
        request: Request,
        *,
        on_result: OnResult | None = None,
        on_error: OnError | None = None,
        on_partial: OnResult | None = None,
        on_cancelled: Callable[[], None] | None = None,
        label: str = "",
    ) -> Job:
        """Send a request; exactly one of the callbacks ends it."""
        job = Job(
            next(self._numbers),
            request,
            label,
            on_result,
            on_error,
            on_partial,
            on_cancelled,
        )
        job._cancel = self._cancel
        self._jobs[job.id] = job
        message = Submit(job.id, request)
        if self.state == "failed":
            QTimer.singleShot(0, self, self._give_up)
        elif self.state == "ready" and self._process is not None:
            self._process.send(message)
        else:
            self._waiting.append(message)
        return job

    def set_priority(self, job: Job, *, in_background: bool) -> None:
        """Let others go before a job that nobody looks at, or no more."""
        if job.id in self._jobs and job.in_background != in_background:
            job.in_background = in_background
            if self.state == "ready" and self._process is not None:
                self._process.send(SetPriority(job.id, in_background))

    def hold(self, job: Job, *, held: bool) -> None:
        """Have a job stand still and keep what it has found, or go on with it."""
        if job.id in self._jobs and not job.cancelling and job.held != held:
            job.held = held
            if self._process is not None:
                self._process.send(Hold(job.id, held))
            self.job_held.emit(job)

    def kill(self) -> None:
        """Kill the engine: what a crash does, on purpose."""
        if self._process is not None:
            self._process.kill()

    def _cancel(self, job: Job) -> None:
        if job.id not in self._jobs or job.cancelling:
            return
        job.cancelling = True
        if any(message.job == job.id for message in self._waiting):
            self._waiting = [m for m in self._waiting if m.job != job.id]
            self._end(job)
            if job.on_cancelled is not None:
                job.on_cancelled()
            return
        if self._process is not None:
            self._process.send(Cancel(job.id))
            QTimer.singleShot(GRACE_MS, self, lambda: self._still_running(job))

    def _still_running(self, job: Job) -> None:
        if job.id in self._jobs and self.state == "ready":
            self.kill()

    def _arrived(self, event: Event) -> None:
        match event:
            case EngineReady():
                self._come_up(event)
            case HostState():
                self.host = event
                self.host_changed.emit(event)
            case Warned(job=0):  # about the process, not a job
                self.warned.emit(event)
            case _:
                job = self._jobs.get(event.job)
                if job is not None:
                    self._tell(job, event)

    def _come_up(self, event: EngineReady) -> None:
        again = self.ready is not None
        self.ready = event
        self._set_state("ready")
        waiting, self._waiting = self._waiting, []
        if again:
            self.restarted.emit()
        for message in waiting:
            if self._process is not None:
                self._process.send(message)
                if self._jobs[message.job].in_background:
                    self._process.send(SetPriority(message.job))

    def _tell(self, job: Job, event: Event) -> None:
        match event:
            case Started():
                job.started = True
                self.job_started.emit(job)
            case Progressed():
                job.progress, job.progressed_at = event, time.monotonic()
                self.job_progressed.emit(job, event)
            case Warned():
                job.warnings.append(event)
                self.warned.emit(event)
            case Refined():
                job.refined = True
                if job.on_partial is not None and not job.cancelling:
                    job.on_partial(event.result)
            case Finished():
                self._end(job)
                # what was done before the cancel came, the window must know, or the
                # two would disagree about the case
                if job.cancelling and not isinstance(job.request, CHANGES):
                    if job.on_cancelled is not None:
                        job.on_cancelled()
                elif job.on_result is not None:
                    job.on_result(event.result)
            case Failed():
                self._end(job)
                if job.on_error is not None:
                    job.on_error(event.error)
            case CancelledEvent():
                self._end(job)
                if job.on_cancelled is not None:
                    job.on_cancelled()

    def _end(self, job: Job) -> None:
        del self._jobs[job.id]
        self.job_ended.emit(job)

    def _lost(self, loss: tuple[EngineProcess, Exception]) -> None:
        process, why = loss
        if process is not self._process or self.state == "stopped":
            return
        process.close()
        if self._thread is not None:
            self._thread.quit()
            self._thread.wait()
        self._process = self._thread = self._reader = None
        self._set_state("lost")
        waiting = {message.job for message in self._waiting}
        self._fail(
            [job for job in self._jobs.values() if job.id not in waiting],
            ErrorInfo(code="engine.lost", details=str(why)),
        )
        now = time.monotonic()
        self._crashes = [t for t in self._crashes if now - t < CRASH_WINDOW_S] + [now]
        if len(self._crashes) <= MOST_CRASHES:
            self.start()
        else:
            self._give_up()

    def _give_up(self) -> None:
        self._set_state("failed")
        self._waiting.clear()
        self._fail(list(self._jobs.values()), ErrorInfo(code="engine.given_up"))

    def _fail(self, jobs: list[Job], error: ErrorInfo) -> None:
        for job in jobs:
            self._end(job)
            if job.cancelling and job.on_cancelled is not None:
                job.on_cancelled()
            elif job.on_error is not None:
                job.on_error(error)

    def _set_state(self, state: str) -> None:
        self.state = state
        self.state_changed.emit(state)
