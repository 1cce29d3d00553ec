"""A chip says in full what it shows in short."""

from __future__ import annotations

import msgspec
import pytest

from engine.contracts.dataset import Note
from gui.services.theme import Mode
from gui.widgets.case_bar import Chip
from tests.gui.support import MODEL


def test_a_chip_that_looks_the_same_still_tells_what_is_new(qtbot):
    chip = Chip("Selection")
    qtbot.addWidget(chip)
    chip.show_text("<b>4 rows</b>: age &lt; 25…", "age < 25 and home = rent")
    chip.show_text("<b>4 rows</b>: age &lt; 25…", "age < 25 and home = owner")
    assert chip.toolTip() == "age < 25 and home = owner"
    assert chip.accessibleDescription() == chip.toolTip()


NEWER = Note(
    code="model.saved_newer",
    params={"library": "xgboost", "saved": "3.4.1", "installed": "3.2.0"},
)


@pytest.fixture
def bar(made):
    made.window.resize(1440, 900)
    case = made.context.case

    def show(*notes):
        case.model = msgspec.structs.replace(MODEL, notes=notes)
        case.model_changed.emit()
        return made.window.case_bar.model

    return show


def test_a_model_of_another_version_is_marked_and_says_which(bar):
    chip = bar(NEWER)
    assert "⚠" in chip._label.text()
    assert "newer than the installed 3.2.0" in chip.toolTip()
    assert chip.accessibleDescription() == chip.toolTip()


@pytest.mark.parametrize("code", ["model.saved_older", "model.saved_unknown"])
def test_every_note_on_versions_marks_the_model(bar, code):
    params = {**NEWER.params, "date": "2019-10-03"}
    assert "⚠" in bar(Note(code=code, params=params))._label.text()


def test_other_notes_do_not_mark_the_model(bar):
    chip = bar(Note(code="model.classes_unnamed"))
    assert "⚠" not in chip._label.text()
    assert chip.toolTip() == "model m.skops"


def test_the_mark_has_the_colour_of_the_theme(bar, made):
    chip = bar(NEWER)
    theme = made.context.theme
    theme.set_mode(Mode.DARK)
    assert theme.tokens.warning in chip._label.text()
