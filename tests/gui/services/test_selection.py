"""The algebra of clicks, undo, and the one signal of the selection."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.contracts.decision import Decision
from engine.contracts.requests import Resolve
from engine.contracts.selection import Or, Range, Rows, Values, cell, columns_of
from gui.services.row_columns import REST_MS
from gui.services.selection import Mode, combined, mode_of
from tests.gui.panels.small_case import N, small_case

A = Values("@truth", ("bad",))
B = Values("@prediction", ("good",))
OLD = Range("age", 50, None)


@pytest.fixture
def made(qtbot):
    return small_case()


@pytest.fixture
def heard(made):
    changes = []
    made.selection.changed.connect(lambda *change: changes.append(change))
    return changes


def expected(made, recipe):
    from gui.services.row_columns import RowColumns

    return recipe.resolve(RowColumns(made.case.scores, made.decision.decision))


@pytest.mark.parametrize(
    ("mode", "left"),
    [
        (Mode.ADD, Rows((5, 2, 9))),
        (Mode.TOGGLE, Rows((5, 9))),
        (Mode.SUBTRACT, Rows((5,))),
    ],
)
def test_rows_picked_one_by_one_stay_one_list(mode, left) -> None:
    assert combined(Rows((5, 2)), Rows((2, 9)), mode) == left


def test_no_row_is_left_where_all_are_taken_away() -> None:
    assert combined(Rows((2,)), Rows((5, 2)), Mode.SUBTRACT) is None


def test_what_is_added_one_after_the_other_is_not_nested() -> None:
    found = OLD
    for more in (A, Rows((1,)), Rows((1, 2)), B):
        found = combined(found, more, Mode.ADD)
    assert found == Or((OLD, A, Rows((1, 2)), B))


@pytest.mark.parametrize(
    ("modifier", "mode"),
    [
        (Qt.KeyboardModifier.NoModifier, Mode.REPLACE),
        (Qt.KeyboardModifier.ShiftModifier, Mode.ADD),
        (Qt.KeyboardModifier.ControlModifier, Mode.TOGGLE),
        (Qt.KeyboardModifier.AltModifier, Mode.SUBTRACT),
    ],
)
def test_modifiers_mean_what_the_manual_says(modifier, mode) -> None:
    assert mode_of(modifier) is mode


@pytest.mark.parametrize(
    ("mode", "law"),
    [
        (Mode.REPLACE, lambda _a, b: b),
        (Mode.ADD, np.logical_or),
        (Mode.TOGGLE, np.logical_xor),
        (Mode.SUBTRACT, lambda a, b: a & ~b),
    ],
)
def test_clicks_combine_as_sets_do(made, heard, qtbot, mode, law) -> None:
    made.selection.select(A, "a")
    made.selection.select(B, "b", mode)
    qtbot.waitUntil(lambda: bool(heard))
    wanted = law(expected(made, A), expected(made, B))
    np.testing.assert_array_equal(made.selection.mask, wanted)
    assert made.selection.n_selected == wanted.sum()


def test_toggling_the_same_rows_twice_selects_nothing() -> None:
    assert combined(A, A, Mode.TOGGLE) is None


def test_subtracting_from_nothing_leaves_the_others(made) -> None:
    found = combined(None, A, Mode.SUBTRACT)
    np.testing.assert_array_equal(expected(made, found), ~expected(made, A))


def test_many_wishes_in_one_turn_are_one_change(made, heard, qtbot) -> None:
    for name in ("good", "bad", "good"):
        made.selection.select(Values("@truth", (name,)), name)
    with qtbot.waitSignal(made.selection.changed):
        pass
    assert len(heard) == 1
    old, new, origin = heard[0]
    assert (old, new, origin) == (None, Values("@truth", ("good",)), "good")


def test_what_the_window_knows_is_not_asked_of_the_engine(made, qtbot) -> None:
    with qtbot.waitSignal(made.selection.changed):
        made.selection.select(cell("bad", "good"), "test")
    assert not made.engine.asked_for(Resolve)


def test_other_columns_are_resolved_by_the_engine(made, heard, qtbot) -> None:
    made.selection.select(OLD, "test")
    qtbot.waitUntil(lambda: bool(made.engine.asked_for(Resolve)))
    assert not heard
    made.engine.store.answer()
    qtbot.waitUntil(lambda: bool(heard))
    np.testing.assert_array_equal(made.selection.mask, made.engine.ages >= 50)


def test_the_selection_follows_the_threshold(made, heard, qtbot) -> None:
    made.selection.select(cell("bad", "good"), "test")
    qtbot.waitUntil(lambda: len(heard) == 1)
    before = made.selection.n_selected
    decision = msgspec.structs.replace(made.decision.decision, threshold=0.9)
    made.decision.set(decision, "slider")
    assert made.selection.n_selected > before
    assert heard[-1][2] == "decision"


def test_many_rows_follow_a_moving_threshold_once_it_rests(
    made, heard, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr("gui.services.selection.MANY_ROWS", N - 1)
    recipe = cell("bad", "good")
    made.selection.select(recipe, "test")
    qtbot.waitUntil(lambda: len(heard) == 1)
    for threshold in (0.6, 0.7, 0.9):
        moved = msgspec.structs.replace(made.decision.decision, threshold=threshold)
        made.decision.drag(moved, "slider")
    assert len(heard) == 1
    qtbot.waitUntil(lambda: len(heard) > 1)
    qtbot.wait(2 * REST_MS)
    assert [change[2] for change in heard] == ["test", "decision"]
    np.testing.assert_array_equal(made.selection.mask, expected(made, recipe))


@pytest.mark.parametrize("recipe", [A, Range("@score", 0.2, None)])
def test_rows_that_no_threshold_changes_are_not_looked_for_again(
    made, heard, qtbot, recipe
) -> None:
    made.selection.select(recipe, "test")
    qtbot.waitUntil(lambda: len(heard) == 1)
    before = made.selection.mask
    moved = msgspec.structs.replace(made.decision.decision, threshold=0.9)
    made.decision.set(moved, "slider")
    qtbot.wait(2 * REST_MS)
    assert made.selection.mask is before
    assert len(heard) == 1


def test_scores_of_the_other_class_are_other_rows(made, heard, qtbot) -> None:
    recipe = Range("@score", 0.8, None)
    made.selection.select(recipe, "test")
    qtbot.waitUntil(lambda: len(heard) == 1)
    made.decision.set(Decision(positive="good"), "test")
    assert len(heard) == 2
    np.testing.assert_array_equal(made.selection.mask, expected(made, recipe))


def test_undo_and_redo_bring_recipes_back(made, heard, qtbot) -> None:
    made.selection.select(A, "a")
    made.selection.select(B, "b")
    qtbot.waitUntil(lambda: len(heard) == 1)
    made.undo.undo()
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert (made.selection.recipe, heard[-1][2]) == (A, "undo")
    made.undo.undo()
    qtbot.waitUntil(lambda: len(heard) == 3)
    assert made.selection.mask is None
    made.undo.redo()
    made.undo.redo()
    qtbot.waitUntil(lambda: len(heard) == 4)
    assert made.selection.recipe == B


def test_clearing_is_one_undo_step_and_only_if_there_is_something(made) -> None:
    made.selection.clear()
    assert made.undo.count() == 0
    made.selection.select(A, "a")
    made.selection.clear("key")
    assert made.undo.count() == 2


def test_a_mask_of_other_rows_is_never_shown(made, heard, qtbot) -> None:
    made.selection.select(A, "a")
    qtbot.waitUntil(lambda: len(heard) == 1)
    cut = made.case.scores
    made.case.scores = msgspec.structs.replace(
        cut, truth=cut.truth[:10], labels=cut.labels[:10], score=cut.score[:10]
    )
    made.case.predictions_changed.emit()
    assert made.selection.mask is None
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert len(made.selection.mask) == 10 != N


def test_a_recipe_says_which_columns_it_reads() -> None:
    assert columns_of(combined(A, OLD, Mode.ADD)) == {"@truth", "age"}
