"""A zip archive whose one member unpacks to the archive itself, without an end.

After Russ Cox, "Zip Files All The Way Down": the compressed part is a program of two
instructions, "print the next n bytes" and "print the last n bytes again", each of five
bytes, that prints itself with what stands before and behind it.
"""

from __future__ import annotations

import struct
import zlib

_BEFORE, _BEHIND = 60, 253  # lengths for which both instructions take five bytes
_NAME = _BEFORE - 30


def quine(name: str) -> bytes:
    """Return the archive; its member's name has thirty letters."""
    assert len(name) == _NAME
    total = len(_written(name.encode(), 0, 0, 0))
    packed = total - _BEFORE - _BEHIND

    def made(crc: int) -> bytes:
        return _written(name.encode(), crc, packed, total)

    # The checksum of the whole is linear in the one that stands in it.
    start = zlib.crc32(made(0))
    columns = [zlib.crc32(made(1 << bit)) ^ start ^ (1 << bit) for bit in range(32)]
    return made(_solved(columns, start))


def _solved(columns: list[int], wanted: int) -> int:
    """Return which of the columns add up, without carrying, to a number."""
    basis: dict[int, tuple[int, int]] = {}
    for bit, column in enumerate(columns):
        value, used = _reduced(column, 1 << bit, basis)
        if value:
            basis[value.bit_length()] = (value, used)
    left, used = _reduced(wanted, 0, basis)
    assert not left
    return used


def _reduced(
    value: int, used: int, basis: dict[int, tuple[int, int]]
) -> tuple[int, int]:
    while value and value.bit_length() in basis:
        other, its = basis[value.bit_length()]
        value, used = value ^ other, used ^ its
    return value, used


def _written(name: bytes, crc: int, packed: int, total: int) -> bytes:
    fields = struct.pack("<4H3L2H", 0, 8, 0, 33, crc, packed, total, len(name), 0)
    p = b"PK\x03\x04" + struct.pack("<H", 20) + fields + name
    listed = b"PK\x01\x02" + struct.pack("<2H", 20, 20) + fields
    listed += struct.pack("<3H2L", 0, 0, 0, 0, 0) + name
    comment = bytes(_BEHIND - len(listed) - 22)
    s = listed + b"PK\x05\x06" + struct.pack(
        "<4H2LH", 0, 0, 1, 1, len(listed), _BEFORE + packed, len(comment)
    ) + comment  # fmt: skip
    lp, rp = _print(len(p) + 5), _again(len(p) + 5)
    ls, rs = _print(len(s) + 5), _again(len(s) + 5, last=True)
    l0, l1, l4, r4 = _print(0), _print(5), _print(20), _again(20)
    program = [
        lp, p, lp, rp, l1, rp, l1, l1,
        l4, rp, l1, l1, l4, r4,
        l4, r4, l4, r4, l4, r4,
        l4, r4, l0, l0, ls, r4, l0, l0,
        ls, rs, s, rs,
    ]  # fmt: skip
    return p + b"".join(program) + s


def _print(n: int) -> bytes:
    return struct.pack("<B2H", 0, n, n ^ 0xFFFF)


def _again(n: int, *, last: bool = False) -> bytes:
    """Return the instruction that prints the last n bytes again."""
    bits = ""

    def block(final: bool) -> str:
        return f"{int(final)}10"  # fixed codes

    if n == 20:  # ten bytes twice
        ten, twenty = f"{264 - 256:07b}", f"{8:05b}" + "110"  # 17 + 3
        bits = block(last) + (ten + twenty) * 2 + "0" * 7
    elif n == 65:
        bits = block(False) + f"{276 - 256:07b}" + _low(65 - 59, 3)
        bits += f"{12:05b}" + _low(65 - 65, 5) + "0" * 7 + block(last) + "0" * 7
    else:
        assert n == 258
        bits = block(False) + f"{0b11000000 + 285 - 280:08b}"
        bits += f"{16:05b}" + _low(258 - 257, 7) + "0" * 7 + block(last) + "0" * 7
    assert len(bits) == 40
    return bytes(int(bits[i : i + 8][::-1], 2) for i in range(0, 40, 8))


def _low(value: int, width: int) -> str:
    """Return a number of extra bits, which stand lowest first."""
    return f"{value:0{width}b}"[::-1]
