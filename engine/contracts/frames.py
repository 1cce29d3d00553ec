"""How messages travel between processes: typed headers and raw arrays.

A frame is a msgpack header, decoded against a known type, followed by the bytes
of its arrays. Arrays above :data:`LARGE` go through a file in the scratch folder
of the session instead. Nothing is ever unpickled; whatever does not decode to
the expected type within the limits raises :class:`FrameError`, and the receiver
drops the connection.
"""

from __future__ import annotations

import math
import os
import secrets
import stat
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
import numpy as np

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

LARGE = 1 << 20
MAX_FRAME = 256 << 20
MAX_ARRAY = 64 << 30
MAX_DIMENSIONS = 4
_MAGIC = b"TZ01"
_READ_PLAIN_FILE = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
_PREFIX = struct.Struct("<4sI")
_ALIGN = 16
_DTYPES = frozenset(  # plain numbers, little-endian
    "|b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8".split()  # noqa: SIM905
)

M = TypeVar("M")


class FrameError(Exception):
    """Bytes from the other side are not a message we know."""


class _ArrayRef(msgspec.Struct, frozen=True, array_like=True):
    dtype: str
    shape: tuple[int, ...]
    offset: int = 0
    file: str = ""

    def n_bytes(self) -> int:
        if self.dtype not in _DTYPES or len(self.shape) > MAX_DIMENSIONS:
            raise FrameError(f"array of type {self.dtype!r}, shape {self.shape}")
        if any(side < 0 for side in self.shape):
            raise FrameError(f"array of shape {self.shape}")
        size = math.prod(self.shape) * int(self.dtype[2:])
        if size > MAX_ARRAY:
            raise FrameError(f"array of {size} bytes")
        return size


def encode(message: object, scratch: Path | None = None) -> bytes:
    """Return ``message`` as one frame.

    Parameters
    ----------
    message
        A msgspec struct; its arrays may sit at any depth.
    scratch
        Folder for large arrays; without one they are sent inline.
    """
    blocks: list[bytes | memoryview] = []
    position = 0

    def reference(value: Any) -> Any:
        nonlocal position
        if isinstance(value, np.generic):
            return value.item()
        if not isinstance(value, np.ndarray):
            raise TypeError(f"cannot send {type(value).__name__}")
        array = np.ascontiguousarray(value).reshape(value.shape)
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        if scratch is not None and array.nbytes > LARGE:
            name = secrets.token_hex(16)
            array.tofile(scratch / name)
            return _ArrayRef(array.dtype.str, array.shape, 0, name)
        padding = -position % _ALIGN
        blocks.append(bytes(padding))
        blocks.append(array.tobytes())
        found = _ArrayRef(array.dtype.str, array.shape, position + padding)
        position += padding + array.nbytes
        return found

    header = msgspec.msgpack.encode(message, enc_hook=reference)
    return b"".join([_PREFIX.pack(_MAGIC, len(header)), header, *blocks])


def decode(
    frame: bytes | memoryview,
    kind: type[M] | Any,
    scratch: Path | None = None,
) -> M:
    """Return the message in ``frame``, checked against ``kind``.

    Parameters
    ----------
    frame
        What :func:`encode` made, or anything at all.
    kind
        The struct type, or a tagged union of them.
    scratch
        Folder in which files named by the frame are looked for; they are mapped.
        Only for a sender that is our own code: a file cut short under a mapping
        kills its reader. A model host is given none and sends arrays inline.

    Raises
    ------
    FrameError
        If the bytes are anything but one well-formed message of that type.
    """
    view = memoryview(frame)
    if len(view) < _PREFIX.size:
        raise FrameError("frame too short")
    magic, header_size = _PREFIX.unpack_from(view)
    body = view[_PREFIX.size + header_size :]
    if magic != _MAGIC or header_size > len(view) - _PREFIX.size:
        raise FrameError("not a frame")

    def array(wanted: type, value: Any) -> Any:
        if wanted is not np.ndarray:
            raise NotImplementedError(wanted)
        ref = msgspec.convert(value, _ArrayRef)
        size = ref.n_bytes()
        if ref.file:
            return _from_file(ref, size, scratch)
        if ref.offset < 0 or ref.offset + size > len(body):
            raise FrameError("array outside the frame")
        data = np.frombuffer(body[ref.offset : ref.offset + size], dtype=ref.dtype)
        data = data.reshape(ref.shape)
        if not data.flags.aligned:  # which numpy multiplies many times slower
            data = data.copy()
        data.flags.writeable = False
        return data

    header = view[_PREFIX.size : _PREFIX.size + header_size]
    try:
        return msgspec.msgpack.decode(header, type=kind, dec_hook=array)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise FrameError(str(error)) from error


def _from_file(ref: _ArrayRef, size: int, scratch: Path | None) -> np.ndarray:
    if scratch is None or not _is_token(ref.file):
        raise FrameError("array in an unexpected file")
    path = scratch / ref.file
    data: np.ndarray
    try:
        with os.fdopen(os.open(path, _READ_PLAIN_FILE), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_size != size:
                raise FrameError(f"array file of {found.st_size} bytes, not {size}")
            if size == 0:
                return np.empty(ref.shape, dtype=ref.dtype)
            data = np.memmap(file, ref.dtype, "r", shape=ref.shape).view(np.ndarray)
    except OSError as error:
        raise FrameError(f"array file: {error.strerror}") from error
    if os.name == "posix":  # a mapping outlives its name; elsewhere swept at the end
        path.unlink(missing_ok=True)
    return data


def _is_token(name: str) -> bool:
    return len(name) == 32 and all(c in "0123456789abcdef" for c in name)


class Channel(Generic[M]):
    """Two one-way pipes that carry frames.

    Parameters
    ----------
    reader, writer
        Ends of ``multiprocessing`` pipes; only their byte calls are used.
    receives
        Type of the messages that may arrive.
    scratch
        Folder for large arrays; none where the other side is a model host.
    limit
        Longest frame that is received, in bytes.
    """

    def __init__(
        self,
        reader: Connection,
        writer: Connection,
        receives: type[M] | Any,
        scratch: Path | None = None,
        *,
        limit: int = MAX_FRAME,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._receives = receives
        self._scratch = scratch
        self._limit = limit

    def send(self, message: object) -> None:
        """Send one message.

        Raises
        ------
        EOFError
            If the other side is gone.
        """
        try:
            self._writer.send_bytes(encode(message, self._scratch))
        except (BrokenPipeError, ConnectionError) as error:
            raise EOFError from error

    def poll(self, seconds: float) -> bool:
        """Return whether something arrives within ``seconds``."""
        return self._reader.poll(seconds)

    def receive(self) -> M:
        """Wait for the next message.

        Raises
        ------
        EOFError
            If the other side is gone.
        FrameError
            If it sent something else than a message.
        """
        try:
            frame = self._reader.recv_bytes(self._limit)
        except EOFError:
            raise
        except OSError as error:  # a length beyond the limit, or a broken pipe
            raise FrameError(str(error)) from error
        message: M = decode(frame, self._receives, self._scratch)
        return message

    def close(self) -> None:
        """Close both ends."""
        self._reader.close()
        self._writer.close()
