"""What a process uses, and how much of this machine one may use."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import NamedTuple

import psutil

GIB = 1 << 30
_SHARE_OF_AVAILABLE = 0.6
_LEAST = GIB
_GROUPS = (
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
)


class Usage(NamedTuple):
    """Bytes of memory (also those moved to disk), threads, seconds of processor."""

    memory: int
    threads: int
    processor: float


def usage(process: psutil.Process) -> Usage:
    """Return what a process uses now.

    Raises
    ------
    psutil.Error
        If it is gone.
    """
    times = process.cpu_times()
    processor = times.user + times.system
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            memory, threads = _of_linux(process.pid)
            return Usage(memory, threads, processor)
    return Usage(process.memory_info().rss, process.num_threads(), processor)


def _of_linux(pid: int) -> tuple[int, int]:
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    told = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    kib = sum(int(told[name].split()[0]) for name in ("VmRSS", "VmSwap"))
    return kib << 10, int(told["Threads"])


def machine_memory() -> int:
    """Return the bytes of memory that this program's processes can have at most."""
    total = int(psutil.virtual_memory().total)
    for name in _GROUPS:
        with contextlib.suppress(OSError, ValueError):  # "max" is no limit
            total = min(total, int(Path(name).read_text(encoding="ascii")))
    return total


def memory_allowance(allowed: int | None = None) -> int:
    """Return how many bytes of memory a host may really use.

    Most of what is available now, and never so much that the machine would have to
    move it to disk; at least a gigabyte, without which few libraries work.

    Parameters
    ----------
    allowed
        What the administrator allows, if anything is said.
    """
    machine = machine_memory()
    available = min(int(psutil.virtual_memory().available), machine)
    own = max(_LEAST, int(available * _SHARE_OF_AVAILABLE))
    return min(own, machine, allowed or machine)


def free_memory() -> int:
    """Return how many bytes this process could still get."""
    free = min(int(psutil.virtual_memory().available), machine_memory())
    try:
        import resource  # noqa: PLC0415 - not on Windows

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        if soft != resource.RLIM_INFINITY:
            free = min(free, max(0, soft - int(psutil.Process().memory_info().vms)))
    except ImportError:
        pass
    return free


def threads_allowance() -> int:
    """Return how many threads a host may compute with: all cores but one."""
    return max(1, (os.cpu_count() or 2) - 1)
