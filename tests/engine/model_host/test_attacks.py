"""A hostile model file, opened with consent, finds every door closed."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from engine.contracts.model import Light
from engine.models.host import HostPool
from tests.support.hostile import ATTACKS, Attacker, Target, save
from tests.support.model_files import report_on, take

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the lock-down is for Linux so far"
)
VARIABLE = "TRASLUZ_TEST_SECRET"


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    (folder / "secret.txt").write_text("canary")
    return folder


@pytest.fixture(scope="module")
def outcome(outside, tmp_path_factory):
    """Return attack name → whether it succeeded, all run in one real host."""
    os.environ[VARIABLE] = "canary"
    pool = HostPool(tmp_path_factory.mktemp("scratch"), spare=False)
    try:
        path = outside.parent / "attacker.pickle"
        taken = take(
            save(Attacker(Target(outside, os.getpid(), VARIABLE)), path), "pickle"
        )
        if not pool.sealed:
            pytest.skip(f"this kernel offers only {pool.layers}")
        model = pool.open(taken, report_on(taken, Light.RED))
        rows = pa.table({"x0": np.arange(len(ATTACKS), dtype=float)})
        scores, _ = model.predict(rows)
        return dict(zip([a.__name__ for a in ATTACKS], scores[:, 0], strict=True))
    finally:
        del os.environ[VARIABLE]
        pool.close()


@pytest.mark.parametrize("attack", [found.__name__ for found in ATTACKS])
def test_attack_is_blocked(outcome, attack):
    assert outcome[attack] == 0.0


def test_nothing_outside_changed(outcome, outside):
    assert [p.name for p in outside.iterdir()] == ["secret.txt"]
    assert (outside / "secret.txt").read_text() == "canary"


def test_nothing_was_left_in_shared_memory(outcome):
    assert not os.path.exists("/dev/shm/written-by-a-model")


UNLOCKED = """
import pickle, sys, tempfile, os
out, file = os.dup(1), tempfile.TemporaryFile()
os.dup2(file.fileno(), 1)  # as a host's log stands there
attacker = pickle.load(open(sys.argv[1], "rb"))
names = [attack.__name__ for attack in attacker.attacks]
found = [int(attacker.predict([[names.index(name)]])[0]) for name in sys.argv[2:]]
os.dup2(out, 1)
print(*found, flush=True)
"""
# Reversible ones that need nothing a plain user does not have.
HARMLESS = [
    "read_password_file",
    "read_secret",
    "list_folder",
    "read_environment",
    "read_environment_of_the_c_library",
    "read_environment_of_the_kernel",
    "read_own_memory_map",
    "write_file",
    "make_folder",
    "change_mode",
    "change_times",
    "rename_secret",
    "run_program",
    "run_shell",
    "fork",
    "spawn",
    "open_network_socket",
    "open_unix_socket",
    "open_socket_pair",
    "signal_parent",
    "signal_parent_thread",
    "own_a_pipe_for_parent",
    "open_parent_handle",
    "slow_parent",
    "outlive_the_parent",
    "adopt_orphans",
    "lock_a_file",
    "lock_a_range",
    "swell_a_pipe",
    "flush_every_disk",
    "take_more_address_space",
    "run_from_memory",
    "share_memory",
]


def test_the_same_attacks_succeed_without_the_lock(tmp_path):
    """A suite whose attacks never worked would prove nothing."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "secret.txt").write_text("canary")
    with subprocess.Popen(["sleep", "60"]) as victim:
        target = Target(folder, victim.pid, VARIABLE)
        path = save(Attacker(target), tmp_path / "attacker.pickle")
        found = subprocess.run(
            [sys.executable, "-c", UNLOCKED, str(path), *HARMLESS],
            env={**os.environ, VARIABLE: "canary"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        victim.kill()
    outcome = dict(zip(HARMLESS, found.split(), strict=True))
    assert set(outcome.values()) == {"1"}, outcome
