"""The engine behind its pipe: order, cancelling, and bytes that are no messages."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import struct
import threading

import msgspec
import numpy as np
import pytest

from engine import process
from engine.contracts import frames
from engine.contracts.errors import EngineError
from engine.contracts.events import (
    TERMINAL,
    CancelledEvent,
    Event,
    Failed,
    Finished,
    HostState,
    Progressed,
)
from engine.contracts.requests import (
    Cancel,
    Hold,
    Match,
    Message,
    OpenData,
    OpenView,
    Predict,
    ReadRows,
    Recognise,
    Run,
    SetBuckets,
    SetPriority,
    Shutdown,
    Submit,
)
from engine.contracts.results import Done, Resolved

WAIT = 30.0
LONG = Predict(target="y")
SHORT = Match(target="y")
STEPWISE = Run(analysis="shapley")
ROWS = ReadRows(view=1, start=0, stop=9, columns=())


class Session:
    """Answers when the test says so, and notes what it was asked."""

    versions: dict[str, str] = {}

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go_on = threading.Event()
        self.begun = threading.Event()
        self.host_killed = threading.Event()
        self.deaf = False
        self.slow_host = threading.Event()
        self.slow_host.set()
        self.is_asking = False
        self.done = threading.Event()

    def answer(self, request, progress):
        self.asked.append(type(request).__name__)
        if isinstance(request, Run):
            self.begun.set()
            while not self.done.wait(0.005):
                progress.raise_if_cancelled()
        if isinstance(request, (Predict, OpenData)):
            self.begun.set()
            while not self.go_on.wait(0.005):
                if not self.deaf:
                    progress.raise_if_cancelled()
                if self.host_killed.is_set():
                    raise EngineError("host.stopped")
        return Done()

    def watch_host(self, tell):
        self.slow_host.wait(WAIT)
        tell(HostState("spare"))

    def kill_host(self):
        self.host_killed.set()


class Window:
    """The other end of the pipes."""

    def __init__(self, session, scratch=None) -> None:
        context = multiprocessing.get_context("spawn")
        its_reader, self.writer = context.Pipe(duplex=False)
        reader, its_writer = context.Pipe(duplex=False)
        self.channel = frames.Channel(reader, self.writer, Event, scratch)
        its_channel = frames.Channel(its_reader, its_writer, Message, scratch)
        self.server = process._Server(its_channel, session)
        self.thread = threading.Thread(target=self._serve, args=(its_channel,))
        self.thread.start()

    def _serve(self, channel):
        self.server.serve()
        channel.close()

    def ask(self, job, request):
        self.channel.send(Submit(job, request))

    def hear(self, *wanted):
        """Events up to the first of the wanted types (any terminal one by default)."""
        heard = []
        while True:
            assert self.channel.poll(WAIT), f"nothing more after {heard}"
            event = self.channel.receive()
            heard.append(event)
            if isinstance(event, wanted or TERMINAL):
                return heard

    def end(self, job):
        """The terminal event of a job, whatever else is said before it."""
        return next(e for e in iter(lambda: self.hear()[-1], None) if e.job == job)

    def close(self):
        with contextlib.suppress(EOFError, OSError):
            self.channel.send(Shutdown())
        self.thread.join(WAIT)
        assert not self.thread.is_alive()
        self.channel.close()


@pytest.fixture
def session():
    return Session()


@pytest.fixture
def window(session):
    found = Window(session)
    yield found
    session.go_on.set()
    session.slow_host.set()
    session.done.set()
    found.close()


def test_rows_are_read_while_a_long_job_runs(session, window):
    window.ask(1, LONG)
    assert session.begun.wait(WAIT)
    window.ask(2, ROWS)
    assert window.end(2) == Finished(2, Done())
    session.go_on.set()
    assert window.end(1) == Finished(1, Done())


def test_tables_files_and_the_autosave_do_not_wait_for_a_model(session, window):
    window.ask(1, LONG)
    assert session.begun.wait(WAIT)
    for job, request in enumerate((OpenView(), Recognise(paths=())), start=2):
        window.ask(job, request)
        assert isinstance(window.end(job), Finished)


def test_long_jobs_are_answered_in_order(session, window):
    session.go_on.set()
    for job in range(1, 20):
        window.ask(job, LONG if job % 2 else OpenData(paths=()))
    ends = [window.hear()[-1].job for _ in range(1, 20)]
    assert ends == list(range(1, 20))
    assert session.asked == ["Predict", "OpenData"] * 9 + ["Predict"]


def test_buckets_hold_for_whatever_is_asked_after_them(session, window):
    window.ask(1, LONG)
    assert session.begun.wait(WAIT)
    window.ask(2, SetBuckets(buckets={}))
    window.ask(3, ROWS)
    window.end(3)
    assert session.asked.index("SetBuckets") < session.asked.index("ReadRows")


def test_requests_are_answered_while_the_host_is_still_coming_up(session):
    session.slow_host.clear()
    window = Window(session)
    window.ask(1, ROWS)
    assert isinstance(window.end(1), Finished)
    session.slow_host.set()
    window.hear(HostState)
    window.close()


def test_a_waiting_job_is_cancelled_at_once_and_never_begins(session, window):
    window.ask(1, LONG)
    assert session.begun.wait(WAIT)
    window.ask(2, LONG)
    window.channel.send(Cancel(2))
    assert window.end(2) == CancelledEvent(2)
    session.go_on.set()
    heard = window.hear()
    assert heard[-1] == Finished(1, Done())
    window.ask(3, ROWS)
    later = [*heard, *window.hear()]
    assert not [event for event in later if getattr(event, "job", 0) == 2]
    assert session.asked == ["Predict", "ReadRows"]


def test_a_running_job_stops_when_it_next_looks(session, window):
    window.ask(1, LONG)
    assert session.begun.wait(WAIT)
    window.channel.send(Cancel(1))
    assert window.end(1) == CancelledEvent(1)
    assert not session.host_killed.is_set()


def test_a_job_that_does_not_look_loses_its_host(session, window):
    session.deaf = True
    window.ask(1, LONG)
    assert session.begun.wait(WAIT)
    window.channel.send(Cancel(1))
    window.channel.send(Cancel(1))
    assert window.end(1) == CancelledEvent(1)
    assert session.host_killed.is_set()


def test_a_job_that_uses_no_host_does_not_cost_one(session, window, monkeypatch):
    monkeypatch.setattr(process, "_GRACE", 0.01)
    session.deaf = True
    window.ask(1, OpenData(paths=()))
    assert session.begun.wait(WAIT)
    window.channel.send(Cancel(1))
    assert not session.host_killed.wait(0.1)
    session.go_on.set()
    window.end(1)


def test_a_late_cancel_does_not_hit_the_next_job(session, window):
    session.go_on.set()
    window.ask(1, LONG)
    window.end(1)
    session.go_on.clear()
    session.begun.clear()
    window.ask(2, LONG)
    assert session.begun.wait(WAIT)
    window.channel.send(Cancel(1))
    window.server._force(1)
    window.ask(3, ROWS)
    window.end(3)
    assert not session.host_killed.is_set()
    session.go_on.set()
    assert isinstance(window.end(2), Finished)


def test_a_job_nobody_looks_at_lets_the_next_one_go_first(session, window):
    window.ask(1, STEPWISE)
    assert session.begun.wait(WAIT)
    window.channel.send(SetPriority(1))
    window.ask(2, SHORT)
    heard = window.hear()
    assert heard[-1] == Finished(2, Done())
    assert Progressed(1, 0.0, 0.0, "engine.preempted", None) in heard
    session.done.set()
    assert window.end(1) == Finished(1, Done())


def test_a_job_is_not_preempted_in_the_middle_of_a_question(session, window):
    window.ask(1, STEPWISE)
    assert session.begun.wait(WAIT)
    session.is_asking = True
    window.channel.send(SetPriority(1))
    window.ask(2, SHORT)
    window.ask(3, ROWS)
    window.end(3)
    assert session.asked == ["Run", "ReadRows"]
    session.is_asking = False
    assert window.end(2) == Finished(2, Done())


def test_a_job_that_was_preempted_ends_when_the_case_changes(session, window):
    session.go_on.set()
    window.ask(1, STEPWISE)
    assert session.begun.wait(WAIT)
    window.channel.send(SetPriority(1))
    window.ask(2, LONG)
    ends = {end.job: end for end in (window.hear()[-1], window.hear()[-1])}
    assert ends == {1: CancelledEvent(1), 2: Finished(2, Done())}


def test_a_job_in_sight_ends_when_the_case_changes_under_it(session, window):
    session.go_on.set()
    window.ask(1, STEPWISE)
    assert session.begun.wait(WAIT)
    window.ask(2, LONG)
    ends = {end.job: end for end in (window.hear()[-1], window.hear()[-1])}
    assert ends == {1: CancelledEvent(1), 2: Finished(2, Done())}


def test_a_job_that_was_preempted_goes_on_after_a_change_that_failed(session, window):
    window.ask(1, STEPWISE)
    assert session.begun.wait(WAIT)
    window.channel.send(SetPriority(1))
    session.host_killed.set()  # predicting fails
    window.ask(2, LONG)
    heard = window.hear()
    assert isinstance(heard[-1], Failed)
    assert heard[-1].job == 2
    session.done.set()
    assert window.end(1) == Finished(1, Done())


def test_a_held_job_stands_still_and_goes_on_where_it_was(session, window, monkeypatch):
    monkeypatch.setattr(process, "_PATIENCE", 1.0)
    window.ask(1, STEPWISE)
    assert session.begun.wait(WAIT)
    window.channel.send(Hold(1))
    preempted = Progressed(1, 0.0, 0.0, "engine.preempted", None)
    assert preempted in window.hear(Progressed)
    session.done.set()
    window.ask(2, SHORT)
    assert window.hear()[-1] == Finished(2, Done())  # and nothing of the first
    window.channel.send(Hold(1, held=False))
    assert window.end(1) == Finished(1, Done())
    assert session.asked.count("Run") == 1


def test_a_held_job_that_cannot_stand_still_is_ended(session, window, monkeypatch):
    monkeypatch.setattr(process, "_PATIENCE", 0.05)
    window.ask(1, STEPWISE)
    assert session.begun.wait(WAIT)
    session.is_asking = True
    window.channel.send(Hold(1))
    assert window.end(1) == CancelledEvent(1)


def test_a_job_that_was_preempted_is_cancelled_at_once(session, window):
    window.ask(1, STEPWISE)
    assert session.begun.wait(WAIT)
    window.channel.send(SetPriority(1))
    session.begun.clear()
    window.ask(2, STEPWISE)
    assert session.begun.wait(WAIT)
    window.channel.send(Cancel(1))
    assert window.end(1) == CancelledEvent(1)
    assert not session.host_killed.is_set()
    session.done.set()
    assert window.end(2) == Finished(2, Done())


def test_what_takes_no_turns_lets_nobody_begin_too_early(session, window):
    window.ask(1, LONG)
    assert session.begun.wait(WAIT)
    window.ask(2, LONG)  # comes first, as what changes the case does
    for job, request in ((3, ROWS), (4, OpenView()), (5, SetBuckets(buckets={}))):
        window.ask(job, request)
        window.end(job)
    assert session.asked.count("Predict") == 1
    session.go_on.set()
    assert window.end(1) == Finished(1, Done())


def test_a_number_in_use_is_not_answered_twice(session, window):
    window.ask(1, LONG)
    assert session.begun.wait(WAIT)
    window.ask(1, LONG)
    window.ask(2, ROWS)
    window.end(2)  # by now the second one has been read
    session.go_on.set()
    assert window.end(1) == Finished(1, Done())
    window.ask(3, LONG)
    assert window.hear()[-1].job == 3


def test_an_answer_without_room_on_the_disk_is_a_failure_that_says_so(session):
    big = Resolved(packed=np.zeros(frames.LARGE + 1, np.uint8), n_rows=1, n_selected=0)
    session.answer = lambda _request, _progress: big
    window = Window(session)
    window.server._channel._scratch = process.Path("/nonexistent/folder")
    window.ask(1, ROWS)
    end = window.end(1)
    assert isinstance(end, Failed)
    assert end.error.code == "engine.no_room"
    window.close()


def header(value) -> bytes:
    data = msgspec.msgpack.encode(value)
    return frames._PREFIX.pack(frames._MAGIC, len(data)) + data


HOSTILE = {
    "no frame": b"GET / HTTP/1.1",
    "nothing": b"",
    "a pickle": b"\x80\x04\x95\x1b\x00\x00\x00",
    "cut off": header({"type": "submit", "job": 1})[:-3],
    "unknown message": header({"type": "format_disk"}),
    "wrong type": header({"type": "cancel", "job": "all of them"}),
    "an event": header({"type": "finished", "job": 1, "result": {"type": "done"}}),
    "unknown request": header(
        {"type": "submit", "job": 1, "request": {"type": "shell", "run": "rm"}}
    ),
    "endless depth": frames._PREFIX.pack(frames._MAGIC, 5000) + b"\x91" * 5000,
    "header beyond the end": frames._PREFIX.pack(frames._MAGIC, 1 << 31),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_bytes_that_are_no_message_end_the_connection_with_a_word(
    session, what, capsys
):
    window = Window(session)
    window.hear(HostState)
    window.writer.send_bytes(HOSTILE[what])
    window.thread.join(WAIT)
    assert not window.thread.is_alive()
    assert "bad frame" in capsys.readouterr().err
    assert session.asked == []
    window.close()


@pytest.mark.skipif(os.name != "posix", reason="writes to the pipe's descriptor")
@pytest.mark.parametrize("length", [0x7FFFFFF0, -2])
def test_a_length_that_lies_ends_the_connection(session, length, capsys):
    window = Window(session)
    window.hear(HostState)
    os.write(window.writer.fileno(), struct.pack("!i", length))
    window.writer.close()
    window.thread.join(WAIT)
    assert not window.thread.is_alive()
    assert session.asked == []
    window.close()
