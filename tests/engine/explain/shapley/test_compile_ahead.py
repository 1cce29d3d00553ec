"""The kernels are compiled before they are asked for, for every use."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from engine.explain.shapley import compile_ahead

COMPILE = "from engine.child import compile_ahead; compile_ahead()"
EXPLAIN = """
from engine.environment import prepare
prepare()
import numpy as np
from tests.engine.explain.shapley.test_tree_shap import D, ensemble
from engine.explain.shapley import compile_ahead, tree_kernel
from engine.explain.shapley.tree_shap import tree_base, tree_interactions, tree_shapley
assert compile_ahead.is_compiled()
rng = np.random.default_rng(1)
rows = rng.integers(0, 4, size=(7, D)).astype(float)
for outputs in (1, 3):
    form = ensemble(outputs=outputs)
    for background in (None, rows[:3], np.asfortranarray(rows[::2])):
        tree_shapley(form, rows, background)
        list(tree_interactions(form, np.asfortranarray(rows), background))
        tree_base(form, background)
for kernel in (tree_kernel.leaf_games, tree_kernel.leaf_sums):
    assert kernel.signatures
    assert not kernel.stats.cache_misses, (kernel, kernel.stats)
"""


def run(code, folder):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


@pytest.mark.timeout(300)
def test_nothing_is_left_to_compile_when_shap_values_are_asked_for(tmp_path):
    run(COMPILE, tmp_path)
    run(EXPLAIN, tmp_path)


def test_kernels_of_another_source_count_as_not_compiled(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not compile_ahead.is_compiled()
    compile_ahead._marker().touch()
    assert compile_ahead.is_compiled()
    monkeypatch.setattr(compile_ahead, "version", lambda _library: "another")
    assert not compile_ahead.is_compiled()
