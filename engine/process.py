"""The engine as a child process: both sides of the pipe.

The window talks to :class:`EngineProcess`. In the child, one thread reads
messages, long jobs take turns, one does what must not wait for those, and one looks
up rows, which must not wait at all.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine import child, scratch
from engine.contracts.events import CancelledEvent, EngineReady, Event
from engine.contracts.frames import Channel, FrameError
from engine.contracts.requests import (
    CHANGES,
    Cancel,
    FindRow,
    Hold,
    Inspect,
    ListConsents,
    Match,
    Message,
    OpenModel,
    OpenView,
    Predict,
    ReadRows,
    Recognise,
    Resolve,
    Run,
    SaveCase,
    SetBuckets,
    SetPriority,
    Shutdown,
    Submit,
    Summarise,
)
from engine.environment import deaf_children
from engine.scheduler import Scheduler

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from engine.session import Session

# Asked while a person drags or scrolls: look-ups in what is already there.
_ROWS = (ReadRows, FindRow, Resolve)
# What must not wait for a model: tables, dropped files, the autosave.
_AT_ONCE = (OpenView, Summarise, Recognise, Inspect, ListConsents, SaveCase)
# What a person cannot go on without: explanations let it go first.
_FIRST = (*CHANGES, Match)
_USES_HOST = (OpenModel, Match, Predict, Run)
# How long a job may go on after it was asked to stop before its host is killed.
_GRACE = 0.3
# How long a job that is to stand still may work on what it has begun.
_PATIENCE = 10.0
# Seconds after which opening a file and a window is no longer in the way.
_START_IS_OVER = 3.0
_END = None

Jobs = queue.SimpleQueue[Submit | None]


class EngineProcess:
    """The window's handle to the engine.

    ``send`` and ``receive`` may be used from different threads.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.scratch = scratch.create()
        to_child, self._writer = context.Pipe(duplex=False)
        self._reader, from_child = context.Pipe(duplex=False)
        self._theirs = (to_child, from_child)
        self._process = context.Process(
            target=child.run,
            args=(to_child, from_child, str(self.scratch)),
            name="trasluz-engine",
        )
        self._channel: Channel[Event] = Channel(
            self._reader, self._writer, Event, self.scratch
        )
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.is_alive()

    def start(self) -> None:
        """Start the process; :class:`EngineReady` arrives when it is up."""
        with deaf_children():
            self._process.start()
        for end in self._theirs:  # else the end of the pipe is never seen
            end.close()

    def send(self, message: Message) -> None:
        """Send a message; a dead engine is noticed by ``receive``, not here."""
        with self._lock, contextlib.suppress(EOFError, OSError):
            self._channel.send(message)

    def receive(self) -> Event:
        """Wait for the next event.

        Raises
        ------
        EOFError
            If the engine is gone.
        FrameError
            If what came is not an event; the engine should be killed.
        """
        return self._channel.receive()

    def kill(self) -> None:
        """Kill the process, and with it its model host."""
        self._process.kill()

    def close(self, patience: float = 2.0) -> None:
        """End the process, kindly and then not, and remove its folder."""
        if self._process.is_alive():
            self.send(Shutdown())
            self._process.join(patience)
            if self._process.is_alive():
                self._process.kill()
        self._process.join()
        with contextlib.suppress(OSError):
            self._channel.close()
        scratch.remove(self.scratch)


def serve(reader: Connection, writer: Connection, folder: str) -> None:
    """Run the engine in this process; called by :mod:`engine.child`."""
    from engine.models.consent.given import ConsentStore, own_folder  # noqa: PLC0415
    from engine.session import Session  # noqa: PLC0415 - heavy, child only
    from engine.session.versions import program_version  # noqa: PLC0415

    consents = ConsentStore(own_folder(), program_version())
    session = Session(Path(folder), consents=consents)
    server = _Server(Channel(reader, writer, Message, Path(folder)), session)
    threading.Thread(target=_compile_ahead, name="compiling ahead", daemon=True).start()
    try:
        server.serve()
    finally:
        session.close()


class _Server:
    def __init__(self, channel: Channel[Message], session: Session) -> None:
        self._channel, self._session = channel, session
        self._send_lock = threading.Lock()
        # Guards the next three, and that a job is not over while it is cut short.
        self._lock = threading.Lock()
        self._tokens: dict[int, threading.Event] = {}
        self._waiting: set[int] = set()
        self._on_host: set[int] = set()
        self._scheduler = Scheduler()
        self._at_work: set[threading.Thread] = set()
        self._at_once: Jobs = queue.SimpleQueue()
        self._rows: Jobs = queue.SimpleQueue()

    def serve(self) -> None:
        """Read messages until told to leave or the window is gone."""
        from engine.models.consent.policy import read_policy  # noqa: PLC0415 - child only

        queues = {"at_once": self._at_once, "rows": self._rows}
        workers = [
            threading.Thread(target=self._work, args=(jobs,), name=name, daemon=True)
            for name, jobs in queues.items()
        ]
        for worker in workers:
            worker.start()
        self._emit(
            EngineReady(
                os.getpid(),
                self._session.versions,
                silent_seconds=read_policy().limits.silent_seconds,
            )
        )
        threading.Thread(
            target=self._session.watch_host,
            args=(self._emit,),
            name="host watch",
            daemon=True,
        ).start()
        with contextlib.suppress(EOFError):
            self._read()
        with self._lock:
            for token in self._tokens.values():
                token.set()
        self._scheduler.look_again()
        self._session.kill_host()
        for jobs in queues.values():
            jobs.put(_END)
        for worker in (*workers, *list(self._at_work)):
            worker.join(timeout=1.0)

    def _read(self) -> None:
        while True:
            try:
                message = self._channel.receive()
            except FrameError as error:
                # Bytes we cannot trust: say why in the log and hang up.
                print(f"engine: bad frame from the window: {error}", file=sys.stderr)  # noqa: T201
                return
            match message:
                case Submit():
                    self._submit(message)
                case Cancel():
                    self._cancel(message.job)
                case SetPriority():
                    self._scheduler.set_priority(
                        message.job, in_background=message.in_background
                    )
                case Hold():
                    self._hold(message.job, held=message.held)
                case Shutdown():
                    return

    def _submit(self, submit: Submit) -> None:
        token = threading.Event()
        with self._lock:
            if submit.job in self._tokens:
                return  # it is being answered; a second answer would confuse
            self._tokens[submit.job] = token
            self._waiting.add(submit.job)
        if isinstance(submit.request, SetBuckets):
            self._answer(submit)  # at once, for whatever is asked after it
        elif isinstance(submit.request, _ROWS):
            self._rows.put(submit)
        elif isinstance(submit.request, _AT_ONCE):
            self._at_once.put(submit)
        else:
            self._scheduler.join(submit.job, first=isinstance(submit.request, _FIRST))
            name, what = f"job {submit.job}", (submit, token)
            worker = threading.Thread(target=self._take_turn, args=what, name=name)
            worker.daemon = True
            self._at_work.add(worker)
            worker.start()

    def _hold(self, job: int, *, held: bool) -> None:
        self._scheduler.hold(job, held=held)
        if held:
            timer = threading.Timer(_PATIENCE, self._end_if_it_goes_on, (job,))
            timer.daemon = True
            timer.start()

    def _end_if_it_goes_on(self, job: int) -> None:
        """End a held job that is in the middle of an endless question."""
        if self._scheduler.is_held(job) and self._scheduler.is_working(job):
            self._cancel(job)

    def _cancel(self, job: int) -> None:
        with self._lock:
            token = self._tokens.get(job)
            if token is None or token.is_set():
                return
            token.set()
            begun = job not in self._waiting
            if not begun:
                self._waiting.discard(job)
                del self._tokens[job]
        self._scheduler.look_again()
        if not begun:
            self._emit(CancelledEvent(job))
            return
        timer = threading.Timer(_GRACE, self._force, (job,))
        timer.daemon = True
        timer.start()

    def _force(self, job: int) -> None:
        with self._lock:  # so that no other job can have the host by now
            if job in self._on_host and self._scheduler.is_working(job):
                self._session.kill_host()

    def _work(self, jobs: Jobs) -> None:
        while (submit := jobs.get()) is not _END:
            self._answer(submit)

    def _take_turn(self, submit: Submit, token: threading.Event) -> None:
        try:
            if not self._scheduler.take(submit.job, token):
                return  # cancelled before its turn came
            preemption = _Preemption(self._scheduler, self._session, submit.job, token)
            done = self._answer(submit, preemption)
            if done and isinstance(submit.request, CHANGES):
                self._cancel_preempted()
        finally:
            self._scheduler.leave(submit.job)
            self._at_work.discard(threading.current_thread())

    def _cancel_preempted(self) -> None:
        """End the jobs that were preempted: the case has changed under them."""
        with self._lock:
            for job in self._scheduler.preempted():
                self._tokens[job].set()
        self._scheduler.look_again()

    def _answer(self, submit: Submit, preemption: _Preemption | None = None) -> bool:
        """Answer a request; return whether it was done."""
        from engine import runner  # noqa: PLC0415 - child only

        job = submit.job
        with self._lock:
            if job not in self._waiting:
                return False  # cancelled before its turn came
            self._waiting.discard(job)
            token = self._tokens[job]
            if isinstance(submit.request, _USES_HOST):
                self._on_host.add(job)
        try:
            return runner.run(
                submit, self._session.answer, self._emit, token, preemption
            )
        finally:
            with self._lock:
                del self._tokens[job]
                self._on_host.discard(job)

    def _emit(self, event: Event) -> None:
        # A window that is gone is noticed where messages are read.
        with self._send_lock, contextlib.suppress(EOFError):
            self._channel.send(event)


class _Preemption:
    """How one job gives way to others, but not in the middle of a question."""

    def __init__(
        self, scheduler: Scheduler, session: Session, job: int, gone: threading.Event
    ) -> None:
        self._scheduler, self._session = scheduler, session
        self._job, self._gone = job, gone

    def is_wanted(self) -> bool:
        """Return whether a more urgent job waits."""
        wanted = self._scheduler.should_yield(self._job)
        return wanted and not self._session.is_asking

    def yield_to_others(self) -> None:
        """Return when it is the job's turn again, or it is to end."""
        self._scheduler.yield_to_others(self._job, self._gone)


def _compile_ahead() -> None:
    """Have the kernels compiled before they are asked for, once the start is over."""
    from engine.explain.shapley import compile_ahead  # noqa: PLC0415 - child only

    time.sleep(_START_IS_OVER)
    if compile_ahead.is_compiled():
        return
    compiler = multiprocessing.get_context("spawn").Process(
        target=child.compile_ahead, name="trasluz-compiler", daemon=True
    )
    compiler.start()
    compiler.join()
