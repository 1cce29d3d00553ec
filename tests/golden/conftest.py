"""Reference libraries behave in the tests: no thread of theirs outlives a module."""

from __future__ import annotations

import contextlib

with contextlib.suppress(ImportError):
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # bars that take long start one
