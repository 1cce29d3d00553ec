"""Too little memory, at any moment, costs one job and is said with figures."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from engine import runner
from engine.contracts import requests as r
from engine.contracts.events import TERMINAL, Failed, Finished
from engine.contracts.model import RecordedScores
from engine.contracts.requests import Submit
from tests.support.lasting import lasting
from tests.support.sessions import Asker
from tests.support.small_case import frame

TRIES = 60 * int(os.environ.get("TRASLUZ_SOAK", "1"))
SEED = 20261201
ROOT = Path(__file__).resolve().parents[2]
KINDS = (
    "summary",
    "confusion",
    "thresholds",
    "reliability",
    "buckets",
)


@pytest.fixture(scope="module")
def asker(tmp_path_factory, small):
    asker = Asker(tmp_path_factory.mktemp("session"))
    asker(r.OpenData(paths=(str(small.data),)))
    asker(r.UseRecordedScores(scores=RecordedScores(scores=("p_yes",))))
    asker(r.Predict(target="outcome"))
    yield asker
    asker.session.close()


class RunsOut:
    """Lets memory run out at the n-th call of a function that is not Python's."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, frame, event, _argument) -> None:
        if event == "c_call":
            self.left -= 1
            if self.left == 0:
                sys.setprofile(None)
                raise MemoryError


def end_of(asker, request, runs_out=None):
    told = []

    def answer(asked, progress):
        before = sys.getprofile()
        if runs_out is not None:
            sys.setprofile(runs_out)
        try:
            return asker.session.answer(asked, progress)
        finally:
            sys.setprofile(before)

    runner.run(Submit(1, request), answer, told.append)
    (end,) = (event for event in told if isinstance(event, TERMINAL))
    return end


def test_memory_that_runs_out_at_any_call_costs_that_job_alone(asker):
    requests = {
        **{name: r.Run(analysis=name) for name in KINDS},
        "predict": r.Predict(target="outcome"),
        "view": r.OpenView(sort=(("x1", True),)),
        "columns": r.Summarise(columns=("x1", "colour")),
    }
    whole = {
        name: lasting(end_of(asker, r.Run(analysis=name)).result) for name in KINDS
    }
    chance, failed = random.Random(SEED), set()
    for turn in range(TRIES):
        name = list(requests)[turn % len(requests)]
        asker.session._runs.forget()  # else the answer is there already
        end = end_of(asker, requests[name], RunsOut(chance.randrange(1, 1500)))
        if isinstance(end, Failed):
            assert end.error.code == "engine.out_of_memory", end.error
            failed.add(name)
        after = KINDS[turn % len(KINDS)]
        end = end_of(asker, r.Run(analysis=after))
        assert isinstance(end, Finished), end
        assert lasting(end.result) == whole[after]
    assert len(failed) >= len(requests) // 2


LIMITED = """
import json, pathlib, resource, sys
sys.path.insert(0, {root!r})
import numpy as np
from engine import runner
from engine.contracts import requests as r
from engine.contracts.events import Failed
from engine.contracts.messages import sentence
from engine.contracts.requests import Submit
from engine.contracts.model import RecordedScores
from engine.session import Session
session = Session(pathlib.Path({folder!r}), spare=False)
opening = [
    r.OpenData(paths=({data!r},)),
    r.UseRecordedScores(scores=RecordedScores(scores=("p_yes",))),
    r.Predict(target="outcome"),
]
def too_much(size):
    return np.empty(size, dtype=np.uint8)
def ask(request):
    told = []
    runner.run(Submit(1, request), session.answer, told.append)
    return told[-1]
for request in opening:
    assert not isinstance(ask(request), Failed)
jobs = [r.Run(analysis=n, params=p) for n, p in (
    ("summary", {{"resamples": 10_000}}), ("confusion", {{}}), ("thresholds", {{}}),
    ("reliability", {{}}), ("buckets", {{}}))]
jobs += [r.OpenData(paths=({wide!r},)), *opening]
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
found = []
for room in {rooms}:
    resource.setrlimit(resource.RLIMIT_AS, (used + room, resource.RLIM_INFINITY))
    ends = [ask(job) for job in jobs]
    told = []
    runner.run(Submit(2, r.ListConsents()), lambda *_: too_much(2 * room), told.append)
    ends += [told[-1], *[ask(job) for job in jobs[:2]]]
    resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
    found.append([end.error.code if isinstance(end, Failed) else "" for end in ends])
    for end in ends:
        if isinstance(end, Failed):
            if "{{" in sentence(end.error.code, end.error.params):
                found[-1].append("not told")
            if "out_of_memory" not in end.error.code:
                print(room, end.error.code, end.error.details[-1500:], file=sys.stderr)
for request in opening:
    assert not isinstance(ask(request), Failed)
print(json.dumps([found, told[-1].error.code, told[-1].error.params]), flush=True)
session.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space")
def test_under_a_limit_of_the_system_jobs_end_by_name_and_the_next_ones_work(
    tmp_path, small
):
    frame(60_000).to_csv(tmp_path / "wide.csv", index=False)
    rooms = [512 << 20, 1 << 30, 4 << 30]
    code = LIMITED.format(
        root=str(ROOT),
        folder=str(tmp_path),
        data=str(small.data),
        wide=str(tmp_path / "wide.csv"),
        rooms=rooms,
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found, code, params = json.loads(done.stdout)
    short = {"", "engine.out_of_memory", "engine.out_of_memory_for"}
    for room, ends in zip(rooms, found, strict=True):
        assert set(ends) <= short, (room, ends, done.stderr[-8000:])
        assert ends[-3:] == ["engine.out_of_memory_for", "", ""], (room, ends)
    assert set(found[-1][:-3]) == {""}
    assert code == "engine.out_of_memory_for"
    assert params["needed"] == "8.0"
    assert 0 < float(params["free"]) < 8
