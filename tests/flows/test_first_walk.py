"""From two dropped files to the people behind one cell, and back again tomorrow."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from engine.contracts.selection import cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "resources" / "demo"
WAIT = 30_000


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The demo's files under names and in a folder of their own."""
    folder = tmp_path / "work"
    folder.mkdir()
    return [
        Path(shutil.copy(DEMO / "credit.parquet", folder)),
        Path(shutil.copy(DEMO / "model.skops", folder)),
    ]


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Opens real windows with a real engine; every one is closed again."""
    from gui.app import arguments_of, build

    QSettings.setPath(
        QSettings.defaultFormat(), QSettings.Scope.UserScope, str(tmp_path / "settings")
    )
    opened = []

    def make() -> Any:
        window = build(arguments_of(["--theme", "light", "--language", "en"]))
        qtbot.addWidget(window)
        window.resize(1440, 900)
        window.show()
        opened.append(window)
        return window

    yield make
    for window in opened:
        if window.isVisible():
            window.close()


def drop(window: Any, paths: list[Path]) -> None:
    """What the window gets when files are dropped on it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place, copy = QPoint(200, 200), Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(place, copy, data, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, left, none))


def accept_match(qtbot: QtBot, window: Any) -> None:
    from gui.dialogs.match import MatchDialog

    def sheet() -> Any:
        sheets = [s for s in window.findChildren(MatchDialog) if s.isVisible()]
        return next((s for s in sheets if s.accept_button.isEnabled()), None)

    qtbot.waitUntil(lambda: sheet() is not None, timeout=WAIT)
    found = sheet()
    assert found.target.currentText() == "status"
    assert found.preview.sanity > found.preview.baseline
    qtbot.mouseClick(found.accept_button, Qt.MouseButton.LeftButton)


def answer_question(window: Any, text: str) -> None:
    """Click the button that says so, as soon as the question is asked."""
    for box in window.findChildren(QMessageBox):
        for button in box.buttons():
            if box.isVisible() and text in button.text():
                button.click()
                return
    QTimer.singleShot(50, window, lambda: answer_question(window, text))


def settle(qtbot: QtBot, window: Any) -> None:
    from gui.headless import settled

    qtbot.waitUntil(lambda: settled(window), timeout=WAIT)


def shown_rows(panel: Any) -> list[int]:
    """The numbers of the rows that a table shows, all of them."""
    view = panel.rows.view
    return [panel.rows.row_number(i) for i in range(view.n_rows)]


def centre(matrix: Any, row: int, column: int) -> Any:
    layout = matrix.layout_now
    x = layout.head_wide + (column + 0.5) * layout.cell_wide - layout.scroll_x
    y = layout.head_high + (row + 0.5) * layout.cell_high - layout.scroll_y
    return QPointF(x, y).toPoint()


def test_the_first_walk(
    qtbot: QtBot, open_window: Callable[[], Any], files: list[Path], tmp_path: Path
) -> None:
    window = open_window()
    context = window.context

    # drop both files → match → metrics
    drop(window, files)
    accept_match(qtbot, window)
    qtbot.waitUntil(lambda: context.case.scores is not None, timeout=WAIT)
    window.show_perspective("errors")
    settle(qtbot, window)
    panels = window.docks.panels
    assert "195" in panels["confusion"].reading()

    # click a cell → the errors panel shows exactly those rows
    matrix = panels["confusion"].matrix
    with qtbot.waitSignal(context.selection.changed, timeout=WAIT):
        qtbot.mouseClick(
            matrix.viewport(), Qt.MouseButton.LeftButton, pos=centre(matrix, 0, 1)
        )
    assert context.selection.recipe == cell("bad", "good")
    settle(qtbot, window)
    qtbot.waitUntil(lambda: panels["predictions"].rows.view.n_rows == 195, timeout=WAIT)
    scores = context.case.scores
    bad, good = (scores.classes.index(label) for label in ("bad", "good"))
    decided = scores.decided(context.decision.decision)
    expected = np.flatnonzero((scores.truth == bad) & (decided == good))
    assert np.array_equal(np.flatnonzero(context.selection.mask), expected)

    # save it as a bucket
    panels["buckets"].start_from_selection()
    editor = panels["buckets"].editor
    editor.name.setText("let through")
    qtbot.waitUntil(editor.save.isEnabled, timeout=WAIT)
    qtbot.mouseClick(editor.save, Qt.MouseButton.LeftButton)
    assert "let through" in context.case.buckets
    settle(qtbot, window)

    # move the threshold → every panel follows at once
    before = context.decision.decision
    lower = type(before)(positive="bad", threshold=0.3)
    context.decision.set(lower, "test")
    counts = panels["threshold"].result.counts_at(0.3)
    missed = int(counts[2])
    assert str(missed) in panels["confusion"].reading()
    qtbot.waitUntil(lambda: context.selection.n_selected == missed, timeout=WAIT)

    # undo
    context.undo.undo()
    assert context.decision.decision == before
    qtbot.waitUntil(lambda: context.selection.n_selected == 195, timeout=WAIT)

    # close → reopen: exactly here again
    context.decision.set(lower, "test")
    settle(qtbot, window)
    path = context.case.path
    assert path
    window.close()
    again = open_window()
    again.context.case.open_case(path)
    qtbot.waitUntil(lambda: again.context.case.scores is not None, timeout=WAIT)
    settle(qtbot, again)
    assert again.context.decision.decision == lower
    assert again.context.selection.recipe == cell("bad", "good")
    assert list(again.context.case.buckets) == ["let through"]
    assert again.docks.current == "errors"
    qtbot.waitUntil(lambda: again.context.selection.n_selected == missed, timeout=WAIT)


def test_a_killed_engine_comes_back_with_the_case(
    qtbot: QtBot, open_window: Callable[[], Any], files: list[Path]
) -> None:
    window = open_window()
    context = window.context
    drop(window, files)
    accept_match(qtbot, window)
    qtbot.waitUntil(lambda: context.case.scores is not None, timeout=WAIT)
    window.show_perspective("performance")
    settle(qtbot, window)
    with qtbot.waitSignal(context.engine.restarted, timeout=WAIT):
        context.engine.kill()
    with qtbot.waitSignal(context.case.predictions_changed, timeout=WAIT):
        pass
    settle(qtbot, window)
    assert "79" in window.docks.panels["summary"].reading()


def test_a_wrong_file_says_what_is_wrong_and_loses_nothing(
    qtbot: QtBot, open_window: Callable[[], Any], files: list[Path], tmp_path: Path
) -> None:
    window = open_window()
    context = window.context
    drop(window, files)
    accept_match(qtbot, window)
    qtbot.waitUntil(lambda: context.case.scores is not None, timeout=WAIT)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(files[0].read_bytes()[:5000])
    QTimer.singleShot(0, window, lambda: answer_question(window, "Evaluate on it"))
    with qtbot.waitSignal(context.notify.raised, timeout=WAIT) as told:
        drop(window, [broken])
    assert "broken.parquet" in told.args[0].text
    assert window.notices.isVisible()
    assert context.case.data.name == "credit.parquet"
    assert context.case.scores is not None
