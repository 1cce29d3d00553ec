"""The symbolic machine against Python's own, on streams nobody meant to write.

Python's machine runs here with a ``find_class`` that imports nothing and hands
out inert objects, so that what it *would* import can be compared.
"""

from __future__ import annotations

import io
import pickle
import random
import struct

import numpy as np
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from engine.models.static.joblib_arrays import read_array
from engine.models.static.outcome import NotUnderstoodError
from engine.models.static.pickle_machine import Listing, Machine


class Inert:
    """Takes anything and does nothing."""

    def __new__(cls, *_args, **_kwargs):
        return object.__new__(cls)

    def __init__(self, *_args, **_kwargs):
        pass

    def __call__(self, *_args, **_kwargs):
        return Inert()

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass

    def add(self, item):
        pass


class Asking(pickle._Unpickler):
    """Python's machine, asked for names only."""

    def __init__(self, raw):
        super().__init__(io.BytesIO(raw))
        self.asked = set()

    def find_class(self, module, name):
        if self.proto < 3:
            module, name = pickle._compat_pickle.NAME_MAPPING.get(
                (module, name),
                (pickle._compat_pickle.IMPORT_MAPPING.get(module, module), name),
            )
        self.asked.add(f"{module}.{name}")
        return Inert

    def get_extension(self, code):
        raise ValueError(code)


Asking.dispatch = dict(pickle._Unpickler.dispatch)
for _code in (pickle.EXT1, pickle.EXT2, pickle.EXT4):
    Asking.dispatch[_code[0]] = lambda machine: machine.get_extension(0)


def real(raw):
    machine = Asking(raw)
    try:
        machine.load()
    except Exception:
        return machine.asked, False
    return machine.asked, True


def listed(raw):
    listing = Listing()
    try:
        Machine(raw, listing, on_build=read_array).run()
    except NotUnderstoodError:
        return set(listing.uses), False
    return set(listing.uses), True


def check_agreement(raw):
    asked, _ = real(raw)
    found, understood = listed(raw)
    # what the lister did not follow is refused, so only what it did must be whole
    assert not understood or asked <= found, raw


NAMES = [b"os", b"sys", b"builtins", b"__builtin__", b"copy_reg", b"eval", b"a.b"]


def _text(value):
    return b"X" + struct.pack("<I", len(value)) + value


OPCODES = b"(0120N\x88\x89]}l)dtR.ue\x85\x86\x87\x93\x94\x8f\x90\x91bosaQ\x81\x92"
PIECES = (
    [bytes([code]) for code in OPCODES]
    + [b"c" + m + b"\n" + n + b"\n" for m in NAMES[:4] for n in NAMES[3:]]
    + [b"i" + m + b"\n" + n + b"\n" for m in NAMES[:2] for n in NAMES[5:]]
    + [_text(name) for name in NAMES]
    + [b"V" + name + b"\n" for name in NAMES]
    + [b"\x8c" + bytes([len(name)]) + name for name in NAMES]
    + [b"\x80" + bytes([n]) for n in range(6)]
    + [b"q" + bytes([n]) for n in range(4)]
    + [b"h" + bytes([n]) for n in range(4)]
    + [b"p%d\n" % n for n in range(3)]
    + [b"g%d\n" % n for n in range(3)]
    + [b"K\x05", b"I01\n", b"I7\n", b"S'os'\n", b"B\x02\x00\x00\x00os", b"\x82\x01"]
    + [b"\x95" + struct.pack("<Q", n) for n in (0, 1, 4, 9)]
)


@seed(20261123)
@settings(
    max_examples=1500,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=25))
def test_that_nothing_python_imports_is_missing_from_the_list(pieces):
    check_agreement(b"".join(pieces) + b".")


def test_that_no_changed_byte_makes_the_two_machines_disagree():
    draw = random.Random(7)
    honest = {"a": [np.float64(1.5), np.arange(4)], "b": (1, "x", b"y"), "c": {1, 2}}
    for protocol in range(6):
        raw = pickle.dumps(honest, protocol=protocol)
        check_agreement(raw)
        for _ in range(400):
            changed = bytearray(raw)
            for _ in range(draw.randrange(1, 4)):
                changed[draw.randrange(len(changed))] = draw.randrange(256)
            check_agreement(bytes(changed))
