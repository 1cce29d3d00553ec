"""Hosts are watched always: what they use, and what they do while nobody asks."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from engine.models import usage as usage_module
from engine.models import watch
from engine.models.host import HostPool
from engine.models.usage import GIB, machine_memory, memory_allowance, usage
from tests.support.model_files import report_on, take

ROOT = Path(__file__).resolve().parents[3]
SUPPORT = str(ROOT / "tests" / "support")
PATIENCE = 20.0


@pytest.fixture
def fake_host(monkeypatch):
    monkeypatch.syspath_prepend(SUPPORT)
    return importlib.import_module("fake_host")


@pytest.fixture
def opened(monkeypatch, tmp_path, fake_host):
    """Open a model that behaves so, in a host that is looked at often."""
    monkeypatch.setattr(watch, "PERIOD", 0.05)
    monkeypatch.setattr(watch, "_SETTLING", 0.1)
    monkeypatch.setattr(watch, "_IDLE_WINDOW", 0.5)
    told, pools = [], []

    def open_(how, memory=250 << 20):
        pool = HostPool(
            tmp_path, spare=False, memory=memory, target=fake_host.run, tell=told.append
        )
        pools.append(pool)
        (tmp_path / how).write_bytes(b"x")
        taken = take(tmp_path / how, "fake")
        return pool.open(taken, report_on(taken)), told

    yield open_
    for pool in pools:
        pool.close()


def until(condition) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("spins", "host.works_unasked"),
        ("swells", "host.memory"),
        ("multiplies", "host.threads"),
    ],
)
def test_a_host_that_does_harm_between_two_questions_is_ended_and_told_of(
    monkeypatch, opened, how, code
):
    if how != "spins":  # growing takes time of a busy processor, too
        monkeypatch.setattr(watch, "_IDLE_WINDOW", PATIENCE)
    model, told = opened(how)
    host = model._host
    until(lambda: told)
    assert [why.code for why in told] == [code]
    assert not host.alive
    assert not psutil.pid_exists(host.pid)


def test_a_host_that_waits_is_left_alone(opened):
    model, told = opened("honest")
    time.sleep(1.5)
    assert model._host.alive
    assert not told


def test_the_spare_is_watched_before_it_has_a_model(monkeypatch, tmp_path, fake_host):
    monkeypatch.setattr(watch, "PERIOD", 0.05)
    told = []
    pool = HostPool(tmp_path, memory=1 << 20, target=fake_host.run, tell=told.append)
    try:
        until(lambda: told)
        assert told[0].code == "host.memory"
    finally:
        pool.close()


def test_waiting_threads_do_not_count_as_work_and_steady_ones_do(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(watch.time, "monotonic", lambda: now[0])
    idleness = watch._Idleness()
    busy = []
    for processor in (0, 0.9, 1.0, 1.0, 1.0, 3.0, 3.1, 3.2):
        now[0] += 1.5
        busy.append(idleness.is_busy(101.0, processor))
    # a burst after the answer is forgiven, a window with half a core's work is not
    assert busy == [False, False, False, False, False, True, False, False]


def test_a_question_begins_a_new_window(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(watch.time, "monotonic", lambda: now[0])
    idleness = watch._Idleness()
    processor = 0.0
    for _ in range(20):  # asked over and over: all of it is work that was asked for
        now[0] += 2.0
        processor += 2.0
        assert not idleness.is_busy(now[0] - 1.5, processor)
        assert not idleness.is_busy(None, processor)


def test_what_was_moved_to_disk_counts_as_memory(monkeypatch):
    text = "Name:\tx\nVmRSS:\t    100 kB\nVmSwap:\t   1000 kB\nThreads:\t3\n"
    monkeypatch.setattr(usage_module.sys, "platform", "linux")
    monkeypatch.setattr(Path, "read_text", lambda *_a, **_k: text)
    assert usage(psutil.Process())[:2] == (1100 << 10, 3)


def test_a_host_may_use_most_of_what_is_there_and_never_more_than_the_machine(
    monkeypatch,
):
    class Memory:
        total, available = 16 * GIB, 10 * GIB

    monkeypatch.setattr(usage_module.psutil, "virtual_memory", lambda: Memory)
    monkeypatch.setattr(usage_module, "_GROUPS", ())
    assert memory_allowance() == 6 * GIB
    assert memory_allowance(2 * GIB) == 2 * GIB
    assert memory_allowance(100 * GIB) == 6 * GIB
    Memory.available = GIB // 4
    assert memory_allowance() == GIB


def test_a_container_s_limit_is_the_machine(monkeypatch, tmp_path):
    (tmp_path / "none").write_text("max\n")
    (tmp_path / "limit").write_text(f"{GIB}\n")
    files = (str(tmp_path / "gone"), str(tmp_path / "none"), str(tmp_path / "limit"))
    monkeypatch.setattr(usage_module, "_GROUPS", files)
    assert machine_memory() == GIB
    assert memory_allowance() <= GIB


ALONE = """
import pathlib, sys, time
sys.path[:0] = [{root!r}, {support!r}]
import fake_host
from engine.models.host import HostPool
if __name__ == "__main__":
    target = fake_host.run_unguarded
    pool = HostPool(pathlib.Path({scratch!r}), spare=False, target=target)
    host = pool.take()
    print(host.pid, *host.layers, flush=True)
    time.sleep(60)
"""


def test_where_the_kernel_does_not_end_a_host_with_us_another_process_does(tmp_path):
    code = ALONE.format(root=str(ROOT), support=SUPPORT, scratch=str(tmp_path))
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        pid, *layers = parent.stdout.readline().split()
        host = psutil.Process(int(pid))
        children = psutil.Process(parent.pid).children()
        parent.kill()
    assert layers == ["fake", "watchdog"]
    _, left = psutil.wait_procs([host, *children], timeout=10)
    assert all(process.status() == psutil.STATUS_ZOMBIE for process in left)


def test_a_guard_ends_with_the_pool(tmp_path, fake_host):
    pool = HostPool(tmp_path, spare=False, target=fake_host.run_unguarded)
    pool.take()
    guard = pool._watchdog._process
    pool.close()
    assert not guard.is_alive()
