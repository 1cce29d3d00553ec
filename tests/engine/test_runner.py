"""Whatever happens inside, a job begins once and ends once."""

from __future__ import annotations

import threading

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import runner
from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.events import (
    TERMINAL,
    CancelledEvent,
    Failed,
    Finished,
    Progressed,
    Refined,
    Started,
    Warned,
)
from engine.contracts.requests import Recognise, Submit
from engine.contracts.results import Done

JOB = Submit(7, Recognise(paths=()))


class Clock:
    """A clock that a test moves."""

    def __init__(self, monkeypatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(runner.time, "monotonic", lambda: self.now)


def events_of(answer, token=None):
    told = []
    runner.run(JOB, answer, told.append, token)
    return told


def only_end(told):
    ends = [event for event in told if isinstance(event, TERMINAL)]
    assert len(ends) == 1
    assert told[0] == Started(7)
    assert told[-1] is ends[0]
    assert {event.job for event in told} == {7}
    return ends[0]


def raising(error):
    def answer(_request, _progress):
        raise error

    return answer


def test_an_answer_ends_in_finished():
    told = events_of(lambda _request, _progress: Done())
    assert told == [Started(7), Finished(7, Done())]


def test_an_error_keeps_its_code_and_its_place_stays_in_the_details():
    end = only_end(events_of(raising(EngineError("data.no_rows", file="a.csv"))))
    assert isinstance(end, Failed)
    assert (end.error.code, end.error.params) == ("data.no_rows", {"file": "a.csv"})
    assert "Traceback" in end.error.details


def test_what_nobody_expected_is_internal_and_its_text_stays_in_the_details():
    end = only_end(events_of(raising(ZeroDivisionError("a secret"))))
    assert isinstance(end, Failed)
    assert end.error.code == "engine.internal"
    assert end.error.params == {"kind": "ZeroDivisionError"}
    assert "a secret" in end.error.details


def test_too_little_memory_is_said_as_such():
    end = only_end(events_of(raising(MemoryError())))
    assert isinstance(end, Failed)
    assert end.error.code == "engine.out_of_memory"
    assert float(end.error.params["free"]) > 0


def test_how_much_memory_was_asked_for_is_said_where_it_is_known():
    error = pa.ArrowMemoryError(f"malloc of size {16 << 30} failed")
    end = only_end(events_of(raising(error)))
    assert end.error.code == "engine.out_of_memory_for"
    assert end.error.params["needed"] == "16.0"


def test_an_interrupt_ends_the_job_and_goes_on():
    told = []
    with pytest.raises(KeyboardInterrupt):
        runner.run(JOB, raising(KeyboardInterrupt()), told.append)
    assert isinstance(only_end(told), CancelledEvent)


def test_a_token_set_before_the_start_computes_nothing():
    token = threading.Event()
    token.set()
    asked = []
    end = only_end(events_of(lambda *given: asked.append(given), token))
    assert isinstance(end, CancelledEvent)
    assert not asked


def test_a_library_cannot_swallow_a_cancel():
    token = threading.Event()

    def answer(_request, progress):
        token.set()
        try:
            progress.advance(1, 2, "stage")
        except Exception:
            return Done()

    assert isinstance(only_end(events_of(answer, token)), CancelledEvent)


def test_an_error_of_a_job_that_was_told_to_stop_is_its_cancel():
    token = threading.Event()

    def answer(_request, _progress):
        token.set()
        raise EngineError("host.stopped")

    assert isinstance(only_end(events_of(answer, token)), CancelledEvent)


def test_what_was_done_before_the_cancel_came_is_done():
    token = threading.Event()

    def answer(_request, _progress):
        token.set()
        return Done()

    assert isinstance(only_end(events_of(answer, token)), Finished)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TypeError("cannot send"), "engine.internal"),
        (OSError(28, "No space left on device"), "engine.disk_full"),
        (OSError(122, "Disk quota exceeded"), "engine.disk_full"),
        (OSError(5, "Input/output error"), "engine.no_room"),
        (MemoryError(), "engine.out_of_memory"),
    ],
)
def test_a_result_that_cannot_be_sent_becomes_a_failure(error, code):
    told = []

    def emit(event):
        if isinstance(event, Finished):
            raise error
        told.append(event)

    runner.run(JOB, lambda *_given: Done(), emit)
    assert only_end(told).error.code == code


def test_a_full_disk_is_named_wherever_it_is_met():
    def answer(*_given):
        raise OSError(28, "No space left on device", "/data/scratch/batch.arrow")

    end = only_end(events_of(answer))
    assert end.error.code == "engine.disk_full"
    assert end.error.params == {"folder": "/data/scratch"}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("advance"), st.floats(), st.floats()),
        st.tuples(st.just("warn")),
        st.tuples(st.just("partial")),
        st.tuples(st.just("cancel")),
    ),
    max_size=8,
)
ENDS = st.sampled_from(
    [
        None,
        EngineError("data.none"),
        RuntimeError("text"),
        MemoryError(),
        Cancelled(),
        SystemExit(3),
        GeneratorExit(),
        StopIteration(),
        RecursionError(),
        EngineError("host.stopped"),
    ]
)


@given(STEPS, ENDS)
def test_every_job_ends_exactly_once(steps, end):
    token = threading.Event()

    def answer(_request, progress):
        for step in steps:
            match step:
                case ("advance", done, total):
                    progress.advance(done, total, "stage")
                case ("warn",):
                    progress.warn("code")
                case ("partial",):
                    progress.partial(Done())
                case ("cancel",):
                    token.set()
        if end is not None:
            raise end
        return Done()

    told = events_of(answer, token)
    only_end(told)
    middle = told[1:-1]
    assert all(isinstance(e, (Progressed, Warned, Refined)) for e in middle)


def progress_of(told):
    return runner.JobProgress(7, told.append, threading.Event())


def test_progress_is_told_at_most_twenty_times_a_second(monkeypatch):
    clock = Clock(monkeypatch)
    told = []
    progress = progress_of(told)
    for i in range(10_000):
        clock.now = 100 + i / 10_000
        progress.advance(i, 10_000, f"stage {i % 3}")
    assert 18 <= len(told) <= 20


def test_time_left_follows_the_pace_of_the_stage(monkeypatch):
    clock = Clock(monkeypatch)
    told = []
    progress = progress_of(told)
    progress.advance(0, 100, "slow")
    clock.now += 2
    progress.advance(20, 100, "slow")
    assert [event.seconds_left for event in told] == [None, pytest.approx(8)]
    clock.now += 1
    progress.advance(0, 10, "next")
    assert told[-1].seconds_left is None


def lefts(told):
    return [event.seconds_left for event in told]


def test_nothing_is_said_of_the_time_left_in_the_first_second(monkeypatch):
    clock = Clock(monkeypatch)
    told = []
    progress = progress_of(told)
    for eighth in range(8):  # the first units go fast: from a cache, or cheap ones
        progress.advance(5 * eighth, 100, "stage")
        clock.now += 0.125
    assert lefts(told) == [None] * 8
    progress.advance(50, 100, "stage")
    assert told[-1].seconds_left == pytest.approx(1.0)


def test_nothing_is_said_of_it_before_two_per_cent_are_done(monkeypatch):
    clock = Clock(monkeypatch)
    told = []
    progress = progress_of(told)
    progress.advance(0, 1_000, "stage")
    clock.now += 60
    progress.advance(19, 1_000, "stage")
    assert lefts(told) == [None, None]


def test_a_stage_in_the_midst_of_the_work_has_a_pace_of_its_own(monkeypatch):
    clock = Clock(monkeypatch)
    told = []
    progress = progress_of(told)
    progress.advance(0, 2, "asking")
    clock.now += 5
    progress.advance(1, 2, "lines")
    clock.now += 2
    progress.advance(1.1, 2, "lines")  # a tenth of its half in two seconds
    assert told[-1].seconds_left == pytest.approx(18)


def test_a_change_of_pace_is_believed_by_and_by(monkeypatch):
    clock = Clock(monkeypatch)
    told = []
    progress = progress_of(told)
    progress.advance(0, 100, "stage")
    clock.now += 10
    progress.advance(50, 100, "stage")
    clock.now += 1
    progress.advance(51, 100, "stage")
    fast, slow = 9.0, 11 * 49 / 51
    assert fast < told[-1].seconds_left < slow
    for _ in range(20):
        clock.now += 1
        progress.advance(51, 100, "stage")
    assert told[-1].seconds_left > 20  # nothing moves: the time left grows
    clock.now += 1
    progress.advance(100, 100, "stage")
    assert told[-1].seconds_left == 0


def test_time_left_is_never_negative(monkeypatch):
    clock = Clock(monkeypatch)
    told = []
    progress = progress_of(told)
    progress.advance(0, 10, "stage")
    clock.now += 1
    progress.advance(12, 10, "stage")
    assert told[-1].seconds_left == 0
