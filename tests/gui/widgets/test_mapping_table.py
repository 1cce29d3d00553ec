"""Choosing by hand what belongs to what."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from gui.widgets.mapping_table import MappingTable


@pytest.fixture
def table(qtbot):
    found = MappingTable("Input", "Column")
    found.fill(("age", "home"), ("years", "house", "income"))
    qtbot.addWidget(found)
    found.resize(400, 200)
    found.show()
    found.setFocus()
    return found


@pytest.fixture
def changes(table):
    told: list[int] = []
    table.changed.connect(lambda: told.append(1))
    return told


def opened(table) -> list[QComboBox]:
    return table.viewport().findChildren(QComboBox)


def test_no_chooser_is_made_before_a_row_is_being_changed(table) -> None:
    assert opened(table) == []
    assert [table.item(row, 1).text() for row in (0, 1)] == ["(none)", "(none)"]


def test_a_click_opens_the_list_of_that_row(table, changes, qtbot) -> None:
    place = table.visualItemRect(table.item(1, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    (chooser,) = opened(table)
    assert chooser.accessibleName().startswith("Column for home")
    qtbot.waitUntil(chooser.view().isVisible)
    qtbot.keyClick(chooser.view(), Qt.Key.Key_Down)
    qtbot.keyClick(chooser.view(), Qt.Key.Key_Down)
    qtbot.keyClick(chooser.view(), Qt.Key.Key_Return)
    assert table.choices() == {"home": "house"}
    assert table.item(1, 1).text() == "house"
    assert changes == [1]
    qtbot.waitUntil(lambda: opened(table) == [])


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_F2])
def test_a_row_is_chosen_for_by_keys_alone(table, changes, qtbot, key) -> None:
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, key)
    (chooser,) = opened(table)
    qtbot.waitUntil(chooser.view().isVisible)
    qtbot.keyClick(chooser.view(), Qt.Key.Key_Down)
    qtbot.keyClick(chooser.view(), Qt.Key.Key_Return)
    assert table.choices() == {"home": "years"}
    assert changes == [1]


def test_leaving_the_list_by_escape_keeps_what_was_chosen(
    table, changes, qtbot
) -> None:
    table.show_choices({"age": "years"})
    qtbot.keyClick(table, Qt.Key.Key_Return)
    (chooser,) = opened(table)
    assert chooser.currentText() == "years"
    qtbot.waitUntil(chooser.view().isVisible)
    qtbot.keyClick(chooser.view(), Qt.Key.Key_Down)
    qtbot.keyClick(chooser.view(), Qt.Key.Key_Escape)
    assert table.choices() == {"age": "years"}
    assert changes == []


def test_showing_a_match_is_not_announced(table, changes) -> None:
    table.show_choices({"age": "income", "home": "gone"})
    assert table.choices() == {"age": "income"}
    assert changes == []


def test_each_choice_is_said_aloud_with_what_it_is_for(table) -> None:
    table.show_choices({"age": "income"})
    said = table.item(0, 1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Column for age: income"
