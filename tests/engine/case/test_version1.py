"""Cases of the first version open for good; ``past/version-1.trasluz`` is one."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.case import image
from engine.case.store import CaseStore
from engine.contracts.case import SCHEMA
from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.selection import Range, Saved, cell

PAST = Path(__file__).with_name("past") / "version-1.trasluz"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copy(PAST, tmp_path / "a.trasluz"))


def test_a_case_of_version_1_opens_whole_and_unchanged(old: Path) -> None:
    store = CaseStore(old)
    case = store.load()
    assert not store.read_only
    assert [note.code for note in store.notes] == ["case.older"]
    assert [recipe.paths for recipe in case.data] == [
        (str(old.parent / "credit.csv"), "/data/more.csv"),
        (str(old.parent / "train.csv"),),
    ]
    assert case.data[1].part is Part.REFERENCE
    assert case.model is not None
    assert case.model.sha256 == ("01" * 32,)
    assert (case.target, case.positive, case.current_row) == ("status", "bad", 17)
    assert case.decision.threshold == 0.3125
    assert case.selection == cell("bad", "good") & ~Saved("young")
    assert case.buckets == {"young": Range("age", None, 25.0)}
    assert case.notes == "seen by two people — ñ"
    assert (case.layout, case.perspective) == (b"\x00\xff\x10", "errors")
    store.save(case)
    store.close()
    assert image.version_of(old.read_bytes()) == SCHEMA
    assert CaseStore(old).load() == case


def test_the_first_save_keeps_the_old_file_as_a_copy(old: Path) -> None:
    store = CaseStore(old)
    copy = old.with_name(str(store.notes[0].params["copy"]))
    assert not copy.exists(), "opening alone writes nothing"
    store.save(store.load())
    store.close()
    again = CaseStore(copy)
    assert again.load() == CaseStore(old).load()
    assert [note.code for note in again.notes] == ["case.older"]
    again.close()


def test_a_copy_that_cannot_be_kept_keeps_the_old_file_from_being_written(
    old: Path,
) -> None:
    store = CaseStore(old)
    copy = old.with_name(str(store.notes[0].params["copy"]))
    copy.write_bytes(b"something else")
    before = old.read_bytes()
    with pytest.raises(EngineError) as caught:
        store.save(store.load())
    assert caught.value.code == "case.unwritable"
    assert (old.read_bytes(), copy.read_bytes()) == (before, b"something else")


def test_what_a_killed_program_left_in_the_log_is_not_lost(old: Path) -> None:
    with closing(sqlite3.connect(old)) as killed:
        killed.execute("PRAGMA journal_mode = WAL")
        killed.execute("UPDATE section SET body = '\"last\"' WHERE name = 'notes'")
        killed.commit()
        left = {
            name: old.with_name(name).read_bytes()
            for name in ("a.trasluz", "a.trasluz-wal")
        }
    for name, content in left.items():
        old.with_name(name).write_bytes(content)
    assert b'"last"' not in left["a.trasluz"]
    store = CaseStore(old)
    assert store.load().notes == "last"
    assert {name: old.with_name(name).read_bytes() for name in left} == left
    store.save(store.load())
    store.close()
    assert not old.with_name("a.trasluz-wal").exists()
    assert CaseStore(old).load().notes == "last"


def test_a_log_that_is_a_pipe_is_refused(old: Path) -> None:
    old.with_name("a.trasluz-wal").symlink_to("/dev/zero")
    with pytest.raises(EngineError) as caught:
        CaseStore(old)
    assert caught.value.code == "case.unwritable"


def test_a_trigger_in_a_case_of_version_1_is_refused(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute(
            "CREATE TRIGGER t AFTER INSERT ON section BEGIN DELETE FROM section; END"
        )
    with pytest.raises(EngineError) as caught:
        CaseStore(old)
    assert caught.value.code == "case.damaged"
