"""A local line in the window: conditions, random rows, settings, all rows."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from engine import analysis
from engine.contracts.model import Task
from engine.contracts.progress import SILENT
from engine.contracts.requests import Run
from engine.contracts.selection import Range, Rows, Values
from gui.panels.lime.lime import LimePanel
from tests.gui.panels.small_case import HOMES, N, settle, small_case
from tests.support.explained import case as explained_case


def of_age(table):
    age = table.column("age").to_numpy()
    rent = np.array([home == "rent" for home in table.column("home").to_pylist()])
    return 0.1 + 0.5 * (age > 45) + 0.2 * rent


def noise(table):
    return np.random.default_rng(table.num_rows).random(table.num_rows)


class Engine:
    """Answers the panel's questions with the real analysis."""

    def __init__(self, small, answer=of_age):
        self.small, self.answer = small, answer
        self.classes = {"classes": ("good", "bad")}

    def __call__(self, request):
        columns = {
            "age": self.small.ages,
            "home": [HOMES[code] for code in self.small.homes],
        }
        inputs, _ = explained_case(
            columns, self.answer, row=request.row, **self.classes
        )
        found = analysis.load("lime")
        params = {**request.params, "num_samples": 400}
        return found.run(inputs, found.Params(**params), SILENT)


@pytest.fixture
def made(qtbot):
    case = small_case()
    before = case.engine.store.answers[Run]
    real = Engine(case.engine)
    case.engine.store.answers[Run] = lambda request: (
        real(request) if request.analysis == "lime" else before(request)
    )
    panel = LimePanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(640, 520)
    panel.show()
    settle(case)
    return case, panel, real


def explain(case, panel, row, qtbot):
    case.context.case.set_current_row(row)
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)


def look(case, panel, key):
    panel.view._buttons[key].click()
    settle(case)


def asked(case):
    return [r for r in case.engine.asked_for(Run) if r.analysis == "lime"]


def test_without_a_current_row_it_says_how_to_get_one(made):
    case, panel, _ = made
    assert asked(case) == []
    assert panel.about.wanted
    assert panel.about.said.text() == "No row selected."
    assert panel.reading() == ""
    assert panel.as_table()[1] == []
    assert not panel.grab().isNull()


def test_until_its_answer_comes_a_row_is_said_to_be_explained(made):
    case, panel, _ = made
    case.context.case.set_current_row(4)
    panel._ask_now()
    assert panel.about.said.text() == "Row 4 is being explained."
    settle(case)
    assert not panel.about.wanted


def test_conditions_of_the_current_row_stand_beside_their_weights(made, qtbot):
    case, panel, _ = made
    explain(case, panel, 4, qtbot)
    first = panel.conditions._ranks[0]
    assert first.name.startswith("age") or "age" in first.name
    assert first.low < first.value < first.high
    assert "contribute most to the predicted probability of bad" in panel.reading()
    assert "Intercept" in panel.words.text()
    assert not panel.grab().isNull()


def test_a_click_on_a_condition_selects_the_rows_that_meet_it(made, qtbot):
    case, panel, _ = made
    explain(case, panel, 4, qtbot)
    terms = panel._one.terms
    kinds = {}
    for place, term in enumerate(terms):
        panel.conditions.chosen.emit(place)
        recipe = case.context.selection.recipe
        kinds[panel._one.feature_names[term.feature]] = type(recipe)
        assert recipe.column == panel._one.feature_names[term.feature]
        assert case.engine._mask(recipe, case.context.decision.decision)[4]
    assert kinds == {"age": Range, "home": Values}


def test_another_row_is_explained_when_it_becomes_current(made, qtbot):
    case, panel, _ = made
    explain(case, panel, 4, qtbot)
    explain(case, panel, 9, qtbot)
    assert [request.row for request in asked(case)] == [4, 9]
    assert "Row 9" in panel.reading()


def test_more_random_rows_are_a_new_question_when_the_hand_rests(made, qtbot):
    case, panel, _ = made
    explain(case, panel, 4, qtbot)
    panel.samples.setValue(2_000)
    panel.features.setValue(3)
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)
    assert len(asked(case)) == 2
    assert asked(case)[-1].params["num_samples"] == 2_000
    assert asked(case)[-1].params["num_features"] == 3


def test_pictures_of_one_row_need_no_new_question(made, qtbot):
    case, panel, _ = made
    explain(case, panel, 4, qtbot)
    for key in ("fit", "near", "settings", "bars"):
        look(case, panel, key)
        assert panel.words.text()
        assert panel.as_table()[1]
        assert not panel.grab().isNull()
    assert len(asked(case)) == 1


def test_random_rows_are_listed_nearest_first(made, qtbot):
    case, panel, _ = made
    explain(case, panel, 4, qtbot)
    look(case, panel, "near")
    model = panel.near
    weights = [float(model.text(r, 0)) for r in range(model.rowCount())]
    assert weights == sorted(weights, reverse=True)
    assert model.columnCount() == 5
    assert "bold: values that differ" in panel.words.text()


def test_a_setting_is_used_by_a_click(made, qtbot):
    case, panel, _ = made
    explain(case, panel, 4, qtbot)
    look(case, panel, "settings")
    box = panel.settings.cell(0, 1)
    qtbot.mouseClick(
        panel.settings, Qt.MouseButton.LeftButton, pos=box.center().toPoint()
    )
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)
    tried = panel._one.settings
    used = asked(case)[-1].params
    assert used["kernel_width"] == pytest.approx(0.25 * 0.75 * np.sqrt(2))
    assert used["num_samples"] == panel.samples.value()
    assert tried is not None


def test_settings_can_be_reached_by_keys(made, qtbot):
    case, panel, _ = made
    explain(case, panel, 4, qtbot)
    look(case, panel, "settings")
    chosen = []
    panel.settings.chosen.connect(lambda a, b: chosen.append((a, b)))
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Return):
        qtbot.keyClick(panel.settings, key)
    a, b = panel.settings._used
    assert chosen == [(a - 1, b - 1)]


def test_all_rows_show_where_a_line_fits(made, qtbot):
    case, panel, _ = made
    look(case, panel, "all")
    assert asked(case)[-1].params["scope"] == "all"
    assert len(panel.every.shown.row_ids) == N
    assert "Around 400 of 400 rows" in panel.reading()
    assert not panel.grab().isNull()


def test_a_click_among_all_rows_makes_one_current_and_asks_nothing(made, qtbot):
    case, panel, _ = made
    look(case, panel, "all")
    n = len(asked(case))
    panel.every.clicked.emit(17)
    settle(case)
    assert case.context.case.current_row == 17
    assert len(asked(case)) == n
    look(case, panel, "bars")
    assert asked(case)[-1].row == 17


def test_a_brush_among_all_rows_selects_them(made):
    case, panel, _ = made
    look(case, panel, "all")
    area = panel.every.axes.area
    panel.every.select_area(area, Qt.KeyboardModifier.NoModifier)
    recipe = case.context.selection.recipe
    assert isinstance(recipe, Rows)
    assert len(recipe.indices) == N
    assert panel.every.point_at(QPointF(-50, -50)) is None


def test_a_line_that_is_not_to_be_used_is_said_in_colour(made, qtbot):
    case, panel, real = made
    real.answer = noise
    explain(case, panel, 4, qtbot)
    assert panel._one.verdict == "unusable"
    assert '<b style="color: ' in panel.reading()
    assert "Do not use this explanation." in panel.reading()


def test_every_class_of_several_has_its_answer_and_can_be_explained(made, qtbot):
    case, panel, real = made
    real.classes = {"classes": ("low", "middle", "high"), "task": Task.MULTICLASS}

    def answer(table):
        high = of_age(table)
        return np.column_stack([1 - high, high * 0.3, high * 0.7])

    real.answer = answer
    explain(case, panel, 4, qtbot)
    assert "Predictions of the model: " in panel.words.text()
    assert panel.output.isVisible()
    assert [panel.output.itemText(i) for i in range(3)] == ["low", "middle", "high"]
    explain(case, panel, 9, qtbot)
    assert asked(case)[-1].params["output"] == ""  # of each row the likeliest
    panel.output.activated.emit(1)
    settle(case)
    assert asked(case)[-1].params["output"] == "middle"
    assert panel.output.currentText() == "middle"
    assert "probability of middle" in panel.reading()
    explain(case, panel, 4, qtbot)
    assert asked(case)[-1].params["output"] == "middle"  # until another is chosen
