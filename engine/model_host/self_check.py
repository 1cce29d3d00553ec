"""Each layer of the lock-down tried once, at every start, before a model is opened.

A layer is told of only where what it forbids has just been refused; so what the window
shows is what holds on this computer today, not what was asked for. It takes a few
milliseconds. What would do harm where it is not refused (a new process, a signal) is
not tried, other calls on the same list are.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

from engine.contracts.layers import DEATH_SIGNAL

if TYPE_CHECKING:
    from collections.abc import Callable

_GET_DEATH_SIGNAL, _SET_DEATH_SIGNAL, _GET_NO_NEW_PRIVS = 2, 1, 39


def proven(layers: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of ``layers`` that refuse what they are there for."""
    return tuple(layer for layer in layers if _holds(layer))


def _holds(layer: str) -> bool:
    check = _CHECKS.get(layer.partition(" ")[0])
    try:
        return check is None or check()
    except Exception:  # noqa: BLE001 - what cannot be tried is not claimed
        return False


def _files() -> bool:
    # found by its own path: what does not exist proves nothing
    tries: list[Callable[[], object]] = [
        lambda: os.listdir("/"),
        lambda: os.open("/etc/passwd", os.O_RDONLY),
        lambda: os.open("log", os.O_WRONLY),
        lambda: os.open("written", os.O_WRONLY | os.O_CREAT, 0o600),
        lambda: os.open("/proc/self/environ", os.O_RDONLY),
    ]
    return all(_refused(one, errno.EACCES) for one in tries)


def _calls() -> bool:
    tries: list[Callable[[], object]] = [
        # sockets are refused whatever their family; of the network none is tried, so
        # that whoever traces the program sees it ask for none
        lambda: socket.socket(socket.AF_UNIX),
        lambda: os.execv("/nonexistent/program", ["program"]),
        lambda: os.kill(os.getppid(), 0),
        os.setsid,
        lambda: os.chmod("log", 0o600),
        lambda: os.memfd_create("x"),
    ]
    return all(_refused(one, errno.EPERM) for one in tries)


def _limits() -> bool:
    import resource  # noqa: PLC0415 - not on Windows

    limited = [resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE]
    if sys.platform.startswith("linux"):
        limited.append(resource.RLIMIT_AS)
    found = [resource.getrlimit(kind) for kind in limited]
    return resource.getrlimit(resource.RLIMIT_CORE) == (0, 0) and all(
        resource.RLIM_INFINITY not in pair for pair in found
    )


def _ends_with_parent() -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    told = ctypes.c_int(0)
    libc.prctl(_GET_DEATH_SIGNAL, ctypes.byref(told), 0, 0, 0)
    taken_back = libc.prctl(_SET_DEATH_SIGNAL, ctypes.c_ulong(0), 0, 0, 0) == 0
    return told.value == signal.SIGKILL and not taken_back


def _gains_no_rights() -> bool:
    return bool(ctypes.CDLL(None).prctl(_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)


def _refused(attempt: Callable[[], object], expected: int) -> bool:
    try:
        got = attempt()
    except OSError as error:
        return error.errno == expected
    if isinstance(got, int):
        os.close(got)
    elif isinstance(got, socket.socket):
        got.close()
    return False


_CHECKS: dict[str, Callable[[], bool]] = {
    "landlock": _files,
    "seccomp": _calls,
    "rlimits": _limits,
    "no_new_privs": _gains_no_rights,
    DEATH_SIGNAL.partition(" ")[0]: _ends_with_parent,
}
