"""Damaged copies of a file, the same ones for the same seed.

Each is made from the whole original by one to four changes of the kinds that
files suffer: bits that flip, bytes that change, an end that is missing, blocks that
are lost, doubled, exchanged, overwritten with zeros or taken from elsewhere in the
file, and lengths that are far too large.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_CHANGES = 4
_LONGEST_RUN = 512
_LENGTHS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


def mutants(data: bytes, n: int, seed: int) -> Iterator[bytes]:
    """Yield ``n`` copies of ``data``, each of them changed.

    Parameters
    ----------
    data
        The sound file, at least two bytes.
    n
        How many copies.
    seed
        The same seed gives the same copies.
    """
    draw = random.Random(seed)
    for _ in range(n):
        changed = data
        while changed == data:
            changed = _changed(data, draw)
        yield changed


def _changed(data: bytes, draw: random.Random) -> bytes:
    content = bytearray(data)
    for _ in range(draw.randint(1, MOST_CHANGES)):
        if content:
            draw.choice(CHANGES)(content, draw)
    return bytes(content)


def flip_bit(content: bytearray, draw: random.Random) -> None:
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)


def change_byte(content: bytearray, draw: random.Random) -> None:
    content[draw.randrange(len(content))] = draw.randrange(256)


def cut_end(content: bytearray, draw: random.Random) -> None:
    del content[draw.randrange(len(content)) :]


def lose_run(content: bytearray, draw: random.Random) -> None:
    start, end = _run(content, draw)
    del content[start:end]


def double_run(content: bytearray, draw: random.Random) -> None:
    start, end = _run(content, draw)
    content[start:start] = content[start:end]


def zero_run(content: bytearray, draw: random.Random) -> None:
    start, end = _run(content, draw)
    content[start:end] = bytes(end - start)


def random_run(content: bytearray, draw: random.Random) -> None:
    start, end = _run(content, draw)
    content[start:end] = draw.randbytes(end - start)


def exchange_runs(content: bytearray, draw: random.Random) -> None:
    start, end = _run(content, draw)
    other = draw.randrange(len(content) - (end - start) + 1)
    one, two = content[start:end], content[other : other + end - start]
    content[other : other + end - start] = one
    content[start:end] = two


def splice(content: bytearray, draw: random.Random) -> None:
    """Go on, from one place, as the file does from another."""
    place, other = draw.randrange(len(content)), draw.randrange(len(content))
    content[place:] = content[other:]


def wrong_length(content: bytearray, draw: random.Random) -> None:
    """Write a length, little-endian in 1, 2, 4 or 8 bytes, that fits nothing."""
    width = draw.choice((1, 2, 4, 8))
    value = draw.choice(_LENGTHS) & ((1 << (8 * width)) - 1)
    place = draw.randrange(len(content))
    content[place : place + width] = value.to_bytes(width, "little")


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip_bit,
    change_byte,
    cut_end,
    lose_run,
    double_run,
    zero_run,
    random_run,
    exchange_runs,
    splice,
    wrong_length,
)


def _run(content: bytearray, draw: random.Random) -> tuple[int, int]:
    start = draw.randrange(len(content))
    length = draw.randint(1, min(_LONGEST_RUN, max(1, len(content) // 4)))
    return start, min(len(content), start + length)
