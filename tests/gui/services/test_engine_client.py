"""Jobs out, answers in; what happens when the engine is late, stopped or gone."""

from __future__ import annotations

import pytest

from engine.contracts.errors import ErrorInfo
from engine.contracts.events import (
    CancelledEvent,
    Failed,
    Finished,
    Progressed,
    Refined,
    Started,
)
from engine.contracts.requests import OpenData, Recognise, SetPriority, Submit
from engine.contracts.results import Done
from gui.services import engine_client
from tests.gui.services.fake_process import FakeProcess

ASK = Recognise(paths=("a",))


class Heard:
    """What a job's callbacks were told."""

    def __init__(self) -> None:
        self.results, self.partials, self.errors = [], [], []
        self.cancelled = 0

    @property
    def ends(self) -> int:
        return len(self.results) + len(self.errors) + self.cancelled

    def callbacks(self):
        def stop():
            self.cancelled += 1

        return {
            "on_result": self.results.append,
            "on_partial": self.partials.append,
            "on_error": self.errors.append,
            "on_cancelled": stop,
        }


@pytest.fixture
def heard():
    return Heard()


def engine() -> FakeProcess:
    return FakeProcess.made[-1]


def test_requests_made_before_the_engine_is_up_wait_for_it(client, qtbot) -> None:
    client.submit(ASK)
    assert not FakeProcess.made
    client.start()
    qtbot.waitUntil(lambda: bool(FakeProcess.made) and bool(engine().sent))
    assert engine().requests(Recognise) == [ASK]


def test_a_result_ends_its_job_and_no_other(ready, qtbot, heard) -> None:
    other = Heard()
    job = ready.submit(ASK, **heard.callbacks())
    ready.submit(ASK, **other.callbacks())
    with qtbot.waitSignal(ready.job_ended, check_params_cb=lambda j: j is job):
        engine().tell(
            Started(job.id), Refined(job.id, Done()), Finished(job.id, Done())
        )
    assert (heard.results, heard.partials) == ([Done()], [Done()])
    assert other.ends == 0
    assert len(ready.jobs) == 1


def test_progress_is_kept_with_the_job(ready, qtbot) -> None:
    job = ready.submit(ASK)
    with qtbot.waitSignal(ready.job_progressed):
        engine().tell(Progressed(job.id, 1, 4, "data.reading", 3.0))
    assert job.progress.seconds_left == 3.0
    assert 2.0 < job.seconds_left <= 3.0
    job.progressed_at -= 10  # nothing was heard since
    assert job.seconds_left is None


def test_a_failure_reaches_its_job(ready, qtbot, heard) -> None:
    job = ready.submit(ASK, **heard.callbacks())
    engine().tell(Failed(job.id, ErrorInfo(code="data.none")))
    qtbot.waitUntil(lambda: heard.ends == 1)
    assert heard.errors[0].code == "data.none"


def test_a_result_that_comes_after_a_cancel_is_dropped(ready, qtbot, heard) -> None:
    job = ready.submit(ASK, **heard.callbacks())
    job.cancel()
    job.cancel()
    assert engine().cancelled() == [job.id]
    engine().tell(Refined(job.id, Done()), Finished(job.id, Done()))
    qtbot.waitUntil(lambda: heard.ends == 1)
    assert (heard.cancelled, heard.partials) == (1, [])


def test_a_case_that_changed_before_the_cancel_came_is_told(
    ready, qtbot, heard
) -> None:
    job = ready.submit(OpenData(paths=("a",)), **heard.callbacks())
    job.cancel()
    engine().tell(Finished(job.id, Done()))
    qtbot.waitUntil(lambda: heard.ends == 1)
    assert (heard.results, heard.cancelled) == ([Done()], 0)


def test_a_cancelled_job_ends_once(ready, qtbot, heard) -> None:
    job = ready.submit(ASK, **heard.callbacks())
    job.cancel()
    engine().tell(CancelledEvent(job.id), Finished(job.id, Done()))
    qtbot.waitUntil(lambda: heard.cancelled == 1)
    last = ready.submit(ASK)
    with qtbot.waitSignal(ready.job_ended, check_params_cb=lambda j: j is last):
        engine().tell(Finished(last.id, Done()))
    assert heard.ends == 1


def test_a_job_that_waits_is_cancelled_without_the_engine(client, heard) -> None:
    client.submit(ASK, **heard.callbacks()).cancel()
    assert heard.cancelled == 1
    assert not client.jobs


def test_an_engine_that_ignores_a_cancel_is_replaced(ready, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(engine_client, "GRACE_MS", 1)
    first, job = engine(), ready.submit(ASK)
    with qtbot.waitSignal(ready.restarted):
        job.cancel()
    assert first.killed
    assert not ready.jobs


def test_a_crash_costs_the_running_jobs_and_nothing_else(ready, qtbot, heard) -> None:
    first = engine()
    ready.submit(ASK, **heard.callbacks())
    states: list[str] = []
    ready.state_changed.connect(states.append)
    with qtbot.waitSignal(ready.restarted):
        first.crash()
    assert [error.code for error in heard.errors] == ["engine.lost"]
    assert states == ["lost", "starting", "ready"]
    assert first.closed
    job = ready.submit(ASK, **heard.callbacks())
    engine().tell(Finished(job.id, Done()))
    qtbot.waitUntil(lambda: heard.results == [Done()])


def test_an_engine_that_keeps_crashing_is_given_up(ready, qtbot, heard) -> None:
    for _ in range(engine_client.MOST_CRASHES):
        with qtbot.waitSignal(ready.restarted):
            engine().crash()
    with qtbot.waitSignal(
        ready.state_changed, check_params_cb=lambda state: state == "failed"
    ):
        engine().crash()
    ready.submit(ASK, **heard.callbacks())
    qtbot.waitUntil(lambda: heard.ends == 1)
    assert heard.errors[0].code == "engine.given_up"
    with qtbot.waitSignal(ready.restarted):
        ready.start_again()


def test_job_numbers_are_never_used_again(ready, qtbot) -> None:
    ready.submit(ASK)
    with qtbot.waitSignal(ready.restarted):
        engine().crash()
    ready.submit(ASK)
    sent = [m for p in FakeProcess.made for m in p.sent if isinstance(m, Submit)]
    assert len({message.job for message in sent}) == 2


def test_a_job_is_set_priority_and_back_once(ready, heard) -> None:
    job = ready.submit(ASK, **heard.callbacks())
    for in_background in (True, True, False):
        ready.set_priority(job, in_background=in_background)
    told = [message for message in engine().sent if isinstance(message, SetPriority)]
    assert told == [SetPriority(job.id), SetPriority(job.id, in_background=False)]


def test_a_job_set_priority_before_the_engine_is_up_is_sent_so(client, qtbot) -> None:
    job = client.submit(ASK)
    client.set_priority(job, in_background=True)
    client.start()
    qtbot.waitUntil(lambda: bool(FakeProcess.made) and len(engine().sent) == 2)
    assert engine().sent == [Submit(job.id, ASK), SetPriority(job.id)]


def test_nothing_is_said_of_a_job_that_has_ended(ready, qtbot, heard) -> None:
    job = ready.submit(ASK, **heard.callbacks())
    with qtbot.waitSignal(ready.job_ended):
        engine().tell(Finished(job.id, Done()))
    ready.set_priority(job, in_background=True)
    assert not [
        message for message in engine().sent if isinstance(message, SetPriority)
    ]
