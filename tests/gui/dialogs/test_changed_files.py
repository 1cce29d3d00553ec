"""Files of a case at new places."""

from __future__ import annotations

from engine.contracts.case import CaseFile, FileRecipe
from gui.dialogs.changed_files import moved


def recipe(*paths: str) -> FileRecipe:
    return FileRecipe(paths=paths, sha256=tuple("" for _ in paths))


def test_only_the_files_that_moved_are_looked_for_elsewhere() -> None:
    case = CaseFile(data=(recipe("/a", "/b"), recipe("/c")), model=recipe("/m"))
    found = moved(case, {"/b": "/new/b", "/m": "/new/m"})
    assert [r.paths for r in found.data] == [("/a", "/new/b"), ("/c",)]
    assert found.model.paths == ("/new/m",)
