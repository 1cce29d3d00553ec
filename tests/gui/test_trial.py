"""A changed row that one panel finds is looked at in another."""

from __future__ import annotations

from tests.gui.support import open_small


def test_a_trial_brings_its_panel_to_the_front(made, qtbot) -> None:
    open_small(made, qtbot)
    qtbot.waitUntil(lambda: made.window.docks.current == "errors")
    made.case.set_current_row(0)
    made.case.try_out(0, {"x": 1.0})
    panel = made.window.docks.panels["what_if"]
    qtbot.waitUntil(panel.isVisible)
    assert panel._edits == {"x": 1.0}
    assert made.case.trial is None
