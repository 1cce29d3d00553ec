"""One job works at a time, and those that somebody looks at go first."""

from __future__ import annotations

import threading
import time

import pytest

from engine.scheduler import Scheduler

WAIT = 10.0


class Line:
    """Jobs in threads of their own, which note when their turn comes."""

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.order: list[str] = []
        self.gone: dict[int, threading.Event] = {}
        self.end: dict[int, threading.Event] = {}
        self.threads: list[threading.Thread] = []

    def add(self, job, *, first=False):
        self.gone[job], self.end[job] = threading.Event(), threading.Event()
        self.scheduler.join(job, first=first)
        thread = threading.Thread(target=self._work, args=(job,))
        self.threads.append(thread)
        thread.start()

    def _work(self, job):
        if not self.scheduler.take(job, self.gone[job]):
            self.order.append(f"{job} never began")
            return
        self.order.append(f"{job} begins")
        while not self.end[job].wait(0.002):
            if self.scheduler.should_yield(job):
                self.order.append(f"{job} is preempted")
                on = self.scheduler.yield_to_others(job, self.gone[job])
                self.order.append(f"{job} goes on" if on else f"{job} is gone")
                if not on:
                    break
        self.scheduler.leave(job)

    def until(self, *said):
        late = time.monotonic() + WAIT
        while not all(word in self.order for word in said):
            assert time.monotonic() < late, self.order
            time.sleep(0.002)

    def finish(self, job):
        self.end[job].set()

    def close(self):
        for job in self.end:
            self.finish(job)
        for thread in self.threads:
            thread.join(WAIT)
            assert not thread.is_alive()


@pytest.fixture
def line():
    found = Line()
    yield found
    found.close()


def test_jobs_go_in_the_order_in_which_they_came(line):
    for job in (1, 2, 3):
        line.add(job)
    line.until("1 begins")
    assert line.order == ["1 begins"]
    for job in (1, 2, 3):
        line.finish(job)
    line.until("3 begins")
    assert line.order == ["1 begins", "2 begins", "3 begins"]


def test_a_background_job_waits_for_all_others(line):
    for job in (1, 2, 3):
        line.add(job)
    line.scheduler.set_priority(2, in_background=True)
    for job in (1, 2, 3):
        line.finish(job)
    line.until("2 begins")
    assert line.order == ["1 begins", "3 begins", "2 begins"]


def test_a_background_job_works_when_nobody_else_waits(line):
    line.add(1)
    line.scheduler.set_priority(1, in_background=True)
    line.until("1 begins")
    time.sleep(0.02)
    assert line.order == ["1 begins"]


def test_a_background_job_is_preempted_and_goes_on_after(line):
    line.add(1)
    line.until("1 begins")
    line.scheduler.set_priority(1, in_background=True)
    line.add(2)
    line.until("2 begins")
    assert line.scheduler.preempted() == (1,)
    assert not line.scheduler.is_working(1)
    line.finish(2)
    line.until("1 goes on")
    assert line.order == ["1 begins", "1 is preempted", "2 begins", "1 goes on"]
    assert line.scheduler.preempted() == ()


def test_a_job_that_is_looked_at_again_goes_on_before_those_that_came_later(line):
    line.add(1)
    line.until("1 begins")
    line.scheduler.set_priority(1, in_background=True)
    line.add(2)
    line.add(3)
    line.until("2 begins")
    line.scheduler.set_priority(1, in_background=False)
    line.finish(2)
    line.until("1 goes on")
    assert "3 begins" not in line.order
    line.finish(1)
    line.until("3 begins")


def test_what_was_preempted_goes_on_before_what_never_began(line):
    line.add(1)
    line.until("1 begins")
    for job in (2, 3):
        line.add(job)
    line.scheduler.set_priority(3, in_background=True)
    line.scheduler.set_priority(1, in_background=True)
    line.until("2 begins")
    line.finish(2)
    line.until("1 goes on")
    assert "3 begins" not in line.order


def test_a_job_that_is_gone_while_it_waits_lets_the_others_go_on(line):
    line.add(1)
    line.until("1 begins")
    line.add(2)
    line.add(3)
    line.gone[2].set()
    line.scheduler.look_again()
    line.until("2 never began")
    line.finish(1)
    line.until("3 begins")


def test_a_job_that_is_cancelled_while_preempted_ends_at_once(line):
    line.add(1)
    line.until("1 begins")
    line.scheduler.set_priority(1, in_background=True)
    line.add(2)
    line.until("2 begins")
    line.gone[1].set()
    line.scheduler.look_again()
    line.until("1 is gone")
    assert line.scheduler.is_working(2)


def test_a_job_that_is_in_sight_is_preempted_by_those_that_come_first(line):
    line.add(1)
    line.until("1 begins")
    line.add(2)
    line.add(3, first=True)
    line.until("3 begins")
    line.finish(3)
    line.until("1 goes on")
    assert line.order == ["1 begins", "1 is preempted", "3 begins", "1 goes on"]


def test_those_that_come_first_keep_their_order_and_are_preempted_by_none(line):
    line.add(1, first=True)
    line.until("1 begins")
    line.add(2)
    line.add(3, first=True)
    line.add(4, first=True)
    line.scheduler.set_priority(1, in_background=True)
    time.sleep(0.02)
    for job in (1, 3, 4):
        line.finish(job)
    line.until("2 begins")
    assert line.order == [f"{job} begins" for job in (1, 3, 4, 2)]


def test_nothing_is_kept_of_a_job_that_has_ended(line):
    line.add(1, first=True)
    line.finish(1)
    line.close()
    line.scheduler.set_priority(1, in_background=True)
    assert not line.scheduler.should_yield(1)
    assert not line.scheduler._in_background
    assert not line.scheduler._first


def test_who_is_not_at_work_is_not_preempted(line):
    line.add(1)
    line.until("1 begins")
    line.add(2)
    line.scheduler.join(3, first=True)
    assert line.scheduler.should_yield(1)
    assert not line.scheduler.should_yield(2)
    assert not line.scheduler.should_yield(99)  # it takes no turns at all
    line.gone[3] = threading.Event()
    line.gone[3].set()
    line.scheduler.take(3, line.gone[3])


def test_a_held_job_keeps_its_place_lets_all_others_go_and_goes_on(line):
    line.add(1)
    line.until("1 begins")
    line.scheduler.hold(1, held=True)
    line.until("1 is preempted")
    line.add(2)
    line.until("2 begins")
    line.finish(2)
    line.add(3)
    line.until("3 begins")
    line.scheduler.set_priority(3, in_background=True)
    time.sleep(0.05)
    assert line.order[-1] == "3 begins"
    line.scheduler.hold(1, held=False)
    line.until("3 is preempted", "1 goes on")
    line.finish(1)
    line.until("3 goes on")


def test_a_held_job_can_be_cancelled_and_its_number_used_again(line):
    line.add(1)
    line.until("1 begins")
    line.scheduler.hold(1, held=True)
    line.until("1 is preempted")
    line.gone[1].set()
    line.scheduler.look_again()
    line.until("1 is gone")
    line.scheduler.hold(1, held=True)  # too late: nothing is held
    line.add(1)
    time.sleep(0.05)
    assert line.order.count("1 begins") == 2
    assert line.order[-1] == "1 begins"


def test_a_held_job_alone_in_the_line_does_not_take_its_turn_again(line):
    line.add(1)
    line.until("1 begins")
    line.scheduler.hold(1, held=True)
    line.until("1 is preempted")
    time.sleep(0.05)
    assert line.order == ["1 begins", "1 is preempted"]
    line.finish(1)
    line.scheduler.hold(1, held=False)
    line.until("1 goes on")
