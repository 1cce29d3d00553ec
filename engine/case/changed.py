"""Are the files of a case still the ones it was made from."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from engine.contracts.dataset import Note
from engine.contracts.progress import SILENT

if TYPE_CHECKING:
    from engine.contracts.case import CaseFile
    from engine.contracts.progress import Progress

_BLOCK = 8 << 20


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
    total = sum(path.stat().st_size for path, _ in files if path.is_file())
    done = 0
    notes = []
    for path, expected in files:
        if not path.is_file():
            notes.append(Note(code="case.file_gone", params={"file": str(path)}))
            continue
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                progress.raise_if_cancelled()
                digest.update(block)
                done += len(block)
                progress.advance(done, total, "case.comparing")
        if digest.hexdigest() != expected:
            notes.append(Note(code="case.file_changed", params={"file": str(path)}))
    return tuple(notes)
