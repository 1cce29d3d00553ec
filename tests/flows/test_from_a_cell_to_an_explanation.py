"""From a cell of the confusion matrix to why its rows are there, and one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt

from tests.support.walking import WAIT, accept_match, centre, drop, settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot


def test_from_a_cell_to_the_explanation_of_its_rows(
    qtbot: QtBot, open_window: Callable[[], Any], files: list[Path]
) -> None:
    window = open_window()
    context = window.context
    drop(window, files)
    accept_match(qtbot, window)
    qtbot.waitUntil(lambda: context.case.scores is not None, timeout=WAIT)

    # a click on a cell → its rows against the rest, everywhere
    window.show_perspective("explain")
    settle(qtbot, window)
    panels = window.docks.panels
    with qtbot.waitSignal(context.selection.changed, timeout=WAIT):
        qtbot.mouseClick(
            panels["confusion"].matrix.viewport(),
            Qt.MouseButton.LeftButton,
            pos=centre(panels["confusion"].matrix, 0, 1),
        )
    settle(qtbot, window)
    contributions = panels["contributions"]
    chosen = contributions.importance.chosen
    assert chosen is not None
    assert chosen.sum() == 195
    assert any(rank.other is not None for rank in contributions.importance.bars._ranks)
    qtbot.waitUntil(lambda: panels["predictions"].rows.view.n_rows == 195, timeout=WAIT)

    # one of them → its own explanation, by several methods
    row = int(np.flatnonzero(context.selection.mask)[0])
    context.case.set_current_row(row)
    window.show_perspective("row")
    for name in ("what_if", "counterfactual", "lime", "agreement"):
        window.docks.show_panel(name)
        settle(qtbot, window)
        assert panels[name].result.row == row
        assert panels[name].reading()
    assert panels["lime"].result.provenance.row_name in panels["lime"].reading()
    found = panels["counterfactual"].result
    assert found.decided == "good"
    assert all(made.decided == "bad" and made.verified for made in found.found)

    # back again: nothing but the row's own cells, and the same answer
    what_if = panels["what_if"].result
    assert what_if.changes == ()
    assert what_if.answers[0, 0] == what_if.answers[1, 0]
    assert what_if.answers[0, 0] == found.answer[0]
