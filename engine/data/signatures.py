"""Files that hold no table that is read here, known by how they begin."""

from __future__ import annotations

from engine.contracts.errors import EngineError

_BEGINNINGS = (
    (b"%PDF-", "data.pdf", ""),
    (b"\x89PNG", "data.image", ""),
    (b"\xff\xd8\xff", "data.image", ""),
    (b"GIF8", "data.image", ""),
    (b"SQLite format 3\x00", "data.of_program", "SQLite"),
    (b"\x89HDF\r\n", "data.of_program", "HDF5"),
    (b"<stata_dta>", "data.of_program", "Stata"),
    (b"$FL2", "data.of_program", "SPSS"),
    (b"\x93NUMPY", "data.of_program", "NumPy"),
    (b"RDX", "data.of_program", "R"),
    (b"7z\xbc\xaf\x27\x1c", "data.of_program", "7-Zip"),
    (b"Rar!\x1a\x07", "data.of_program", "RAR"),
    (b"{\\rtf", "data.of_program", "Word"),
)
_ARCHIVED = (("word/", "Word"), ("ppt/", "PowerPoint"))
_PAGES = ("<!doctype html", "<html", "<head", "<body")
# PDF readers allow a few bytes before the beginning.
_LEEWAY = 1024


def refuse(head: bytes, name: str) -> None:
    """Raise what a file is by its first bytes, if that is nothing that is read.

    Raises
    ------
    EngineError
        ``data.pdf``, ``data.image``, ``data.of_program``.
    """
    for beginning, code, program in _BEGINNINGS:
        if head.startswith(beginning):
            raise _error(code, name, program)
    if b"%PDF-" in head[:_LEEWAY] and b"\n%" in head and b" obj" in head:
        raise EngineError("data.pdf", file=name)


def refuse_text(text: str, name: str) -> None:
    """Raise ``data.web_page`` or ``data.xml`` if a text is one."""
    start = text[:_LEEWAY].casefold()
    if start.startswith(_PAGES):
        raise EngineError("data.web_page", file=name)
    if start.startswith("<?xml"):
        code = "data.web_page" if "<html" in start else "data.xml"
        raise EngineError(code, file=name)


def refuse_archive(names: list[str], name: str) -> None:
    """Raise ``data.of_program`` if a zip archive is a document."""
    for folder, program in _ARCHIVED:
        if any(member.startswith(folder) for member in names):
            raise _error("data.of_program", name, program)


def _error(code: str, name: str, program: str) -> EngineError:
    if program:
        return EngineError(code, file=name, program=program)
    return EngineError(code, file=name)
