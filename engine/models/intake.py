"""Taking a file in: one look, one copy under its own hash, all work on the copy."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from engine import scratch
from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT
from engine.models.static.sniff import JOBLIB, sniff

if TYPE_CHECKING:
    from engine.contracts.progress import Progress

MAX_SIZE = 64 << 30
CHUNK = 4 << 20
_REFLINK = 0x40049409  # FICLONE of linux/fs.h


@dataclass(frozen=True, kw_only=True)
class Intake:
    """A file that was taken in.

    Attributes
    ----------
    path
        Where the user has it: for showing only.
    path_in_store
        The copy, read-only, named by its hash.
    container
        By content, see :mod:`engine.models.static.sniff`.
    program, family, cut
        What else :class:`engine.formats.Format` says.
    format
        The same as ``container``, with joblib's compressions taken together as
        ``joblib``.
    """

    path: str
    path_in_store: Path
    sha256: str
    size: int
    container: str
    program: str = ""
    family: str = "model"
    cut: bool = False

    @property
    def format(self) -> str:
        """Return the name by which an adapter is chosen."""
        return "joblib" if self.container in JOBLIB else self.container


def take_in(
    path: str | Path, store: Path, progress: Progress = SILENT, limit: int = MAX_SIZE
) -> Intake:
    """Copy a regular file into ``store`` while its SHA-256 is taken.

    Parameters
    ----------
    path
        File as the user named it; a link to a regular file is followed once.
    store
        Folder of copies; made (private) if there is none.

    Raises
    ------
    EngineError
        ``intake.missing``, ``intake.folder``, ``intake.not_a_file``,
        ``intake.denied``, ``intake.empty``, ``intake.too_large``,
        ``intake.changed``, ``intake.no_space``, ``engine.disk_full``.
    """
    shown = str(path)
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _open_regular(Path(path), shown) as source:
        before = os.fstat(source.fileno())
        if before.st_size > limit:
            raise EngineError(
                "intake.too_large", file=shown, n=before.st_size, limit=limit
            )
        if before.st_size == 0:
            raise EngineError("intake.empty", file=shown)
        kept, sha256 = _keep(source, store, before.st_size, shown, progress)
        after = os.fstat(source.fileno())
        if _state(before) != _state(after) or kept.stat().st_size != before.st_size:
            kept.unlink(missing_ok=True)
            raise EngineError("intake.changed", file=shown)
    with kept.open("rb") as copy:
        kind = sniff(copy)
    return Intake(
        path=shown,
        path_in_store=kept,
        sha256=sha256,
        size=before.st_size,
        container=kind.name,
        program=kind.program,
        family=kind.family,
        cut=kind.cut,
    )


def _state(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns


def _open_regular(path: Path, shown: str) -> IO[bytes]:
    """Open without waiting (a pipe would), and only what is a plain file."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    flags |= getattr(os, "O_BINARY", 0)
    try:
        if path.is_dir():
            raise EngineError("intake.folder", file=shown)
        if not stat.S_ISREG(path.stat().st_mode):
            raise EngineError("intake.not_a_file", file=shown)
        descriptor = os.open(path, flags)
    except FileNotFoundError as error:
        raise EngineError("intake.missing", file=shown) from error
    except (OSError, ValueError) as error:
        raise EngineError("intake.denied", file=shown, cause=str(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise EngineError("intake.not_a_file", file=shown)
    return os.fdopen(descriptor, "rb")


def _keep(
    source: IO[bytes], store: Path, size: int, shown: str, progress: Progress
) -> tuple[Path, str]:
    """Copy into the store; return the copy and its hash, both of the same bytes."""
    handle, name = tempfile.mkstemp(prefix=".incoming-", dir=store)
    target = Path(name)
    try:
        with os.fdopen(handle, "w+b") as copy:
            if _clone(source, copy):
                sha256 = _hash(copy, None, size, progress)
            else:
                sha256 = _hash(source, copy, size, progress)
        kept = store / sha256
        target.chmod(0o400)
        target.replace(kept)
    except OSError as error:
        target.unlink(missing_ok=True)
        if full := scratch.disk_full(error, store):
            raise full from error
        raise EngineError("intake.no_space", file=shown, cause=str(error)) from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return kept, sha256


def _clone(source: IO[bytes], copy: IO[bytes]) -> bool:
    """Share the blocks where the file system can; costs nothing, copies nothing."""
    if sys.platform != "linux":
        return False
    import fcntl  # noqa: PLC0415 - not on every platform

    try:
        fcntl.ioctl(copy.fileno(), _REFLINK, source.fileno())
    except OSError:
        return False
    return True


def _hash(
    source: IO[bytes], copy: IO[bytes] | None, size: int, progress: Progress
) -> str:
    digest = hashlib.sha256()
    done = 0
    while chunk := source.read(CHUNK):
        progress.raise_if_cancelled()
        digest.update(chunk)
        if copy is not None:
            copy.write(chunk)
        done += len(chunk)
        progress.advance(done, size, "intake.copying")
        if done > size:
            break
    return digest.hexdigest()
