"""Every command is in the menus or the palette, and nothing collides."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction, QKeySequence

from gui.actions import Action, checked
from gui.layouts import PERSPECTIVES
from gui.panels import TABLE, load
from gui.services.theme import Mode


def action(identity: str, shortcut: str = "") -> Action:
    return Action(id=identity, title=identity, run=lambda: None, shortcut=shortcut)


def test_two_commands_of_one_name_or_key_are_refused() -> None:
    with pytest.raises(ValueError, match="id used twice"):
        checked((action("a"), action("a")))
    with pytest.raises(ValueError, match="shortcut used twice"):
        checked((action("a", "Ctrl+A"), action("b", "Ctrl+A")))


def test_every_command_has_a_title_and_a_key_that_qt_knows(made) -> None:
    for command in made.window.commands:
        assert command.title
        if command.shortcut:
            assert QKeySequence(command.shortcut).toString() == command.shortcut
            bound = made.window.findChild(QAction, command.id).shortcut()
            assert bound.toString() == command.shortcut


def test_every_perspective_has_a_command(made) -> None:
    ids = {command.id for command in made.window.commands}
    wanted = {f"perspective.{name}" for name in PERSPECTIVES}
    assert wanted <= ids


def test_every_panel_is_somewhere(made) -> None:
    placed = {
        name
        for perspective in PERSPECTIVES.values()
        for column in perspective.columns
        for place in column
        for name in place.split("+")
    }
    assert placed == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_every_panel_of_the_table_declares_itself(name) -> None:
    found = load(name)
    assert name == found.ID
    assert found.TITLE
    assert found.ABOUT.what
    assert found.ABOUT.how
    known = {"data", "model", "predictions", "buckets"}
    known |= {"decision", "selection", "row"}
    assert known >= found.FOLLOWS


def test_a_command_that_cannot_be_used_does_nothing() -> None:
    done = []
    refused = Action(
        id="a", title="A", run=lambda: done.append(1), enabled=lambda: False
    )
    refused.act()
    assert not done


def test_menus_tick_what_is_in_force(made) -> None:
    def ticked(prefix: str) -> list[str]:
        made.window._enable_actions()
        actions = made.window.findChildren(QAction)
        names = [a.objectName() for a in actions if a.isChecked()]
        return [name for name in names if name.startswith(prefix)]

    for mode in (Mode.DARK, Mode.LIGHT):
        made.window.findChild(QAction, f"view.theme.{mode.value}").trigger()
        assert ticked("view.theme.") == [f"view.theme.{mode.value}"]
    made.window.findChild(QAction, "view.language.es").trigger()
    assert ticked("view.language.") == ["view.language.es"]
    assert not ticked("file.")
