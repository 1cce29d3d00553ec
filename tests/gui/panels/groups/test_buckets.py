from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.contracts.decision import Decision
from engine.contracts.requests import Resolve, Run
from engine.contracts.selection import Range, Rows, Values
from gui.panels.groups.buckets import BucketsPanel
from tests.gui.panels.small_case import N, settle, small_case

YOUNG = Range("age", None, 30.0)
RENTS = Values("home", ("rent",))


@pytest.fixture
def case(qapp):
    return small_case()


@pytest.fixture
def panel(case, qtbot):
    panel = BucketsPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(690, 250)
    panel.show()
    case.case.save_bucket("young", YOUNG)
    case.case.save_bucket("rents", RENTS)
    settle(case)
    return panel


def texts(panel, row):
    return [panel.model.cell(row, column).text for column in range(6)]


def test_that_each_bucket_stands_beside_all_rows(case, panel):
    assert panel.model.rowCount() == 3
    name, n, *_ = texts(panel, 0)
    assert name == "young"
    assert n == str(int((case.engine.ages < 30).sum()))
    assert texts(panel, 2)[:2] == ["all rows", str(N)]
    interval = panel.model.cell(0, 3).interval
    assert interval.low <= interval.value <= interval.high


def test_that_small_buckets_are_greyed_with_the_reason(case, panel):
    case.case.save_bucket("few", Rows(tuple(range(5))))
    settle(case)
    row = panel.model.position_of("few")
    cell = panel.model.cell(row, 0)
    assert cell.muted
    assert cell.text == "few (few rows)"


def test_that_a_click_makes_the_bucket_the_selection(case, panel, qtbot):
    area = panel.table.visualRect(panel.model.index(0, 0))
    place = panel.table.viewport()
    qtbot.mouseClick(place, Qt.MouseButton.LeftButton, pos=area.center())
    settle(case)
    assert case.selection.recipe == YOUNG
    assert panel.table._grounds.marked == 0
    area = panel.table.visualRect(panel.model.index(1, 0))
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mouseClick(place, Qt.MouseButton.LeftButton, shift, pos=area.center())
    settle(case)
    expected = (case.engine.ages < 30) | (case.engine.homes == 2)
    assert case.selection.n_selected >= int(expected.sum())


def test_that_enter_selects_and_all_rows_clears(case, panel, qtbot):
    panel.table.go_to(1)
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    settle(case)
    assert case.selection.recipe == RENTS
    panel.table.go_to(2)
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    settle(case)
    assert case.selection.recipe is None


def test_that_a_typed_rule_is_counted_and_saved(case, panel, qtbot):
    panel.start_rule()
    asked = len(case.engine.asked_for(Resolve))
    panel.editor.line.setText("age >= 60")
    qtbot.waitUntil(lambda: len(case.engine.asked_for(Resolve)) > asked)
    settle(case)
    n = int((case.engine.ages >= 60).sum())
    assert panel.editor.found.text() == f"{n} of {N} rows"
    panel.editor.name.setText("old")
    qtbot.mouseClick(panel.editor.save, Qt.MouseButton.LeftButton)
    settle(case)
    assert "old" in case.case.buckets
    assert panel.model.position_of("old") == 2
    assert not panel.editor.isVisible()


def test_that_a_wrong_rule_cannot_be_saved_and_says_why(panel):
    panel.start_rule()
    panel.editor.line.setText("age >=")
    assert not panel.editor.save.isEnabled()
    assert panel.editor.found.text()
    panel.editor.line.setText("age >= 60")
    assert panel.editor.save.isEnabled()


def test_that_a_name_is_given_once(panel):
    panel.start_rule()
    panel.editor.line.setText("age >= 60")
    panel.editor.name.setText("young")
    assert not panel.editor.save.isEnabled()
    assert "already" in panel.editor.found.text()


def test_that_the_selection_is_saved_under_a_name(case, panel, qtbot):
    assert not panel.save_selection.isEnabled()
    case.selection.select(Range("age", 40.0, 50.0), "elsewhere")
    settle(case)
    qtbot.mouseClick(panel.save_selection, Qt.MouseButton.LeftButton)
    panel.editor.name.setText("forties")
    qtbot.mouseClick(panel.editor.save, Qt.MouseButton.LeftButton)
    settle(case)
    assert case.case.buckets["forties"] == Range("age", 40.0, 50.0)


def test_that_deleting_and_renaming_can_be_undone(case, panel, qtbot):
    panel.table.go_to(0)
    panel._remove_current()
    settle(case)
    assert list(case.case.buckets) == ["rents"]
    case.undo.undo()
    settle(case)
    assert list(case.case.buckets) == ["young", "rents"]
    panel.table.go_to(0)
    panel._edit_current()
    assert panel.editor.line.text()
    panel.editor.name.setText("under thirty")
    qtbot.mouseClick(panel.editor.save, Qt.MouseButton.LeftButton)
    settle(case)
    assert list(case.case.buckets) == ["under thirty", "rents"]
    case.undo.undo()
    assert list(case.case.buckets) == ["young", "rents"]


def test_that_a_moved_threshold_moves_the_rates(case, panel, qtbot):
    before = texts(panel, 0)
    runs = len(case.engine.asked_for(Run))
    case.decision.set(Decision(positive="bad", threshold=0.2), "slider")
    qtbot.waitUntil(lambda: len(case.engine.asked_for(Run)) > runs)
    settle(case)
    assert texts(panel, 0) != before


def test_that_the_menu_offers_what_the_keys_do(panel):
    panel.table.go_to(0)
    labels = [action.text() for action in panel.menu().actions()]
    assert any(label.startswith("Delete") for label in labels)
    assert any(label.startswith("Edit") for label in labels)
    panel.table.go_to(2)
    assert panel.menu() is None


def test_that_the_table_view_holds_every_rule(panel):
    titles, rows = panel.as_table()
    assert titles[:5] == ["group", "n", "error rate", "lower limit", "upper limit"]
    assert titles[-1] == "rule"
    assert len(rows) == 3
    shown = panel.model.bucket(0)
    figures = [shown.n, shown.rate, shown.low, shown.high, shown.ratio]
    assert rows[0][:6] == [shown.name, *figures]  # not rounded
    assert rows[0][-1] == shown.rule


def test_that_narrow_panels_keep_room_for_the_interval(panel):
    panel.resize(560, 250)
    QApplication.processEvents()
    assert panel.table.columnWidth(3) >= 75
    assert panel.table.isColumnHidden(5)


def test_that_rates_follow_the_drag_before_the_engine_answers(case, panel):
    before = texts(panel, 0)
    asked = len(case.engine.asked)
    case.decision.drag(Decision(positive="bad", threshold=0.2), "slider")
    assert texts(panel, 0) != before
    assert len(case.engine.asked) == asked
