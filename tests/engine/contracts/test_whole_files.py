"""A file appears whole or not at all; what killed writers left goes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from engine.contracts import whole_files
from engine.contracts.whole_files import sweep, written_whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")
KILLED = """
import os, sys
from pathlib import Path
from engine.contracts.whole_files import written_whole
with written_whole(Path(sys.argv[1])) as partial:
    partial.write_text("half")
    os._exit(9)
"""


def killed_while_writing(path):
    found = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert found.returncode == 9


def test_a_file_is_there_once_it_is_complete(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("before")
    with written_whole(path) as partial:
        partial.write_text("after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert os.listdir(tmp_path) == ["rows.csv"]


def test_a_writer_that_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("before")

    def fail() -> None:
        with written_whole(path) as partial:
            partial.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["rows.csv"]


def test_others_may_read_what_the_umask_lets_them(tmp_path):
    mask = os.umask(0o022)
    try:
        with written_whole(tmp_path / "rows.csv") as partial:
            partial.write_text("x")
    finally:
        os.umask(mask)
    assert (tmp_path / "rows.csv").stat().st_mode & 0o777 == 0o644


def test_the_next_file_removes_what_a_killed_writer_left(tmp_path):
    killed_while_writing(tmp_path / "rows.csv")
    assert [name[:8] for name in os.listdir(tmp_path)] == [".trasluz"]
    with written_whole(tmp_path / "other.csv") as partial:
        partial.write_text("x")
    assert os.listdir(tmp_path) == ["other.csv"]


def test_files_of_writers_that_live_or_are_elsewhere_stay(tmp_path, monkeypatch):
    with written_whole(tmp_path / "rows.csv") as partial:
        sweep(tmp_path)
        assert partial.exists()
    killed_while_writing(tmp_path / "rows.csv")
    monkeypatch.setattr(whole_files, "_machine", lambda: "another")
    before = os.listdir(tmp_path)
    sweep(tmp_path)
    assert os.listdir(tmp_path) == before


def test_links_and_folders_of_such_a_name_are_left_alone(tmp_path):
    gone = 2**22 + 5  # beyond the largest number of a process
    name = f".trasluz-{whole_files._machine()}-{gone}-x.part"
    (tmp_path / "kept").write_text("kept")
    (tmp_path / name).symlink_to(tmp_path / "kept")
    (tmp_path / name.replace("-x", "-y")).mkdir()
    sweep(tmp_path)
    assert len(os.listdir(tmp_path)) == 3
    (tmp_path / name.replace("-x", "-z")).write_text("half")
    sweep(tmp_path)
    assert len(os.listdir(tmp_path)) == 3
