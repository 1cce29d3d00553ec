"""Steps of the pickle machine that push what stands in the bytes themselves.

Numbers, text and bytes, as lines of protocol 0 or packed as in later ones. Long
text and bytes are never copied: a :class:`Blob` says where they are.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any

from engine.models.static.outcome import NotUnderstoodError
from engine.models.static.pickle_values import KEPT_TEXT, OPAQUE, Blob

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.models.static.pickle_machine import Machine

MAX_NUMBER_BYTES = 4096
_INTEGER = re.compile(rb"[ \t]*[+-]?[0-9]{1,4000}[ \t\r]*")


def text_of(raw: bytes) -> str:
    """Return text as the real machine decodes it."""
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise NotUnderstoodError("safety.bad_text") from error


def counted_text(layout: str) -> Callable[[Machine], None]:
    """Return a step that pushes text behind its length."""

    def step(m: Machine) -> None:
        n = m.number(layout)
        if n > KEPT_TEXT:
            start = m.skip(n)
            m.push(Blob(start, n))
        else:
            m.push(text_of(m.take(n)))

    return step


def counted_bytes(layout: str) -> Callable[[Machine], None]:
    """Return a step that pushes bytes behind their length, without copying."""

    def step(m: Machine) -> None:
        n = m.number(layout)
        m.push(Blob(m.skip(n), n))

    return step


def packed_number(layout: str) -> Callable[[Machine], None]:
    """Return a step that pushes a number of a fixed layout."""

    def step(m: Machine) -> None:
        m.push(m.number(layout))

    return step


def packed_integer(layout: str) -> Callable[[Machine], None]:
    """Return a step that pushes a whole number of any length."""

    def step(m: Machine) -> None:
        n = m.number(layout)
        if n < 0 or n > MAX_NUMBER_BYTES:
            m.fail("safety.number_too_long")
        m.push(int.from_bytes(m.take(n), "little", signed=True))

    return step


def constant(make: Callable[[], Any]) -> Callable[[Machine], None]:
    """Return a step that pushes what ``make`` returns."""

    def step(m: Machine) -> None:
        m.push(make())

    return step


def line_number(m: Machine) -> int:
    """Return the whole number on the next line."""
    raw = m.line()
    if not _INTEGER.fullmatch(raw):
        m.fail("safety.bad_number")
    return int(raw)


def integer_line(m: Machine) -> None:
    """Push the whole number, or the truth value, on the next line."""
    raw = m.line()
    if raw in (b"00", b"01"):
        m.push(raw == b"01")
    elif _INTEGER.fullmatch(raw):
        m.push(int(raw))
    else:
        m.fail("safety.bad_number")


def long_line(m: Machine) -> None:
    """Push the whole number on the next line, with or without its ``L``."""
    raw = m.line()
    raw = raw[:-1] if raw.endswith(b"L") else raw
    if not _INTEGER.fullmatch(raw):
        m.fail("safety.bad_number")
    m.push(int(raw))


def float_line(m: Machine) -> None:
    """Push the number on the next line."""
    try:
        m.push(float(m.line()))
    except ValueError:
        m.fail("safety.bad_number")


def packed_float(m: Machine) -> None:
    """Push a number of eight bytes."""
    m.push(struct.unpack(">d", m.take(8))[0])


def string_line(m: Machine) -> None:
    """Push the quoted text on the next line, opaque where it is escaped."""
    raw = m.line()
    if len(raw) < 2 or raw[:1] != raw[-1:] or raw[:1] not in b"\"'":
        m.fail("safety.bad_text")
    if b"\\" in raw or not raw.isascii():
        m.push(OPAQUE)
    else:
        m.push(raw[1:-1].decode("ascii"))


def counted_string(layout: str) -> Callable[[Machine], None]:
    """Return a step that pushes text of protocol 1, opaque beyond ASCII."""

    def step(m: Machine) -> None:
        n = m.number(layout)
        if n < 0:
            m.fail("safety.cut_off")
        if n > KEPT_TEXT:
            m.push(Blob(m.skip(n), n))
            return
        raw = m.take(n)
        m.push(raw.decode("ascii") if raw.isascii() else OPAQUE)

    return step


def unicode_line(m: Machine) -> None:
    """Push the text on the next line."""
    try:
        m.push(m.line().decode("raw-unicode-escape"))
    except UnicodeDecodeError:
        m.fail("safety.bad_text")


def counted_bytearray(m: Machine) -> None:
    """Push bytes that may be changed, without copying them."""
    n = m.number("<Q")
    m.push(Blob(m.skip(n), n))
