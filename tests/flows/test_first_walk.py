"""From two dropped files to the people behind one cell, and back again tomorrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, QTimer

from engine.contracts.selection import cell
from tests.support.walking import (
    WAIT,
    accept_match,
    answer_question,
    centre,
    drop,
    settle,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot


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
