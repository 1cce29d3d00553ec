from __future__ import annotations

import math

import pytest

from engine.contracts.results import Editable
from gui.panels.what_if.cell_editors import CellEditor, CellEditors

AGE = Editable(name="age", low=18, high=70)
INCOME = Editable(name="income", low=0.5, high=9_000.25, decimals=2, may_miss=True)
TOWN = Editable(name="town", labels=("Burgos", "Cádiz"), may_miss=True)


@pytest.fixture
def editor(qtbot):
    def make(editable, own):
        found = CellEditor(editable, own)
        qtbot.addWidget(found)
        return found

    return make


def test_a_slider_goes_through_every_whole_number_of_the_data(editor):
    age = editor(AGE, 44)
    assert age.slider.maximum() == 70 - 18
    seen = []
    age.changed.connect(lambda: seen.append(age.cell))
    age.slider.setValue(0)
    age.slider.setValue(52)
    assert seen == [18, 70]
    assert isinstance(age.cell, int)


def test_a_slider_along_many_values_ends_at_the_ends_of_the_data(editor):
    income = editor(INCOME, 120.5)
    income.slider.setValue(income.slider.maximum())
    assert income.cell == 9_000.25
    income.slider.setValue(0)
    assert income.cell == 0.5


def test_a_field_takes_numbers_beyond_the_data(editor):
    age = editor(AGE, 44)
    age.spin.setValue(95)
    assert age.cell == 95
    assert age.slider.value() == age.slider.maximum()


def test_the_rows_own_value_is_no_change_however_fine(editor):
    income = editor(INCOME, 120.123456)
    assert income.cell == 120.123456
    assert not income.is_changed
    income.spin.setValue(300)
    assert income.is_changed
    income.spin.setValue(120.12)
    assert not income.is_changed


def test_a_cell_can_be_made_missing_where_some_row_has_none(editor):
    assert editor(AGE, 44).missing.isHidden()
    income = editor(INCOME, 120.5)
    assert not income.missing.isHidden()
    income.missing.setChecked(True)
    assert income.cell is None
    assert not income.spin.isEnabled()
    town = editor(TOWN, None)
    assert town.cell is None
    assert not town.is_changed
    town.missing.setChecked(False)
    assert town.cell == "Burgos"


def test_a_missing_number_starts_in_the_middle_of_the_data(editor):
    age = editor(AGE, None)
    assert age.cell is None
    age.missing.setChecked(False)
    assert age.cell == 44


def test_a_feature_that_no_row_has_a_value_of_stays_missing(editor):
    empty = editor(Editable(name="x", low=math.nan, high=math.nan), None)
    assert empty.cell is None
    for part in (empty.slider, empty.spin, empty.missing):
        assert not part.isEnabled()


def test_changed_cells_say_what_they_were(editor):
    age = editor(AGE, 44)
    assert age._was.text() == ""
    age.spin.setValue(50)
    assert age._was.text() == "was 44"
    assert age._title.font().bold()
    age.reset()
    assert age._was.text() == ""
    assert not age._title.font().bold()


def test_editors_tell_which_cell_changed_and_all_that_did(qtbot):
    editors = CellEditors()
    qtbot.addWidget(editors)
    editors.offer((AGE, INCOME, TOWN), (44, None, "Cádiz"), {"age": 50})
    assert editors.changes == {"age": 50}
    seen = []
    editors.changed.connect(seen.append)
    editors.editors["town"].labels.setCurrentText("Burgos")
    editors.editors["town"].labels.activated.emit(0)
    assert seen == ["town"]
    assert editors.changes == {"age": 50, "town": "Burgos"}
    editors.put({"income": 7.5})
    assert editors.changes == {"income": 7.5}
    assert seen == ["town"]
    editors.offer((), (), {})
    assert editors.changes == {}
