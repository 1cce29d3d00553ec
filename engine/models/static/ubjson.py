"""A strict reader of Universal Binary JSON as XGBoost writes it."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from engine.models.static.outcome import BrokenError

MAX_DEPTH = 64
MAX_ITEMS = 50_000_000
_NUMBERS: dict[int, np.dtype[Any]] = {
    ord("i"): np.dtype(">i1"),
    ord("U"): np.dtype(">u1"),
    ord("I"): np.dtype(">i2"),
    ord("l"): np.dtype(">i4"),
    ord("L"): np.dtype(">i8"),
    ord("d"): np.dtype(">f4"),
    ord("D"): np.dtype(">f8"),
}
_INTEGERS = frozenset(b"iUIlL")


class Reader:
    """One pass over one document; every length is checked before it is used."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.items = 0

    def document(self) -> Any:
        """Return the only value of the file."""
        value = self._value(self._byte(), 0)
        if self.at != len(self.data):
            raise self._broken()
        return value

    def _broken(self) -> BrokenError:
        return BrokenError("safety.broken_ubj", position=self.at)

    def _byte(self) -> int:
        if self.at >= len(self.data):
            raise self._broken()
        self.at += 1
        return self.data[self.at - 1]

    def _take(self, n: int) -> bytes:
        if n < 0 or self.at + n > len(self.data):
            raise self._broken()
        self.at += n
        return self.data[self.at - n : self.at]

    def _length(self) -> int:
        kind = self._byte()
        if kind not in _INTEGERS:
            raise self._broken()
        n = int(self._number(kind))
        if n < 0:
            raise self._broken()
        return n

    def _number(self, kind: int) -> int | float:
        dtype = _NUMBERS[kind]
        found = np.frombuffer(self._take(dtype.itemsize), dtype=dtype)[0]
        return float(found) if dtype.kind == "f" else int(found)

    def _text(self) -> str:
        try:
            return self._take(self._length()).decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._broken() from error

    def _value(self, kind: int, depth: int) -> Any:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise self._broken()
        if kind in _NUMBERS:
            return self._number(kind)
        if kind == ord("S"):
            return self._text()
        if kind == ord("{"):
            return self._object(depth)
        if kind == ord("["):
            return self._array(depth)
        simple = {ord("T"): True, ord("F"): False, ord("Z"): None}
        if kind not in simple:
            raise self._broken()
        return simple[kind]

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            if self.at < len(self.data) and self.data[self.at] == ord("}"):
                self.at += 1
                return found
            name = self._text()
            if name in found:
                raise self._broken()
            found[name] = self._value(self._byte(), depth + 1)

    def _array(self, depth: int) -> Any:
        if self.data[self.at : self.at + 1] == b"$":
            return self._typed_array()
        if self.data[self.at : self.at + 1] == b"#":
            self.at += 1
            n = self._length()
            return [self._value(self._byte(), depth + 1) for _ in range(n)]
        found: list[Any] = []
        while True:
            kind = self._byte()
            if kind == ord("]"):
                return found
            found.append(self._value(kind, depth + 1))

    def _typed_array(self) -> np.ndarray:
        self.at += 1
        kind = self._byte()
        if kind not in _NUMBERS or self._byte() != ord("#"):
            raise self._broken()
        dtype = _NUMBERS[kind]
        raw = self._take(self._length() * dtype.itemsize)
        found: np.ndarray = np.frombuffer(raw, dtype=dtype)
        return found


def read(data: bytes) -> Any:
    """Return the document in ``data``.

    Raises
    ------
    BrokenError
        Where the bytes are no such document, with the position.
    """
    try:
        return Reader(data).document()
    except (struct.error, RecursionError, OverflowError) as error:
        raise BrokenError("safety.broken_ubj", position=0) from error
