"""Where panels stand: arrangements, tabs, and panels that nobody sees."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication

from engine.contracts.i18n import LANGUAGES, install, tr
from engine.contracts.selection import cell
from gui.layouts import PERSPECTIVES
from gui.panel import State
from gui.panels import TABLE, load
from tests.gui.support import open_small, shown


def test_an_arrangement_comes_back_with_its_panels(made, qtbot) -> None:
    open_small(made, qtbot)
    window = made.window
    window.show_perspective("errors")
    qtbot.waitUntil(lambda: "buckets" in shown(window))
    window.docks._docks["buckets"].hide()
    window.docks.show_panel("model")
    window.show_perspective("data")
    qtbot.waitUntil(lambda: shown(window) == {"data", "model"})
    window.show_perspective("errors")
    wanted = {"confusion", "predictions", "threshold", "reliability", "model"}
    qtbot.waitUntil(lambda: shown(window) == wanted)
    window.docks.reset()
    qtbot.waitUntil(lambda: "buckets" in shown(window) and "model" not in shown(window))


def test_no_perspective_makes_the_window_grow(made, qtbot) -> None:
    open_small(made, qtbot)
    made.context.selection.select(~cell("bad", "good") & cell("good", "bad"), "test")
    qtbot.waitUntil(lambda: made.context.selection.mask is not None)
    made.window.resize(1280, 720)
    for name in PERSPECTIVES:
        made.window.show_perspective(name)
        made.window.show_perspective(name)
        qtbot.waitUntil(lambda name=name: made.window.docks.current == name)
    assert (made.window.width(), made.window.height()) == (1280, 720)


def test_a_panel_out_of_sight_stays_where_it_was_made(made, qtbot) -> None:
    open_small(made, qtbot)
    window = made.window
    for name in ("errors", "data", "errors", "performance"):
        window.show_perspective(name)
        wanted = set(window.docks._arranged)
        qtbot.waitUntil(lambda wanted=wanted: shown(window) == wanted)
        parents = {dock.parent() for dock in window.docks._docks.values()}
        assert parents == {window.docks}  # moved, all in them would be styled anew


def test_a_panel_made_ahead_asks_nothing_until_it_is_seen(made, qtbot) -> None:
    docks = made.window.docks
    for name in TABLE:
        docks.prepare(name)
    open_small(made, qtbot)
    qtbot.waitUntil(lambda: shown(made.window) == set(docks._arranged))
    qtbot.waitUntil(lambda: not made.context.engine.jobs)
    assert docks.panels["summary"].state is State.EMPTY
    made.window.show_perspective("performance")
    qtbot.waitUntil(lambda: docks.panels["summary"].state is not State.EMPTY)
    assert not any(dock.isFloating() for dock in docks._docks.values())


def test_a_panel_behind_a_tab_sleeps(made, qtbot) -> None:
    open_small(made, qtbot)
    docks = made.window.docks
    docks.show_panel("model")
    docks.tabifyDockWidget(docks._docks["confusion"], docks._docks["model"])
    docks._docks["confusion"].raise_()
    panels = docks.panels
    qtbot.waitUntil(lambda: panels["confusion"].live and not panels["model"].live)


def test_an_empty_window_has_nothing_to_rearrange(made) -> None:
    made.window.docks.reset()
    assert not made.window.docks.panels


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_side_by_side_fit_a_small_window(qtbot, language) -> None:
    font = QFont(QApplication.font())
    font.setPixelSize(13)
    metrics, padding = QFontMetrics(font), 26
    install(language)
    try:
        for perspective in PERSPECTIVES.values():
            for width, column in zip(
                perspective.widths, perspective.columns, strict=True
            ):
                room = (1280 - 112 - 24) * width / sum(perspective.widths)
                for place in column:
                    # classes have a matrix, numbers residuals: never both
                    names = place.replace("confusion+residuals", "confusion")
                    panels = [load(name) for name in names.split("+")]
                    titles = [tr(panel.TAB or panel.TITLE) for panel in panels]
                    wide = sum(metrics.horizontalAdvance(t) + padding for t in titles)
                    assert len(titles) == 1 or wide <= room, titles
    finally:
        install("en")


def test_an_arrangement_that_this_window_did_not_write_never_reaches_qt(
    made, qtbot, monkeypatch
) -> None:
    """Qt ends the process over some of these, and they may come in a case file."""
    open_small(made, qtbot)
    docks = made.window.docks
    kept = docks.snapshot()
    given: list[bytes] = []

    def restore(state, _version) -> bool:
        given.append(bytes(state.data()))
        return True

    monkeypatch.setattr(docks, "restoreState", restore)
    attack = b"attack" * 4
    for forged in (kept[:-24] + attack, kept[32:-24] + attack, bytes(32) + attack):
        docks.show_perspective(docks.current, forged)
    assert not [state for state in given if attack in state]
    docks.show_perspective(docks.current, kept)
    assert kept.endswith(given[-1])
