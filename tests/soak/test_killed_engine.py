"""The engine is killed at random moments of ten kinds of jobs, and comes back."""

from __future__ import annotations

import os
import random
import time

import psutil
import pytest

from engine.contracts import requests as r
from engine.contracts.model import RecordedScores
from gui.services import engine_client
from gui.services.engine_client import EngineClient
from tests.support.lasting import lasting
from tests.support.small_case import frame

KILLS = 20 * int(os.environ.get("TRASLUZ_SOAK", "1"))
WAIT = 60_000
SEED = 20261201
TOLD_WITHIN_S, BACK_WITHIN_S = 2.0, 5.0


class Asked:
    """One request and all that was heard of it."""

    def __init__(self, client, request) -> None:
        self.results, self.errors = [], []
        client.submit(
            request, on_result=self.results.append, on_error=self.errors.append
        )

    @property
    def ended(self):
        return bool(self.results or self.errors)


@pytest.fixture
def client(qapp, monkeypatch):
    monkeypatch.setattr(engine_client, "MOST_CRASHES", 10**6)
    client = EngineClient()
    client.start()
    yield client
    client.stop()


def jobs(folder):
    """Ten kinds of jobs, by name."""
    analyses = ("summary", "confusion", "thresholds", "reliability")
    return {
        "open": r.OpenData(paths=(str(folder / "rows.csv"),)),
        "predict": r.Predict(target="outcome"),
        "view": r.OpenView(sort=(("x1", True),)),
        "columns": r.Summarise(columns=("x1", "x2", "colour")),
        "export": r.Export(view=1, columns=("x1",), path=str(folder / "out.csv")),
        "inspect": r.Inspect(path=str(folder / "rows.csv")),
        **{name: r.Run(analysis=name) for name in analyses},
    }


def prepare(client, folder, qtbot):
    """Bring an engine that has just come up to where every job can be asked."""
    for request in (
        r.OpenData(paths=(str(folder / "rows.csv"),)),
        r.UseRecordedScores(scores=RecordedScores(scores=("p_yes",))),
        r.Predict(target="outcome"),
        r.OpenView(),
    ):
        answer(client, request, qtbot)


def answer(client, request, qtbot):
    asked = Asked(client, request)
    qtbot.waitUntil(lambda: asked.ended, timeout=WAIT)
    assert not asked.errors, asked.errors
    return asked.results[0]


def test_a_killed_engine_costs_its_job_and_nothing_is_half_told(
    client, qtbot, tmp_path
):
    frame(4_000).to_csv(tmp_path / "rows.csv", index=False)
    kinds, chance = jobs(tmp_path), random.Random(SEED)
    begun = time.monotonic()
    qtbot.waitUntil(lambda: client.state == "ready", timeout=WAIT)
    # a machine on which the first start took longer is a busy one
    back_within = max(BACK_WITHIN_S, 2 * (time.monotonic() - begun))
    prepare(client, tmp_path, qtbot)
    whole = {
        name: lasting(answer(client, request, qtbot))
        for name, request in kinds.items()
        if isinstance(request, r.Run)
    }
    pids, exported = set(), tmp_path / "out.csv"
    answer(client, kinds["export"], qtbot)
    written = exported.read_bytes()
    for kill in range(KILLS):
        name = list(kinds)[kill % len(kinds)]
        exported.unlink(missing_ok=True)
        pids.add(client._process.pid)
        asked = Asked(client, kinds[name])
        qtbot.wait(chance.randrange(150))
        killed = time.monotonic()
        with qtbot.waitSignal(client.restarted, timeout=WAIT):
            client.kill()
            qtbot.waitUntil(lambda: client.state != "ready", timeout=WAIT)
            assert time.monotonic() - killed <= TOLD_WITHIN_S, name
        assert time.monotonic() - killed <= back_within, name
        assert len(asked.results) + len(asked.errors) == 1, name
        if asked.errors and name != "inspect":
            assert asked.errors[0].code == "engine.lost"
        if asked.results and name in whole:
            assert lasting(asked.results[0]) == whole[name]
        if exported.exists():
            assert exported.read_bytes() == written
        prepare(client, tmp_path, qtbot)
    for name, expected in whole.items():
        assert lasting(answer(client, kinds[name], qtbot)) == expected
    assert len(pids) == KILLS
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
