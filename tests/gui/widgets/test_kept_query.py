"""A table asks for the same rows when its case is opened again."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QToolButton

from engine.contracts.case import CaseFile
from engine.contracts.selection import Range, Values
from gui.services.case_state import CaseState
from gui.widgets.column_query import ColumnQuery
from gui.widgets.kept_query import KeptQuery
from gui.widgets.rule_line import RuleLine

DEFAULT = (("@loss", True),)


class Case(CaseState):
    """The state of a case alone: nobody is asked for anything."""

    def __init__(self, file: CaseFile | None = None) -> None:
        super().__init__(None, None, None, None)
        self.file = file or CaseFile()
        self.writes = 0
        self.file_changed.connect(self._count)

    def open(self, file: CaseFile) -> None:
        """Take over another case, as opening one does."""
        self.file = file
        self.restored.emit(file)

    def _count(self) -> None:
        self.writes += 1


class Table:
    def __init__(self, qtbot, case: Case) -> None:
        self.case = case
        self.query, self.line = ColumnQuery(DEFAULT), RuleLine()
        self.errors = QToolButton(checkable=True)
        for widget in (self.line, self.errors):
            qtbot.addWidget(widget)
        KeptQuery(case, "rows", self.query, self.line, self.errors)

    @property
    def asks(self):
        errors = self.errors.isChecked()
        return self.query.order, self.query.filters, self.line.rule, errors


@pytest.fixture
def changed(qtbot) -> Table:
    table = Table(qtbot, Case())
    table.query.click("age", add=False)
    table.query.keep("home", Values("home", ("rent",)))
    table.line.setText("age < 25")
    table.errors.setChecked(True)
    return table


def test_a_table_made_for_an_open_case_asks_as_the_last_one_did(changed, qtbot) -> None:
    again = Table(qtbot, Case(changed.case.file))
    assert again.asks == changed.asks
    assert again.line.text() == "age < 25"


def test_a_case_that_is_opened_changes_the_tables_there_are(changed, qtbot) -> None:
    other = Table(qtbot, Case())
    other.case.open(changed.case.file)
    assert other.asks == changed.asks
    assert other.case.writes == 0
    other.case.open(CaseFile())
    assert other.asks == (DEFAULT, {}, None, False)


def test_a_rule_that_is_not_finished_is_not_kept(qtbot) -> None:
    table = Table(qtbot, Case())
    table.line.setText("age <")
    assert table.case.file.settings == {}


def test_a_table_put_back_to_its_default_leaves_nothing_in_the_case(changed) -> None:
    changed.query.reset_order()
    changed.query.keep("home", None)
    changed.line.clear()
    changed.errors.setChecked(False)
    assert changed.case.file.settings == {}


def test_settings_of_another_version_are_passed_over(qtbot) -> None:
    case = Case(CaseFile(settings={"rows": '{"order": "sideways"}'}))
    assert Table(qtbot, case).asks == (DEFAULT, {}, None, False)


def test_rules_of_ranges_survive(qtbot) -> None:
    table = Table(qtbot, Case())
    rule = Range("age", None, 25.0)
    table.query.keep("age", rule)
    assert Table(qtbot, Case(table.case.file)).query.filters == {"age": rule}
