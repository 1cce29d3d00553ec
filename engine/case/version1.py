"""Cases of version 1 kept a write-ahead log beside them; fold it in."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from engine.case.disk import read_plain
from engine.case.image import LARGEST, close_doors_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOG = "-wal"
_BESIDE = (_LOG, "-shm")


def with_log(path: Path, content: bytes) -> bytes:
    """Return the bytes of a case together with what its log holds.

    SQLite works on private copies: the case and its log stay as they are. A journal
    is never played back, as version 1 wrote none once a case was made.

    Raises
    ------
    OSError
        If the log is no plain file, is too large or cannot be read.
    sqlite3.Error
        If case or log cannot be read.
    """
    try:
        log = read_plain(path.with_name(path.name + _LOG), LARGEST)
    except FileNotFoundError:
        return content
    with tempfile.TemporaryDirectory(prefix="trasluz-case-") as folder:
        copy = Path(folder) / "case"
        copy.write_bytes(content)
        copy.with_name("case" + _LOG).write_bytes(log)
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            close_doors_of_file(connection)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            return connection.serialize()


def remove_log(path: Path) -> None:
    """Remove the log of a case that has been written in a newer format."""
    for beside in _beside(path):
        beside.unlink(missing_ok=True)


def _beside(path: Path) -> Iterator[Path]:
    for ending in _BESIDE:
        yield path.with_name(path.name + ending)
