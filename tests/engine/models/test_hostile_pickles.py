"""Hostile pickles at the size of the test plan: 120 calls in eight containers."""

from __future__ import annotations

import os
import pickle
import random
import resource
import struct
import subprocess
import sys

import pytest

from engine.contracts.model import Light, Verdict
from tests.engine.models.safety_cases import call, containers, examine, gadgets, tricks
from tests.engine.models.test_safety_fuzz import real
from tests.support.gadgets import named

WRAPPINGS = ("raw", "joblib", "zlib", "gzip", "lzma", "torch", "npy", "npz")
N_FILES = 200 if "TRASLUZ_SOAK" not in os.environ else 960


def every_file():
    calls = gadgets("marker-that-must-not-exist")
    calls.update({name: call(*parts) for name, parts in named().items()})
    return [(name, how) for name in sorted(calls) for how in WRAPPINGS], calls


def test_no_call_in_any_container_is_vetted_or_imported(tmp_path):
    pairs, calls = every_file()
    assert len(calls) >= 120
    chosen = random.Random(1).sample(pairs, min(N_FILES, len(pairs)))
    examine(tmp_path, containers(b"N.")["npz"])  # what the reader itself imports
    before = set(sys.modules)
    lenient = []
    for name, how in chosen:
        raw = calls[name]
        report = examine(tmp_path, {**containers(raw), "joblib": raw}[how])
        vouched = all(f.verdict is Verdict.VETTED for f in report.findings)
        if report.light not in (Light.RED, Light.FORBIDDEN) or (
            report.light is Light.RED and vouched
        ):
            lenient.append((name, how, report.light))
    assert lenient == []
    assert {m for m in sys.modules if m not in before} == set()


BENIGN = [
    None, True, -1, 2**70, 1.5, "é\n", b"\x00", (), (1, 2, 3, 4), [[]], {"a": {1: 2}},
    {1, 2}, frozenset({3}), bytearray(b"x"), 1j, range(3), slice(1, 2), "x" * 70_000,
]  # fmt: skip


@pytest.mark.parametrize("protocol", range(6))
def test_the_list_of_a_benign_pickle_is_what_python_asks_for(tmp_path, protocol):
    for value in BENIGN:
        raw = pickle.dumps([value, value], protocol=protocol)
        asked, loaded = real(raw)
        assert loaded
        listed = {f.name for f in examine(tmp_path, raw).findings if "." in f.name}
        assert asked <= listed, value


FURTHER_TRICKS = {
    "global behind the end": b"N.\x80\x04cos\nsystem\n.",
    "memo by long index": b"\x80\x04cos\nsystem\nr\xff\xff\xff\x7fj\xff\xff\xff\x7f)R.",
    "dup of a call": b"cos\nsystem\n2(Vx\ntR.",
    "dotted in protocol 4": b"\x80\x04Vcollections\nVabc.sys.modules\n\x93)R.",
    "extension of 4 bytes": b"\x80\x02\x84\x01\x00\x00\x00)R.",
    "build into a module's names": b"\x80\x02cos\nenviron\n}Vx\nVy\nsb.",
    "sixty lists, then a call": b"]" * 60 + b"cos\nsystem\n)R" + b"a" * 60 + b".",
    "memo filled to the brim": b"\x80\x04N" + b"\x94" * 5000 + b"cos\nsystem\n)R.",
}


@pytest.mark.parametrize("name", sorted(FURTHER_TRICKS))
def test_a_further_trick_is_never_vouched_for(tmp_path, name):
    report = examine(tmp_path, FURTHER_TRICKS[name])
    assert report.light in (Light.RED, Light.FORBIDDEN)


MEASURED = """
import resource, sys
from engine.models.consent.safety_report import inspect
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    inspect(path)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_all_tricks_together_take_little_time_and_memory(tmp_path):
    made = {**tricks(), **FURTHER_TRICKS}
    assert len(made) >= 40
    n = 5_000_000 if "TRASLUZ_SOAK" in os.environ else 1_000_000
    made["many operations"] = b"\x80\x04" + b"N0" * n + b"N."
    made["long text"] = b"\x80\x04X" + struct.pack("<I", 64 << 20) + bytes(64 << 20)
    paths = []
    for number, raw in enumerate(made.values()):
        paths.append(tmp_path / f"{number}.pkl")
        paths[-1].write_bytes(raw)
    began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    grown = subprocess.run(
        [sys.executable, "-c", MEASURED, *map(str, paths)],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began
    assert int(grown) < 500 << 10  # kilobytes
    assert took < 30 if "TRASLUZ_SOAK" in os.environ else took < 10
