"""Zip archives: what they hold and whether unpacking them is sane.

Nothing is ever extracted to disk; members are read one by one with a limit.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

from engine.models.static.outcome import BrokenError, NotUnderstoodError
from engine.zip_directory import open_zip

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MEMBERS = 60_000
MAX_TOTAL = 64 << 30
MAX_RATIO = 200
RATIO_MATTERS = 100 << 20
MAX_NAME = 500
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BAD_NAME = re.compile(r"[\x00-\x1f\x7f\\]|^/|^[A-Za-z]:|(^|/)\.\.(/|$)")
CODE = (".py", ".pyc", ".pyd", ".so", ".dll", ".dylib", ".exe", ".sh", ".jar")


def open_archive(file: IO[bytes]) -> zipfile.ZipFile:
    """Open a zip and check its table of contents.

    Raises
    ------
    NotUnderstoodError
        If it is damaged, encrypted, too large, or its names try to leave it.
    BrokenError
        If it has more members than any model needs.
    """
    try:
        archive = open_zip(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise NotUnderstoodError("safety.bad_archive") from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise BrokenError("safety.too_many_members", n=len(members), limit=MAX_MEMBERS)
    _check_names(members)
    _check_sizes(members)
    return archive


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for member in members:
        name = member.filename
        original = member.orig_filename
        if len(name) > MAX_NAME or _BAD_NAME.search(name) or _BAD_NAME.search(original):
            raise NotUnderstoodError("safety.member_name", name=name[:80])
        if name.casefold() in seen:
            raise NotUnderstoodError("safety.member_twice", name=name)
        seen.add(name.casefold())


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    total = 0
    end = 0
    for member in sorted(members, key=lambda m: m.header_offset):
        if member.flag_bits & 0x1:
            raise NotUnderstoodError("safety.member_encrypted", name=member.filename)
        if member.compress_type not in _METHODS:
            raise NotUnderstoodError("safety.member_method", name=member.filename)
        if member.header_offset < end:
            raise NotUnderstoodError("safety.member_overlap", name=member.filename)
        end = member.header_offset + 30 + member.compress_size
        large = member.file_size > RATIO_MATTERS
        if large and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise NotUnderstoodError("safety.member_ratio", name=member.filename)
        total += member.file_size
    if total > MAX_TOTAL:
        raise NotUnderstoodError("safety.archive_total", n=total, limit=MAX_TOTAL)


def read_member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """Return one member's bytes, at most ``limit`` of them.

    Raises
    ------
    NotUnderstoodError
        If it is longer, missing or damaged (the checksum is compared).
    """
    try:
        with archive.open(name) as member:
            data = member.read(limit + 1)
    except (
        KeyError,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise NotUnderstoodError("safety.member_damaged", name=name[:80]) from error
    if len(data) > limit:
        raise NotUnderstoodError("safety.member_size", name=name[:80], limit=limit)
    return data


def members(archive: zipfile.ZipFile) -> Iterator[str]:
    """Yield the names of the members that are files."""
    for member in archive.infolist():
        if not member.is_dir():
            yield member.filename
