"""The engine as a child process: it starts, answers, dies, and takes its host along."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import psutil
import pytest

from engine import environment, process
from engine.contracts.events import (
    TERMINAL,
    EngineReady,
    Failed,
    HostState,
    Started,
)
from engine.contracts.requests import (
    OpenData,
    Recognise,
    Submit,
)
from engine.contracts.results import DatasetInfo

WAIT = 30.0


@pytest.fixture(scope="module")
def engine():
    found = process.EngineProcess()
    found.start()
    yield found
    found.close()
    assert not found.scratch.exists()


def hear(engine, *wanted):
    while True:
        event = engine.receive()
        if isinstance(event, wanted):
            return event


@pytest.fixture(scope="module")
def ready(engine):
    return hear(engine, EngineReady)


def test_the_engine_says_when_it_is_up(engine, ready):
    assert ready.pid == engine.pid
    assert ready.pid != os.getpid()
    assert {"python", "numpy", "pyarrow"} <= set(ready.versions)


def test_the_host_is_announced_with_what_locks_it_down(engine, ready):
    state = hear(engine, HostState)
    assert state.state == "none"
    assert hear(engine, HostState).state == "spare"


def test_a_data_set_is_read_in_the_child(engine, ready, small):
    engine.send(Submit(1, OpenData(paths=(str(small.data),))))
    assert hear(engine, Started).job == 1
    end = hear(engine, *TERMINAL)
    assert isinstance(end.result, DatasetInfo)
    assert end.result.parts[0].n_rows + end.result.parts[1].n_rows == 400


def test_an_error_crosses_the_border_with_its_words(engine, ready):
    engine.send(Submit(2, OpenData(paths=("/no/such/file.csv",))))
    end = hear(engine, *TERMINAL)
    assert isinstance(end, Failed)
    assert end.error.code.startswith("data.")


def test_switches_are_thrown_before_any_library_is_loaded():
    program = "import engine.child, sys; print(' '.join(sys.modules))"
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not {"numpy", "pyarrow", "msgspec"} & set(found.stdout.split())


def test_threads_are_no_more_than_the_cores_we_may_use(monkeypatch):
    monkeypatch.setattr(os, "environ", {"MKL_NUM_THREADS": "1"})
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    environment.limit_threads()
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert os.environ["MKL_NUM_THREADS"] == "1"  # the user's word


def test_a_killed_engine_is_noticed_and_takes_its_host_along(small):
    engine = process.EngineProcess()
    engine.start()
    while hear(engine, HostState).state != "spare":
        pass
    children = psutil.Process(engine.pid).children(recursive=True)
    assert children
    engine.kill()
    with pytest.raises(EOFError):
        hear(engine, type(None))
    engine.send(Submit(1, Recognise(paths=())))  # nobody there: not an error here
    engine.close()
    _, alive = psutil.wait_procs(children, WAIT)
    assert not alive
    assert not engine.scratch.exists()


def test_the_engine_dies_with_its_window():
    program = (
        "import os\n"
        "from engine.process import EngineProcess\n"
        "from engine.contracts.events import EngineReady\n"
        "if __name__ == '__main__':\n"
        "    engine = EngineProcess()\n"
        "    engine.start()\n"
        "    while not isinstance(engine.receive(), EngineReady): pass\n"
        "    print(engine.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    pid = int(found.stdout)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(WAIT)
    assert not psutil.pid_exists(pid)
