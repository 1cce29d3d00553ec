"""The damage is what it says, and the same for everybody who has the seed."""

from __future__ import annotations

import random

import pytest

from tests.fuzz.mutations import CHANGES, mutants

DATA = bytes(range(256)) * 8


def test_one_seed_gives_the_same_copies_and_another_seed_others():
    first, again = list(mutants(DATA, 50, 7)), list(mutants(DATA, 50, 7))
    assert first == again
    assert len(first) == 50
    assert first != list(mutants(DATA, 50, 8))


def test_every_copy_differs_from_the_original():
    assert all(copy != DATA for copy in mutants(DATA, 500, 1))
    assert all(copy != bytes(3) for copy in mutants(bytes(3), 200, 1))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_kind_of_change_changes_something(change):
    draw = random.Random(3)
    changed = 0
    for _ in range(20):
        content = bytearray(DATA)
        change(content, draw)
        changed += bytes(content) != DATA
    assert changed > 15
