"""Damaged and hostile case files (test plan B6): noticed, named, never written."""

from __future__ import annotations

import os
import random
import sqlite3
import struct
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from engine.case import image
from engine.case.store import CaseStore
from engine.contracts.errors import EngineError
from tests.support.case_files import FULL, SOAK, outcome, write_case

FLIPS = 400 * SOAK
CUTS = 50 * SOAK
JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")


def test_every_flipped_bit_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    whole = write_case(path)
    draw = random.Random(12)
    outcomes: Counter[str] = Counter()
    for place in draw.sample(range(8 * len(whole)), FLIPS):
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        outcomes[outcome(path, bytes(flipped))] += 1
    assert outcomes["read-only"] > outcomes["refused"]


def test_each_flipped_bit_of_the_header_is_noticed_or_changes_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.trasluz"
    whole = write_case(path)
    for place in range(0, 8 * 100, 1 if SOAK > 1 else 3):
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        outcome(path, bytes(flipped))


def test_a_cut_case_shows_what_is_left_for_reading_only(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    whole = write_case(path)
    outcomes = {
        outcome(path, whole[: len(whole) * step // CUTS]) for step in range(CUTS)
    }
    assert outcomes == {"refused", "read-only"}


def test_a_case_with_bytes_put_behind_it_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    whole = write_case(path)
    assert outcome(path, whole + b"more") == "read-only"
    assert outcome(path, whole + bytes(image.PAGE)) == "read-only"


def hot_journal(named: Path, n_pages: int) -> bytes:
    """Return a journal that SQLite plays back and after which it deletes ``named``."""
    header = JOURNAL_MAGIC + struct.pack(">5I", 0, 0, n_pages, 512, image.PAGE)
    name = os.fsencode(named)
    total = sum(name) & 0xFFFFFFFF
    tail = struct.pack(">I", 0x40000000 // image.PAGE + 1) + name
    tail += struct.pack(">2I", len(name), total) + JOURNAL_MAGIC
    return header.ljust(512, b"\0") + tail


def test_a_journal_beside_a_case_deletes_and_changes_nothing(tmp_path: Path) -> None:
    path, precious = tmp_path / "a.trasluz", tmp_path / "thesis.txt"
    whole = write_case(path)
    journal = path.with_name(path.name + "-journal")

    def plant() -> None:
        precious.write_text("years of work")
        journal.write_bytes(hot_journal(precious, len(whole) // image.PAGE))

    plant()
    with closing(sqlite3.connect(path)) as connection:  # the attack is a real one
        connection.execute("SELECT count(*) FROM section").fetchone()
    assert not precious.exists()

    plant()
    store = CaseStore(path)
    assert store.load() == FULL
    store.save(FULL)
    store.close()
    assert precious.read_text() == "years of work"
    assert journal.exists()


def test_a_log_beside_a_case_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    other = tmp_path / "b.trasluz"
    write_case(other)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE section SET body = '\"hostile\"'")
        connection.commit()
        log = other.with_name("b.trasluz-wal").read_bytes()
    path.with_name("a.trasluz-wal").write_bytes(log)
    store = CaseStore(path)
    assert store.load() == FULL
    assert not store.notes
    store.close()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_plain_file_is_refused_without_waiting(tmp_path: Path) -> None:
    write_case(tmp_path / "real.trasluz")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real.trasluz")
    for path in ("pipe", "folder", "link", "/dev/zero"):
        with pytest.raises(EngineError) as caught:
            CaseStore(tmp_path / path)
        assert caught.value.code == "case.not_a_plain_file", path


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    with path.open("r+b") as file:
        file.truncate(image.LARGEST + 1)
    with pytest.raises(EngineError) as caught:
        CaseStore(path)
    assert caught.value.code == "case.too_large"
    with path.open("r+b") as file:
        file.truncate(1 << 40)  # sparse: nothing is on the disk
    with pytest.raises(EngineError):
        CaseStore(path)


def test_a_write_protected_case_opens_for_reading_only(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    path.chmod(0o444)
    store = CaseStore(path)
    assert store.load() == FULL
    assert store.read_only
    assert [note.code for note in store.notes] == ["case.write_protected"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.trasluz"]


def test_a_case_in_a_write_protected_folder_opens_for_reading_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    monkeypatch.setattr(os, "access", lambda where, _mode: Path(where) == path)
    store = CaseStore(path)
    assert store.load() == FULL
    assert [note.code for note in store.notes] == ["case.folder_write_protected"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.trasluz"]


def test_a_clock_that_was_set_back_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    for moment in (0, 2**33):
        os.utime(path, (moment, moment))
        store = CaseStore(path)
        assert not store.notes
        store.save(store.load())
        store.close()
    assert CaseStore(path).load() == FULL
