"""A private folder for the session's large arrays, always cleaned up.

Each session's folder carries the number and the start time of its process, so
that folders left behind by a kill are recognised and swept at the next start.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from pathlib import Path

import platformdirs
import psutil

from engine.contracts.errors import EngineError

_PREFIX = "session-"
_PREFIX_ELSEWHERE = "trasluz-session-"
_CLOCK_STEPS = 2000  # milliseconds by which start times of one process may differ


def root() -> Path:
    """Return the folder that holds the sessions' folders, created if need be."""
    # not the runtime folder: that is often a small file system in memory
    base = Path(platformdirs.user_cache_dir("trasluz"))
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    return base


def create(parent: Path | None = None) -> Path:
    """Make this process's folder, readable by nobody else, and sweep orphans.

    Where there is no home to write to, the folder is in the system's temporary
    one.
    """
    process = psutil.Process()
    mark = f"{process.pid}-{int(process.create_time() * 1000)}-"
    try:
        parent = parent or root()
        sweep(parent)
        return Path(tempfile.mkdtemp(prefix=_PREFIX + mark, dir=parent))
    except OSError:
        sweep(Path(tempfile.gettempdir()), _PREFIX_ELSEWHERE)
        return Path(tempfile.mkdtemp(prefix=_PREFIX_ELSEWHERE + mark))


def disk_full(error: OSError, folder: Path | str = "") -> EngineError | None:
    """Return what to say where an error means that a disk, or a quota, is full.

    Parameters
    ----------
    folder
        Where something was to be written, if that is known better than by the error.
    """
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    if not folder:
        named = isinstance(error.filename, str) and error.filename
        folder = Path(error.filename).parent if named else root()
    return EngineError("engine.disk_full", folder=str(folder))


def remove(folder: Path) -> None:
    """Remove a folder and everything in it; what is in use is left for the sweep."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path, prefix: str = _PREFIX) -> int:
    """Remove the folders of processes that are gone; return how many."""
    swept = 0
    for folder in parent.glob(f"{prefix}*"):
        if _orphaned(folder.name.removeprefix(prefix)):
            remove(folder)
            swept += not folder.exists()
    return swept


def _orphaned(mark: str) -> bool:
    """Whether the process that made a folder is gone; unknown marks are not ours."""
    try:
        pid, started = map(int, mark.split("-")[:2])
        created = psutil.Process(pid).create_time() * 1000
    except psutil.NoSuchProcess:
        return True
    except (ValueError, psutil.Error):
        return False
    return bool(abs(created - started) >= _CLOCK_STEPS)
