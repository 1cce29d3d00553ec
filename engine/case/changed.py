"""Are the files of a case still the ones it was made from."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.contracts.dataset import Note
from engine.contracts.progress import SILENT

if TYPE_CHECKING:
    from engine.contracts.case import CaseFile, CaseOpened, FileRecipe
    from engine.contracts.progress import Progress

_BLOCK = 8 << 20
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
            notes.append(
                Note(
                    code="case.file_changed",
                    params={
                        "file": str(path),
                        "saved": expected[:_SHOWN],
                        "found": digest.hexdigest()[:_SHOWN],
                    },
                )
            )
    return tuple(notes)


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
