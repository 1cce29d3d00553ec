"""How much memory was asked for where it could not be had."""

from __future__ import annotations

import errno
import re

_GIB = 1 << 30
_SAID = (
    "failed to map segment",
    "cannot allocate memory",
    "can't start new thread",
    "bad_alloc",
)
_BYTES = re.compile(r"size (\d+)")  # as Arrow says it


def is_shortage(error: BaseException) -> bool:
    """Return whether memory was short, whatever a library made of that."""
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    # a library that is loaded at its first use, and threads, need memory as well
    said = str(error).casefold()
    return isinstance(error, MemoryError) or (
        isinstance(error, ImportError | RuntimeError | OSError)
        and any(words in said for words in _SAID)
    )


def needed(error: BaseException) -> int | None:
    """Return how many bytes a failed request asked for, ``None`` if it does not say."""
    total = getattr(error, "_total_size", None)  # NumPy's, of the whole array
    if isinstance(total, int):
        return total
    found = _BYTES.search(str(error))
    return int(found.group(1)) if found else None


def gigabytes(size: int) -> str:
    """Return a size as it is told: one decimal, two below a tenth."""
    told = size / _GIB
    return f"{told:.1f}" if told >= 0.1 else f"{told:.2f}"
