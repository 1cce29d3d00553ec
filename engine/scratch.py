"""A private folder for the session's large arrays, always cleaned up.

Each session's folder carries the number and the start time of its process, so
that folders left behind by a kill are recognised and swept at the next start.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

import platformdirs
import psutil

_PREFIX = "session-"


def root() -> Path:
    """Return the folder that holds the sessions' folders, created if need be."""
    # not the runtime folder: that is often a small file system in memory
    base = Path(platformdirs.user_cache_dir("trasluz"))
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    return base


def create(parent: Path | None = None) -> Path:
    """Make this process's folder, readable by nobody else, and sweep orphans."""
    parent = parent or root()
    sweep(parent)
    process = psutil.Process()
    prefix = f"{_PREFIX}{process.pid}-{int(process.create_time() * 1000)}-"
    return Path(tempfile.mkdtemp(prefix=prefix, dir=parent))


def remove(folder: Path) -> None:
    """Remove a folder and everything in it; what is in use is left for the sweep."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path | None = None) -> int:
    """Remove the folders of processes that are gone; return how many."""
    swept = 0
    for folder in (parent or root()).glob(f"{_PREFIX}*"):
        if not _alive(folder.name):
            remove(folder)
            swept += 1
    return swept


def _alive(name: str) -> bool:
    with contextlib.suppress(ValueError):
        pid, started, _ = name.removeprefix(_PREFIX).split("-", 2)
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            created = psutil.Process(int(pid)).create_time() * 1000
            return abs(created - int(started)) < 2000
    return False
