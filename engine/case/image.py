"""A case as the bytes of one SQLite database, made whole and read without trust.

The bytes are opened in memory, never as a file: a journal or a log beside the
case, which SQLite would play back (a journal may even name a file to be deleted),
has no effect. Before a row is read, the schema is compared with the known one, word
for word; what could run anything is switched off.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.case.checksums import Revision, digest_of, digest_of_all, is_chain
from engine.contracts.case import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

APPLICATION_ID = 0x54525A31  # "TRZ1" in the file's header: `file` can tell it
MAGIC = b"SQLite format 3\x00"
PAGE = 4096
LARGEST = 64 << 20  # bytes of a case
LARGEST_SECTION = 16 << 20
KEPT_REVISIONS = 100

_MOST_SECTIONS = 64
_SECONDS = 5.0
_HEADER = 100
# What the header of every case says: where, and how a sound one reads.
_PAGE_SIZE = slice(16, 18)
_FORMATS = slice(18, 20)  # (1, 1), or (2, 2) if a write-ahead log was in use
_CONSTANTS = slice(20, 24)  # no reserved space; fractions of a page, all fixed
_N_PAGES = slice(28, 32)
_ENCODING = slice(56, 60)
_VERSION = slice(60, 64)
_APPLICATION = slice(68, 72)

SCHEMAS: dict[int, dict[str, str]] = {
    1: {
        "revision": "CREATE TABLE revision "
        "(id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER)",
        "section": "CREATE TABLE section "
        "(name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID",
    },
    2: {
        "revision": "CREATE TABLE revision (number INTEGER PRIMARY KEY, "
        "previous TEXT NOT NULL, sections TEXT NOT NULL, chain TEXT NOT NULL)",
        "section": "CREATE TABLE section (name TEXT PRIMARY KEY, "
        "body TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID",
    },
}
FIRST, NEWEST = 1, SCHEMA
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LARGEST_SECTION,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 10_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 16,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 20,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 2,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 10_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 8,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 16,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
}
# Values too large raise the second; SQLite quotes damaged bytes in its messages, which
# Python then cannot decode.
FAILURES = (sqlite3.Error, OverflowError, UnicodeDecodeError)
_READABLE = frozenset({"sqlite_master", "section", "revision"})


class NotACaseError(Exception):
    """The bytes are of something else."""


class UnreadableError(Exception):
    """Nothing can be read: the schema is another, or damaged.

    Attributes
    ----------
    version
        What the header says of the version of the format.
    """

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


@dataclass(frozen=True)
class Found:
    """What the bytes of a case hold.

    Attributes
    ----------
    version
        Of the format; 1 had no checksums.
    bodies
        Sections whose checksum is right.
    lost
        Names of sections that are gone or whose checksum is wrong.
    sound
        Whether header, checksums and chain are all as they were written.
    revisions
        The latest revisions, oldest first; empty in version 1.
    """

    version: int
    bodies: dict[str, bytes]
    lost: tuple[str, ...]
    sound: bool
    revisions: tuple[Revision, ...] = ()


def is_case(head: bytes) -> bool:
    """Whether a file that begins so says that it is a case."""
    application = APPLICATION_ID.to_bytes(4, "big")
    return head.startswith(MAGIC) and head[_APPLICATION] == application


def version_of(head: bytes) -> int:
    """Return the version of the format, as the header has it."""
    return int.from_bytes(head[_VERSION], "big")


def pack(bodies: Mapping[str, bytes], revisions: Sequence[Revision]) -> bytes:
    """Return the bytes of a case in the newest format."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("PRAGMA encoding = 'UTF-8'")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {NEWEST}")
        connection.execute("BEGIN")
        for statement in SCHEMAS[NEWEST].values():
            connection.execute(statement)
        connection.executemany(
            "INSERT INTO section VALUES (?, ?, ?)",
            [
                (name, body.decode(), digest_of(name, body))
                for name, body in sorted(bodies.items())
            ],
        )
        connection.executemany(
            "INSERT INTO revision VALUES (?, ?, ?, ?)", revisions[-KEPT_REVISIONS:]
        )
        connection.execute("COMMIT")
        return connection.serialize()


def unpack(content: bytes, names: Iterable[str]) -> Found:
    """Return what the bytes hold, every checksum verified.

    Parameters
    ----------
    content
        The whole file, at most :data:`LARGEST` bytes.
    names
        Of the sections that there should be.

    Raises
    ------
    NotACaseError
        If the header is of something else.
    UnreadableError
        If the schema is not that of a case.
    """
    if not is_case(content[:_HEADER]):
        raise NotACaseError
    version = version_of(content)
    repaired = _with_known_header(content)
    as_written = repaired == _without_log(content)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        try:
            _close_doors(connection)
            connection.deserialize(repaired)
            connection.set_authorizer(_permit)
            _compare_schema(connection, version)
        except FAILURES as error:
            raise UnreadableError(version) from error
        if version == FIRST:
            bodies, lost, whole = _read_unchecked(connection, names)
            return Found(version, bodies, lost, as_written and whole and not lost)
        return _read_checked(connection, version, names, as_written=as_written)


def close_doors_of_file(connection: sqlite3.Connection) -> None:
    """Set the same limits on a database that has to be opened as a file."""
    _close_doors(connection)


def _close_doors(connection: sqlite3.Connection) -> None:
    for limit, most in _LIMITS.items():
        connection.setlimit(limit, most)
    for pragma in (
        "trusted_schema = OFF",
        "cell_size_check = ON",
        "query_only = ON",
        "mmap_size = 0",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    if hasattr(connection, "setconfig"):  # Python 3.12
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)  # type: ignore[attr-defined]
    connection.text_factory = bytes
    end = time.monotonic() + _SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > end, 1000)


def _permit(action: int, table: str | None, *_: str | None) -> int:
    reads = action == sqlite3.SQLITE_READ and table in _READABLE
    if reads or action == sqlite3.SQLITE_SELECT:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _without_log(content: bytes) -> bytes:
    """Return the bytes of a case of version 1 as if it had never had a log."""
    if version_of(content) != FIRST or content[_FORMATS] != b"\x02\x02":
        return content
    return content[: _FORMATS.start] + b"\x01\x01" + content[_FORMATS.stop :]


def _with_known_header(content: bytes) -> bytes:
    """Return the bytes with the header that every case has, cut pages filled up."""
    n_pages = max(1, -(-len(content) // PAGE))
    whole = bytearray(content.ljust(n_pages * PAGE, b"\0"))
    whole[_PAGE_SIZE] = PAGE.to_bytes(2, "big")
    whole[_FORMATS] = b"\x01\x01"
    whole[_CONSTANTS] = bytes((0, 64, 32, 32))
    whole[_N_PAGES] = n_pages.to_bytes(4, "big")
    whole[_ENCODING] = (1).to_bytes(4, "big")
    return bytes(whole)


def _compare_schema(connection: sqlite3.Connection, version: int) -> None:
    known = SCHEMAS.get(min(version, NEWEST), {})
    rows = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master LIMIT 16"
    ).fetchall()
    expected = {
        (b"table", name.encode(), name.encode(), sql.encode())
        for name, sql in known.items()
    }
    if len(rows) != len(expected) or set(rows) != expected:
        raise UnreadableError(version)


def _read_unchecked(
    connection: sqlite3.Connection, names: Iterable[str]
) -> tuple[dict[str, bytes], tuple[str, ...], bool]:
    """Read a case of version 1, in which sections may be missing by right."""
    bodies: dict[str, bytes] = {}
    lost: list[str] = []
    present, whole = _names(connection)
    for name in dict.fromkeys((*names, *present)):
        try:
            row = connection.execute(
                "SELECT body FROM section WHERE name = ?", (name,)
            ).fetchone()
        except FAILURES:
            row = (None,)
        if row is None and name not in present:
            continue
        if row is not None and isinstance(row[0], bytes):
            bodies[name] = row[0]
        else:
            lost.append(name)
    return bodies, tuple(lost), whole


def _read_checked(
    connection: sqlite3.Connection,
    version: int,
    names: Iterable[str],
    *,
    as_written: bool,
) -> Found:
    bodies: dict[str, bytes] = {}
    stored: dict[str, str] = {}
    present, whole = _names(connection)
    wanted = list(dict.fromkeys((*names, *present)))
    for name in wanted:
        try:
            row = connection.execute(
                "SELECT body, sha256 FROM section WHERE name = ?", (name,)
            ).fetchone()
        except FAILURES:
            continue
        if row is not None and all(isinstance(cell, bytes) for cell in row):
            bodies[name] = row[0]
            stored[name] = row[1].decode("ascii", "replace")
    computed = {name: digest_of(name, body) for name, body in bodies.items()}
    revisions = _revisions(connection)
    chained = is_chain(revisions)
    signed = revisions[-1].sections if chained else ""
    if digest_of_all(computed, version) == signed:
        right = set(computed)  # a checksum beside one of them may be damaged
    else:
        right = {name for name in computed if computed[name] == stored[name]}
    agree = digest_of_all(stored, version) == signed
    missing = [name for name in wanted if name not in right]
    # what another version of the program never wrote is not lost
    complete = agree or digest_of_all(computed, version) == signed
    lost = tuple(name for name in missing if name in bodies or not complete)
    return Found(
        version=version,
        bodies={name: bodies[name] for name in wanted if name in right},
        lost=lost,
        sound=as_written and whole and chained and agree and computed == stored,
        revisions=revisions,
    )


def _names(connection: sqlite3.Connection) -> tuple[list[str], bool]:
    """Return the names of all sections that can be listed, and whether all can."""
    found: list[str] = []
    try:
        for (name,) in connection.execute(
            f"SELECT name FROM section LIMIT {_MOST_SECTIONS + 1}"
        ):
            found.append(name.decode("utf-8", "replace"))
    except (*FAILURES, AttributeError):
        return found, False
    return found[:_MOST_SECTIONS], len(found) <= _MOST_SECTIONS


def _revisions(connection: sqlite3.Connection) -> tuple[Revision, ...]:
    try:
        rows = connection.execute(
            "SELECT number, previous, sections, chain FROM revision "
            f"ORDER BY number LIMIT {KEPT_REVISIONS + 1}"
        ).fetchall()
    except FAILURES:
        return ()
    if len(rows) > KEPT_REVISIONS:
        return ()
    return tuple(
        Revision(number, *(_text(cell) for cell in cells)) for number, *cells in rows
    )


def _text(cell: object) -> str:
    return cell.decode("ascii", "replace") if isinstance(cell, bytes) else ""
