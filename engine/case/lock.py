"""One window at a time may write a case."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FLAGS = (
    os.O_RDWR
    | os.O_CREAT
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_TAKEN = frozenset({errno.EAGAIN, errno.EACCES, errno.EDEADLK})
_TRIES = 10


class CaseLock:
    """A lock on a hidden file beside the case; it ends with its process.

    Where the file system knows no locks (some network drives), nothing is locked:
    a save then still notices that the case was changed meanwhile.

    Attributes
    ----------
    is_elsewhere
        Whether another window holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(f".{path.name}.lock")
        self._descriptor = -1
        self.is_elsewhere = False
        for _ in range(_TRIES):
            if self._take():
                return

    @property
    def is_held(self) -> bool:
        """Whether nobody else can hold it."""
        return self._descriptor >= 0

    def release(self) -> None:
        """Let others write."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self.release()

    def _take(self) -> bool:
        """Try once; ``False`` where the file was removed while it was being locked."""
        try:
            descriptor = os.open(self._path, _FLAGS, 0o600)
        except OSError:
            return True  # nothing can be locked here
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                return True
            _lock(descriptor)
            if os.path.samestat(os.fstat(descriptor), self._path.lstat()):
                self._descriptor = descriptor
                return True
        except FileNotFoundError:
            pass
        except OSError as error:
            self.is_elsewhere = error.errno in _TAKEN
            os.close(descriptor)
            return True
        os.close(descriptor)
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
