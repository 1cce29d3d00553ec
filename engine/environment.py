"""Switches that have to be thrown before a library is imported."""

from __future__ import annotations

import contextlib
import os
import signal
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SWITCHES = {
    "ORT_DISABLE_TELEMETRY": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "KMP_BLOCKTIME": "0",
    "JOBLIB_MULTIPROCESSING": "0",
    "HF_HUB_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_MOST_THREADS = 16


def prepare() -> None:
    """Turn telemetry off and spinning threads to sleep."""
    os.environ.update(SWITCHES)


def cores() -> int:
    """Return the cores this process may use: of a container's, perhaps few."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every platform
        return os.cpu_count() or 1


def limit_threads() -> None:
    """Let numerical libraries use the cores this process may use, and no more.

    Libraries count the machine's cores. What the user has set stays.
    """
    for name in _THREADS:
        os.environ.setdefault(name, str(min(cores(), _MOST_THREADS)))


@contextlib.contextmanager
def deaf_children() -> Iterator[None]:
    """Start processes that do not hear Ctrl+C.

    A terminal sends it to a whole group of processes. Who started ours ends them.
    """
    if os.name != "posix":
        yield
        return
    resource_tracker.ensure_running()  # it would unblock what is blocked here
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
