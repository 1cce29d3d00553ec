"""A long explanation that was preempted finds what it would have found."""

from __future__ import annotations

import numpy as np
import pytest

from engine import process
from engine.contracts.events import TERMINAL, Finished, Progressed
from engine.contracts.requests import (
    ConfigureData,
    OpenData,
    OpenModel,
    Predict,
    Run,
    SetPriority,
    Submit,
)
from tests.support.sessions import ALL

# asked of the model in many small questions
EXPLAIN = Run(
    analysis="shapley",
    params={"route": "sampling", "background": 50, "rounds": 8, "precision": 1e-6},
)
PREDICT = Predict(target="outcome")


class Engine:
    """A real one, with what it has said."""

    def __init__(self) -> None:
        self.process = process.EngineProcess()
        self.process.start()
        self.heard: list[object] = []

    def send(self, job, request):
        self.process.send(Submit(job, request))

    def hear(self):
        self.heard.append(self.process.receive())
        return self.heard[-1]

    def end(self, job):
        """The result of a job."""
        while True:
            event = self.hear()
            if isinstance(event, TERMINAL) and event.job == job:
                assert isinstance(event, Finished), event
                return event.result

    def has_ended(self, job):
        return any(isinstance(e, TERMINAL) and e.job == job for e in self.heard)


@pytest.fixture
def engine(small):
    found = Engine()
    opening = (
        OpenData(paths=(str(small.table),)),
        ConfigureData(split=ALL),
        OpenModel(path=str(small.model)),
        PREDICT,
    )
    for job, request in enumerate(opening, start=1):
        found.send(job, request)
        found.end(job)
    yield found
    found.process.close()


def test_what_was_preempted_is_found_as_if_it_had_not(engine):
    engine.send(10, EXPLAIN)
    undisturbed = engine.end(10)
    engine.send(11, PREDICT)  # nothing is kept of what was found before
    engine.end(11)
    engine.send(12, EXPLAIN)
    while not any(isinstance(e, Progressed) and e.job == 12 for e in engine.heard):
        engine.hear()
    engine.process.send(SetPriority(12))
    engine.send(13, Run(analysis="permutation", params={"repeats": 2}))
    engine.end(13)
    assert not engine.has_ended(12)
    found = engine.end(12)
    preempted = [e for e in engine.heard if isinstance(e, Progressed)]
    assert 12 in {e.job for e in preempted if e.stage == "engine.preempted"}
    np.testing.assert_array_equal(found.values, undisturbed.values)
    np.testing.assert_array_equal(found.standard_errors, undisturbed.standard_errors)
