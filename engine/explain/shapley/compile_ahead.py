"""The kernels for trees are compiled before anybody asks for SHAP values.

Compiling takes seconds of a core; what was compiled is kept in the folder that
:mod:`engine.environment` chooses. It is done at installation and, where it was not,
by a process of the lowest priority while the engine waits.
"""

from __future__ import annotations

import hashlib
import os
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from engine.contracts.structure import TreeEnsemble

_KERNELS = ("tree_kernel", "tree_games")
_LIBRARIES = ("numba", "llvmlite", "numpy")


def is_compiled() -> bool:
    """Return whether :func:`compile_kernels` ran to its end for this program.

    Of another processor's kernels it does not tell: those are compiled when asked for.
    """
    return _marker().exists()


def compile_kernels() -> None:
    """Compile every kernel by explaining one row of one small tree in every way."""
    from engine.explain.shapley.tree_shap import (  # noqa: PLC0415 - loads numba
        tree_base,
        tree_interactions,
        tree_shapley,
    )

    rows = np.array([[0.0, 1.0]])
    for background in (None, rows[:, ::-1].copy()):
        tree_shapley(_TREE, rows, background)
        list(tree_interactions(_TREE, rows, background))
        tree_base(_TREE, rows)
    marker = _marker()
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.touch()


def _marker() -> Path:
    """Return the file that stands for kernels compiled of this very source."""
    stands_for = hashlib.sha256()
    for name in _KERNELS:
        spec = find_spec(f"engine.explain.shapley.{name}")
        source = Path(spec.origin or "") if spec is not None else Path()
        if source.is_file():
            stands_for.update(source.read_bytes())
            stands_for.update(str(source.stat().st_mtime_ns).encode())
    stands_for.update("".join(map(version, _LIBRARIES)).encode())
    name = f"compiled-{stands_for.hexdigest()[:16]}"
    return Path(os.environ["NUMBA_CACHE_DIR"]) / name


_TREE = TreeEnsemble(
    roots=np.array([0], np.int32),
    left=np.array([1, 3, -1, -1, -1], np.int32),
    right=np.array([2, 4, -1, -1, -1], np.int32),
    feature=np.array([0, 1, -1, -1, -1], np.int32),
    threshold=np.array([0.5, 0.5, 0.0, 0.0, 0.0]),
    missing_left=np.zeros(5, bool),
    levels_start=np.full(5, -1, np.int32),
    levels_size=np.zeros(5, np.int32),
    levels=np.zeros(0, bool),
    cover=np.array([4.0, 2.0, 2.0, 1.0, 1.0]),
    values=np.array([[0.0], [0.0], [1.0], [2.0], [3.0]]),
    base=np.zeros(1),
    depth=2,
)
