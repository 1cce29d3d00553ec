"""The engine's hold on a model host: start it, ask it, watch it, end it.

The process on the other side is not trusted once it has opened a file: it can
crash, hang, lie or grow, and each of these ends it with a clear error.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import shutil
import signal
import string
import tempfile
import threading
import time
from multiprocessing import spawn
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import psutil

from engine.contracts.bounds import bounded_error
from engine.contracts.errors import EngineError, ErrorInfo
from engine.contracts.frames import Channel, FrameError
from engine.contracts.host import FromHost, Ready, Refused
from engine.contracts.messages.model import MESSAGES
from engine.contracts.progress import SILENT
from engine.contracts.shortage import gigabytes
from engine.environment import deaf_children
from engine.models import child
from engine.models.usage import Usage, threads_allowance, usage
from engine.models.watch import over_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.contracts.progress import Progress

START_TIMEOUT = 120.0
MAX_FRAME = 96 << 20
_POLL = 0.03
_GRACE = 0.25
_MAX_LOG = 4000
_MAX_UNREAD = 4
_END_WAIT = 5.0
_SHORT_OF_MEMORY = frozenset({"model.out_of_memory", "model.out_of_memory_for"})
_PREPARING = threading.Lock()

A = TypeVar("A")


def _nothing() -> None:
    """Do nothing while a host works."""


class HostTraceback(Exception):  # noqa: N818 - a carrier of text, never shown alone
    """What the host wrote about its error, for the copyable details."""


class Host:
    """One sandboxed process.

    Must be created in a thread that lives as long as the process should: the
    kernel ends the host with the thread that started it.

    Parameters
    ----------
    scratch
        Private folder of the session; the host's exchange folder goes there.
    memory
        Bytes of memory it may use.
    target
        First function of the process.

    Attributes
    ----------
    idle_since
        When it gave its last answer, ``None`` while one is awaited or it comes up.
    """

    def __init__(
        self, scratch: Path, memory: int, target: Callable[..., None] = child.run
    ) -> None:
        self.memory = memory
        self.layers: tuple[str, ...] = ()
        self.exchange = Path(tempfile.mkdtemp(prefix="host-", dir=scratch))
        self.batches = self.exchange / "in"
        self.batches.mkdir(mode=0o700)
        for name in ("model", "log"):
            (self.exchange / name).touch(mode=0o600)
        context = multiprocessing.get_context("spawn")
        reader, its_writer = context.Pipe(duplex=False)
        its_reader, writer = context.Pipe(duplex=False)
        self._process = context.Process(
            target=target,
            args=(
                its_reader,
                its_writer,
                str(self.exchange),
                memory,
                threads_allowance(),
            ),
            name="trasluz-model-host",
            daemon=True,
        )
        with discreet(), deaf_children():
            self._process.start()
        its_reader.close()  # else the end of the host would never be noticed
        its_writer.close()
        self._watched = psutil.Process(self.pid)
        self._channel: Channel[FromHost] = Channel(
            reader, writer, FromHost, limit=MAX_FRAME
        )
        self._answers: queue.Queue[FromHost | FrameError | None] = queue.Queue()
        self._busy = threading.Lock()
        self._coming_up = threading.Lock()
        self._ending = threading.Lock()
        self._ended = threading.Event()
        self._cause: EngineError | None = None
        self.idle_since: float | None = None
        self._listener = threading.Thread(
            target=self._listen, name="host-answers", daemon=True
        )
        self._listener.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid or 0

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return not self._ended.is_set() and self._process.is_alive()

    @property
    def cause(self) -> EngineError | None:
        """Why it was ended, where that was said."""
        return self._cause

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for it, who hears of its end."""
        return self._busy.locked() or self._coming_up.locked()

    def wait_ready(self, progress: Progress = SILENT) -> tuple[str, ...]:
        """Wait until it is locked down and return the layers in force.

        Two threads may ask for the same host: one shows its layers, the other
        is about to use it. Only one of them may read its first answer.
        """
        with self._coming_up:
            if not self.layers:
                self.layers = self._answer(Ready, START_TIMEOUT, progress).layers
            return self.layers

    def put_model(self, source: Path) -> None:
        """Copy the bytes of a model behind the descriptor the host holds open."""
        shutil.copyfile(source, self.exchange / "model")

    def ask(
        self,
        message: object,
        kind: type[A],
        timeout: float | None = None,
        progress: Progress = SILENT,
        meanwhile: Callable[[], None] = _nothing,
        setting: str = "",
    ) -> A:
        """Send one message and return the answer.

        Parameters
        ----------
        message
            A member of :data:`engine.contracts.host.ToHost`.
        kind
            Type the answer has to be of.
        timeout
            Seconds after which the host is taken to hang, ``None`` for never.
        progress
            Asked often whether to stop. A host that is then still busy after a
            short grace is killed.
        meanwhile
            Called once the host is at work.
        setting
            What the limit is called in the administrator's policy.

        Raises
        ------
        EngineError
            ``host.*`` if the host failed (it is dead then), else the error that
            the host itself reported.
        """
        with self._busy:
            self.idle_since = None
            try:
                self._channel.send(message)
            except EOFError as error:
                raise self._lost() from error
            try:
                return self._answer(kind, timeout, progress, meanwhile)
            except EngineError as error:
                if error.code == "host.hangs":
                    error.params["setting"] = setting
                raise

    def usage(self) -> Usage:
        """Return what it uses now."""
        return usage(self._watched)

    def kill(self, cause: EngineError | None = None) -> None:
        """End it at once and remove its folder. May be called from any thread.

        Parameters
        ----------
        cause
            What is said to whoever waits for its answer.
        """
        if not self._ended.is_set():
            self._cause = cause
        self._ended.set()
        self._process.kill()
        with self._ending:  # two threads that clear one folder trip over each other
            self._process.join(_END_WAIT)
            self._listener.join(_END_WAIT)
            self._channel.close()
            shutil.rmtree(self.exchange, ignore_errors=True)

    def _listen(self) -> None:
        """Move answers from the pipe to the queue, so that waiting has an end."""
        while True:
            try:
                item: FromHost | FrameError | None = self._channel.receive()
            except EOFError:
                item = None
            except FrameError as error:
                item = error
            except Exception as error:  # noqa: BLE001 - whatever a host sends
                item = FrameError(repr(error))
            self.idle_since = time.monotonic()
            if self._answers.qsize() > _MAX_UNREAD:
                item = FrameError("answers that nobody asked for")
            self._answers.put(item)
            if item is None or isinstance(item, FrameError):
                return

    def _answer(
        self,
        kind: type[A],
        timeout: float | None,
        progress: Progress,
        meanwhile: Callable[[], None] = _nothing,
    ) -> A:
        give_up = None if timeout is None else time.monotonic() + timeout
        try:
            meanwhile()
            answer = self._next(give_up, timeout, progress)
        except BaseException:  # cancelled: is it about to be free again?
            if self.alive:
                self._settle()
            raise
        if isinstance(answer, Refused):
            raise self._reported(answer.error)
        if not isinstance(answer, kind):
            raise self.liar(f"{type(answer).__name__} instead of {kind.__name__}")
        return answer

    def _next(
        self, give_up: float | None, timeout: float | None, progress: Progress
    ) -> FromHost:
        while True:
            try:
                item = self._answers.get(timeout=_POLL)
            except queue.Empty:
                progress.raise_if_cancelled()
                if self._ended.is_set():  # another thread has heard of its end
                    raise self._stopped() from None
                self._check_limits()
                if give_up is not None and time.monotonic() > give_up:
                    self.kill()
                    raise EngineError(
                        "host.hangs", seconds=timeout, setting=""
                    ) from None
                continue
            if item is None:
                progress.raise_if_cancelled()
                raise self._lost()
            if isinstance(item, FrameError):
                raise self.liar(str(item))
            return item

    def _settle(self) -> None:
        """Give a cancelled question a moment to be answered, then kill the host."""
        try:
            item = self._answers.get(timeout=_GRACE)
        except queue.Empty:
            item = None
        if item is None or isinstance(item, FrameError):
            self.kill()

    def _check_limits(self) -> None:
        try:
            found = self.usage()
        except psutil.Error:
            return
        cause = over_limits(found.memory, found.threads, self.memory)
        if cause is not None:
            self.kill(cause)
            raise cause

    def _stopped(self) -> EngineError:
        return self._cause or EngineError("host.stopped")

    def liar(self, what: str) -> EngineError:
        """Kill a host that said something it must not; return the error."""
        self.kill()
        return EngineError("host.bad_answer", why=what[:300])

    def _lost(self) -> EngineError:
        stopped = self._ended.is_set()
        self._process.join(_END_WAIT)
        code = self._process.exitcode
        log = self._log()
        self.kill()
        if stopped:
            return self._stopped()
        error = EngineError("host.crashed", how=_ending(code))
        error.__cause__ = HostTraceback(log)
        return error

    def _log(self) -> str:
        with contextlib.suppress(OSError):
            data = (self.exchange / "log").read_bytes()[-_MAX_LOG:]
            return data.decode("utf-8", "replace")
        return ""

    def _reported(self, error: ErrorInfo) -> EngineError:
        error = bounded_error(error)
        if not _is_sayable(error):
            return self.liar(f"unknown error {error.code!r}")
        made = EngineError(error.code, **error.params)
        if error.code in _SHORT_OF_MEMORY:
            made.params["allowed"] = gigabytes(self.memory)
        made.__cause__ = HostTraceback(error.details)
        return made


@contextlib.contextmanager
def discreet() -> Iterator[None]:
    """Start a process that is told nothing of this one's arguments and folders.

    Nor does it import this one's main module, which could start threads.
    """
    told = spawn.get_preparation_data

    def tell_less(name: str) -> dict[str, Any]:
        found: dict[str, Any] = told(name)
        kept = ("log_to_stderr", "name", "start_method", "sys_path")
        return {key: found[key] for key in kept if key in found}

    with _PREPARING:
        spawn.get_preparation_data = tell_less
        try:
            yield
        finally:
            spawn.get_preparation_data = told


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit {code}"


def _is_sayable(error: ErrorInfo) -> bool:
    """Return whether there is a sentence for the error and all it needs."""
    if error.code not in MESSAGES:
        return False
    needed: set[str] = set()
    for sentence in MESSAGES[error.code]:
        fields: Any = string.Formatter().parse(sentence)
        needed |= {name for _, name, _, _ in fields if name}
    return needed <= set(error.params)
