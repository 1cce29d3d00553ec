"""The model hosts of a session, and what is told of their state."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from engine.contracts.errors import EngineError
from engine.contracts.events import HostState, Warned
from engine.models.consent.policy import read_policy
from engine.models.host import HostPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine.models.model import Model


_NO_JOB = 0


class Hosts:
    """Starts model hosts at the first need and reports what they are doing.

    Parameters
    ----------
    scratch
        Private folder for the hosts' exchange.
    spare
        Whether to keep a warm host waiting.
    """

    def __init__(self, scratch: Path, *, spare: bool) -> None:
        self._scratch = scratch
        self._spare = spare
        self._pool: HostPool | None = None
        self._tell: Callable[[HostState | Warned], None] = lambda _event: None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def pool(self) -> HostPool:
        """The model hosts, started at the first need."""
        with self._lock:
            if self._closed:
                raise EngineError("host.stopped")
            if self._pool is None:
                self._pool = HostPool(
                    self._scratch,
                    spare=self._spare,
                    limits=read_policy().limits,
                    tell=self._ended_unasked,
                )
            return self._pool

    def watch(
        self,
        tell: Callable[[HostState | Warned], None],
        open_model: Callable[[], Model | None],
    ) -> None:
        """Start the spare and report from now on; an open model is not hidden."""
        self._tell = tell
        tell(HostState("none"))
        try:
            layers = self.pool.layers
        except EngineError:  # whoever needs a host is told why there is none
            tell(HostState("lost"))
            return
        if open_model() is None:
            tell(HostState("spare", layers))

    def _ended_unasked(self, why: EngineError) -> None:
        """Say that a host was ended between two questions; the next starts another."""
        self._tell(Warned(_NO_JOB, why.code, why.params))

    def opened(self, model: Model | None) -> None:
        """Report which model is open now."""
        self._tell(HostState("none" if model is None else "open", _layers(model)))

    @contextlib.contextmanager
    def busy(self, model: Model | None) -> Iterator[None]:
        """Report that the host of ``model`` works, and whether it was lost."""
        self._tell(HostState("busy", _layers(model)))
        state = "spare" if model is None else "open"
        try:
            yield
        except EngineError as error:
            if error.code.startswith("host."):
                state = "lost"
            raise
        finally:
            self._tell(HostState(state, _layers(model)))

    def close(self) -> None:
        """End the hosts; none is started any more."""
        with self._lock:
            self._closed = True
        if self._pool is not None:
            self._pool.close()


def _layers(model: Model | None) -> tuple[str, ...]:
    return () if model is None else model.info.sandbox
