"""kill -9 while the case is saved (test plan B2)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.case.store import CaseStore
from engine.contracts.events import Failed, Finished
from engine.contracts.requests import OpenCase, SaveCase, Submit
from engine.process import EngineProcess
from tests.engine.case.writers import number_of, state
from tests.support.case_files import SOAK

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
KILLS = 50 * SOAK
OPENS_WITHIN_S = 5.0


@pytest.fixture
def writers(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.engine.case.writers", "write", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as started:
        yield started
        assert started.stdin is not None
        started.stdin.close()


def test_no_acknowledged_save_is_lost_by_kill_9(
    tmp_path: Path, writers: subprocess.Popen[bytes]
) -> None:
    path = tmp_path / "a.trasluz"
    CaseStore(path, create=True).close()
    draw = random.Random(2)
    assert writers.stdin is not None
    assert writers.stdout is not None
    assert writers.stdout.readline() == b"ready\n"
    acknowledged = 0
    orphans = 0
    for _ in range(KILLS):
        writers.stdin.write(b"a.trasluz\n")
        writers.stdin.flush()
        pid = 0
        killed = False
        for line in iter(writers.stdout.readline, b""):
            what, number = line.split()
            if what == b"ended":
                assert int(number) == -signal.SIGKILL
                break
            if what == b"saved":
                acknowledged = int(number)
            else:
                pid = int(number)
            if pid and not killed and what == b"saved":
                time.sleep(draw.uniform(0, 0.01))
                os.kill(pid, signal.SIGKILL)
                killed = True
        orphans += len(list(tmp_path.glob(".*.part")))
        begun = time.monotonic()
        store = CaseStore(path)
        assert time.monotonic() - begun < OPENS_WITHIN_S
        assert number_of(store.load()) >= acknowledged
        assert not store.notes, "the chain verifies and nobody holds the lock"
        store.close()
        assert [entry.name for entry in tmp_path.iterdir()] == ["a.trasluz"]
    assert acknowledged >= KILLS
    assert orphans, "some kills came in the middle of a write"


def test_no_acknowledged_save_is_lost_when_the_engine_is_killed(tmp_path: Path) -> None:
    """The engine as the window starts it, asked over its pipes."""
    path = tmp_path / "a.trasluz"
    draw = random.Random(3)
    acknowledged = 0
    for _ in range(SOAK):
        engine = EngineProcess()
        engine.start()
        try:
            engine.send(Submit(1, OpenCase(path=str(path), create=not path.exists())))
            wanted = draw.randint(3, 30)
            for number in range(acknowledged + 1, acknowledged + 2 * wanted):
                save = SaveCase(path=str(path), case=state(number))
                engine.send(Submit(number + 1, save))
            first = acknowledged
            while acknowledged < first + wanted:
                event = engine.receive()
                assert not isinstance(event, Failed), event
                if isinstance(event, Finished) and event.job > 1:
                    acknowledged = event.job - 1
                    held = CaseStore(path).notes
                    assert [note.code for note in held] == ["case.open_elsewhere"]
            engine.kill()
        finally:
            engine.close()
        store = CaseStore(path)
        assert not store.notes
        found = number_of(store.load())
        store.close()
        assert found >= acknowledged
        acknowledged = found
