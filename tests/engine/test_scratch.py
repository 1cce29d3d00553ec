"""Folders of sessions: private, and gone when their process is."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from engine import scratch


def test_the_folder_is_private_and_removed(tmp_path):
    folder = scratch.create(tmp_path)
    (folder / "array").write_bytes(b"x")
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    scratch.remove(folder)
    assert not folder.exists()


def test_a_folder_of_a_living_process_is_kept(tmp_path):
    folder = scratch.create(tmp_path)
    assert scratch.sweep(tmp_path) == 0
    assert folder.is_dir()


def test_the_folder_of_a_killed_process_is_swept_at_the_next_start(tmp_path):
    program = (
        "import os, pathlib, signal\n"
        "from engine import scratch\n"
        f"folder = scratch.create(pathlib.Path({str(tmp_path)!r}))\n"
        "(folder / 'array').write_bytes(b'x')\n"
        "os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program], check=False)
    (orphan,) = tmp_path.iterdir()
    new = scratch.create(tmp_path)
    assert not orphan.exists()
    assert new.is_dir()


def test_a_process_that_has_the_number_of_a_dead_one_does_not_keep_its_folder(tmp_path):
    (tmp_path / f"session-{os.getpid()}-1000-abc").mkdir()
    assert scratch.sweep(tmp_path) == 1


@pytest.mark.parametrize("name", ["session-of-mine", "session-", "other"])
def test_what_is_not_ours_is_left_alone(tmp_path, name):
    (tmp_path / name).mkdir()
    assert scratch.sweep(tmp_path) == 0
    assert (tmp_path / name).is_dir()


def test_without_a_home_the_folder_is_elsewhere(tmp_path, monkeypatch):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    monkeypatch.setattr(
        scratch.platformdirs, "user_cache_dir", lambda _name: str(in_the_way / "x")
    )
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    folder = scratch.create()
    assert folder.parent == tmp_path
    assert folder.name.startswith("trasluz-session-")
