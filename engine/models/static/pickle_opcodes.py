"""The 68 opcodes of the pickle machine, as steps on :class:`Machine`.

Kept apart from the machine so that each can be read beside CPython's own
``pickle._Unpickler``, whose order this file follows loosely.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any

from engine.models.static.outcome import NotUnderstoodError
from engine.models.static.pickle_values import (
    KEPT_TEXT,
    OPAQUE,
    Bag,
    Blob,
    Global,
    Made,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.models.static.pickle_machine import Machine

MAX_NUMBER_BYTES = 4096
HIGHEST_PROTOCOL = 5
_INTEGER = re.compile(rb"[ \t]*[+-]?[0-9]{1,4000}[ \t\r]*")


def text_of(raw: bytes) -> str:
    """Return text as the real machine decodes it."""
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise NotUnderstoodError("safety.bad_text") from error


def _push_text(layout: str) -> Callable[[Machine], None]:
    def step(m: Machine) -> None:
        n = m.number(layout)
        if n > KEPT_TEXT:
            start = m.skip(n)
            m.push(Blob(start, n))
        else:
            m.push(text_of(m.take(n)))

    return step


def _push_bytes(layout: str) -> Callable[[Machine], None]:
    def step(m: Machine) -> None:
        n = m.number(layout)
        m.push(Blob(m.skip(n), n))

    return step


def _push_number(layout: str) -> Callable[[Machine], None]:
    def step(m: Machine) -> None:
        m.push(m.number(layout))

    return step


def _push_long(layout: str) -> Callable[[Machine], None]:
    def step(m: Machine) -> None:
        n = m.number(layout)
        if n < 0 or n > MAX_NUMBER_BYTES:
            m.fail("safety.number_too_long")
        m.push(int.from_bytes(m.take(n), "little", signed=True))

    return step


def _push(make: Callable[[], Any]) -> Callable[[Machine], None]:
    def step(m: Machine) -> None:
        m.push(make())

    return step


def _tuple(n: int) -> Callable[[Machine], None]:
    def step(m: Machine) -> None:
        items = [m.pop() for _ in range(n)]
        m.push(tuple(reversed(items)))

    return step


def _get(layout: str) -> Callable[[Machine], None]:
    def step(m: Machine) -> None:
        _fetch(m, m.number(layout))

    return step


def _fetch(m: Machine, index: int) -> None:
    if index not in m.memo:
        m.fail("safety.memo_unset")
    m.push(m.memo[index])


def _put(layout: str) -> Callable[[Machine], None]:
    def step(m: Machine) -> None:
        m.memo[m.number(layout)] = m.top()

    return step


def _line_number(m: Machine) -> int:
    raw = m.line()
    if not _INTEGER.fullmatch(raw):
        m.fail("safety.bad_number")
    return int(raw)


def _step_proto(m: Machine) -> None:
    m.protocol = m.number("<B")
    if m.protocol > HIGHEST_PROTOCOL:
        m.fail("safety.newer_protocol")
    m.listing.protocol = max(m.listing.protocol, m.protocol)


def _step_frame(m: Machine) -> None:
    size = m.number("<Q")
    if m.frame_end is not None and m.position != m.frame_end:
        m.fail("safety.frame_crossed")
    m.frame_end = m.position + size
    if m.frame_end > m.end:
        m.fail("safety.cut_off")


def _step_mark(m: Machine) -> None:
    m.marks.append(m.stack)
    m.stack = []


def _step_pop(m: Machine) -> None:
    if m.stack:
        m.stack.pop()
    else:
        m.to_mark()


def _step_pop_mark(m: Machine) -> None:
    m.to_mark()


def _step_int(m: Machine) -> None:
    raw = m.line()
    if raw in (b"00", b"01"):
        m.push(raw == b"01")
    elif _INTEGER.fullmatch(raw):
        m.push(int(raw))
    else:
        m.fail("safety.bad_number")


def _step_long(m: Machine) -> None:
    raw = m.line()
    raw = raw[:-1] if raw.endswith(b"L") else raw
    if not _INTEGER.fullmatch(raw):
        m.fail("safety.bad_number")
    m.push(int(raw))


def _step_float(m: Machine) -> None:
    try:
        m.push(float(m.line()))
    except ValueError:
        m.fail("safety.bad_number")


def _step_binfloat(m: Machine) -> None:
    m.push(struct.unpack(">d", m.take(8))[0])


def _step_string(m: Machine) -> None:
    raw = m.line()
    if len(raw) < 2 or raw[:1] != raw[-1:] or raw[:1] not in b"\"'":
        m.fail("safety.bad_text")
    if b"\\" in raw or not raw.isascii():
        m.push(OPAQUE)
    else:
        m.push(raw[1:-1].decode("ascii"))


def _binstring(layout: str) -> Callable[[Machine], None]:
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


def _step_unicode(m: Machine) -> None:
    try:
        m.push(m.line().decode("raw-unicode-escape"))
    except UnicodeDecodeError:
        m.fail("safety.bad_text")


def _step_global(m: Machine) -> None:
    module = text_of(m.line())
    m.push(m.name(module, text_of(m.line())))


def _step_stack_global(m: Machine) -> None:
    name = m.pop()
    m.push(m.name(m.pop(), name))


def _step_inst(m: Machine) -> None:
    module = text_of(m.line())
    target = m.name(module, text_of(m.line()))
    m.push(m.call(target, tuple(m.to_mark()), "call"))


def _step_obj(m: Machine) -> None:
    items = m.to_mark()
    if not items:
        m.fail("safety.stack_underflow")
    m.push(m.call(items[0], tuple(items[1:]), "call"))


def _step_reduce(m: Machine) -> None:
    args = m.pop()
    m.push(m.call(m.pop(), args, "call"))


def _step_newobj(m: Machine) -> None:
    args = m.pop()
    m.push(m.call(m.pop(), args, "new"))


def _step_newobj_ex(m: Machine) -> None:
    keywords = m.pop()
    args = m.pop()
    if not isinstance(keywords, Table) or keywords.items or not keywords.complete:
        args = (args, keywords)
    m.push(m.call(m.pop(), args, "new"))


def _step_extension(layout: str) -> Callable[[Machine], None]:
    def step(m: Machine) -> None:
        code = m.number(layout)
        found = Global("copyreg extension", str(code))
        m.listing.use(found.full, "name")
        m.push(found)

    return step


def _step_persid(m: Machine) -> None:
    _persistent(m, text_of(m.line()))


def _persistent(m: Machine, key: Any) -> None:
    if not m.has_persistent:
        m.fail("safety.persistent_id")
    m.listing.persistent.append(key)
    m.push(Made(Global("", "persistent_load"), (key,), "call"))


def _step_append(m: Machine) -> None:
    m.pop()
    m.fill(m.top())


def _step_appends(m: Machine) -> None:
    m.to_mark()
    m.fill(m.top())


def _step_setitem(m: Machine) -> None:
    value = m.pop()
    key = m.pop()
    m.fill(m.top(), [key, value])


def _step_setitems(m: Machine) -> None:
    items = m.to_mark()
    m.fill(m.top(), items)


def _step_dict(m: Machine) -> None:
    items = m.to_mark()
    table = Table()
    m.fill(table, items)
    m.push(table)


def _step_to_bag(m: Machine) -> None:
    m.push(Bag(len(m.to_mark())))


def _step_memoize(m: Machine) -> None:
    m.memo[len(m.memo)] = m.top()


def _step_put(m: Machine) -> None:
    index = _line_number(m)
    if index < 0:
        m.fail("safety.bad_number")
    m.memo[index] = m.top()


def _step_bytearray(m: Machine) -> None:
    n = m.number("<Q")
    m.push(Blob(m.skip(n), n))


def _no_buffers(m: Machine) -> None:
    m.fail("safety.outside_buffer")


def _opcodes() -> list[Callable[[Machine], None] | None]:
    steps: dict[bytes, Callable[[Machine], None]] = {
        b"\x80": _step_proto,
        b"\x95": _step_frame,
        b"(": _step_mark,
        b"0": _step_pop,
        b"1": _step_pop_mark,
        b"2": lambda m: m.push(m.top()),
        b"N": _push(lambda: None),
        b"\x88": _push(lambda: True),
        b"\x89": _push(lambda: False),
        b"I": _step_int,
        b"L": _step_long,
        b"J": _push_number("<i"),
        b"K": _push_number("<B"),
        b"M": _push_number("<H"),
        b"\x8a": _push_long("<B"),
        b"\x8b": _push_long("<i"),
        b"F": _step_float,
        b"G": _step_binfloat,
        b"S": _step_string,
        b"T": _binstring("<i"),
        b"U": _binstring("<B"),
        b"V": _step_unicode,
        b"\x8c": _push_text("<B"),
        b"X": _push_text("<I"),
        b"\x8d": _push_text("<Q"),
        b"C": _push_bytes("<B"),
        b"B": _push_bytes("<I"),
        b"\x8e": _push_bytes("<Q"),
        b"\x96": _step_bytearray,
        b"\x97": _no_buffers,
        b"\x98": _no_buffers,
        b"]": _push(Bag),
        b"l": _step_to_bag,
        b"\x8f": _push(Bag),
        b"\x91": _step_to_bag,
        b"}": _push(Table),
        b"d": _step_dict,
        b")": _push(tuple),
        b"t": lambda m: m.push(tuple(m.to_mark())),
        b"\x85": _tuple(1),
        b"\x86": _tuple(2),
        b"\x87": _tuple(3),
        b"a": _step_append,
        b"e": _step_appends,
        b"\x90": _step_appends,
        b"s": _step_setitem,
        b"u": _step_setitems,
        b"g": lambda m: _fetch(m, _line_number(m)),
        b"h": _get("<B"),
        b"j": _get("<I"),
        b"p": _step_put,
        b"q": _put("<B"),
        b"r": _put("<I"),
        b"\x94": _step_memoize,
        b"c": _step_global,
        b"\x93": _step_stack_global,
        b"i": _step_inst,
        b"o": _step_obj,
        b"R": _step_reduce,
        b"b": lambda m: m.build(),
        b"\x81": _step_newobj,
        b"\x92": _step_newobj_ex,
        b"\x82": _step_extension("<B"),
        b"\x83": _step_extension("<H"),
        b"\x84": _step_extension("<i"),
        b"P": _step_persid,
        b"Q": lambda m: _persistent(m, m.pop()),
    }
    table: list[Callable[[Machine], None] | None] = [None] * 256
    for code, step in steps.items():
        table[code[0]] = step
    return table


TABLE = _opcodes()
