"""First code of the engine's process, and of the one that compiles for it.

Imports nothing but what Python has already loaded: the switches are thrown before
numpy or any other library reads them.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from engine.environment import limit_threads, prepare

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_ENGINE = "engine.process"
_KERNELS = "engine.explain.shapley.compile_ahead"


def run(reader: Connection, writer: Connection, folder: str) -> None:
    """Become the engine.

    Parameters
    ----------
    reader, writer
        This side's ends of the two pipes.
    folder
        Scratch folder shared with the window.
    """
    prepare()
    limit_threads()
    end_with_parent()
    importlib.import_module(_ENGINE).serve(reader, writer, folder)


def compile_ahead() -> None:
    """Compile the kernels, at the lowest priority, then leave."""
    prepare()
    end_with_parent()
    if hasattr(os, "nice"):
        os.nice(19)
    importlib.import_module(_KERNELS).compile_kernels()


def end_with_parent() -> None:
    """End this process when its parent is gone, whatever it is doing."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - child only

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()
