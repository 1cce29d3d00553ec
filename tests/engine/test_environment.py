"""What is compiled goes to the user's cache, and comes from nowhere else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from engine import environment

posix = pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
ROOT = Path(__file__).resolve().parents[2]
# A function of our own, compiled as the kernels are, only quicker.
COMPILE = """
import sys
sys.path[:0] = [{root!r}, {code!r}]
from engine.environment import prepare
prepare()
import doubling
print(doubling.double(21))
"""
DOUBLING = """
from numba import njit

@njit("i8(i8)", cache=True)
def double(n):
    return 2 * n
"""


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """Return what ``prepare`` chooses, given a home, from no choice made before."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")

    def choose(cache=tmp_path / "cache"):
        monkeypatch.setattr(
            environment.platformdirs, "user_cache_dir", lambda name: str(cache / name)
        )
        environment.prepare()
        return Path(os.environ["NUMBA_CACHE_DIR"])

    return choose


def test_compiled_code_goes_to_the_users_cache(folder, tmp_path):
    chosen = folder()
    assert chosen == tmp_path / "cache" / "trasluz" / "numba"
    assert stat.S_IMODE(chosen.stat().st_mode) & 0o077 == 0


def test_a_choice_of_the_users_stays(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine"))
    assert folder() == tmp_path / "mine"


def test_a_choice_that_depends_on_the_working_directory_does_not(
    folder, monkeypatch, tmp_path
):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "__pycache__")
    assert folder() == tmp_path / "cache" / "trasluz" / "numba"


@posix
def test_without_a_home_it_goes_to_a_private_folder(folder, tmp_path):
    (tmp_path / "file").write_text("no folder")
    chosen = folder(tmp_path / "file")
    assert chosen.parent == tmp_path / "tmp"
    assert chosen.name == f"trasluz-numba-{os.getuid()}"
    assert folder(tmp_path / "file") == chosen  # compiled once, not at every start


@posix
def test_a_folder_that_others_may_write_to_is_not_used(folder, tmp_path):
    open_to_all = tmp_path / "cache" / "trasluz" / "numba"
    open_to_all.mkdir(parents=True)
    open_to_all.chmod(0o777)
    planted = tmp_path / "tmp" / f"trasluz-numba-{os.getuid()}"
    planted.symlink_to(tmp_path)
    chosen = folder()
    assert chosen not in (open_to_all, planted)
    assert chosen.parent == tmp_path / "tmp"
    assert not chosen.is_symlink()
    chosen.rmdir()


@posix
def test_nothing_is_written_beside_the_sources_nor_read_from_where_one_stands(tmp_path):
    code = tmp_path / "code"
    code.mkdir()
    (code / "doubling.py").write_text(DOUBLING)
    home = tmp_path / "home"
    planted = tmp_path / "work" / "__pycache__"
    planted.mkdir(parents=True)
    trap = f"cos\nsystem\n(S'touch {tmp_path}/sprung'\ntR."
    for name in ("doubling.double-4.py311.nbi", "doubling.double-4.py311.1.nbc"):
        (planted / name).write_text(trap)
    clean = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    clean |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", COMPILE.format(root=str(ROOT), code=str(code))],
            cwd=planted.parent,
            env=clean,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == ["42"]
    kept = list(home.rglob("*.nbi"))
    assert len(kept) == 1
    assert (home / "cache" / "trasluz" / "numba") in kept[0].parents
    assert not list(code.rglob("*.nb*"))
    assert sorted(p.name for p in planted.iterdir()) == [
        "doubling.double-4.py311.1.nbc",
        "doubling.double-4.py311.nbi",
    ]
    assert not (tmp_path / "sprung").exists()


def test_the_kernels_keep_what_is_compiled_out_of_the_programs_folder():
    from engine.explain.shapley import tree_games, tree_kernel

    compiled = [
        found
        for module in (tree_games, tree_kernel)
        for found in vars(module).values()
        if hasattr(found, "py_func")
    ]
    assert compiled
    for function in compiled:
        assert not Path(function._cache.cache_path).is_relative_to(ROOT)
