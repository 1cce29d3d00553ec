"""Compressed files made readable at any place, with a limit on what they hold."""

from __future__ import annotations

import bz2
import lzma
import mmap
import tempfile
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from engine.models.static.outcome import NotUnderstoodError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.contracts.progress import Progress

CHUNK = 1 << 20
MAX_UNPACKED = 16 << 30
FREE_RATIO_UP_TO = 1 << 30
MAX_RATIO = 1_000


@contextmanager
def whole(file: IO[bytes]) -> Iterator[Any]:
    """Give a file's bytes without reading them into memory."""
    file.flush() if file.writable() else None
    file.seek(0, 2)
    if file.tell() == 0:
        yield b""
        return
    yield mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


@contextmanager
def unpacked(
    file: IO[bytes], size: int, method: str, progress: Progress
) -> Iterator[Any]:
    """Give the decompressed bytes, kept in a temporary file.

    Parameters
    ----------
    method
        ``zlib``, ``gzip``, ``bz2``, ``lzma`` or ``xz``.

    Raises
    ------
    NotUnderstoodError
        If the stream is damaged, unknown, goes on after its end, or unpacks to
        more than is sane for its size.
    """
    with tempfile.TemporaryFile(prefix="trasluz-") as target:
        file.seek(0)
        limit = min(MAX_UNPACKED, max(FREE_RATIO_UP_TO, MAX_RATIO * size))
        written = 0
        for piece in _pieces(file, method):
            progress.raise_if_cancelled()
            written += len(piece)
            if written > limit:
                raise NotUnderstoodError("safety.unpacks_too_far", limit=limit)
            target.write(piece)
        with whole(target) as data:
            yield data


def _decoder(method: str) -> Any:
    if method == "zlib":
        return zlib.decompressobj()
    if method == "gzip":
        return zlib.decompressobj(wbits=31)
    if method == "bz2":
        return bz2.BZ2Decompressor()
    if method == "lzma":
        return lzma.LZMADecompressor(format=lzma.FORMAT_ALONE, memlimit=512 << 20)
    if method == "xz":
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=512 << 20)
    raise NotUnderstoodError("safety.compression", method=method)


def _pieces(file: IO[bytes], method: str) -> Iterator[bytes]:
    decoder = _decoder(method)
    is_zlib = method in ("zlib", "gzip")
    try:
        while not decoder.eof:
            chunk = file.read(CHUNK)
            if not chunk:
                raise NotUnderstoodError("safety.cut_off", position=file.tell())
            yield decoder.decompress(chunk, CHUNK)
            while not decoder.eof and _has_more(decoder, is_zlib):
                left = decoder.unconsumed_tail if is_zlib else b""
                yield decoder.decompress(left, CHUNK)
    except (zlib.error, OSError, ValueError, lzma.LZMAError, EOFError) as error:
        raise NotUnderstoodError("safety.bad_compression", method=method) from error
    if decoder.unused_data or file.read(1):
        raise NotUnderstoodError("safety.after_compression", method=method)


def _has_more(decoder: Any, is_zlib: bool) -> bool:
    return bool(decoder.unconsumed_tail) if is_zlib else not decoder.needs_input
