"""A hostile model file, opened with consent, finds every door closed."""

from __future__ import annotations

import os
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
