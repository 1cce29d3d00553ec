"""The window is killed while it saves, opens and exports: nothing saved is lost."""

from __future__ import annotations

import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from engine.case.store import CaseStore
from engine.contracts.whole_files import sweep
from tests.support.small_case import frame

KILLS = 4 * int(os.environ.get("TRASLUZ_SOAK", "1"))
SEED, WAIT_S = 20261202, 90.0
OPENS_WITHIN_S = 5.0
SCRIPT = Path(__file__).with_name("window_at_work.py")
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
    pytest.mark.timeout(60 + 60 * KILLS),
]


class Window:
    """A window at work in a process of its own, and what it has promised."""

    def __init__(self, folder: Path) -> None:
        home = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=SCRIPT.parents[2],
            env={**os.environ, **home, "PYTHONPATH": str(SCRIPT.parents[2])},
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self.promised = [0]
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        for line in self.process.stdout:
            self.promised.append(int(line.split()[1]))
            self.lines.put(line)

    def kill(self) -> list[psutil.Process]:
        """Kill it and return the processes that it had started."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.listener.join()
        self.process.stdout.close()
        return children


def test_what_was_saved_is_there_after_the_window_was_killed(tmp_path):
    frame(3_000).to_csv(tmp_path / "rows.csv", index=False)
    chance, saved = random.Random(SEED), 0
    exported = tmp_path / "rows.xlsx"
    for _ in range(KILLS):
        window = Window(tmp_path)
        opened = window.lines.get(timeout=WAIT_S)
        assert opened.startswith("opened")
        assert window.promised[-1] >= saved
        window.lines.get(timeout=WAIT_S)  # at least one note was saved
        time.sleep(chance.random() * 1.2)
        children = window.kill()
        saved = max(window.promised)
        _gone, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, "an engine or a model host outlived the window"
        begun = time.process_time()
        store = CaseStore(tmp_path / "case.trasluz")
        case = store.load()
        assert time.process_time() - begun <= OPENS_WITHIN_S
        assert not store.notes, store.notes
        assert not store.read_only
        store.close()
        assert case.notes.count("note ") >= saved
        if exported.exists():
            assert exported.read_bytes()[-22:-18] == b"PK\x05\x06"  # a zip's own end
            exported.unlink()
    assert saved >= KILLS
    sweep(tmp_path)
    left = [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")]
    assert not [name for name in left if name.startswith(".trasluz")], left
    assert len(left) <= 1  # of the last kill; the next opening removes it
