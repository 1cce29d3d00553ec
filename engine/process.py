"""The engine as a child process: both sides of the pipe.

The window talks to :class:`EngineProcess`. In the child, one thread reads
messages, one answers long jobs in the order in which they were asked, and one
answers the small questions that must not wait behind them.
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

from engine import scratch
from engine.contracts.events import EngineReady, Event, HostState
from engine.contracts.frames import Channel, FrameError
from engine.contracts.requests import (
    Cancel,
    FindRow,
    Message,
    ReadRows,
    Resolve,
    Shutdown,
    Submit,
)

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from engine.session import Session

_LIGHT = (ReadRows, FindRow, Resolve)
# How long a job may go on after it was asked to stop before its host is killed.
_GRACE = 0.3
_END = None


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
            target=_serve,
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


def _serve(reader: Connection, writer: Connection, folder: str) -> None:
    """Run the engine: first function of the child process."""
    from engine.environment import prepare  # noqa: PLC0415 - before any library

    prepare()
    _die_with_parent()
    from engine.session import Session  # noqa: PLC0415 - heavy, child only

    session = Session(Path(folder))
    server = _Server(Channel(reader, writer, Message, Path(folder)), session)
    try:
        server.serve()
    finally:
        session.close()


class _Server:
    def __init__(self, channel: Channel[Message], session: Session) -> None:
        self._channel, self._session = channel, session
        self._send_lock = threading.Lock()
        self._tokens: dict[int, threading.Event] = {}
        self._running: int = 0
        self._long: queue.SimpleQueue[Submit | None] = queue.SimpleQueue()
        self._light: queue.SimpleQueue[Submit | None] = queue.SimpleQueue()

    def serve(self) -> None:
        """Read messages until told to leave or the window is gone."""
        workers = [
            threading.Thread(target=self._work, args=(jobs,), name=name, daemon=True)
            for jobs, name in ((self._long, "long jobs"), (self._light, "light jobs"))
        ]
        for worker in workers:
            worker.start()
        self._emit(EngineReady(os.getpid(), self._session.versions))
        self._session.watch_host(self._tell_host)
        with contextlib.suppress(EOFError):
            self._read()
        for token in list(self._tokens.values()):
            token.set()
        self._session.kill_host()
        for jobs in (self._long, self._light):
            jobs.put(_END)
        for worker in workers:
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
                    self._tokens[message.job] = threading.Event()
                    light = isinstance(message.request, _LIGHT)
                    (self._light if light else self._long).put(message)
                case Cancel():
                    self._cancel(message.job)
                case Shutdown():
                    return

    def _cancel(self, job: int) -> None:
        token = self._tokens.get(job)
        if token is None:
            return
        token.set()
        timer = threading.Timer(_GRACE, self._force, (job,))
        timer.daemon = True
        timer.start()

    def _force(self, job: int) -> None:
        if self._running == job and job in self._tokens:
            self._session.kill_host()

    def _work(self, jobs: queue.SimpleQueue[Submit | None]) -> None:
        from engine import runner  # noqa: PLC0415 - child only

        while (submit := jobs.get()) is not _END:
            token = self._tokens[submit.job]
            if jobs is self._long:
                self._running = submit.job
            runner.run(submit, self._session.answer, self._emit, token)
            self._tokens.pop(submit.job, None)

    def _tell_host(self, state: HostState) -> None:
        self._emit(state)

    def _emit(self, event: Event) -> None:
        with self._send_lock, contextlib.suppress(EOFError, OSError):
            self._channel.send(event)


def _die_with_parent() -> None:
    """End this process when its parent is gone, whatever it is doing."""
    parent = os.getppid()
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - child only
        import signal  # noqa: PLC0415 - child only

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()
