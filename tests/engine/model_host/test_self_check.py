"""A layer that does not hold is not told of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the lock-down is for Linux so far"
)
ROOT = Path(__file__).resolve().parents[3]
LOCKED = """
import os, sys, time
sys.path.insert(0, {root!r})
os.chdir({folder!r})
open("log", "w").close()
from engine.model_host import landlock, sandbox, seccomp, self_check
{without}
layers = sandbox.give_up_files()
sandbox.die_with_parent()
layers += sandbox.give_up_calls(1 << 30)
began = time.perf_counter()
found = self_check.proven(layers)
took = time.perf_counter() - began
print(f"{{took:.3f}}", *sorted(set(layers) - set(found)), sep="|", flush=True)
os._exit(0)
"""


def unproven(folder, without=""):
    code = LOCKED.format(root=str(ROOT), folder=str(folder), without=without)
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    took, *names = found.stdout.strip().split("|")
    return float(took), [name.partition(" ")[0] for name in names]


def test_all_that_is_claimed_holds_and_is_tried_in_no_time(tmp_path):
    took, names = unproven(tmp_path)
    assert names == []
    assert took < 1.0


@pytest.mark.parametrize(
    ("without", "names"),
    [
        ("seccomp.install = lambda: None", ["parent-death", "seccomp"]),
        ("seccomp._DENIED.pop('setsid')", ["seccomp"]),
        ("seccomp._DENIED.pop('socket')", ["seccomp"]),
        ("seccomp._PRCTL_OPTIONS += (1,)", ["parent-death"]),
        ("sandbox.die_with_parent = lambda: None", ["parent-death"]),
        ("landlock.restrict = lambda paths: 7", ["landlock"]),
        ("sandbox._limit = lambda memory: True", ["rlimits"]),
    ],
)
def test_a_layer_that_does_not_hold_is_not_claimed(tmp_path, without, names):
    assert unproven(tmp_path, without)[1] == names
