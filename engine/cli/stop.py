"""Ctrl+C, which no library may lose."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Set by Ctrl+C; the token of every job. An interrupt in the middle of an import may
# reach us as an AttributeError, or not at all.
STOPPED = threading.Event()


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """Remember Ctrl+C while a command runs."""
    STOPPED.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        STOPPED.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
