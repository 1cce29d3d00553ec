"""The consents of this person on this computer, kept outside every case.

A case file travels, and whoever writes one can write a hash into it; so a case opens
nothing. A consent is a file of its own in the user's data folder, named by the hash of
the bytes that were agreed to. Giving and withdrawing are one step of the file system
each: two programs at once cannot bring back what one of them has withdrawn.

What cannot be trusted grants nothing: a link, a second name of another file, a file of
another user or one that others may write, text that is no consent, another hash.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import platformdirs

from engine.contracts.consent import MAX_REASON, Consent, Consents
from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from engine.contracts.model import SafetyReport

MAX_SIZE = 16 << 10
MAX_LISTED = 1_000
_HASH = re.compile(r"[0-9a-f]{64}")
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def own_folder() -> Path:
    """Return where the consents of whoever runs the program are kept."""
    return Path(platformdirs.user_data_dir("trasluz", appauthor=False)) / "consents"


class ConsentStore:
    """Consents as files in one folder.

    Parameters
    ----------
    folder
        Where they are; made at the first consent.
    version
        Of the program: what was agreed to with another one does not hold.
    """

    def __init__(self, folder: Path, version: str) -> None:
        self._folder = folder
        self._version = version

    @property
    def folder(self) -> str:
        """Where they are."""
        return str(self._folder)

    def find(self, sha256: str) -> Consent | None:
        """Return what was agreed to about these bytes, whether it still holds or not.

        Anything that cannot be trusted counts as no consent.
        """
        if not _HASH.fullmatch(sha256):
            return None
        try:
            found = msgspec.json.decode(_read(self._path(sha256)), type=Consent)
        except (OSError, ValueError, RecursionError):
            return None
        if found.sha256 != sha256:
            return None
        return msgspec.structs.replace(found, holds=found.version == self._version)

    def give(self, report: SafetyReport, reason: str = "") -> Consent:
        """Keep the consent to a file that was reported on.

        Raises
        ------
        OSError
            If it cannot be kept; it then holds for this time alone.
        """
        given = Consent(
            sha256=report.sha256,
            name=report.path.replace("\\", "/").rpartition("/")[2][:MAX_REASON],
            light=report.light.value,
            version=self._version,
            given=datetime.now(UTC).isoformat(timespec="seconds"),
            reason=" ".join(reason.split())[:MAX_REASON],
            holds=True,
        )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # made with rights for its owner alone; the name that counts comes last
        handle, name = tempfile.mkstemp(prefix=".new-", dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(given))
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self._path(report.sha256))
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
        return given

    def withdraw(self, sha256: str) -> None:
        """Forget a consent; none is not an error.

        Raises
        ------
        EngineError
            ``consent.not_withdrawn`` if it is still there.
        """
        if not _HASH.fullmatch(sha256):
            return
        path = self._path(sha256)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise EngineError(
                "consent.not_withdrawn", file=str(path), why=error.strerror or "?"
            ) from error

    def listed(self) -> Consents:
        """Return all of them, the newest first."""
        try:
            names = sorted(os.listdir(self._folder))[:MAX_LISTED]
        except OSError:
            names = []
        found = [self.find(name.removesuffix(".json")) for name in names]
        kept = [consent for consent in found if consent is not None]
        kept.sort(key=lambda consent: consent.given, reverse=True)
        return Consents(kept=tuple(kept), folder=str(self._folder))

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.json"


def _read(path: Path) -> bytes:
    """Return the bytes of a file that only its owner, who is us, can have written."""
    if stat.S_ISLNK(os.lstat(path).st_mode):  # where opening cannot refuse to follow
        raise OSError("a link")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise OSError("not a plain file, or one of several names")
        if found.st_size > MAX_SIZE:
            raise OSError("too long")
        if hasattr(os, "geteuid"):
            foreign = found.st_uid != os.geteuid()
            if foreign or found.st_mode & _OTHERS_MAY_WRITE:
                raise OSError("others may have written it")
        return file.read(MAX_SIZE)
