"""Work that cannot look up by itself: left behind, or done in parts, on all cores."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from engine.environment import cores

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from engine.contracts.progress import Progress

_T = TypeVar("_T")
_Part = TypeVar("_Part")
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


def in_order(
    task: Callable[[_Part], _T], parts: Iterable[_Part], progress: Progress
) -> Generator[_T]:
    """Yield the results of tasks in their order while all cores work on them.

    Close it: no task that is still to begin is begun then.
    """
    n_cores = cores()
    pool = ThreadPoolExecutor(n_cores)
    waiting: deque[Future[_T]] = deque()
    try:
        for part in parts:
            waiting.append(pool.submit(task, part))
            if len(waiting) > 2 * n_cores:
                yield awaited(waiting.popleft(), progress)
        while waiting:
            yield awaited(waiting.popleft(), progress)
    finally:
        pool.shutdown(cancel_futures=True)
