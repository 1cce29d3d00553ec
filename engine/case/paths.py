r"""How a case names its files: beside it where they can be, and never blindly.

A case comes from anywhere. Merely asking whether ``\\\\server\\share\\file`` is
there signs the user in at that server; devices and the system's own files may never
end. Such names, which no case of this program holds, are not touched: the file is
looked for under its last name beside the case, and the user says where it is.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.case import CaseFile, FileRecipe

_SYSTEM = (PurePosixPath("/dev"), PurePosixPath("/proc"), PurePosixPath("/sys"))
_MEMORY = PurePosixPath("/dev/shm")  # plain files, in memory
_ON_WINDOWS = os.name == "nt"
_LONGEST_NAME = 200


def portable(case: CaseFile, folder: Path) -> CaseFile:
    """Return the case with paths relative to its folder where they lie in it."""

    def relative(path: str) -> str:
        absolute = Path(os.path.normpath(Path(path).absolute()))
        if absolute.is_relative_to(folder):
            return absolute.relative_to(folder).as_posix()
        return str(absolute)

    return _with_paths(case, relative)


def placed(case: CaseFile, folder: Path) -> tuple[CaseFile, tuple[str, ...]]:
    """Return the case with absolute paths, and the names that were not touched."""
    refused: dict[str, None] = {}

    def absolute(path: str) -> str:
        if is_plain(path):
            return str(folder / path)
        refused[path] = None
        return str(folder / _last_name(path))

    return _with_paths(case, absolute), tuple(refused)


def is_plain(path: str) -> bool:
    """Whether a path names a file in a way in which a case may name it."""
    windows, posix = PureWindowsPath(path), PurePosixPath(path)
    if path.startswith(("\\\\", "//")) or any(map(_is_control, path)):
        return False
    if ".." in posix.parts or ".." in windows.parts or _is_device(windows):
        return False
    return posix.is_relative_to(_MEMORY) or not any(map(posix.is_relative_to, _SYSTEM))


def _last_name(path: str) -> str:
    name = PureWindowsPath(path).name  # it parts at both kinds of slash
    name = "".join("_" if _is_control(c) else c for c in name)[:_LONGEST_NAME]
    if name in ("", "..") or _is_device(PureWindowsPath(name)):
        return f"_{name}"
    return name


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs")


def _is_device(path: PureWindowsPath) -> bool:
    return _ON_WINDOWS and path.is_reserved()


def _with_paths(case: CaseFile, turn: Callable[[str], str]) -> CaseFile:
    def turned(recipe: FileRecipe) -> FileRecipe:
        paths = tuple(turn(path) for path in recipe.paths)
        return msgspec.structs.replace(recipe, paths=paths)

    return msgspec.structs.replace(
        case,
        data=tuple(turned(recipe) for recipe in case.data),
        model=None if case.model is None else turned(case.model),
    )
