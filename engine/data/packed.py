"""The bytes of a text file, unpacked where it is packed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any

from engine.contracts.errors import EngineError
from engine.zip_directory import open_zip

if TYPE_CHECKING:
    from pathlib import Path

MOST_INFLATED = 32 << 30
MOST_RATIO = 1000
_RATIO_FROM = 64 << 20
_FEW_BYTES = 4 << 10  # of zstd: they may unpack to 40,000 times as many


class Unpacked(io.RawIOBase):
    """A file's bytes from their start; they end where they can only be a bomb.

    Parameters
    ----------
    path
        The file on disk.
    kind
        ``gzip``, ``bz2``, ``xz``, ``lzma``, ``zstd``, ``zip``; anything else is taken
        as it is.

    Raises
    ------
    EngineError
        ``data.zip_members`` or ``data.encrypted`` at once, ``data.bomb`` on reading.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self._opened = ExitStack()
        self._path = path
        self.size = max(1, path.stat().st_size)
        self._read = 0
        try:
            self._packed = self._opened.enter_context(path.open("rb"))
            self._file = self._opened.enter_context(_opened(self._packed, path, kind))
        except BaseException:
            self._opened.close()
            raise

    @property
    def position(self) -> int:
        """How much of the file on disk has been read, of :attr:`size`."""
        return self.size if self.closed else min(self._packed.tell(), self.size)

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with unpacked bytes; return how many there were."""
        view = memoryview(buffer).cast("B")
        block = self._file.read(len(view))
        view[: len(block)] = block
        self._read += len(block)
        ratio = self._read / self.size
        if self._read > MOST_INFLATED or (
            self._read > _RATIO_FROM and ratio > MOST_RATIO
        ):
            raise EngineError("data.bomb", file=self._path.name, ratio=int(ratio))
        return len(block)

    def close(self) -> None:
        """Close the file on disk too."""
        if not self.closed:
            self._opened.close()
        super().close()


def _opened(packed: IO[bytes], path: Path, kind: str) -> IO[bytes]:
    match kind:
        case "gzip":
            return gzip.GzipFile(fileobj=packed)  # type: ignore[return-value]
        case "bz2":
            return bz2.BZ2File(packed)
        case "xz" | "lzma":
            return lzma.LZMAFile(packed)
        case "zstd":
            return io.BufferedReader(_Zstandard(packed))
        case "zip":
            return _only_member(packed, path)
    return packed


def _only_member(packed: IO[bytes], path: Path) -> IO[bytes]:
    archive = open_zip(packed)
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member.filename.startswith("__MACOSX/")
    ]
    if len(members) != 1:
        names = tuple(member.filename[:80] for member in members[:5])
        raise EngineError(
            "data.zip_members", file=path.name, n=len(members), names=names
        )
    if members[0].flag_bits & 1:
        raise EngineError("data.encrypted", file=path.name)
    return archive.open(members[0])


class _Zstandard(io.RawIOBase):
    """The frames of a zstd file, one after the other.

    The library's own stream ends without a word after the first frame, and where a
    frame was cut short; both would lose rows.
    """

    def __init__(self, packed: IO[bytes]) -> None:
        import zstandard  # noqa: PLC0415 - only for such files

        self._packed = packed
        self._unpacker = zstandard.ZstdDecompressor()
        self._damaged = zstandard.ZstdError
        self._frame = self._unpacker.decompressobj()
        self._begun = False
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            block = self._packed.read(_FEW_BYTES)
            if not block:
                if self._begun:
                    raise EOFError("the last frame ends early")
                return 0
            self._ready = memoryview(self._unpacked(block))
        view = memoryview(buffer).cast("B")
        n = min(len(view), len(self._ready))
        view[:n] = self._ready[:n]
        self._ready = self._ready[n:]
        return n

    def _unpacked(self, block: bytes) -> bytes:
        found = b""
        try:
            while block:
                found += self._frame.decompress(block)
                block = self._frame.unused_data
                self._begun = not self._frame.eof
                if self._frame.eof:
                    self._frame = self._unpacker.decompressobj()
        except self._damaged as error:
            raise OSError(str(error)) from error
        return found
