"""The case file that a session has open: opened again, refused, kept elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.case.store import CaseStore
from engine.contracts.case import CaseFile
from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT
from engine.contracts.requests import OpenCase, SaveCase
from engine.session.case_file import OpenCaseFile
from tests.support.case_files import FULL, write_case

if TYPE_CHECKING:
    from pathlib import Path


def test_a_case_that_is_open_here_can_be_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    session = OpenCaseFile()
    for spelled in (path, tmp_path / "." / "a.trasluz", tmp_path / "x" / ".." / path):
        opened = session.open(OpenCase(path=str(spelled)), SILENT)
        assert not opened.notes
        assert not opened.read_only
    session.close()


def test_a_save_succeeds_once_the_other_window_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    other, session = CaseStore(path), OpenCaseFile()
    assert session.open(OpenCase(path=str(path)), SILENT).read_only
    save = SaveCase(path=str(path), case=CaseFile(notes="mine"))
    with pytest.raises(EngineError) as caught:
        session.save(save)
    assert caught.value.code == "case.read_only"
    other.close()
    session.save(save)
    session.close()
    assert CaseStore(path).load() == CaseFile(notes="mine")


def test_a_damaged_case_is_told_never_written_and_kept_elsewhere(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.trasluz"
    whole = write_case(path)
    damaged = whole.replace(b"seen by two", b"seen by ten", 1)
    path.write_bytes(damaged)
    session = OpenCaseFile()
    opened = session.open(OpenCase(path=str(path)), SILENT)
    assert opened.read_only
    codes = [note.code for note in opened.notes]
    assert codes == ["case.damaged_read_only", "case.lost.notes"]
    assert opened.case.buckets == FULL.buckets
    with pytest.raises(EngineError) as caught:
        session.save(SaveCase(path=str(path), case=opened.case))
    assert caught.value.code == "case.read_only"
    assert path.read_bytes() == damaged
    copy = tmp_path / "copy.trasluz"
    session.save(SaveCase(path=str(copy), case=opened.case))
    session.close()
    assert CaseStore(copy).load() == opened.case


def test_a_link_to_nowhere_is_not_taken_for_a_free_name(tmp_path: Path) -> None:
    (tmp_path / "a.trasluz").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EngineError):
        OpenCaseFile().save(
            SaveCase(path=str(tmp_path / "a.trasluz"), case=CaseFile(notes="x"))
        )
    assert not (tmp_path / "elsewhere").exists()
