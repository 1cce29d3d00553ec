"""Rows in blocks, one thread each, for models that would use one core only."""

from __future__ import annotations

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from engine.model_host.adapters.sklearn_parts import final_step, kind_of

# Their predictions leave Python for most of the time, and rows do not meet: the
# answer is the same to the last bit, which the libraries' own threads (adding up
# trees in the order in which they end) do not promise.
_SEPARABLE = ("sklearn.ensemble._forest.", "sklearn.ensemble._gb.")
_FEWEST_ROWS = 2_000


def in_blocks(model: Any, method: str, rows: Any) -> Any:
    """Return ``getattr(model, method)(rows)``, computed in parallel if that is safe.

    Parameters
    ----------
    rows
        Frame or matrix, also a sparse one.
    """
    ask = getattr(model, method)
    n = rows.shape[0]
    threads = min(int(os.environ.get("OMP_NUM_THREADS", "1")), n // _FEWEST_ROWS)
    if threads <= 1 or not kind_of(final_step(model)).startswith(_SEPARABLE):
        return ask(rows)
    edges = np.linspace(0, n, threads + 1).astype(int)
    with ThreadPoolExecutor(threads) as pool:
        blocks = [rows[a:b] for a, b in itertools.pairwise(edges)]
        return np.concatenate(list(pool.map(ask, blocks)))
