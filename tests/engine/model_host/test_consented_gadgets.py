"""Hostile pickles in eight containers, loaded with consent in the locked-down host."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pytest

from engine.contracts.errors import EngineError
from engine.contracts.model import Light
from engine.models.host import HostPool
from tests.engine.models.safety_cases import call, containers
from tests.support.gadgets import with_effect
from tests.support.hostile import Loader, save
from tests.support.model_files import report_on, take

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the lock-down is for Linux so far"
)
SECRET = "canary"
WRAPPINGS = ("raw", "joblib", "zlib", "gzip", "lzma", "torch", "npy", "npz")


class Outside:
    """Where a mark, a connection or a signal would arrive."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder = folder / "marks"
        self.folder.mkdir()
        self.secret = folder / "secret.txt"
        self.secret.write_text(SECRET)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0)

    def files(self, process, wrappings=WRAPPINGS):
        """Return (name, container, bytes) of every call in every container."""
        port = self.listener.getsockname()[1]
        calls = with_effect(str(self.folder), str(self.secret), port, process)
        for name, parts in calls.items():
            raw = call(*parts)
            made = {**containers(raw), "joblib": raw}
            for wrapping in wrappings:
                yield name, wrapping, made[wrapping]

    def connections(self):
        n = 0
        while True:
            try:
                self.listener.accept()[0].close()
            except BlockingIOError:
                return n
            n += 1


@pytest.fixture
def outside(tmp_path):
    made = Outside(tmp_path / "outside")
    yield made
    made.listener.close()


@pytest.fixture
def signals():
    came = []
    before = signal.signal(signal.SIGUSR1, lambda *_: came.append(1))
    yield came
    signal.signal(signal.SIGUSR1, before)


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    pool = HostPool(tmp_path_factory.mktemp("scratch"), spare=False)
    if not pool.sealed:
        pool.close()
        pytest.skip(f"this kernel offers only {pool.layers}")
    yield pool
    pool.close()


def test_loaded_with_consent_none_writes_reads_connects_or_signals(
    outside, signals, pool, tmp_path
):
    files = list(outside.files(os.getpid()))
    loader = Loader([(wrapping, raw) for _, wrapping, raw in files], SECRET)
    taken = take(save(loader, tmp_path / "loader.pickle"), "pickle")
    model = pool.open(taken, report_on(taken, Light.RED))
    rows = pa.table({"x0": np.arange(len(files), dtype=float)})
    found = model.predict(rows)[0][:, 0]
    assert [f[:2] for f, how in zip(files, found, strict=True) if how == 2] == []
    assert list(outside.folder.iterdir()) == []
    assert outside.connections() == 0
    assert signals == []


@pytest.mark.parametrize("name", ["os.system", "eval", "signal", "connect"])
def test_opened_as_a_model_with_consent_it_is_a_refused_model(
    outside, signals, pool, tmp_path, name
):
    raw = next(raw for n, _, raw in outside.files(os.getpid(), ("raw",)) if n == name)
    (tmp_path / "m.pkl").write_bytes(raw)
    taken = take(tmp_path / "m.pkl", "pickle")
    with pytest.raises(EngineError, match=r"model\.|host\."):
        pool.open(taken, report_on(taken, Light.RED))
    assert list(outside.folder.iterdir()) == []
    assert outside.connections() == 0
    assert signals == []


UNLOCKED = """
import pickle, sys
loader = pickle.load(open(sys.argv[1], "rb"))
print(*map(int, loader.predict([[i] for i in range(len(loader.files))])))
"""


def test_without_the_lock_each_of_them_succeeds(outside, tmp_path):
    """A suite whose files never worked would prove nothing."""
    with subprocess.Popen(["sleep", "60"]) as victim:
        files = list(outside.files(victim.pid))
        loader = Loader([(wrapping, raw) for _, wrapping, raw in files], SECRET)
        path = save(loader, tmp_path / "loader.pickle")
        printed = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", UNLOCKED, str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        ).stdout.splitlines()[-1]
        time.sleep(0.1)
        assert victim.poll() == -signal.SIGUSR1
    found = dict(zip([f[:2] for f in files], map(int, printed.split()), strict=True))
    names = {name for name, _ in found}
    reading = {name for name in names if name.startswith("read")}
    assert {k for k, how in found.items() if how == 2} >= {
        (name, wrapping) for name in reading for wrapping in ("raw", "gzip", "joblib")
    }
    marks = names - reading - {"connect", "signal"}
    assert {p.name for p in outside.folder.iterdir()} == marks
    assert outside.connections() >= len(WRAPPINGS)
