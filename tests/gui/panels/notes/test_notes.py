"""Notes of the case: typed, kept from readings, and there again after reopening."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from engine import analysis
from engine.contracts.progress import SILENT
from engine.contracts.requests import Run
from gui.dialogs.panel_menus import keep_note
from gui.panel import State
from gui.panels.effects.friedman_h import FriedmanHPanel
from gui.panels.notes.notes import NotesPanel
from tests.gui.panels.small_case import settle, small_case
from tests.support.explained import case as explained_case


@pytest.fixture
def made(qtbot):
    case = small_case()
    panel = NotesPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(400, 300)
    panel.show()
    qtbot.waitUntil(lambda: panel.state is State.READY)
    return case, panel


def test_what_is_typed_is_kept_as_it_is_typed(made, qtbot):
    case, panel = made
    context = case.context
    told = []
    context.case.file_changed.connect(lambda: told.append(context.case.file.notes))
    qtbot.keyClicks(panel.sheet, "few rows")
    assert context.case.file.notes == "few rows"
    assert told[-1] == "few rows"
    assert panel.as_table()[1] == [["few rows"]]
    assert not panel.grab().isNull()


def test_a_reading_is_kept_with_what_it_was_computed_on(made, qtbot):
    case, panel = made
    context = case.context
    context.case.remember(notes="before")
    other = FriedmanHPanel(context)
    qtbot.addWidget(other)
    other.show()
    context.engine.store.answers[Run] = joint_effects
    settle(case)
    keep_note(other)
    before, _, title, told, badge, _ = panel.sheet.toPlainText().split("\n")
    assert before == "before"
    assert title == "Friedman's H"
    assert told.startswith("Strongest interaction: ")
    assert "computed on 20 of 20 rows" in badge
    assert context.case.file.notes == panel.sheet.toPlainText()


def joint_effects(_request):
    rng = np.random.default_rng(0)
    inputs, _ = explained_case(
        {"a": rng.random(20), "b": rng.random(20)},
        lambda table: table["a"].to_numpy() * table["b"].to_numpy(),
    )
    found = analysis.load("friedman_h")
    return found.run(inputs, found.Params(), SILENT)


def test_notes_of_another_case_take_their_place(made):
    case, panel = made
    context = case.context
    panel.sheet.setPlainText("mine")
    context.case.file = msgspec.structs.replace(context.case.file, notes="theirs")
    context.case.restored.emit(context.case.file)
    assert panel.sheet.toPlainText() == "theirs"
    assert context.case.file.notes == "theirs"


def test_notes_need_neither_data_nor_model(made):
    _, panel = made
    assert panel.reason() is None
