"""Model hosts in stock: one in use, one warm and waiting."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import psutil

from engine.contracts.errors import EngineError
from engine.contracts.layers import WATCHDOG, ends_with_us, is_sealed
from engine.contracts.model import Light
from engine.contracts.progress import SILENT
from engine.models import child
from engine.models.consent.policy import Limits
from engine.models.host_process import Host
from engine.models.model import Model
from engine.models.usage import memory_allowance
from engine.models.watch import Watch
from engine.models.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.contracts.model import SafetyReport
    from engine.contracts.progress import Progress
    from engine.models.intake import Intake

_ROOM_FOR_SPARE = 2 << 30


class HostPool:
    """Starts hosts, keeps a spare one warm, replaces those that end.

    Parameters
    ----------
    scratch
        Private folder of the session.
    spare
        Whether to keep a warm host waiting, where there is memory for it. The
        first one starts at once.
    memory
        Bytes a host may use, ``None`` for most of what this machine has left.
    limits
        What a model may take, ``None`` for what holds without a policy.
    target
        First function of a host's process.
    tell
        Called with why a host was ended while nobody was asking it.
    """

    def __init__(
        self,
        scratch: Path,
        spare: bool = True,
        *,
        memory: int | None = None,
        limits: Limits | None = None,
        target: Callable[..., None] = child.run,
        tell: Callable[[EngineError], None] = lambda _why: None,
    ) -> None:
        self._layers: tuple[str, ...] = ()
        self._scratch = scratch
        self._keeps_spare = spare
        self.limits = limits or Limits()
        self._memory = memory or memory_allowance(self.limits.memory)
        self._target = target
        # Hosts die with the thread that started them, so one thread starts them all.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="host-starter")
        self._watch = Watch(tell)
        self._watchdog: Watchdog | None = None
        self._lock = threading.Lock()
        self._spare: Future[Host] | None = None
        self._taken: list[Host] = []
        self._closed = False
        self._stock()

    @property
    def layers(self) -> tuple[str, ...]:
        """What locks hosts down here. The first call waits for one to come up."""
        if not self._layers:
            with self._lock:
                if self._spare is None:
                    self._spare = self._start()
                future = self._spare
            self._come_up(future.result(), SILENT)
        return self._layers

    @property
    def sealed(self) -> bool:
        """Whether the layers in force keep a hostile file in."""
        return is_sealed(self.layers)

    def open(
        self, intake: Intake, report: SafetyReport, progress: Progress = SILENT
    ) -> Model:
        """Open a model whose opening was decided (a click, a consent).

        Parameters
        ----------
        intake
            The copy of the file in our store.
        report
            Its static report; its skops types are the ones that may be built.

        Raises
        ------
        EngineError
            ``host.forbidden`` for a forbidden file, ``host.no_sandbox`` for a red
            one where nothing locks the host down, ``host.*`` if the host fails,
            ``model.*`` if the file is no model this program can use.
        """
        if report.light is Light.FORBIDDEN:
            raise EngineError("host.forbidden", file=report.path)
        return Model(self, intake, report, progress)

    def take(self, progress: Progress = SILENT) -> Host:
        """Return a locked-down host that has seen no model, and start the next."""
        while True:
            with self._lock:
                if self._closed:
                    raise EngineError("host.stopped")
                future, self._spare = self._spare, None
                if future is None:
                    future = self._start()
            host = future.result()
            with self._lock:
                self._taken.append(host)
            self._come_up(host, progress)
            if host.alive:
                return host
            self.release(host)

    def _come_up(self, host: Host, progress: Progress) -> None:
        """Wait for a host, and see to it that it does not outlive this process."""
        layers = host.wait_ready(progress)
        with self._lock:
            if not ends_with_us(layers) and not self._closed:
                if self._watchdog is None:
                    self._watchdog = Watchdog()
                self._watchdog.guard(host)
                host.layers = layers = (*layers, WATCHDOG)
            self._layers = layers

    def restock(self) -> None:
        """Start the next spare if there is none and memory allows it."""
        with self._lock:
            self._stock()

    def release(self, host: Host) -> None:
        """End a host that is no longer needed."""
        host.kill()
        with self._lock, contextlib.suppress(ValueError):
            self._taken.remove(host)

    def close(self) -> None:
        """End every host."""
        with self._lock:
            self._closed = True
            future, self._spare = self._spare, None
        if future is not None:
            future.result().kill()
        for host in list(self._taken):
            self.release(host)
        self._starter.shutdown()
        self._watch.close()
        if self._watchdog is not None:
            self._watchdog.close()

    def _stock(self) -> None:
        room = psutil.virtual_memory().available >= _ROOM_FOR_SPARE
        if self._keeps_spare and room and self._spare is None and not self._closed:
            self._spare = self._start()

    def _start(self) -> Future[Host]:
        return self._starter.submit(self._make)

    def _make(self) -> Host:
        host = Host(self._scratch, self._memory, self._target)
        self._watch.add(host)
        return host
