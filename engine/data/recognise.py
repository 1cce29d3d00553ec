"""What dropped files are: data, a model, a case, or nothing we know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import formats
from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.results import Recognised, RecognisedFile
from engine.data.files import unfolded
from engine.data.sniff import format_of

if TYPE_CHECKING:
    from pathlib import Path


def recognise(paths: tuple[str, ...]) -> Recognised:
    """Return what each file is, folders unfolded, by content alone."""
    found: list[RecognisedFile] = []
    for path in paths:
        try:
            files = unfolded([path])
        except EngineError as error:
            found.append(_nothing(path, error))
            continue
        found += [_recognised(file) for file in files]
    return Recognised(files=tuple(found))


def _recognised(path: Path) -> RecognisedFile:
    if path.exists() and not path.is_file():  # a pipe would be waited for
        return _nothing(str(path), EngineError("data.not_a_file", file=str(path)))
    try:
        with path.open("rb") as file:
            found = formats.of(file)
        if found.model:
            return RecognisedFile(path=str(path), what="model", format=found.model)
        if found.family == "case":
            return RecognisedFile(path=str(path), what="case", format=found.name)
        kind = format_of(path)
    except EngineError as error:
        return _nothing(str(path), error)
    except OSError as error:
        why = error.strerror or str(error)
        unreadable = EngineError("data.unreadable", file=str(path), why=why)
        return _nothing(str(path), unreadable)
    return RecognisedFile(path=str(path), what="data", format=kind)


def _nothing(path: str, error: EngineError) -> RecognisedFile:
    note = Note(code=error.code, params=error.params)
    return RecognisedFile(path=path, what="none", format="", note=note)
