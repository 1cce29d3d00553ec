from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from engine.contracts.dataset import Kind, Part, Role
from engine.contracts.errors import EngineError
from engine.contracts.requests import ConfigureData, OpenView, Summarise
from engine.contracts.selection import Missing
from gui.panel import State
from gui.panels.data.data import DataPanel
from gui.widgets.column_menu import ColumnMenu, RangeEditor
from tests.gui.panels.small_case import N, settle, small_case


@pytest.fixture
def case(qapp):
    return small_case()


@pytest.fixture
def panel(case, qtbot):
    panel = DataPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(1000, 600)
    panel.show()
    settle(case)
    return panel


def menu_of(panel, name):
    section = [column.name for column in panel.rows.columns].index(name)
    panel.header.menu_wanted.emit(section, QPoint(0, 0))
    menus = [m for m in panel.findChildren(ColumnMenu) if m.isVisible()]
    assert menus
    return menus[-1]


def test_that_rows_are_shown_in_the_order_of_the_file(panel):
    assert panel.rows.rowCount() == N
    assert panel.rows.cell(3, 0).text == "A-00003"
    assert panel.rows.cell(0, 4).text == "missing"
    assert "1 has missing values, most in income." in panel.reading()


def test_that_headings_say_what_is_in_the_columns(panel):
    age = panel.header.heading(2)
    assert age.summary is not None
    assert age.summary.counts.sum() == N
    home = panel.header.heading(3)
    assert sum(count for _, count in home.summary.top) == N


def test_that_summaries_are_asked_once_and_only_of_columns_in_sight(case, panel):
    asked = [name for r in case.engine.asked_for(Summarise) for name in r.columns]
    assert sorted(asked) == sorted(set(asked))


def test_that_clicks_sort_up_then_down_then_not_at_all(case, panel):
    sorts = []
    for _ in range(3):
        panel.header.sort_wanted.emit(2, False)
        settle(case)
        sorts.append(case.engine.asked_for(OpenView)[-1].sort)
    assert sorts == [(("age", False),), (("age", True),), ()]


def test_that_shift_adds_a_second_column_to_the_order(case, panel):
    panel.header.sort_wanted.emit(2, False)
    panel.header.sort_wanted.emit(4, True)
    settle(case)
    order = case.engine.asked_for(OpenView)[-1].sort
    assert order == (("age", False), ("income", False))


def test_that_a_typed_rule_filters(case, panel):
    panel.line.setText("age < 30 and home = rent")
    settle(case)
    expected = (case.engine.ages < 30) & (case.engine.homes == 2)
    assert panel.rows.rowCount() == int(expected.sum())
    assert f"<b>{int(expected.sum())}</b>" in panel.reading()


def test_that_an_unreadable_rule_keeps_the_rows_and_shows_where_it_breaks(case, panel):
    panel.line.setText("age < 30")
    settle(case)
    n = panel.rows.rowCount()
    panel.line.setText("age < 30 and and")
    settle(case)
    assert panel.rows.rowCount() == n
    assert panel.line.error
    assert panel.line.error_position is not None
    panel.line.clear()
    settle(case)
    assert panel.rows.rowCount() == N
    assert not panel.line.error


def test_that_the_menu_keeps_rows_with_a_missing_value(case, panel):
    panel.query.keep("income", Missing("income"))
    settle(case)
    assert panel.rows.rowCount() == int(np.isnan(case.engine.incomes).sum())
    assert panel.header.heading(4).filtered


def test_that_the_role_is_changed_from_the_heading(case, panel):
    menu = menu_of(panel, "age")
    menu.role_wanted.emit(Role.GROUP)
    settle(case)
    request = case.engine.asked_for(ConfigureData)[-1]
    assert request.choices["age"].role is Role.GROUP
    case.undo.undo()
    settle(case)
    assert case.engine.asked_for(ConfigureData)[-1].choices == {}
    menu.close()


def test_that_an_earlier_choice_survives_the_next(case, panel):
    case.case.choose("age", role=Role.GROUP)
    settle(case)
    case.case.choose("age", kind=Kind.ORDINAL)
    settle(case)
    choice = case.engine.asked_for(ConfigureData)[-1].choices["age"]
    assert (choice.role, choice.kind) == (Role.GROUP, Kind.ORDINAL)


def test_that_another_part_is_shown_without_touching_the_selection(case, panel, qtbot):
    qtbot.mouseClick(panel.parts.buttons[Part.REFERENCE], Qt.MouseButton.LeftButton)
    settle(case)
    assert panel.rows.rowCount() == 50
    panel.table.picked.emit(0, 3, Qt.KeyboardModifier.NoModifier)
    panel.table.stepped.emit(1, 1)
    settle(case)
    assert case.selection.recipe is None
    assert case.case.current_row is None


def test_that_the_details_show_the_reasons_and_close_by_escape(case, panel, qtbot):
    panel.open_details("income")
    settle(case)
    assert panel.details.isVisible()
    assert panel.details.title.text() == "income"
    qtbot.keyClick(panel.details, Qt.Key.Key_Escape)
    assert not panel.details.isVisible()


def test_that_a_range_may_be_open_at_either_end(qtbot):
    editor = RangeEditor("age")
    qtbot.addWidget(editor)
    editor.low.setText("30")
    with qtbot.waitSignal(editor.accepted) as caught:
        editor.apply.click()
    assert (caught.args[0].low, caught.args[0].high) == (30.0, None)
    editor.low.clear()
    with qtbot.waitSignal(editor.accepted) as caught:
        editor.apply.click()
    assert caught.args == [None]


def test_that_without_data_the_panel_says_what_to_do(case, qtbot):
    case.case.data = None
    panel = DataPanel(case.context)
    qtbot.addWidget(panel)
    settle(case)
    assert panel.reason()


def test_that_headings_grow_short_in_a_low_panel(panel):
    panel.resize(580, 260)
    QApplication.processEvents()
    assert panel.header.height() < 50
    panel.resize(1000, 600)
    QApplication.processEvents()
    assert panel.header.height() > 80


def test_that_a_column_that_is_not_there_is_named_before_the_engine_is_asked(
    case, panel
):
    views = len(case.engine.asked_for(OpenView))
    panel.line.setText("home = rent and agee < 3")
    settle(case)
    assert panel.line.error == "There is no column called agee."
    assert panel.line.error_position == len("home = rent and ")
    assert len(case.engine.asked_for(OpenView)) == views


def test_that_a_rule_the_engine_refuses_leaves_rows_and_line_in_place(case, panel):
    def refuse(_request):
        raise EngineError("data.not_a_number", column="home")

    case.engine.store.answers[OpenView] = refuse
    panel.line.setText("home < 5")
    settle(case)
    assert panel.state is State.READY
    assert panel.line.error
    assert panel.line.isVisible()
    assert panel.rows.rowCount() == N
