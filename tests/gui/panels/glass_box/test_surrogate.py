"""A small tree in the model's place: asked for, drawn, selecting rows."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from sklearn.ensemble import RandomForestClassifier

from engine.contracts.model import Capability
from engine.contracts.requests import Run
from engine.contracts.selection import Rows
from gui.panels.glass_box.surrogate import SurrogatePanel
from tests.gui.panels.small_case import N, settle, small_case
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, three, two

FRAME = numbers()


def asked(case):
    return [r for r in case.engine.asked_for(Run) if r.analysis == "surrogate"]


@pytest.fixture
def opened(qtbot):
    def make(answer=two, capabilities=(Capability.TREE_ENSEMBLE,)):
        model = RandomForestClassifier(5, max_depth=4, random_state=0)
        model.fit(FRAME, answer(FRAME))
        case = small_case()
        before = case.engine.store.answers[Run]

        def run(request):
            if request.analysis != "surrogate":
                return before(request)
            # the small case's positive class is none of this model's
            decision = msgspec.structs.replace(request.decision, positive="")
            inputs = fitted_case(model, FRAME, row=request.row, decision=decision)
            return explain(inputs, "surrogate", **request.params)

        case.engine.store.answers[Run] = run
        info = fitted_case(model, FRAME).matched.info
        case.case.model = msgspec.structs.replace(info, capabilities=capabilities)
        panel = SurrogatePanel(case.context)
        qtbot.addWidget(panel)
        panel.resize(640, 600)
        panel.show()
        settle(case)
        return case, panel

    return make


def test_says_first_how_far_it_follows_the_model(opened):
    _, panel = opened()
    assert "on 120 held-out rows: fidelity R² " in panel.reading()
    assert "a constant decision would agree on" in panel.reading()
    assert panel.badge_text().startswith("computed on 400 of 400 rows")
    assert not panel.grab().isNull()


def test_the_whole_tree_is_drawn(opened):
    case, panel = opened()
    tree = panel._shown.tree
    assert sorted(panel.tree.plot.shown) == list(range(len(tree.left)))
    panel.questions.setValue(5)
    settle(case)
    assert asked(case)[-1].params == {"depth": 5}
    deeper = panel._shown.tree
    assert len(deeper.left) > len(tree.left)
    assert sorted(panel.tree.plot.shown) == list(range(len(deeper.left)))
    assert not panel.tree.levels.isVisibleTo(panel)


def test_a_class_named_by_a_figure_is_not_taken_for_one(opened):
    _, panel = opened(lambda frame: np.where(two(frame) == "yes", "1", "0"))
    told = [line for node in panel.tree.plot._nodes for line in node.lines]
    assert any(line.startswith("‘1’ ") for line in told)
    assert "predicted probability of ‘1’" in panel.reading()


def test_a_node_selects_its_rows(opened):
    case, panel = opened()
    node = int(panel._shown.tree.left[0])
    panel.tree.plot.clicked.emit(node, Qt.KeyboardModifier.NoModifier)
    settle(case)
    tree = panel._shown.tree
    expected = np.flatnonzero(tree.below(node)[tree.ends])
    assert case.selection.recipe == Rows(tuple(expected.tolist()))
    assert panel.tree.plot._selected[node] == 1.0


def test_the_current_row_is_told_and_its_way_marked(opened, qtbot):
    case, panel = opened()
    assert "the current row" not in panel.reading()
    case.case.set_current_row(9)
    qtbot.wait(200)  # until the hand rests
    settle(case)
    assert "For the selected row the model predicts" in panel.reading()
    assert panel.tree.plot._path == frozenset(panel._shown.tree.path.tolist())
    assert len(panel.tree.plot._path) > 1


def test_the_decision_is_followed(opened, qtbot):
    case, panel = opened()
    before = panel._shown.same_for_all
    changed = msgspec.structs.replace(case.decision.decision, threshold=0.05)
    case.decision.replace(changed)
    qtbot.wait(200)
    settle(case)
    assert asked(case)[-1].decision.threshold == 0.05
    assert panel._shown.same_for_all != before


def test_a_model_that_can_be_read_gets_a_tree_on_request_alone(opened):
    case, panel = opened(capabilities=(Capability.LINEAR,))
    assert not asked(case)
    assert panel.pages.currentWidget() is panel.offer
    assert panel.as_table() == ([], [])
    panel.anyway.click()
    settle(case)
    assert len(asked(case)) == 1
    assert panel.pages.currentWidget() is panel.tree


def test_classes_are_chosen_for_the_reading(opened):
    _, panel = opened(three)
    assert panel.output.isVisibleTo(panel)
    first = panel.reading()
    panel.output.setCurrentIndex(2)
    panel.output.activated.emit(2)
    assert panel.reading() != first
    assert "predicted probability of ‘2’" in panel.reading()
    header, table = panel.as_table()
    assert header == ["rows", "prediction", "rule"]
    assert sum(int(line[0]) for line in table) == N
