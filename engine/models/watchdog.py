"""A process that ends model hosts once the engine has ended.

Where the kernel does so, and a model cannot undo it, none is needed; everywhere else a
host that stopped listening would stay. It holds one end of a pipe: that the other end
is gone is noticed however the engine ended.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import struct
from typing import TYPE_CHECKING

import psutil

from engine.environment import deaf_children
from engine.models.host_process import discreet

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from engine.models.host_process import Host

_GUARDED = struct.Struct("<qd")
_END_WAIT = 5.0


class Watchdog:
    """The engine's hold on that process."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        reader, self._writer = context.Pipe(duplex=False)
        self._process = context.Process(
            target=run, args=(reader,), name="trasluz-watchdog", daemon=True
        )
        with discreet(), deaf_children():
            self._process.start()
        reader.close()

    def guard(self, host: Host) -> None:
        """Have a host ended when this process has ended."""
        started = psutil.Process(host.pid).create_time()
        self._writer.send_bytes(_GUARDED.pack(host.pid, started))

    def close(self) -> None:
        """End it, and what it still guards."""
        self._writer.close()
        self._process.join(_END_WAIT)


def run(reader: Connection) -> None:
    """Wait for the engine's end, then kill what it left behind."""
    guarded = []
    with contextlib.suppress(EOFError, OSError):
        while True:
            guarded.append(_GUARDED.unpack(reader.recv_bytes(_GUARDED.size)))
    for pid, started in guarded:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.create_time() == started:  # not another by the same number
                process.kill()
