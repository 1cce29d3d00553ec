"""Are the files of a case still the ones it was made from."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.contracts.dataset import Note
from engine.contracts.progress import SILENT

if TYPE_CHECKING:
    from engine.contracts.case import CaseFile, CaseOpened, FileRecipe
    from engine.contracts.progress import Progress

_BLOCK = 8 << 20
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_SHOWN = 12  # digits that tell two hashes apart at a glance


def changed_files(case: CaseFile, progress: Progress = SILENT) -> tuple[Note, ...]:
    """Return a note for every file that is gone or whose bytes differ.

    Parameters
    ----------
    case
        A loaded case, paths absolute.
    progress
        Told how many bytes have been compared.
    """
    recipes = (*case.data, *([case.model] if case.model else []))
    files = [
        (Path(path), sha256)
        for recipe in recipes
        for path, sha256 in zip(recipe.paths, recipe.sha256, strict=True)
    ]
    total = sum(map(_size, (path for path, _ in files)))
    done = 0
    notes = []
    for path, expected in files:
        try:
            found, done = _digest(path, done, total, progress)
        except FileNotFoundError:
            notes.append(Note(code="case.file_gone", params={"file": str(path)}))
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            params = {"file": str(path), "why": why}
            notes.append(Note(code="case.file_denied", params=params))
        else:
            if found != expected:
                params = {
                    "file": str(path),
                    "saved": expected[:_SHOWN],
                    "found": found[:_SHOWN],
                }
                notes.append(Note(code="case.file_changed", params=params))
    return tuple(notes)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _digest(path: Path, done: int, total: int, progress: Progress) -> tuple[str, int]:
    """Return a plain file's SHA-256 and how many bytes have been read by now.

    The case may name anything: a pipe is not waited for, a device is not read.
    """
    digest = hashlib.sha256()
    with open(os.open(path, _FLAGS), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise FileNotFoundError
        while block := file.read(_BLOCK):
            progress.raise_if_cancelled()
            digest.update(block)
            done += len(block)
            progress.advance(done, total, "case.comparing")
    return digest.hexdigest(), done


def located(
    opened: CaseOpened, places: dict[str, str], progress: Progress = SILENT
) -> CaseOpened:
    """Return an opened case with files at new places, compared like those it had.

    Parameters
    ----------
    places
        New path of each file that moved, by the path in the case.
    """

    def moved(recipe: FileRecipe) -> FileRecipe:
        paths = tuple(places.get(path, path) for path in recipe.paths)
        return msgspec.structs.replace(recipe, paths=paths)

    case = msgspec.structs.replace(
        opened.case,
        data=tuple(moved(recipe) for recipe in opened.case.data),
        model=moved(opened.case.model) if opened.case.model is not None else None,
    )
    return msgspec.structs.replace(
        opened, case=case, changed=changed_files(case, progress)
    )
