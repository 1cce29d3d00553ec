"""The model itself: a picture for each kind, its selection and the current row."""

from __future__ import annotations

import warnings
from functools import cache

import msgspec
import numpy as np
import pandas as pd
import pytest
from interpret.glassbox import ExplainableBoostingClassifier
from PySide6.QtCore import QPoint, Qt
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from engine.contracts.decision import Decision
from engine.contracts.requests import Run
from engine.contracts.selection import Rows
from gui.panels.glass_box.glass_box import GlassBoxPanel
from tests.gui.panels.small_case import HOMES, N, settle, small_case
from tests.support.in_process import explain, fitted_case

MODELS = {
    "weights": LogisticRegression(max_iter=2_000),
    "tree": DecisionTreeClassifier(max_depth=5, random_state=0),
    "forest": RandomForestClassifier(7, max_depth=4, random_state=0),
    "boosted": GradientBoostingClassifier(n_estimators=3, random_state=0),
    "closed": KNeighborsClassifier(),
}


@cache
def rows(kind=""):
    engine = small_case().engine
    frame = pd.DataFrame(
        {
            "age": engine.ages,
            "income": np.nan_to_num(engine.incomes, nan=100.0),
            "home": [HOMES[code] for code in engine.homes],
        }
    )
    noise = np.random.default_rng(0).normal(size=N)
    if kind == "boosted":
        age = frame["age"] + 5 * noise
        return frame, np.select([age < 35, age < 55], ["young", "middle"], "old")
    late = frame["age"] / 20 + 2 * (frame["home"] == "rent") + noise > 3
    return frame, np.where(late, "bad", "good")


@cache
def fitted(kind):
    frame, answer = rows(kind)
    if kind == "shapes":
        model = ExplainableBoostingClassifier(
            interactions=1, max_rounds=40, outer_bags=1, n_jobs=1
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return model.fit(frame, answer)
    encode = make_column_transformer(
        (OneHotEncoder(), ["home"]), remainder="passthrough"
    )
    return make_pipeline(encode, MODELS[kind]).fit(frame, answer)


@pytest.fixture
def opened(qtbot):
    def make(kind, row=None):
        case = small_case()
        before = case.engine.store.answers[Run]

        def run(request):
            if request.analysis != "glass_box":
                return before(request)
            inputs = fitted_case(
                fitted(kind),
                rows()[0],
                row=request.row,
                decision=Decision(positive="bad"),
            )
            return explain(inputs, "glass_box", **request.params)

        case.engine.store.answers[Run] = run
        case.case.set_current_row(row)
        panel = GlassBoxPanel(case.context)
        qtbot.addWidget(panel)
        panel.resize(640, 620)
        panel.show()
        settle(case)
        return case, panel

    return make


def asked(case):
    return [r for r in case.engine.asked_for(Run) if r.analysis == "glass_box"]


def spot(panel, node):
    return panel.tree.plot.box(node).center().toPoint()


def test_weights_are_bars_and_a_table_with_what_they_multiply(opened):
    _, panel = opened("weights")
    assert panel.pages.currentWidget() is panel.weights
    assert "The model is a weighted sum of 3 inputs" in panel.reading()
    header, table = panel.as_table()
    assert header[-1] == "multiplies by"
    assert table[0][0] == "intercept"
    assert {"age", "income", "home = rent"} <= {line[0] for line in table}
    assert all(len(line) == len(header) for line in table)
    assert not panel.grab().isNull()


def test_weights_of_a_unit_stand_in_another_order(opened):
    _, panel = opened("weights")
    first = [rank.name for rank in panel.weights.ranking._ranks]
    panel.weights.scale._buttons["unit"].click()
    second = panel.weights.ranking._ranks
    assert [rank.name for rank in second] != first
    assert all("×" in rank.text for rank in second)


def test_a_tree_is_drawn_a_few_levels_deep(opened):
    _, panel = opened("tree", row=3)
    plot = panel.tree.plot
    assert panel.pages.currentWidget() is panel.tree
    assert not panel.part.isVisibleTo(panel)
    shown = len(plot.shown)
    assert max(level for *_, level in plot._boxes.values()) == 3
    panel.tree.levels.setValue(5)
    assert len(plot.shown) > shown
    assert len(plot.shown) == 2 * fitted("tree")[-1].get_n_leaves() - 1
    assert not panel.grab().isNull()


def test_boxes_of_a_level_stand_apart(opened):
    _, panel = opened("tree")
    panel.tree.levels.setValue(4)
    plot = panel.tree.plot
    boxes = [plot.box(node) for node in plot.shown]
    for place, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[place + 1 :])


def test_a_click_on_a_node_selects_the_rows_that_reach_it(opened, qtbot):
    case, panel = opened("tree")
    node = int(panel._shown.body.tree.right[0])
    qtbot.mouseClick(panel.tree.plot, Qt.MouseButton.LeftButton, pos=spot(panel, node))
    settle(case)
    tree = panel._shown.body.tree
    expected = np.flatnonzero(tree.below(node)[tree.ends])
    assert case.selection.recipe == Rows(tuple(expected.tolist()))
    assert tree.n_rows[node] == len(expected)
    shares = panel.tree.plot._selected
    assert shares[node] == 1.0
    assert shares[int(tree.left[0])] == 0.0
    assert shares[0] == pytest.approx(len(expected) / N)


def test_a_double_click_puts_a_node_at_the_top_and_a_button_leads_back(opened, qtbot):
    _, panel = opened("tree")
    plot = panel.tree.plot
    node = next(n for n in plot.shown if n and plot._nodes[n].left >= 0)
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=spot(panel, node))
    assert plot.top == node
    assert 0 not in plot.shown
    assert panel.tree.up.isVisibleTo(panel)
    panel.tree.up.click()
    assert plot.top == 0
    assert not panel.tree.up.isVisibleTo(panel)


def test_keys_walk_the_tree_and_select(opened, qtbot):
    case, panel = opened("tree")
    plot, tree = panel.tree.plot, panel._shown.body.tree
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(plot, key)
    assert plot.focused == tree.right[0]
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    settle(case)
    assert case.selection.n_selected == tree.n_rows[tree.right[0]]
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.top == tree.right[0]
    qtbot.keyClick(plot, Qt.Key.Key_Backspace)
    assert plot.top == 0


def test_the_current_rows_way_is_marked_without_a_question(opened):
    case, panel = opened("tree", row=3)
    n = len(asked(case))
    assert "The selected row reaches the leaf" in panel.reading()
    before = panel.tree.plot._path
    other = int(np.flatnonzero(rows()[0]["age"].to_numpy() > 65)[0])
    case.case.set_current_row(other)
    settle(case)
    tree = panel._shown.body.tree
    assert panel.tree.plot._path == frozenset(tree.way_to(int(tree.ends[other])))
    assert panel.tree.plot._path != before
    case.case.set_current_row(None)
    assert panel.tree.plot._path == frozenset()
    assert "The current row" not in panel.reading()
    assert len(asked(case)) == n


def test_rules_select_too(opened):
    case, panel = opened("tree")
    panel.tree.view._buttons["rules"].click()
    header, table = panel.as_table()
    assert header == ["rows", "prediction", "rule"]
    assert sum(int(line[0]) for line in table) == N
    assert len(table) == fitted("tree")[-1].get_n_leaves()
    panel.tree.table.chosen.emit(0, Qt.KeyboardModifier.NoModifier)
    settle(case)
    assert case.selection.n_selected == int(table[0][0])


def test_a_forest_says_what_its_trees_use_and_shows_any_of_them(opened):
    case, panel = opened("forest")
    assert panel.pages.currentWidget() is panel.use
    assert not panel.number.isVisibleTo(panel)
    header, table = panel.as_table()
    assert header[0] == "feature"
    assert {line[0] for line in table} == {"age", "income", "home"}
    panel.part._buttons["tree"].click()
    assert panel.pages.currentWidget() is panel.tree
    assert panel.number.isVisibleTo(panel)
    panel.number.setValue(4)
    settle(case)
    assert asked(case)[-1].params == {"tree": 3}
    assert panel._shown.body.tree.number == 3
    assert panel.number.suffix() == " of 7"
    assert not panel.grab().isNull()


def test_a_tree_that_adds_to_one_class_speaks_of_that_class(opened):
    case, panel = opened("boosted", row=3)
    panel.part._buttons["tree"].click()
    for number in (1, 2, 3):
        panel.number.setValue(number)
        settle(case)
        name = panel._shown.outputs[number - 1]
        assert panel.output.currentText() == name
        assert "There the tree adds" in panel.words.text()
        assert f"for {name}" in panel.words.text()
        assert not panel.output.isVisibleTo(panel)


def test_a_sample_is_said_where_a_click_selects_among_it(opened):
    _, panel = opened("tree")
    assert "a click selects among them" not in panel.words.text()
    shown = panel._shown
    badge = msgspec.structs.replace(shown.provenance, n_total=5_000)
    panel.show_result(msgspec.structs.replace(shown, provenance=badge))
    assert "400 of 5,000 rows were passed through the tree" in panel.words.text()


def test_use_by_splits_are_whole_numbers(opened):
    _, panel = opened("forest")
    panel.use.measure._buttons["splits"].click()
    figures = [rank.parts[0] for rank in panel.use.ranking._ranks]
    assert figures == sorted(figures, reverse=True)
    assert sum(figures) == panel._shown.body.splits.sum()


def test_shapes_are_chosen_among_bars(opened):
    _, panel = opened("shapes", row=3)
    view = panel.shapes
    assert panel.pages.currentWidget() is view
    shapes = panel._shown.body.shapes
    for place, shape in enumerate(shapes):
        view.ranking._choose(place)
        pair = len(shape.features) == 2
        assert view.pages.currentWidget() is (view.surface if pair else view.curve)
        header, table = panel.as_table()
        assert header[-2:] == ["term", "rows"]
        assert len(table) == shape.counts.size
        assert not panel.grab().isNull()
    assert panel.words.text()


def test_a_step_is_drawn_from_its_beginning_to_its_end(opened):
    _, panel = opened("shapes", row=3)
    shapes = panel._shown.body.shapes
    place = next(i for i, s in enumerate(shapes) if s.features == (0,))
    panel.shapes.ranking._choose(place)
    curve, shape = panel.shapes.curve, shapes[place]
    np.testing.assert_array_equal(curve._x[::2], shape.edges[0][:-1])
    np.testing.assert_array_equal(curve._x[1::2], shape.edges[0][1:])
    np.testing.assert_array_equal(curve._middle[::2], shape.values[:, 0])
    assert curve._current == rows()[0]["age"][3]


def test_the_chosen_shape_stays_when_the_row_moves(opened, qtbot):
    case, panel = opened("shapes", row=3)
    panel.shapes.ranking._choose(2)
    name = panel.shapes._name
    n = len(asked(case))
    case.case.set_current_row(9)
    qtbot.wait(200)  # until the hand rests
    settle(case)
    assert len(asked(case)) == n + 1
    assert panel.shapes._name == name
    assert panel.shapes.ranking._current == 2


def test_a_closed_model_says_why_and_what_to_look_at(opened):
    _, panel = opened("closed")
    assert panel.pages.currentWidget() is panel.closed
    assert "The structure of this model cannot be shown" in panel.reading()
    assert "SHAP values" in panel.closed.text()
    assert panel.as_table() == ([], [])


def test_a_tip_says_the_whole_rule(opened):
    _, panel = opened("tree")
    plot, tree = panel.tree.plot, panel._shown.body.tree
    leaf = int(np.flatnonzero(tree.left < 0)[0])
    tip = plot._nodes[leaf].tip
    assert f"training weight {int(tree.cover[leaf])}" in tip
    assert f"of it bad {round(tree.values[leaf, 0] * tree.cover[leaf])}" in tip
    assert plot.node_at(spot(panel, 0)) == 0
    assert plot.node_at(QPoint(-5, -5)) is None
