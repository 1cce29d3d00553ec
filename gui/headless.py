"""The demo without a screen: the same window, drawn into pictures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QElapsedTimer,
    QEventLoop,
    QSettings,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from engine.contracts.i18n import tr
from engine.contracts.selection import cell
from gui.panel import State
from gui.services.theme import Mode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from gui.main_window import MainWindow

ROOT = Path(__file__).resolve().parents[1]
WAIT_MS = 120_000
PERSPECTIVES = (
    "data",
    "performance",
    "thresholds",
    "calibration",
    "errors",
    "explain",
    "row",
)
SIZES = ((1440, 900), (1920, 1080))


def run_demo(asked: argparse.Namespace, build: Callable[..., MainWindow]) -> int:
    """Write the evaluation and pictures of every perspective; say where.

    Parameters
    ----------
    build
        Makes the window from the arguments (``gui.app.build``).
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    qInstallMessageHandler(_say)
    folder = Path(asked.screenshots or ROOT / "build" / "demo").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if not asked.screenshots:
        _evaluate(folder)
    QSettings.setPath(
        QSettings.defaultFormat(), QSettings.Scope.UserScope, str(folder / "settings")
    )
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("Trasluz")
    window = build(asked, ask=False)
    window.show()
    window.open_demo()
    done = until(lambda: window.context.case.scores is not None)
    if done:
        _take_pictures(window, folder, asked.theme)
    window.close()
    if not done:
        sys.stderr.write(tr("The demo did not come up in time.") + "\n")
        return 1
    sys.stdout.write(
        tr("The demo's evaluation and pictures are in {folder}", folder=folder) + "\n"
    )
    return 0


def _say(_kind: QtMsgType, _context: object, text: str) -> None:
    """Pass on what Qt says, but for what it always says without a screen."""
    if "propagateSizeHints" not in text:
        sys.stderr.write(text + "\n")


def settled(window: MainWindow) -> bool:
    """Return whether every panel in sight has its answer."""
    panels = window.docks.visible_panels()
    quiet = not window.context.engine.jobs
    shown = all(
        panel.state in (State.READY, State.UNSUPPORTED, State.FAILED)
        for panel in panels
    )
    return bool(panels) and quiet and shown


def _take_pictures(window: MainWindow, folder: Path, theme: str | None) -> None:
    themes = (
        [Mode(theme)] if theme not in (None, Mode.SYSTEM) else [Mode.LIGHT, Mode.DARK]
    )
    for mode in themes:
        window.context.theme.set_mode(mode)
        for width, height in SIZES:
            window.resize(width, height)
            for name in PERSPECTIVES:
                window.context.selection.clear()
                window.show_perspective(name)
                window.docks.reset()
                if name == "row":
                    _explain_a_false_alarm(window)
                until(lambda: settled(window))
                if name == "errors":
                    window.context.selection.select(cell("bad", "good"), "demo")
                    rest(200)
                    until(lambda: settled(window))
                rest(150)
                window.grab().save(str(folder / f"{name}-{mode.value}-{width}.png"))


def _explain_a_false_alarm(window: MainWindow) -> None:
    """Make the first row current that is good and taken for bad."""
    scores = window.context.case.scores
    assert scores is not None
    truth, told = (scores.classes.index(name) for name in ("good", "bad"))
    decided = scores.alarms(window.context.decision.decision)
    wrong = (
        (scores.truth == truth) & decided & (scores.classes[told] == scores.positive)
    )
    window.context.case.set_current_row(int(wrong.argmax()))
    rest(200)


def _evaluate(folder: Path) -> None:
    demo = ROOT / "resources" / "demo"
    command = [sys.executable, str(ROOT / "main.py"), "evaluate"]
    command += ["--model", str(demo / "model.skops"), "--target", "status"]
    command += ["--data", str(demo / "credit.parquet"), "--positive", "bad"]
    command += ["--split", "part=evaluation"]
    command += ["--json", str(folder / "evaluation.json")]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    (folder / "evaluation.txt").write_text(found.stdout, encoding="utf-8")
    sys.stdout.write(found.stdout + "\n")


def until(holds: Callable[[], bool]) -> bool:
    """Let the window live until something holds; return whether it came to that."""
    timer = QElapsedTimer()
    timer.start()
    while not holds():
        if timer.hasExpired(WAIT_MS):
            return False
        rest(20)
    return True


def rest(milliseconds: int) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop, loop.quit)
    loop.exec()
