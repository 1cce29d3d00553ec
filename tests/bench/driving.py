"""A real window with a real engine, driven by program and watched with a clock."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import psutil
from material import FOLDER
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from gui.panels import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 300.0


class Driver:
    """One window, at work."""

    def __init__(self) -> None:
        from gui.app import arguments_of, build

        self.application = QApplication.instance() or QApplication([])
        QSettings.setPath(
            QSettings.defaultFormat(),
            QSettings.Scope.UserScope,
            str(FOLDER / "settings"),
        )
        self.window = build(arguments_of(["--theme", "light", "--language", "en"]))
        self.window.resize(1440, 900)
        self.window.show()
        self.context = self.window.context
        self.wait(lambda: self.context.engine.state == "ready")
        self.wait(self._at_rest)

    def _at_rest(self) -> bool:
        """Whether all that follows the first paint is done: panels, the spare host."""
        made = len(self.window.docks.panels) == len(TABLE)
        host = self.context.engine.host
        return made and host is not None and host.state != "none"

    def wait(self, holds: Callable[[], bool]) -> float:
        """Turn the event loop until something holds; return the seconds it took."""
        began = time.perf_counter()
        while not holds():
            self.application.processEvents()
            time.sleep(0.001)
            if time.perf_counter() - began > PATIENCE:
                raise TimeoutError
        return time.perf_counter() - began

    def settle(self) -> float:
        """Wait until every panel in sight has its answer."""
        from gui.headless import settled

        return self.wait(lambda: settled(self.window))

    def accept_match(self) -> None:
        """Wait for the Match sheet and accept it."""
        from gui.dialogs.match import MatchDialog

        def sheet() -> Any:
            sheets = self.window.findChildren(MatchDialog)
            return next((s for s in sheets if s.accept_button.isEnabled()), None)

        self.wait(lambda: sheet() is not None)
        sheet().accept_button.click()

    def repaint(self) -> None:
        """Let everything that wants to be painted be painted."""
        self.application.processEvents()

    def pause(self, seconds: float) -> None:
        """Let the window do what it likes until the next frame is due."""
        until = time.perf_counter() + seconds
        self.wait(lambda: time.perf_counter() >= until)

    def processes(self) -> dict[str, int]:
        """Return the peak memory so far of window, engine and hosts, in MB."""
        ready = self.context.engine.ready
        engine = psutil.Process(ready.pid)
        hosts = sorted(engine.children(), key=lambda child: child.create_time())
        names = {"window": psutil.Process(), "engine": engine}
        names |= dict(zip(("model host", "spare"), hosts, strict=False))
        return {name: peak_memory(process) >> 20 for name, process in names.items()}

    def close(self) -> None:
        """Close the window and end its processes."""
        self.window.close()
        self.application.processEvents()


def peak_memory(process: psutil.Process) -> int:
    """Return the most bytes a process has held; where that is not kept, those now."""
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return int(next(x.split()[1] for x in lines if x.startswith("VmHWM"))) << 10
    found = process.memory_info()
    return int(getattr(found, "peak_wset", found.rss))


class Lateness:
    """How late a 16 ms timer of the window's thread comes."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(16)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self._late.append(1e3 * (now - self._last) - 16)
        self._last = now

    def stop(self) -> np.ndarray:
        """Return all lateness seen, in milliseconds."""
        self._timer.stop()
        return np.asarray(self._late)
