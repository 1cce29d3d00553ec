"""Locking this process down, before it sees a byte of a model.

One-way and unprivileged, in two steps: files before any library is imported,
system calls after. Each step says what it really achieved: a layer that the
platform does not have is not in the list.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import struct
import sys
import sysconfig
import threading
import time
from pathlib import Path

from engine.contracts.layers import DEATH_SIGNAL
from engine.model_host import landlock, seccomp

_LINUX = sys.platform.startswith("linux")
_SET_DEATH_SIGNAL, _SET_NO_NEW_PRIVS = 1, 38
_NO_PARENT = 0.5
_CAPABILITY_VERSION = 0x20080522
_MAX_FILE = 1 << 20
_MAX_DESCRIPTORS = 256
_MORE_TASKS = 2048  # beyond those of the whole machine when the process starts
_GIB = 1 << 30
_ADDRESS_ROOM = 2 * _GIB  # reserved by libraries for their threads, mostly never used
# Where shared libraries, time zones, processors and memory are looked up.
_ITSELF = Path("/proc/self")
_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
    "/usr/share/zoneinfo",
    "/sys/devices/system/cpu",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/sys/vm/overcommit_memory",
    "/dev/urandom",
    "/dev/null",
)


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends (Linux).

    Elsewhere a thread looks for the parent, which a model could stop: no layer.
    """
    parent = multiprocessing.parent_process()
    expected = os.getppid() if parent is None else parent.pid
    if _LINUX:
        _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    else:
        threading.Thread(target=_look_for, args=(expected,), daemon=True).start()
    if os.getppid() != expected:  # it ended before it was asked
        os._exit(1)


def _look_for(parent: int | None) -> None:
    while os.getppid() == parent:
        time.sleep(_NO_PARENT)
    os._exit(1)


def give_up_files() -> tuple[str, ...]:
    """Keep libraries and the working folder readable, and nothing writable.

    Binds this thread and those it starts: called while it is the only one, or
    the layer is not claimed. What the system says of this process itself stays
    readable until :func:`give_up_calls`: libraries look for each other there.

    Returns
    -------
    tuple of str
        The layers in force so far.
    """
    if not _LINUX:
        return ()
    alone = len(os.listdir("/proc/self/task")) == 1
    _limit_tasks()
    _prctl(_SET_NO_NEW_PRIVS, 1)
    _drop_capabilities()
    version = landlock.restrict([*library_folders(), Path.cwd(), _ITSELF])
    if not version or not alone:
        return ("no_new_privs",)
    return (f"landlock {version}", "no_new_privs")


def give_up_calls(memory: int) -> tuple[str, ...]:
    """Limit resources and refuse system calls, for all threads at once.

    Parameters
    ----------
    memory
        Bytes that may be used beyond what the libraries have mapped by now.

    Returns
    -------
    tuple of str
        The layers this adds.
    """
    address_space = _mapped() + memory + _ADDRESS_ROOM
    if _LINUX:
        landlock.restrict([*library_folders(), Path.cwd()])
    layers = ["rlimits"] if _limit(address_space) else []
    if seccomp.supported():
        with contextlib.suppress(OSError):  # a kernel built without it
            seccomp.install()
            # only together: without the filter a model could take the signal back
            layers += ["seccomp", DEATH_SIGNAL]
    return (*layers, "empty environment")


def library_folders() -> list[Path]:
    """Return what must stay readable for libraries to load their parts."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    paths = sysconfig.get_paths()
    folders = [paths[name] for name in names]
    folders += [entry for entry in sys.path if entry.endswith("-packages")]
    folders.append(str(Path(__file__).resolve().parents[1]))  # our own package
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        folders.append(bundle)
    return [Path(folder) for folder in dict.fromkeys([*folders, *_SYSTEM])]


def _drop_capabilities() -> None:
    """Give up what root may do beyond others; nothing changes for other users."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    nothing = bytes(2 * 3 * 4)  # two words each: effective, permitted, inheritable
    ctypes.CDLL(None).capset(header, nothing)


def _limit(memory: int) -> bool:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return False
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: _MAX_FILE,
        resource.RLIMIT_NOFILE: _MAX_DESCRIPTORS,
        resource.RLIMIT_CORE: 0,
    }
    if _LINUX:
        limits[resource.RLIMIT_MEMLOCK] = 0
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for kind, wanted in limits.items():
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(kind, (limit, limit))
        except (OSError, ValueError):  # macOS has no limit on address space
            if kind != resource.RLIMIT_AS:
                raise
    return True


def _limit_tasks() -> None:
    """Let the kernel refuse threads without end (for other users than root)."""
    import resource  # noqa: PLC0415 - not on Windows

    with contextlib.suppress(OSError, ValueError, IndexError):
        running = Path("/proc/loadavg").read_text(encoding="ascii").split()[3]
        most = int(running.partition("/")[2]) + _MORE_TASKS
        _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def _mapped() -> int:
    """Return the bytes of address space in use."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 6 * _GIB
    return pages * os.sysconf("SC_PAGE_SIZE")


def close_other_files(keep: set[int]) -> None:
    """Close every inherited descriptor but ``keep`` (where they can be listed)."""
    try:
        found = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        return
    for descriptor in found:
        if descriptor not in keep:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")
