"""Jobs are cancelled over and over, and the engine is closed while it works."""

from __future__ import annotations

import os
import random
import time

import psutil

from engine import process
from engine.contracts import requests as r
from engine.contracts.events import TERMINAL, Failed, Finished

CANCELS = 40 * int(os.environ.get("TRASLUZ_SOAK", "1"))
SEED = 20261201
PATIENCE = 30.0


def hear(engine, job):
    """Return the event that ends a job."""
    while True:
        event = engine.receive()
        if isinstance(event, TERMINAL) and event.job == job:
            return event


def descendants(engine):
    return psutil.Process(engine.pid).children(recursive=True)


def test_every_cancelled_job_ends_once_and_no_process_is_left(small):
    engine = process.EngineProcess()
    engine.start()
    chance = random.Random(SEED)
    wanted = [
        r.OpenData(paths=(str(small.data),)),
        r.OpenModel(path=str(small.model)),
        r.Predict(target="outcome"),
    ]
    for job, request in enumerate(wanted, 1):
        engine.send(r.Submit(job, request))
        assert isinstance(hear(engine, job), Finished)
    kinds = [
        r.Run(analysis="permutation"),
        r.Run(analysis="shapley"),
        r.Run(analysis="surrogate"),
        r.Run(analysis="summary"),
        r.Predict(target="outcome"),
        r.OpenData(paths=(str(small.data),)),
    ]
    first, ends = 100, {}
    for job in range(first, first + CANCELS):
        engine.send(r.Submit(job, kinds[job % len(kinds)]))
        time.sleep(chance.random() * 0.03)
        engine.send(r.Cancel(job))
    while len(ends) < CANCELS:
        event = engine.receive()
        if isinstance(event, TERMINAL):
            assert event.job not in ends
            ends[event.job] = event
    failed = [end.error.code for end in ends.values() if isinstance(end, Failed)]
    # an analysis after data were opened anew finds nothing predicted yet
    assert set(failed) <= {"predict.not_yet"}
    for job, request in enumerate(wanted, first + CANCELS):
        engine.send(r.Submit(job, request))
        end = hear(engine, job)
        assert isinstance(end, Finished), end
    left = descendants(engine)
    assert not [one for one in left if one.status() == psutil.STATUS_ZOMBIE]
    for job in range(2 * first + CANCELS, 2 * first + CANCELS + 6):
        engine.send(r.Submit(job, kinds[job % len(kinds)]))
    left += [*descendants(engine), psutil.Process(engine.pid)]
    engine.close()  # while they run
    _, alive = psutil.wait_procs(left, PATIENCE)
    assert not alive
    assert not engine.scratch.exists()
