"""The watch over model hosts: what they use, always, not only while they are asked.

A thread of the engine looks at every host twice a second, the spare included. A host
that uses more memory or threads than it may is ended; so is one that computes while
nobody asks it anything: whatever it does then is not for us.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

import psutil

from engine.contracts.errors import EngineError
from engine.models.usage import GIB

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.models.host_process import Host

PERIOD = 0.5
MAX_THREADS = 512
_SETTLING = 1.0  # threads that wait for more work go to sleep within this
_IDLE_WINDOW = 3.0
_IDLE_SHARE = 0.25  # of one core


class Watch:
    """Looks at hosts until it is closed.

    Parameters
    ----------
    tell
        Called with why a host was ended while nobody was asking it.
    """

    def __init__(self, tell: Callable[[EngineError], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._hosts: dict[Host, _Idleness] = {}
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, host: Host) -> None:
        """Look at a host from now on, until it has ended."""
        with self._lock:
            self._hosts[host] = _Idleness()
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(
                    target=self._look, name="host watch", daemon=True
                )
                self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> None:
        while not self._closed.wait(PERIOD):
            with self._lock:
                hosts = list(self._hosts.items())
            for host, idleness in hosts:
                if not host.alive:
                    with self._lock:
                        self._hosts.pop(host, None)
                    continue
                with contextlib.suppress(psutil.Error):
                    self._look_at(host, idleness)

    def _look_at(self, host: Host, idleness: _Idleness) -> None:
        found = host.usage()
        since = host.idle_since
        cause = over_limits(found.memory, found.threads, host.memory)
        if cause is None and idleness.is_busy(since, found.processor):
            cause = EngineError("host.works_unasked")
        if cause is not None:
            awaited = host.is_awaited
            host.kill(cause)
            if not awaited:  # else whoever asked hears of it
                self._tell(cause)


def over_limits(memory: int, threads: int, allowed: int) -> EngineError | None:
    """Return what is said of a host that uses too much, ``None`` if it does not."""
    if memory > allowed:
        return EngineError(
            "host.memory",
            used=f"{memory / GIB:.1f}",
            allowed=f"{allowed / GIB:.1f}",
        )
    if threads > MAX_THREADS:
        return EngineError("host.threads", n=threads, allowed=MAX_THREADS)
    return None


class _Idleness:
    """How much a host computes while it should not."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._mark: tuple[float, float] | None = None

    def is_busy(self, since: float | None, processor: float) -> bool:
        """Take one look; return whether it has computed through a whole window."""
        now = time.monotonic()
        if since is None or since != self._since:
            self._since, self._mark = since, None
        if since is None or now - since < _SETTLING:
            return False
        if self._mark is None:
            self._mark = now, processor
            return False
        began, before = self._mark
        if now - began < _IDLE_WINDOW:
            return False
        self._mark = now, processor
        return processor - before > _IDLE_SHARE * (now - began)
