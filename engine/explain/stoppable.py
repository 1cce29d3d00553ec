"""Work that cannot look up by itself, and is left behind when it should stop."""

from __future__ import annotations

from concurrent.futures import Future, wait
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.progress import Progress

_T = TypeVar("_T")
_LOOK = 0.1  # seconds between looks up


def awaited(future: Future[_T], progress: Progress) -> _T:
    """Return what a task found, looking up meanwhile."""
    while True:
        progress.raise_if_cancelled()
        if wait((future,), timeout=_LOOK).done:
            return future.result()


def stoppable(work: Callable[[], _T], progress: Progress) -> _T:
    """Return what some work found, or leave it to its end unheard.

    The work must not hold the interpreter for long, as compiled code that lets go of
    it does not.
    """
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised where it is awaited
            future.set_exception(error)

    Thread(target=run, daemon=True, name="stoppable").start()
    return awaited(future, progress)
