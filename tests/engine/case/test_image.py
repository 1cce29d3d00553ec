from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from engine.case import checksums, image, sections
from engine.case.store import CaseStore
from engine.contracts.case import SCHEMA, CaseFile
from engine.contracts.errors import EngineError
from tests.support.case_files import FULL, forged, write_case

if TYPE_CHECKING:
    from pathlib import Path

FOREIGN = {
    "trigger": "CREATE TRIGGER t AFTER UPDATE ON revision BEGIN "
    "DELETE FROM section; END",
    "view": "CREATE VIEW v AS SELECT * FROM section",
    "view in place of a table": "ALTER TABLE section RENAME TO kept; "
    "CREATE VIEW section AS SELECT name, body, sha256 FROM kept",
    "endless view": "DROP TABLE section; CREATE VIEW section AS "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT 'notes' AS name, i AS body, i AS sha256 FROM n",
    "virtual table": "CREATE VIRTUAL TABLE words USING fts5(text)",
    "index": "CREATE INDEX i ON section (length(body))",
    "table": "CREATE TABLE more (anything)",
    "column": "ALTER TABLE section ADD COLUMN more TEXT",
    "generated column": "DROP TABLE section; CREATE TABLE section "
    "(name TEXT PRIMARY KEY, body TEXT NOT NULL, "
    "sha256 TEXT GENERATED ALWAYS AS (upper(name))) WITHOUT ROWID",
    "statistics": "ANALYZE",
}


@pytest.mark.parametrize("statement", FOREIGN.values(), ids=FOREIGN)
def test_a_case_with_anything_but_its_own_tables_is_refused_unread(
    tmp_path: Path, statement: str
) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statement)
    before = path.read_bytes()
    with pytest.raises(EngineError) as caught:
        CaseStore(path)
    assert caught.value.code == "case.damaged"
    assert path.read_bytes() == before


def test_what_reads_a_case_can_neither_write_nor_attach_nor_run_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image, "_SECONDS", 0.05)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        image.close_doors_of_file(connection)
        connection.set_authorizer(image._permit)
        for statement in (
            "CREATE TABLE more (anything)",
            "ATTACH '/tmp/x' AS x",
            "PRAGMA trusted_schema = ON",
            "SELECT load_extension('x')",
            "SELECT * FROM sqlite_dbpage",
        ):
            with pytest.raises(sqlite3.DatabaseError):
                connection.execute(statement).fetchall()
        connection.set_authorizer(None)
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            connection.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                "SELECT count(*) FROM n"
            ).fetchall()


def test_each_change_of_the_chain_is_noticed() -> None:
    revisions: list[checksums.Revision] = []
    for sections_digest in ("aa", "bb", "cc", "dd"):
        last = revisions[-1] if revisions else None
        revisions.append(checksums.revision_after(last, sections_digest))
    assert checksums.is_chain(revisions)
    assert checksums.is_chain(revisions[2:]), "only the latest are kept"
    assert not checksums.is_chain([])
    assert not checksums.is_chain([revisions[0], *revisions[2:]])
    assert not checksums.is_chain([revisions[1], revisions[0]])
    for place, revision in enumerate(revisions):
        for field in revision._fields:
            value = 9 if field == "number" else "ee"
            changed = list(revisions)
            changed[place] = revision._replace(**{field: value})
            assert not checksums.is_chain(changed), (place, field)


def rewritten(path: Path, statement: str, *values: object) -> CaseStore:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)
    return CaseStore(path)


def test_a_section_changed_with_its_checksum_is_told_by_the_chain(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    body = b'"bad is good"'
    store = rewritten(
        path,
        "UPDATE section SET body = ?, sha256 = ? WHERE name = 'notes'",
        body.decode(),
        checksums.digest_of("notes", body),
    )
    assert [note.code for note in store.notes] == ["case.damaged_read_only"]
    assert store.read_only


def test_a_section_that_was_removed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    store = rewritten(path, "DELETE FROM section WHERE name = 'buckets'")
    codes = [note.code for note in store.notes]
    assert codes == ["case.damaged_read_only", "case.lost.buckets"]
    assert store.load().buckets == {}
    assert store.load().notes == FULL.notes


def test_a_revision_that_was_removed_or_put_back_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    for statement in (
        "DELETE FROM revision WHERE number = 2",
        "DELETE FROM revision",
        "UPDATE revision SET number = 7 WHERE number = 2",
    ):
        copy = tmp_path / "copy.trasluz"
        copy.write_bytes(path.read_bytes())
        store = rewritten(copy, statement)
        assert [note.code for note in store.notes] == ["case.damaged_read_only"]


def test_a_right_section_beside_a_wrong_checksum_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    store = rewritten(path, "UPDATE section SET sha256 = 'x' WHERE name = 'notes'")
    assert store.load() == FULL
    assert [note.code for note in store.notes] == ["case.damaged_read_only"]


def test_a_section_that_a_later_build_added_is_not_lost(tmp_path: Path) -> None:
    """A case of this format that lacks a section by right opens for writing."""
    bodies = sections.encode(CaseFile(notes="kept"))
    del bodies["perspective"]
    (tmp_path / "a.trasluz").write_bytes(forged(bodies))
    store = CaseStore(tmp_path / "a.trasluz")
    assert not store.notes
    assert store.load() == CaseFile(notes="kept")
    store.close()


def test_only_the_latest_revisions_are_kept_and_still_verify(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    bodies = sections.encode(FULL)
    digests = {name: checksums.digest_of(name, body) for name, body in bodies.items()}
    together = checksums.digest_of_all(digests, SCHEMA)
    revisions = [checksums.revision_after(None, together)]
    for _ in range(2 * image.KEPT_REVISIONS):
        revisions.append(checksums.revision_after(revisions[-1], together))
    path.write_bytes(image.pack(bodies, revisions))
    store = CaseStore(path)
    assert not store.notes
    store.save(CaseFile(notes="one more"))
    store.close()
    kept = image.unpack(path.read_bytes(), sections.NAMES).revisions
    assert len(kept) == image.KEPT_REVISIONS
    assert kept[-1].number == 2 * image.KEPT_REVISIONS + 2
    assert checksums.is_chain(kept)


def test_a_case_is_readable_with_any_sqlite_tool(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    write_case(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        query = "SELECT body FROM section WHERE name = 'target'"
        assert connection.execute(query).fetchall() == [('"status"',)]
