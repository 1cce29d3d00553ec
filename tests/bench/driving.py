"""A real window with a real engine, driven by program and watched with a clock."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import psutil
from material import FOLDER
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

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
        self.wait(lambda: self.context.engine.host is not None)

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

    def processes(self) -> dict[str, int]:
        """Return the resident memory of window, engine and host, in MB."""
        found = {"window": psutil.Process().memory_info().rss >> 20}
        for child in psutil.Process().children(recursive=True):
            found[f"child {child.pid}"] = child.memory_info().rss >> 20
        return found

    def close(self) -> None:
        """Close the window and end its processes."""
        self.window.close()
        self.application.processEvents()


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
