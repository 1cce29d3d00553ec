"""Files that appear whole or not at all, whatever happens to their writer."""

from __future__ import annotations

import contextlib
import os
import platform
import stat
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX, _SUFFIX = ".trasluz", ".part"


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a file to write, which takes the place of ``path`` once it is complete.

    What writers that were killed left in the folder is removed first. The file may be
    read by whom the user's ``umask`` lets read.

    Raises
    ------
    OSError
        If it cannot be made or put in place; ``path`` is as it was.
    """
    sweep(path.parent)
    prefix = f"{_PREFIX}-{_machine()}-{os.getpid()}-"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=_SUFFIX)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        with contextlib.suppress(OSError):  # some network drives know no rights
            partial.chmod(0o666 & ~_umask())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove the partial files of writers of this machine that live no more."""
    if os.name == "nt":  # there a partial file cannot be told from one in the making
        return
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if _is_left_behind(folder / name):
                (folder / name).unlink(missing_ok=True)


def _is_left_behind(partial: Path) -> bool:
    parts = partial.name.split("-")
    known = (
        len(parts) == 4
        and parts[0] == _PREFIX
        and parts[1] == _machine()
        and parts[2].isdecimal()
        and partial.name.endswith(_SUFFIX)
    )
    return known and not _lives(int(parts[2])) and stat.S_ISREG(partial.lstat().st_mode)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _machine() -> str:
    """Return what tells this machine from others that write to the same drive."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
