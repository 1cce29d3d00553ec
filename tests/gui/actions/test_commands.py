"""Every command is in the menus or the palette, and nothing collides."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from engine.contracts.selection import Values
from gui.actions import Action, checked
from gui.actions.commands import entries
from gui.dialogs.palette import Palette
from gui.layouts import PERSPECTIVES
from gui.panels import TABLE, load
from tests.gui.support import open_small


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


def test_every_perspective_with_panels_has_a_command(made) -> None:
    ids = {command.id for command in made.window.commands}
    wanted = {f"perspective.{name}" for name, p in PERSPECTIVES.items() if p.columns}
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
    known = {"data", "model", "predictions", "selection", "decision", "buckets"}
    assert known >= found.FOLLOWS


def test_an_empty_window_offers_only_what_can_be_done(made) -> None:
    titles = [title for title, *_ in entries(made.window)]
    assert any("Open files" in title for title in titles)
    assert not any("Go to" in title or "Save the case" in title for title in titles)


def test_the_palette_finds_classes_and_panels(made, qtbot) -> None:
    open_small(made, qtbot)
    titles = [title for title, *_ in entries(made.window)]
    assert "Select rows truly bad" in titles
    assert "Show panel: Buckets" in titles


def test_the_palette_runs_what_was_typed(made, qtbot) -> None:
    open_small(made, qtbot)
    palette = Palette(entries(made.window), made.window)
    qtbot.addWidget(palette)
    qtbot.keyClicks(palette.line, "truly bad")
    assert palette.list.count() == 1
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    wanted = Values("@truth", ("bad",))
    qtbot.waitUntil(lambda: made.context.selection.recipe == wanted)


def test_the_palette_is_walked_with_the_arrows(made, qtbot) -> None:
    palette = Palette(entries(made.window), made.window)
    qtbot.addWidget(palette)
    qtbot.keyClick(palette.line, Qt.Key.Key_Up)
    assert palette.list.currentRow() == palette.list.count() - 1
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 0


def test_nothing_that_fits_runs_nothing(made, qtbot) -> None:
    palette = Palette(entries(made.window), made.window)
    qtbot.addWidget(palette)
    qtbot.keyClicks(palette.line, "qwxyz")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.list.count() == 0


def test_a_command_that_cannot_be_used_does_nothing() -> None:
    done = []
    refused = Action(
        id="a", title="A", run=lambda: done.append(1), enabled=lambda: False
    )
    refused.act()
    assert not done
