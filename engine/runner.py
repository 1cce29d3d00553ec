"""A request becomes events, exactly one of them terminal.

This is the only place with a ``try`` round an analysis, so it is the only place
that decides what a failure looks like.
"""

from __future__ import annotations

import math
import threading
import time
import traceback
from typing import TYPE_CHECKING, Protocol

from engine import scratch
from engine.contracts.errors import Cancelled, EngineError, ErrorInfo, Param
from engine.contracts.events import (
    PREEMPTED,
    CancelledEvent,
    Failed,
    Finished,
    Progressed,
    Refined,
    Started,
    Warned,
)
from engine.contracts.shortage import gigabytes, is_shortage, needed
from engine.models.usage import free_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.events import JobEvent
    from engine.contracts.requests import Request, Submit
    from engine.contracts.results import Result

    Emit = Callable[[JobEvent], None]
    Answer = Callable[[Request, "JobProgress"], Result]


class Preemption(Protocol):
    """When a job lets others run first."""

    def is_wanted(self) -> bool:
        """Return whether a more urgent job waits."""

    def yield_to_others(self) -> None:
        """Return when it is the job's turn again, or it is to end."""


_LEAST_INTERVAL = 0.05
_LEAST_SHARE = 0.02  # of a stage, and of time, before it is said how long it takes
_LEAST_SECONDS = 1.0
_SMOOTHED_OVER = 2.0  # seconds in which most of a change of pace is believed


class JobProgress:
    """Progress of one job, told as events at most twenty times a second.

    Parameters
    ----------
    job
        Number of the job.
    emit
        Where events go.
    token
        Set when the job should stop.
    preemption
        Asked whether to let others go first, as often as the token is looked at.
    """

    def __init__(
        self,
        job: int,
        emit: Emit,
        token: threading.Event,
        preemption: Preemption | None = None,
    ) -> None:
        self._job, self._emit, self._token = job, emit, token
        self._preemption, self._thread = preemption, threading.get_ident()
        self._stage = ""
        self._pace = _Pace(0.0, 0.0)
        self._told = -math.inf

    def advance(self, done: float, total: float, stage: str) -> None:
        """Report ``done`` of ``total`` units of ``stage``; also looks at the token."""
        self.raise_if_cancelled()
        now = time.monotonic()
        share = min(done / total, 1.0) if total > 0 else 0.0
        if stage != self._stage:
            self._stage, self._pace = stage, _Pace(share, now)
        if now - self._told < _LEAST_INTERVAL:
            return
        self._told = now
        left = self._pace.seconds_left(share, now)
        self._emit(Progressed(self._job, float(done), float(total), stage, left))

    def warn(self, code: str, **params: Param) -> None:
        """Tell the user something that does not stop the work."""
        self._emit(Warned(self._job, code, params))

    def partial(self, result: Result) -> None:
        """Show a result that will be refined."""
        self._emit(Refined(self._job, result))

    def raise_if_cancelled(self) -> None:
        """Raise :class:`Cancelled` if the token is set; let others go first."""
        preemption = self._preemption
        if preemption is not None and self._thread == threading.get_ident():
            while preemption.is_wanted() and not self._token.is_set():
                self._emit(Progressed(self._job, 0.0, 0.0, PREEMPTED, None))
                preemption.yield_to_others()
        if self._token.is_set():
            raise Cancelled


class _Pace:
    """How fast a stage goes, from the share of the work that it began with.

    A stage may be the second half of a whole: what was done before it began says
    nothing about its pace.
    """

    def __init__(self, share: float, now: float) -> None:
        self._from, self._began = share, now
        self._said: tuple[float, float] | None = None

    def seconds_left(self, share: float, now: float) -> float | None:
        """Return how long the rest takes at the pace so far, without sudden jumps.

        ``None`` as long as too little is known.
        """
        gone, done = now - self._began, share - self._from
        if gone < _LEAST_SECONDS or not done >= _LEAST_SHARE:
            return None
        left = gone * (1 - share) / done
        if self._said is not None and share < 1:
            when, then = self._said
            expected = max(then - (now - when), 0.0)
            believed = 1 - math.exp((when - now) / _SMOOTHED_OVER)
            left = expected + believed * (left - expected)
        self._said = now, left
        return left


def run(
    submit: Submit,
    answer: Answer,
    emit: Emit,
    token: threading.Event | None = None,
    preemption: Preemption | None = None,
) -> bool:
    """Answer one request in events; return whether it was done.

    Parameters
    ----------
    submit
        The job.
    answer
        What computes: usually ``Session.answer``.
    emit
        Where events go; called from this thread only.
    token
        Set from elsewhere to stop the job.
    preemption
        How the job lets others go first, where there are others.
    """
    job = submit.job
    token = token or threading.Event()
    progress = JobProgress(job, emit, token, preemption)
    emit(Started(job))
    last: JobEvent
    try:
        progress.raise_if_cancelled()
        # a cancel that comes after this is too late: what was done, is done
        last = Finished(job, answer(submit.request, progress))
    except Cancelled:
        last = CancelledEvent(job)
    except KeyboardInterrupt:
        emit(CancelledEvent(job))
        raise
    except EngineError as error:
        # what a killed host reports while we cancel is the cancel, not a failure
        cancelled = token.is_set()
        details = "".join(traceback.format_exception(error))
        last = CancelledEvent(job) if cancelled else Failed(job, error.info(details))
    except OSError as error:
        last = Failed(job, _unwritten(error) or _internal(error))
    except BaseException as error:  # noqa: BLE001 - one job must not end the engine
        last = Failed(job, _internal(error))
    _end(last, emit)
    return isinstance(last, Finished)


def _end(last: JobEvent, emit: Emit) -> None:
    """Send the terminal event; a result that cannot be sent becomes a failure."""
    try:
        emit(last)
    except OSError as error:
        if full := _unwritten(error):
            emit(Failed(last.job, full))
            return
        why = error.strerror or str(error)
        emit(Failed(last.job, ErrorInfo(code="engine.no_room", params={"why": why})))
    except Exception as error:  # noqa: BLE001 - the asker waits for exactly one end
        emit(Failed(last.job, _internal(error)))


def _unwritten(error: OSError) -> ErrorInfo | None:
    full = scratch.disk_full(error)
    if full is None:
        return None
    return full.info("".join(traceback.format_exception(error)))


def _short_of_memory(error: BaseException) -> ErrorInfo:
    need, free = needed(error), gigabytes(free_memory())
    if need is None:
        return ErrorInfo(code="engine.out_of_memory", params={"free": free})
    params: dict[str, Param] = {"needed": gigabytes(need), "free": free}
    return ErrorInfo(code="engine.out_of_memory_for", params=params)


def _internal(error: BaseException) -> ErrorInfo:
    if is_shortage(error):
        return _short_of_memory(error)
    return ErrorInfo(
        code="engine.internal",
        params={"kind": type(error).__name__},
        details="".join(traceback.format_exception(error)),
    )
