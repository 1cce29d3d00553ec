"""A tour of the window with a model and data in which every name is hostile."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QAction, Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QMenu, QWidget
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from gui.dialogs.as_table import show_table
from gui.dialogs.export import save_picture, save_table
from gui.dialogs.row_export import ask_export
from gui.headless import PERSPECTIVES
from tests.support.walking import WAIT, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

IMAGE = "<img src='file:///etc/passwd'>"
YES, NO = f"{IMAGE} &yes\u202e", "=cmd|' /C calc'!A0"
NAMES = ("<b>bold</b> & \u202ebold", "../../x\tR&D", "y" * 3_000)
PLACE = "<i>place</i>"
CELLS = ("<a href='http://x'>y</a>", "@SUM(A1)\x1b[31m", "z" * 200_000)
FREEZE = 2.0


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    rng = np.random.default_rng(0)
    n = 120
    data = pd.DataFrame({name: rng.normal(size=n) for name in NAMES})
    data[PLACE] = np.array(CELLS, dtype=object)[rng.integers(0, 3, n)]
    noisy = data[NAMES[0]] + rng.normal(size=n) > 0
    data["<u>truth</u>"] = np.where(noisy, YES, NO)
    every = list(data.columns[:-1])
    change = ColumnTransformer(
        [("c", OneHotEncoder(sparse_output=False), [PLACE])], remainder="passthrough"
    )
    model = make_pipeline(change, LogisticRegression())
    model.fit(data[every], data["<u>truth</u>"])
    folder = tmp_path / "in"
    folder.mkdir()
    table, saved = folder / "<b>d&\u202e=1.parquet", folder / "<i>m&.skops"
    data.to_parquet(table)
    skops.io.dump(model, saved)
    return table, saved


class Gaps:
    """What one turn of the window's loop cost at most, in seconds of its thread.

    Other processes take the clock's time, and none of the thread's.
    """

    def __init__(self, window: QWidget) -> None:
        self.longest, self._last = 0.0, time.thread_time()
        self._timer = QTimer(window, interval=20)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self._last = now


def interpreted(root: QWidget) -> list[str]:
    """Return what under a widget Qt takes for more than the text of a file."""
    found = []
    for label in root.findChildren(QLabel):
        text, form = label.text(), label.textFormat()
        rich = form is not Qt.TextFormat.PlainText
        guessed = form is Qt.TextFormat.AutoText and Qt.mightBeRichText(text)
        if guessed or (rich and any(f"<{t}" in text for t in ("img", "a ", "u>"))):
            found.append(f"label: {text[:80]!r}")
        if "\u202e" in text or "\x1b" in text:
            found.append(f"steered: {text[:80]!r}")
    for widget in root.findChildren(QWidget):
        tip = widget.toolTip()
        if Qt.mightBeRichText(tip) and "<img" in tip:
            found.append(f"tooltip: {tip[:80]!r}")
    titled = (*root.findChildren(QAbstractButton), *root.findChildren(QAction))
    titles = [one.text() for one in titled]
    marked = [t for t in titles if "&" in t.replace("&&", "") or "\u202e" in t]
    return found + [f"title: {title[:80]!r}" for title in marked]


def test_nothing_of_a_file_is_interpreted_anywhere_in_the_window(
    qtbot: QtBot,
    open_window: Callable[[], Any],
    files: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    window = open_window()
    context, case = window.context, window.context.case
    kind = 0

    def ask(_parent: object, _title: str, name: str, kinds: str) -> tuple[str, str]:
        return str(out / Path(name).name), kinds.split(";;")[kind]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    problems: list[str] = []
    context.notify.raised.connect(
        lambda notice: problems.append(notice.text) if notice.level != "info" else None
    )
    gaps = Gaps(window)
    table, model = files
    case.open_data((str(table),), then_match=False)
    case.open_model(str(model), then_match=False)
    case.predict(target="<u>truth</u>", positive=YES)
    qtbot.waitUntil(lambda: case.scores is not None, timeout=WAIT)
    assert set(case.scores.classes) == {YES, NO}
    seen: set[str] = set()
    for perspective in PERSPECTIVES:
        window.show_perspective(perspective)
        settle(qtbot, window)
        assert not interpreted(window), perspective
        for name, panel in window.docks.panels.items():
            if name in seen or not panel.isVisible():
                continue
            seen.add(name)
            save_picture(panel)
            header, _rows = panel.as_table()
            if header:
                save_table(panel, panel.as_table())
                show_table(panel)
                qtbot.wait(1)
                assert not interpreted(window), name
                for dialog in panel.findChildren(QWidget):
                    if dialog.isWindow() and dialog.isVisible():
                        dialog.close()
    assert {"data", "summary", "confusion", "threshold", "predictions"} <= seen
    data = window.docks.panels["data"]
    for section in range(5):
        data._open_menu(section, QPoint(10, 10))
        menu = data.findChildren(QMenu)[-1]
        assert not interpreted(menu)
        menu.close()
    for kind in range(3):  # noqa: B007 - what is asked for reads it
        ask_export(data, context, data._view, data._names())
    settle(qtbot, window)
    qtbot.waitUntil(lambda: len(list(out.glob("*.parquet"))) == 1, timeout=WAIT)
    window.autosave.save()
    qtbot.waitUntil(lambda: bool(case.path) and Path(case.path).exists(), timeout=WAIT)
    assert Path(case.path).name.isprintable()
    written = list(out.rglob("*"))
    assert {path.parent for path in written} == {out}
    assert all(path.is_file() and path.name.isprintable() for path in written)
    assert {path.suffix for path in written} >= {".png", ".xlsx", ".parquet"}
    assert {p.name for p in tmp_path.iterdir()} <= {"in", "out", "settings"}
    assert gaps.longest < FREEZE
    (problem,) = problems  # the other two kinds of files hold what Excel does not
    assert "<i>place</i> holds a text longer than" in problem
