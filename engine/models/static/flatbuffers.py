"""FlatBuffers read with every offset, size and alignment checked.

What passes here passes the checks of Google's own verifier, which CatBoost calls for
a model's core but not for the tables behind it.
"""

from __future__ import annotations

import struct

import numpy as np

from engine.models.static.outcome import BrokenError

_SIGNED = 1 << 31
_SIZES = {"<i1": "<b", "<u1": "<B", "<i4": "<i", "<u4": "<I", "<f4": "<f", "<f8": "<d"}


class Table:
    """A table of named fields, by their numbers in the schema.

    Parameters
    ----------
    data
        The whole buffer.
    at
        Where the table begins.

    Raises
    ------
    BrokenError
        From every method, where the bytes contradict themselves.
    """

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at
        self.fields = at - self._read("<i", at)
        self.size = self._read("<H", self.fields)
        if self.size % 2 or self.size < 4 or self.fields + self.size > len(data):
            raise BrokenError("safety.broken_booster", part="offsets")

    def _read(self, layout: str, at: int) -> int:
        width = struct.calcsize(layout)
        if at < 0 or at + width > len(self.data) or at % width:
            raise BrokenError("safety.broken_booster", part="offsets")
        found: int = struct.unpack_from(layout, self.data, at)[0]
        return found

    def place(self, field: int) -> int | None:
        """Return where a field lies, or ``None`` where it is left out."""
        entry = 4 + 2 * field
        if entry + 2 > self.size:
            return None
        offset = self._read("<H", self.fields + entry)
        return self.at + offset if offset else None

    def number(self, field: int, default: float, kind: str = "<i4") -> float:
        """Return a field that is one number, of a numpy ``kind``."""
        place = self.place(field)
        return default if place is None else self._read(_SIZES[kind], place)

    def integer(self, field: int, default: int) -> int:
        """Return an ``int`` field."""
        return int(self.number(field, default))

    def flag(self, field: int, default: bool) -> bool:
        """Return a ``bool`` field."""
        found = self.number(field, default, "<u1")
        if found not in (0, 1):
            raise BrokenError("safety.broken_booster", part="flags")
        return bool(found)

    def table(self, field: int) -> Table | None:
        """Return a field that is a table."""
        place = self.place(field)
        return None if place is None else Table(self.data, self._follow(place))

    def _follow(self, place: int) -> int:
        offset = self._read("<I", place)
        if not 0 < offset < _SIGNED:
            raise BrokenError("safety.broken_booster", part="offsets")
        return place + offset

    def vector(self, field: int, kind: str, width: int = 1) -> np.ndarray:
        """Return a vector of numbers, or ``(n, width)`` of structs of such numbers."""
        place = self.place(field)
        size = np.dtype(kind).itemsize
        if place is None:
            start, n = 0, 0
        else:
            start = self._follow(place)
            n = self._read("<I", start)
            start += 4
            if n and (start % size or start + n * size * width > len(self.data)):
                raise BrokenError("safety.broken_booster", part="vectors")
        found = np.frombuffer(self.data, dtype=kind, count=n * width, offset=start)
        return found if width == 1 else found.reshape(n, width)

    def tables(self, field: int) -> list[Table]:
        """Return a vector of tables."""
        return [Table(self.data, place) for place in self._places(field)]

    def _places(self, field: int) -> list[int]:
        n = len(self.vector(field, "<u4"))
        place = self.place(field)
        if place is None:
            return []
        start = self._follow(place) + 4
        return [self._follow(start + 4 * i) for i in range(n)]

    def text(self, field: int) -> str:
        """Return a text field, ``""`` where it is left out."""
        place = self.place(field)
        return "" if place is None else self._text(self._follow(place))

    def texts(self, field: int) -> list[str]:
        """Return a vector of texts."""
        return [self._text(place) for place in self._places(field)]

    def _text(self, start: int) -> str:
        n = self._read("<I", start)
        end = start + 4 + n
        if end >= len(self.data) or self.data[end]:  # they end with a zero
            raise BrokenError("safety.broken_booster", part="texts")
        try:
            return self.data[start + 4 : end].decode("utf-8")
        except UnicodeDecodeError as error:
            raise BrokenError("safety.broken_booster", part="texts") from error


def root(data: bytes) -> Table:
    """Return the outermost table of a buffer.

    Raises
    ------
    BrokenError
        If there is none.
    """
    if len(data) < 8:
        raise BrokenError("safety.broken_booster", part="size")
    return Table(data, struct.unpack_from("<I", data)[0])
