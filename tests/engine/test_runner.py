"""A job ends exactly once, whatever happens while it is answered."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import runner
from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.events import (
    CancelledEvent,
    Failed,
    Finished,
    Progressed,
    Started,
    Warned,
)
from engine.contracts.requests import Inspect, Submit
from engine.contracts.results import Done

ENDS = (Finished, Failed, CancelledEvent)
OUTCOMES = {
    "returns": None,
    "EngineError": EngineError("rows.no_such_column", column="a"),
    "Exception": ValueError("surprise"),
    "MemoryError": MemoryError(),
    "BaseException": SystemExit(3),
    "Cancelled": Cancelled(),
}
SUBMIT = Submit(7, Inspect(path="model"))


def events_of(outcome: str, when: str = "never", emit=None) -> list:
    """Run one job that ends as told, with its token set at some moment."""
    seen: list = []
    token = threading.Event()

    def answer(_request, progress):
        if when == "during":
            token.set()
        if when == "noticed":
            token.set()
            progress.raise_if_cancelled()
        error = OUTCOMES[outcome]
        if error is not None:
            raise error
        return Done()

    def hear(event):
        if emit is not None:
            emit(event)
        seen.append(event)

    if when == "before":
        token.set()
    runner.run(SUBMIT, answer, hear, token)
    return seen


@given(
    outcome=st.sampled_from(sorted(OUTCOMES)),
    when=st.sampled_from(["never", "before", "during", "noticed"]),
)
def test_a_job_has_one_start_and_one_end_in_this_order(outcome, when):
    seen = events_of(outcome, when)
    assert isinstance(seen[0], Started)
    assert [isinstance(event, ENDS) for event in seen] == [False, True]
    assert {event.job for event in seen} == {7}
    if when in {"before", "noticed"}:
        assert isinstance(seen[-1], CancelledEvent)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ("EngineError", "rows.no_such_column"),
        ("Exception", "engine.internal"),
        ("MemoryError", "engine.out_of_memory"),
        ("BaseException", "engine.internal"),
    ],
)
def test_a_failure_says_which(outcome, code):
    assert events_of(outcome)[-1].error.code == code


def test_a_cancel_that_comes_too_late_leaves_the_result():
    assert isinstance(events_of("returns", "during")[-1], Finished)


def test_what_a_killed_host_reports_during_a_cancel_is_the_cancel():
    assert isinstance(events_of("EngineError", "during")[-1], CancelledEvent)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "engine.out_of_memory"),
        (OSError(28, "No space left on device"), "engine.no_room"),
        (TypeError("cannot be encoded"), "engine.internal"),
    ],
)
def test_a_result_that_cannot_be_sent_becomes_one_failure(error, code):
    def emit(event):
        if isinstance(event, Finished):
            raise error

    seen = events_of("returns", emit=emit)
    assert [type(event) for event in seen] == [Started, Failed]
    assert seen[-1].error.code == code


def test_a_keyboard_interrupt_ends_the_job_and_goes_on():
    seen: list = []

    def answer(_request, _progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(SUBMIT, answer, seen.append)
    assert [type(event) for event in seen] == [Started, CancelledEvent]


def test_progress_is_told_at_most_twenty_times_a_second(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(runner.time, "monotonic", lambda: now[0])
    seen: list = []
    progress = runner.JobProgress(1, seen.append, threading.Event())
    for step in range(1_000):  # one second, a thousand reports
        now[0] = step / 1_000
        progress.advance(step, 1_000, "stage")
    assert 15 <= len(seen) <= 20
    assert all(isinstance(event, Progressed) for event in seen)


def test_the_time_left_is_what_the_stage_took_so_far_carried_on(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(runner.time, "monotonic", lambda: now[0])
    seen: list = []
    progress = runner.JobProgress(1, seen.append, threading.Event())
    progress.advance(0, 100, "stage")
    now[0] = 102.0
    progress.advance(25, 100, "stage")
    assert [event.seconds_left for event in seen] == [None, pytest.approx(6.0)]


def test_progress_without_a_total_and_past_its_total_stays_a_share(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(runner.time, "monotonic", lambda: now[0])
    seen: list = []
    progress = runner.JobProgress(1, seen.append, threading.Event())
    progress.advance(3, 0, "stage")
    now[0] = 1.0
    progress.advance(7, 5, "stage")
    assert [event.seconds_left for event in seen] == [None, pytest.approx(0.0)]


def test_a_warning_carries_its_values():
    seen: list = []
    progress = runner.JobProgress(1, seen.append, threading.Event())
    progress.warn("rows.no_such_column", column="a")
    assert seen == [Warned(1, "rows.no_such_column", {"column": "a"})]
