"""Reading a plain file in one piece, and putting another in its place in one step."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe would be waited for
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_UNNAMED = 100  # characters of a long name that a partial file takes over
# What file systems say that cannot make a folder durable, and need not.
_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.EBADF, errno.ENOTSUP, errno.EACCES})


class NotPlainError(OSError):
    """What is there is a link, a folder, a pipe or a device."""


class TooLargeError(OSError):
    """The file holds more bytes than may be read."""

    def __init__(self, size: int) -> None:
        super().__init__(errno.EFBIG, os.strerror(errno.EFBIG))
        self.size = size


def read_plain(path: Path, most: int) -> bytes:
    """Return all bytes of a plain file of at most ``most`` bytes.

    Raises
    ------
    NotPlainError, TooLargeError, OSError
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise NotPlainError(errno.EINVAL, os.strerror(errno.EINVAL))
    descriptor = os.open(path, _FLAGS)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):  # it was exchanged meanwhile
            raise NotPlainError(errno.EINVAL, os.strerror(errno.EINVAL))
        if found.st_size > most:
            raise TooLargeError(found.st_size)
        content = file.read(most + 1)
    if len(content) > most:
        raise TooLargeError(len(content))
    return content


def write_whole(path: Path, content: bytes, *, new: bool = False) -> None:
    """Put a file in place, durably: the old one or the new one is there, whole.

    Parameters
    ----------
    new
        Refuse if there is a file already.

    Raises
    ------
    OSError
        The old file is as it was, unless only the folder could not be made durable.
    """
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=_partial(path), suffix=".part"
    )
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if new:
            _put_new(partial, path, content)
        else:
            with contextlib.suppress(OSError):
                partial.chmod(stat.S_IMODE(path.stat().st_mode))
            partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def sweep(path: Path) -> None:
    """Remove what writers of this file left behind when they were killed."""
    prefix = _partial(path)
    with contextlib.suppress(OSError):
        for name in os.listdir(path.parent):
            if name.startswith(prefix) and name.endswith(".part"):
                (path.parent / name).unlink(missing_ok=True)


def _partial(path: Path) -> str:
    return f".{path.name[:_UNNAMED]}."


def _put_new(partial: Path, path: Path, content: bytes) -> None:
    try:
        os.link(partial, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        os.close(descriptor)
        partial.replace(path)
        return
    partial.unlink()


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)
