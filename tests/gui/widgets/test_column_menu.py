"""Filters by dates, typed at the heading of a column or in the line of rules."""

from __future__ import annotations

import pytest

from engine.contracts.dataset import Column, Kind, Note, Role
from engine.contracts.selection import Dates
from gui.widgets.column_menu import ColumnMenu, DatesEditor
from gui.widgets.rule_line import RuleLine

DAY = Column(
    name="day",
    kind=Kind.DATETIME,
    role=Role.FEATURE,
    dtype="timestamp[us]",
    kind_reason=Note(code="schema.date_type"),
    role_reason=Note(code="schema.feature"),
    low=1706745600.0,
    high=1709251200.0,
)
BETWEEN = Dates("day", "2024-01-31", "2024-02", high_closed=True)


@pytest.mark.parametrize(
    ("low", "high", "rule"),
    [
        (
            "2024-02-01",
            "2024-02",
            Dates("day", "2024-02-01", "2024-02", high_closed=True),
        ),
        ("", "2024-02-01", Dates("day", None, "2024-02-01", high_closed=True)),
        ("", "", None),
    ],
)
def test_a_column_of_dates_is_filtered_between_two_dates(qtbot, low, high, rule):
    editor = DatesEditor("day")
    qtbot.addWidget(editor)
    editor.low.setText(low)
    editor.high.setText(high)
    with qtbot.waitSignal(editor.accepted) as got:
        editor.apply.click()
    assert got.args == [rule]


def test_a_date_that_is_not_there_is_said_beside_the_editor(qtbot):
    editor = DatesEditor("day")
    qtbot.addWidget(editor)
    editor.low.setText("2024-02-30")
    with qtbot.assertNotEmitted(editor.accepted):
        editor.apply.click()
    assert not editor.trouble.isHidden()
    assert "2024-02-30" in editor.trouble.text()


def test_the_editor_shows_the_filter_that_is_set(qtbot):
    menu = ColumnMenu("day")
    qtbot.addWidget(menu)
    menu.add_filter("day", Kind.DATETIME, (), Dates("day", "2024-02-01", None))
    editor = menu.findChild(DatesEditor)
    assert editor is not None
    assert (editor.low.text(), editor.high.text()) == ("2024-02-01", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("day > 20240201", "a date is expected, like 2024-02-01, not 20240201"),
        ("day > 2024-02-30", "There is no date 2024-02-30"),
    ],
)
def test_a_typed_rule_says_what_a_column_of_dates_expects(qtbot, text, said):
    line = RuleLine()
    qtbot.addWidget(line)
    line.set_columns([DAY])
    line.setText(text)
    assert line.rule is None
    assert said in line.error
    assert line.error_position == text.index("2")


def test_a_typed_rule_on_dates_is_understood(qtbot):
    line = RuleLine()
    qtbot.addWidget(line)
    line.set_columns([DAY])
    line.setText("day >= 2024-02-01 10:00")
    assert line.error == ""
    assert line.rule == Dates("day", "2024-02-01 10:00")
