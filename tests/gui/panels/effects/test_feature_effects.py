"""The answer along a feature: pictures, choices, the selection and the current row."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from engine import analysis
from engine.contracts.errors import ErrorInfo
from engine.contracts.progress import SILENT
from engine.contracts.requests import Run
from engine.contracts.selection import Rows
from gui.panels.effects.feature_effects import DependencePanel
from tests.gui.panels.small_case import HOMES, N, settle, small_case
from tests.support.explained import case as explained_case
from tests.support.explained import matrix


def answer(table):
    age = table.column("age").to_numpy() / 70
    rent = np.array([home == "rent" for home in table.column("home").to_pylist()])
    return 0.1 + 0.4 * age * rent + 0.3 * matrix(table.select(["price"]))[:, 0]


def computed(engine, request):
    """What the real analysis says of the rows of the small case."""
    rng = np.random.default_rng(0)
    columns = {
        "age": engine.ages,
        "home": [HOMES[code] for code in engine.homes],
        "price": rng.random(N),
    }
    mask = None
    if request.selection is not None:
        mask = engine._mask(request.selection, request.decision)
    inputs, _ = explained_case(
        columns, answer, classes=("good", "bad"), mask=mask, row=request.row
    )
    found = analysis.load(request.analysis)
    return found.run(inputs, found.Params(**request.params), SILENT)


@pytest.fixture
def made(qtbot):
    case = small_case()
    engine, before = case.engine, case.engine.store.answers[Run]

    def run(request):
        if request.analysis not in ("dependence", "ale"):
            return before(request)
        return computed(engine, request)

    case.engine.store.answers[Run] = run
    panel = DependencePanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(640, 520)
    panel.show()
    settle(case)
    return case, panel


def asked(case):
    kinds = ("dependence", "ale")
    return [r for r in case.engine.asked_for(Run) if r.analysis in kinds]


def look(case, panel, key):
    panel.view._buttons[key].click()
    settle(case)


def choose(case, panel, first, second=""):
    panel.choice.choose(first, second)
    settle(case)


def test_the_engine_says_which_feature_is_shown_first(made):
    case, panel = made
    assert asked(case)[0].params == {"first": "", "second": "", "output": "auto"}
    assert panel.choice.first.currentText() == "price"
    assert "If all 400 rows had the same price" in panel.reading()
    assert not panel.grab().isNull()
    assert panel.curve._up == "the prediction for bad, in probability"


def test_answers_are_shown_in_margins_where_that_is_wanted(made):
    case, panel = made
    assert panel.choice.space.isVisible()
    panel.choice.space.setCurrentIndex(1)
    panel.choice.space.activated.emit(1)
    settle(case)
    assert asked(case)[-1].params["output"] == "margin"
    assert panel._shown.space == "margin"
    assert "the model output (margin) for bad" in panel.reading()


def test_lines_of_rows_need_no_new_question(made):
    case, panel = made
    n = len(asked(case))
    look(case, panel, "lines")
    assert len(asked(case)) == n
    assert "250 of 400 rows are drawn" in panel.words.text()
    assert panel.curve.n_shown == 250
    assert not panel.grab().isNull()


def test_centred_lines_start_together(made):
    case, panel = made
    look(case, panel, "lines")
    panel.centred.setChecked(True)
    assert np.array_equal(panel.curve._lines[:, 0], np.zeros(N))
    assert panel.curve._middle[0] == 0


def test_a_brush_over_lines_selects_their_rows(made, qtbot):
    case, panel = made
    choose(case, panel, "age")
    look(case, panel, "lines")
    axes = panel.curve.axes
    lines = panel.curve._lines
    top = float(np.quantile(lines[:, -1], 0.9))
    x = panel.curve._x
    first = axes.point(float(x[-2]), axes.top).toPoint()
    last = axes.point(float(x[-1]), top).toPoint()
    drag(qtbot, panel.curve, first, last)
    settle(case)
    assert isinstance(case.selection.recipe, Rows)
    low = axes.value_y(last.y())
    expected = np.flatnonzero(lines[:, -2:].max(axis=1) >= low)
    assert list(case.selection.recipe.indices) == expected.tolist()


def drag(qtbot, plot, first, last):
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=first)
    qtbot.mouseMove(plot, (first + last) / 2)
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=last)


def test_a_click_on_a_line_makes_its_row_current(made, qtbot):
    case, panel = made
    look(case, panel, "lines")
    line = panel.curve._lines[0]
    spot = panel.curve.axes.point(float(panel.curve._x[3]), float(line[3])).toPoint()
    qtbot.mouseClick(panel.curve, Qt.MouseButton.LeftButton, pos=spot)
    assert case.case.current_row is not None
    near = panel.curve._lines[case.case.current_row][3]
    assert near == pytest.approx(line[3], abs=0.02)


def test_the_current_row_is_marked_without_a_question(made):
    case, panel = made
    choose(case, panel, "age")
    n = len(asked(case))
    case.case.set_current_row(17)
    settle(case)
    assert len(asked(case)) == n
    assert panel.curve._current == case.engine.ages[17]
    assert f"Row 17: age = {case.engine.ages[17]:.0f}" in panel.words.text()
    look(case, panel, "lines")
    assert np.array_equal(panel.curve._own, panel.curve._lines[17])
    assert not panel.grab().isNull()


def test_a_row_that_was_not_looked_at_is_asked_for(made, qtbot):
    case, panel = made
    case.selection.select(Rows((3, 5, 8)), "test")
    settle(case)
    panel.within.setChecked(True)
    settle(case)
    assert panel.result.provenance.n_used == 3
    case.case.set_current_row(17)
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)
    assert asked(case)[-1].row == 17
    assert panel.curve._current is not None


def test_selected_rows_alone_follow_the_selection(made, qtbot):
    case, panel = made
    case.selection.select(Rows(tuple(range(50))), "test")
    settle(case)
    assert panel.result.provenance.n_used == N
    panel.within.setChecked(True)
    settle(case)
    assert panel.result.provenance.n_used == 50
    assert "50 of 400" in panel.reading()
    case.selection.select(Rows(tuple(range(80))), "test")
    settle(case)
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)
    assert panel.result.provenance.n_used == 80


def test_small_steps_are_asked_of_the_other_analysis(made):
    case, panel = made
    choose(case, panel, "home")
    look(case, panel, "steps")
    assert asked(case)[-1].analysis == "ale"
    assert panel.as_table()[0] == ["home", "effect", "lower limit", "upper limit"]
    assert "ALE of home" in panel.reading()
    assert not panel.grab().isNull()


def test_two_features_are_a_surface(made):
    case, panel = made
    choose(case, panel, "age", "home")
    look(case, panel, "two")
    assert asked(case)[-1].params == {
        "first": "age",
        "second": "home",
        "output": "auto",
    }
    assert panel.pages.currentWidget() is panel.surface
    assert panel.as_table()[0] == ["age", "home", "mean"]
    assert len(panel.as_table()[1]) == 12 * 3
    case.case.set_current_row(17)
    assert panel.surface._current == (case.engine.ages[17], case.engine.homes[17])
    assert not panel.grab().isNull()
    look(case, panel, "mean")
    assert panel.pages.currentWidget() is panel.curve
    assert panel.choice.names == ("age", "home")


def test_beyond_each_shows_cells_without_rows(made):
    case, panel = made
    choose(case, panel, "age", "price")
    look(case, panel, "beyond")
    assert asked(case)[-1].analysis == "ale"
    assert panel.surface._signed
    assert panel.result.within.all()
    assert "Hatched" not in panel.words.text()
    case.selection.select(Rows(tuple(range(12))), "test")
    settle(case)
    panel.within.setChecked(True)
    settle(case)
    assert not panel.result.within.all()
    assert "Hatched: no rows there." in panel.words.text()
    assert panel.as_table()[0] == ["age", "price", "effect", "rows"]
    assert not panel.grab().isNull()


def test_what_cannot_be_had_is_said_and_the_picture_stays(made):
    case, panel = made
    choose(case, panel, "age", "home")
    look(case, panel, "two")
    panel.view.choose("beyond")
    code = "explain.pair_of_labels"
    assert panel.tells(ErrorInfo(code=code, params={"name": "home"}))
    assert panel.view.key == "two"
    assert "“home” too" in panel.words.text()


def test_beyond_each_has_a_row_of_cells_for_every_label(made):
    case, panel = made
    choose(case, panel, "age", "home")
    look(case, panel, "beyond")
    result = panel.result
    assert panel.surface._values.shape == (len(result.axes[0].values) - 1, 3)
    header, cells = panel.as_table()
    assert header == ["age", "home", "effect", "rows"]
    assert {cell[1] for cell in cells} == set(HOMES)
    assert sum(int(cell[3]) for cell in cells) == N
    case.case.set_current_row(17)
    label = result.axes[1].labels[int(panel.surface._current[1])]
    assert label == HOMES[case.engine.homes[17]]
    assert not panel.grab().isNull()


def test_the_same_feature_twice_changes_places(made):
    case, panel = made
    choose(case, panel, "age", "home")
    panel.choice.second.setCurrentText("age")
    panel.choice.second.activated.emit(0)
    settle(case)
    assert panel.choice.names == ("age", "home")
    panel.choice.first.setCurrentText("home")
    panel.choice.first.activated.emit(0)
    settle(case)
    assert panel.choice.names == ("home", "age")


def test_other_predictions_forget_the_feature(made):
    case, panel = made
    choose(case, panel, "age")
    case.case.predictions_changed.emit()
    settle(case)
    assert asked(case)[-1].params["first"] == ""


def test_tips_say_the_figure_and_its_interval(made):
    case, panel = made
    choose(case, panel, "home")
    assert panel._curve_tip(2).startswith("home = rent: 0.")
    look(case, panel, "two")
    panel.surface.resize(400, 300)
    cell = panel.surface.cell_at(panel.surface.axes.area.center())
    assert panel._cell_tip(*cell).startswith("home = ")
    assert panel.surface.cell_at(QPoint(0, 0).toPointF()) is None
