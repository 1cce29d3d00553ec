"""First code of the model host's process.

Imports nothing but what Python has already loaded: the environment is emptied
and the switches below are set before numpy or any other library reads them.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_SANDBOX = "engine.model_host.sandbox"
_HOST = "engine.model_host.serve"
_KEPT_ON_WINDOWS = ("SYSTEMROOT", "PATH")


def run(
    reader: Connection, writer: Connection, exchange: str, memory: int, threads: int
) -> None:
    """Become a model host.

    Parameters
    ----------
    reader, writer
        This side's ends of the two pipes.
    exchange
        Folder shared with the engine.
    memory
        Bytes that a model may use.
    threads
        Number of threads for numerical libraries.
    """
    _empty_environment()
    os.environ.update(switches(threads))
    try:
        os.chdir(exchange)
    except FileNotFoundError:  # the engine has ended by now, and all with it
        os._exit(1)
    _silence()
    # Before the libraries: some start threads, and files stay open to those that
    # were there before. System calls are given up after them.
    layers = importlib.import_module(_SANDBOX).give_up_files()
    serve = importlib.import_module(_HOST)
    serve.main(reader, writer, memory, layers)
    os._exit(0)  # no exit handlers: they may belong to the model


def switches(threads: int) -> dict[str, str]:
    """Return the environment of a host: no telemetry, few and patient threads."""
    count = str(threads)
    return {
        "ORT_DISABLE_TELEMETRY": "1",
        "JOBLIB_MULTIPROCESSING": "0",
        "OMP_WAIT_POLICY": "PASSIVE",
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8",
    }


def _empty_environment() -> None:
    """Forget every variable, and on Linux wipe the block the kernel filled."""
    if os.name == "nt":
        kept = {name: os.environ.get(name, "") for name in _KEPT_ON_WINDOWS}
        os.environ.clear()
        os.environ.update(kept)
        return
    with contextlib.suppress(ValueError, AttributeError, OSError):
        libc = ctypes.CDLL(None)
        block = ctypes.POINTER(ctypes.c_void_p).in_dll(libc, "environ")
        index = 0
        while block[index]:
            size = len(ctypes.string_at(block[index]))
            ctypes.memset(block[index], 0, size)
            index += 1
        libc.clearenv()
    os.environ.clear()


def _silence() -> None:
    """Send what libraries print to the log, never to the user's terminal."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open("log", os.O_WRONLY | os.O_APPEND)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
