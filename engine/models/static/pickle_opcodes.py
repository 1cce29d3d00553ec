"""The 68 opcodes of the pickle machine, as steps on :class:`Machine`.

Kept apart from the machine so that each can be read beside CPython's own
``pickle._Unpickler``, whose order this file follows loosely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.models.static.pickle_literals import (
    constant,
    counted_bytearray,
    counted_bytes,
    counted_string,
    counted_text,
    float_line,
    integer_line,
    line_number,
    long_line,
    packed_float,
    packed_integer,
    packed_number,
    string_line,
    text_of,
    unicode_line,
)
from engine.models.static.pickle_values import (
    Bag,
    Global,
    Made,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.models.static.pickle_machine import Machine

HIGHEST_PROTOCOL = 5


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
    index = line_number(m)
    if index < 0:
        m.fail("safety.bad_number")
    m.memo[index] = m.top()


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
        b"N": constant(lambda: None),
        b"\x88": constant(lambda: True),
        b"\x89": constant(lambda: False),
        b"I": integer_line,
        b"L": long_line,
        b"J": packed_number("<i"),
        b"K": packed_number("<B"),
        b"M": packed_number("<H"),
        b"\x8a": packed_integer("<B"),
        b"\x8b": packed_integer("<i"),
        b"F": float_line,
        b"G": packed_float,
        b"S": string_line,
        b"T": counted_string("<i"),
        b"U": counted_string("<B"),
        b"V": unicode_line,
        b"\x8c": counted_text("<B"),
        b"X": counted_text("<I"),
        b"\x8d": counted_text("<Q"),
        b"C": counted_bytes("<B"),
        b"B": counted_bytes("<I"),
        b"\x8e": counted_bytes("<Q"),
        b"\x96": counted_bytearray,
        b"\x97": _no_buffers,
        b"\x98": _no_buffers,
        b"]": constant(Bag),
        b"l": _step_to_bag,
        b"\x8f": constant(Bag),
        b"\x91": _step_to_bag,
        b"}": constant(Table),
        b"d": _step_dict,
        b")": constant(tuple),
        b"t": lambda m: m.push(tuple(m.to_mark())),
        b"\x85": _tuple(1),
        b"\x86": _tuple(2),
        b"\x87": _tuple(3),
        b"a": _step_append,
        b"e": _step_appends,
        b"\x90": _step_appends,
        b"s": _step_setitem,
        b"u": _step_setitems,
        b"g": lambda m: _fetch(m, line_number(m)),
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
