"""One decision, one signal, and undo steps a person would expect."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QUndoStack

from engine.contracts.decision import Decision
from gui.services.decision import DecisionModel


@pytest.fixture
def stack(qapp):
    return QUndoStack()


@pytest.fixture
def model(stack):
    return DecisionModel(stack)


def at(threshold: float) -> Decision:
    return Decision(positive="bad", threshold=threshold)


def test_a_drag_is_one_undo_step_and_many_signals(model, stack) -> None:
    heard = []
    model.changed.connect(lambda *change: heard.append(change))
    for step in range(1, 6):
        model.drag(at(step / 10), "slider")
    assert stack.count() == 1
    assert [new.threshold for _, new, _ in heard] == [0.1, 0.2, 0.3, 0.4, 0.5]
    stack.undo()
    assert model.decision == Decision()
    stack.redo()
    assert model.decision == at(0.5)
    assert [origin for *_, origin in heard[-2:]] == ["undo", "undo"]


def test_two_drags_are_two_undo_steps(model, stack) -> None:
    model.drag(at(0.1), "slider")
    model.end_drag()
    model.drag(at(0.2), "slider")
    assert stack.count() == 2


def test_a_choice_after_a_drag_is_a_step_of_its_own(model, stack) -> None:
    model.drag(at(0.1), "slider")
    model.set(at(0.2), "best f1")
    model.drag(at(0.3), "slider")
    assert stack.count() == 3
    stack.undo()
    assert model.decision == at(0.2)


def test_the_same_decision_again_is_no_change(model, stack, qtbot) -> None:
    with qtbot.assertNotEmitted(model.changed):
        model.set(Decision(), "slider")
    assert stack.count() == 0


def test_a_restored_decision_cannot_be_undone(model, stack, qtbot) -> None:
    with qtbot.waitSignal(model.changed):
        model.replace(at(0.7))
    assert stack.count() == 0
