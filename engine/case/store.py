"""One case in one SQLite file, put in place whole, safe against kill -9.

The state is kept as one JSON text a section (one field of
:class:`~engine.contracts.case.CaseFile`), readable with any SQLite tool. A save
writes a new file beside the old one and puts it in its place in one step: nothing
is ever written into a case, so that a damaged one stays as it was found.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.case import checksums, image, sections
from engine.case.disk import (
    NotPlainError,
    TooLargeError,
    read_plain,
    sweep,
    write_whole,
)
from engine.case.lock import CaseLock
from engine.case.paths import placed, portable
from engine.case.version1 import remove_log, with_log
from engine.contracts.case import CaseFile
from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.contracts.errors import Param


class CaseStore:
    """An open case file.

    Parameters
    ----------
    path
        The file.
    create
        Make a new, empty case; an existing file is never overwritten.

    Attributes
    ----------
    read_only
        Whether it may not be written; ``notes`` say why.
    notes
        What the user has to know of the file: what is damaged and lost, why it is
        open for reading only.

    Raises
    ------
    EngineError
        ``case.exists``, ``case.missing``, ``case.not_a_case``,
        ``case.not_a_plain_file``, ``case.too_large``, ``case.damaged``,
        ``case.newer_unreadable`` or ``case.unwritable``.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path.absolute()
        self._case = CaseFile()
        self._bodies: dict[str, bytes] = {}
        self._revisions: tuple[checksums.Revision, ...] = ()
        self._version = image.NEWEST
        self._older = b""
        self._lock: CaseLock | None = None
        if create:
            self._create()
        self.notes = self._open()
        self.read_only = any(note.code in READ_ONLY for note in self.notes)
        if self.read_only:
            self.close()

    def load(self) -> CaseFile:
        """Return the state as it was last saved, paths made absolute."""
        return self._case

    def save(self, case: CaseFile) -> None:
        """Write the state, durably and in one step, if it changed.

        Raises
        ------
        EngineError
            ``case.read_only``, ``case.changed_elsewhere``, ``case.cannot_keep``,
            ``case.too_large`` or ``case.unwritable``.
        """
        if self.read_only:
            raise EngineError("case.read_only", file=self.path.name)
        bodies = sections.encode(portable(case, self.path.parent))
        if bodies == self._bodies and self._version == image.NEWEST:
            self._case = case
            return
        with self._errors():
            self._refuse_if_changed()
            if self._version == image.FIRST:
                self._back_up()
            revisions = (*self._revisions, _revision(self._revisions, bodies))
            content = image.pack(bodies, revisions)
            if len(content) > image.LARGEST:
                raise self._too_large(len(content))
            self._write(content)
            if self._version == image.FIRST:
                remove_log(self.path)
        self._revisions = revisions[-image.KEPT_REVISIONS :]
        self._bodies, self._case = bodies, case
        self._version, self._older = image.NEWEST, b""

    def close(self) -> None:
        """Let other windows write it."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _create(self) -> None:
        bodies = sections.encode(CaseFile())
        content = image.pack(bodies, [_revision((), bodies)])
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, content, new=True)
        except FileExistsError as error:
            raise EngineError("case.exists", file=self.path.name) from error
        except OSError as error:
            raise self._unwritable(error) from error

    def _open(self) -> tuple[Note, ...]:
        why = self._why_protected()
        content = self._read()
        if not why:
            self._lock = CaseLock(self.path)
            if self._lock.is_held:
                content = self._read()  # another may have written it until now
                sweep(self.path)
        self._digest = hashlib.sha256(content).digest()
        self._case, self._bodies, notes = self._understood(content)
        if why:
            notes.append(self._note(why))
        elif self._lock is not None and self._lock.is_elsewhere:
            notes.append(self._note("case.open_elsewhere"))
        return tuple(notes)

    def _understood(
        self, content: bytes
    ) -> tuple[CaseFile, dict[str, bytes], list[Note]]:
        version = image.version_of(content) if image.is_case(content) else 0
        if version == image.FIRST:
            content = self._with_log(content)
        try:
            found = image.unpack(content, sections.NAMES)
        except image.NotACaseError as error:
            raise EngineError("case.not_a_case", file=self.path.name) from error
        except image.UnreadableError as error:
            newer = error.version > image.NEWEST
            code = "case.newer_unreadable" if newer else "case.damaged"
            raise EngineError(code, file=self.path.name) from error
        decoded = sections.decode(found.bodies)
        lost = [n for n in (*found.lost, *decoded.lost) if n not in sections.FORMER]
        if lost and not set(found.bodies) - set(decoded.lost):
            raise EngineError("case.damaged", file=self.path.name)
        self._version, self._revisions = found.version, found.revisions
        notes = []
        if lost or not found.sound:
            notes.append(self._note("case.damaged_read_only"))
            notes += [
                Note(code=sections.LOST[name])
                for name in dict.fromkeys(lost)
                if name in sections.LOST
            ]
        if found.version > image.NEWEST or decoded.unknown:
            notes.append(self._note("case.newer"))
            notes += [
                self._note("case.unknown_part", part=part) for part in decoded.unknown
            ]
        elif found.version == image.FIRST and not notes:
            self._older = content
            notes.append(self._note("case.older", copy=self._backup().name))
        case, refused = placed(decoded.case, self.path.parent)
        notes += [self._note("case.path_refused", path=path) for path in refused]
        return case, found.bodies, notes

    def _with_log(self, content: bytes) -> bytes:
        try:
            return with_log(self.path, content)
        except OSError as error:
            raise self._unwritable(error) from error
        except image.FAILURES as error:
            raise EngineError("case.damaged", file=self.path.name) from error

    def _read(self) -> bytes:
        try:
            return read_plain(self.path, image.LARGEST)
        except FileNotFoundError as error:
            raise EngineError("case.missing", file=str(self.path)) from error
        except NotPlainError as error:
            raise EngineError("case.not_a_plain_file", file=str(self.path)) from error
        except TooLargeError as error:
            raise self._too_large(error.size) from error
        except (OSError, ValueError) as error:
            raise self._unwritable(error) from error

    def _why_protected(self) -> str:
        """Return the note on why it cannot be written, if so."""
        try:
            mode = self.path.lstat().st_mode
        except (OSError, ValueError):
            return ""
        writable = stat.S_IMODE(mode) & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
        if not writable or not os.access(self.path, os.W_OK):
            return "case.write_protected"
        if not os.access(self.path.parent, os.W_OK):
            return "case.folder_write_protected"
        return ""

    def _refuse_if_changed(self) -> None:
        """Compare the file with what was read; a removed one is written again."""
        try:
            content = read_plain(self.path, image.LARGEST)
        except FileNotFoundError:
            return
        if hashlib.sha256(content).digest() != self._digest:
            raise EngineError("case.changed_elsewhere", file=self.path.name)

    def _write(self, content: bytes) -> None:
        digest = hashlib.sha256(content).digest()
        try:
            write_whole(self.path, content)
        except OSError:
            # in place, though not yet durable: the next try must know it for its own
            if hashlib.sha256(read_plain(self.path, image.LARGEST)).digest() == digest:
                self._digest = digest
            raise
        self._digest = digest

    def _back_up(self) -> None:
        try:
            write_whole(self._backup(), self._older, new=True)
        except FileExistsError:
            if self._backup().read_bytes() != self._older:
                raise

    def _backup(self) -> Path:
        number = hashlib.sha256(self._older).hexdigest()[:8]
        return self.path.with_name(f"{self.path.stem}-version1-{number}.trasluz")

    def _note(self, code: str, **params: Param) -> Note:
        return Note(code=code, params={"file": self.path.name, **params})

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except NotPlainError as error:
            raise EngineError("case.changed_elsewhere", file=self.path.name) from error
        except TooLargeError as error:
            raise self._too_large(error.size) from error
        except (OSError, sqlite3.Error) as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: Exception) -> EngineError:
        why = getattr(error, "strerror", None) or str(error)
        return EngineError("case.unwritable", file=str(self.path), why=why)

    def _too_large(self, size: int) -> EngineError:
        return EngineError(
            "case.too_large",
            file=self.path.name,
            size=size >> 20,
            limit=image.LARGEST >> 20,
        )


# Notes of what keeps a case from being written.
READ_ONLY = frozenset(
    {
        "case.damaged_read_only",
        "case.newer",
        "case.write_protected",
        "case.folder_write_protected",
        "case.open_elsewhere",
    }
)


def _revision(
    before: tuple[checksums.Revision, ...], bodies: dict[str, bytes]
) -> checksums.Revision:
    digests = {name: checksums.digest_of(name, body) for name, body in bodies.items()}
    together = checksums.digest_of_all(digests, image.NEWEST)
    return checksums.revision_after(before[-1] if before else None, together)
