"""One case in one SQLite file, written in transactions, safe against kill -9.

The state is kept as one JSON text a section (one field of
:class:`~engine.contracts.case.CaseFile`), readable with any SQLite tool, and
only sections that changed are written. A revision number, checked inside the
writing transaction, keeps two windows from overwriting one another.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.contracts.case import SCHEMA, CaseFile, FileRecipe
from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLICATION_ID = 0x54525A31  # "TRZ1" in the file's header: `file` can tell it
_HEADER = b"SQLite format 3\x00"
_TABLES = """
CREATE TABLE revision (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER);
INSERT INTO revision VALUES (1, 0);
CREATE TABLE section (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
"""


class CaseStore:
    """An open case file.

    Parameters
    ----------
    path
        The file.
    create
        Make a new, empty case; an existing file is never overwritten.

    Raises
    ------
    EngineError
        ``case.exists``, ``case.missing``, ``case.not_a_case``, ``case.damaged``
        or ``case.unwritable``.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path.absolute()
        self.read_only = False
        self._sections: dict[str, str] = {}
        if create:
            self._create()
        else:
            self._check()
        self._connection = self._connect()
        self._revision = self._read_revision()

    def load(self) -> CaseFile:
        """Return the state as it was last saved, paths made absolute.

        Raises
        ------
        EngineError
            ``case.damaged`` if a section does not decode.
        """
        with self._errors():
            rows = self._connection.execute("SELECT name, body FROM section").fetchall()
            self._revision = self._read_revision()
        self._sections = dict(rows)
        known = {name: msgspec.Raw(body.encode()) for name, body in rows}
        try:
            case = msgspec.json.decode(msgspec.json.encode(known), type=CaseFile)
        except msgspec.MsgspecError as error:
            raise EngineError("case.damaged", file=self.path.name) from error
        return self._with_paths(case, self._absolute)

    def save(self, case: CaseFile) -> None:
        """Write what changed, durably, in one transaction.

        Raises
        ------
        EngineError
            ``case.read_only``, ``case.changed_elsewhere`` or ``case.unwritable``.
        """
        if self.read_only:
            raise EngineError("case.read_only", file=self.path.name)
        portable = self._with_paths(case, self._relative)
        sections = {
            field: msgspec.json.encode(getattr(portable, field)).decode()
            for field in CaseFile.__struct_fields__
        }
        changed = {
            name: body
            for name, body in sections.items()
            if self._sections.get(name) != body
        }
        if not changed:
            return
        with self._errors(), self._transaction() as connection:
            if self._read_revision() != self._revision:
                raise EngineError("case.changed_elsewhere", file=self.path.name)
            connection.executemany(
                "INSERT INTO section VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET body = excluded.body",
                changed.items(),
            )
            connection.execute("UPDATE revision SET number = number + 1")
        self._revision += 1
        self._sections = sections

    def close(self) -> None:
        """Close the file; the write-ahead log is folded in."""
        self._connection.close()

    def _create(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError as error:
            raise EngineError("case.exists", file=self.path.name) from error
        except OSError as error:
            raise self._unwritable(error) from error
        with self._errors(), closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(
                f"PRAGMA application_id = {APPLICATION_ID};"
                f"PRAGMA user_version = {SCHEMA};" + _TABLES
            )

    def _check(self) -> None:
        try:
            with self.path.open("rb") as file:
                header = file.read(100)
        except FileNotFoundError as error:
            raise EngineError("case.missing", file=str(self.path)) from error
        except OSError as error:
            raise self._unwritable(error) from error
        application = int.from_bytes(header[68:72], "big")
        if not header.startswith(_HEADER) or application != APPLICATION_ID:
            raise EngineError("case.not_a_case", file=self.path.name)
        newer = int.from_bytes(header[60:64], "big") > SCHEMA
        self.read_only = newer or not os.access(self.path, os.W_OK)

    def _connect(self) -> sqlite3.Connection:
        mode = "ro" if self.read_only else "rw"
        with self._errors():
            connection = sqlite3.connect(
                f"{self.path.as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,  # transactions are opened by name, below
                check_same_thread=False,
                timeout=5.0,
            )
            if not self.read_only:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
            return connection

    def _read_revision(self) -> int:
        with self._errors():
            row = self._connection.execute("SELECT number FROM revision").fetchone()
        if row is None:
            raise EngineError("case.damaged", file=self.path.name)
        return int(row[0])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._unwritable(error) from error
        except sqlite3.DatabaseError as error:
            raise EngineError("case.damaged", file=self.path.name) from error

    def _unwritable(self, error: Exception) -> EngineError:
        why = getattr(error, "strerror", None) or str(error)
        return EngineError("case.unwritable", file=str(self.path), why=why)

    def _with_paths(self, case: CaseFile, turn: _Turn) -> CaseFile:
        def turned(recipe: FileRecipe) -> FileRecipe:
            paths = tuple(turn(path) for path in recipe.paths)
            return msgspec.structs.replace(recipe, paths=paths)

        return msgspec.structs.replace(
            case,
            data=tuple(turned(recipe) for recipe in case.data),
            model=None if case.model is None else turned(case.model),
        )

    def _relative(self, path: str) -> str:
        absolute = Path(path).absolute()
        if absolute.is_relative_to(self.path.parent):
            return absolute.relative_to(self.path.parent).as_posix()
        return str(absolute)

    def _absolute(self, path: str) -> str:
        return str(self.path.parent / path)


if TYPE_CHECKING:
    from collections.abc import Callable

    _Turn = Callable[[str], str]
