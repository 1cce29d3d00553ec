"""Switches that have to be thrown before a library is imported."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import stat
import tempfile
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

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

_COMPILED = "NUMBA_CACHE_DIR"
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_MOST_THREADS = 16


def prepare() -> None:
    """Turn telemetry off and spinning threads to sleep; keep compiled code apart."""
    os.environ.update(SWITCHES)
    if not Path(os.environ.get(_COMPILED, "")).is_absolute():
        os.environ[_COMPILED] = str(_compiled_code())


def _compiled_code() -> Path:
    """Return the folder for what numba compiles: the user's, and nobody else's.

    Left to itself numba writes beside the sources, and in a bundle looks in the
    working directory, where anybody may have put files that it unpickles.
    """
    owner = getattr(os, "getuid", lambda: "")()
    for folder in (
        Path(platformdirs.user_cache_dir("trasluz")) / "numba",
        Path(tempfile.gettempdir()) / f"trasluz-numba-{owner}",
    ):
        if _is_ours_alone(folder):
            return folder
    made = tempfile.mkdtemp(prefix="trasluz-numba-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def _is_ours_alone(folder: Path) -> bool:
    """Return whether only this user can write into a folder, made if need be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return False
    if os.name != "posix":  # the rights of a home are others' business there
        return stat.S_ISDIR(found.st_mode)
    others = stat.S_IWGRP | stat.S_IWOTH
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.getuid()
        and not found.st_mode & others
    )


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
