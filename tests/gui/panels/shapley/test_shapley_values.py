from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from engine.contracts.dataset import Part
from engine.contracts.errors import ErrorInfo
from engine.contracts.provenance import Provenance
from engine.contracts.requests import Run
from engine.contracts.results import Background, Shapley
from engine.contracts.selection import Range, Rows
from gui.panels.shapley import dependence_plot as dependence
from gui.panels.shapley.shapley_values import ContributionsPanel
from tests.gui.panels.small_case import N, settle, small_case


def of_three_classes():
    """Return contributions to three answers; likeliest is a row's number mod 3."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(N, 3, 3)) * 0.1
    answers = np.full((N, 3), 0.2)
    answers[np.arange(N), np.arange(N) % 3] = 0.6
    size = np.abs(values).mean(axis=0)
    return msgspec.structs.replace(
        explained(),
        values=values,
        base_values=np.full(3, 1 / 3),
        predictions=answers,
        outputs=("low", "middle", "high"),
        importance=size,
        importance_low=size * 0.9,
        importance_high=size * 1.1,
    )


def explained(n=N):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(n, 3)) * [0.1, 0.3, 0.02]
    size = np.abs(values).mean(axis=0)[:, None]
    return Shapley(
        values=values,
        base_values=np.array([0.3]),
        predictions=0.3 + values.sum(axis=1, keepdims=True),
        data=np.column_stack([np.arange(n), rng.integers(0, 2, n), np.full(n, np.nan)]),
        categories=((), ("own", "rent"), ()),
        feature_names=("age", "home", "income"),
        outputs=("bad",),
        row_ids=np.arange(n),
        method="trees",
        variant="interventional",
        space="probability",
        background=Background(part=Part.EVALUATION, rows=np.arange(5), chosen="sample"),
        importance=size,
        importance_low=size * 0.9,
        importance_high=size * 1.1,
        additivity_error=1e-15,
        n_wanted=n,
        provenance=Provenance(n_used=n, n_total=N, method="shapley_trees"),
    )


@pytest.fixture
def made(qtbot):
    case = small_case()
    before = case.engine.store.answers[Run]
    case.engine.store.answers[Run] = lambda request: (
        explained() if request.analysis == "shapley" else before(request)
    )
    panel = ContributionsPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(640, 640)
    panel.show()
    settle(case)
    return case, panel


def test_features_stand_in_the_order_of_their_importance(made):
    _, panel = made
    assert [rank.name for rank in panel.importance.bars._ranks] == [
        "home",
        "age",
        "income",
    ]
    assert panel.reading().startswith(
        "home contributes most to the predicted probability of bad"
    )
    assert [row[0] for row in panel.as_table()[1]] == ["home", "age", "income"]


def test_a_click_on_a_point_makes_its_row_current_and_explains_it(made, qtbot):
    case, panel = made
    panel.view._buttons["swarm"].click()
    row = int(np.argmax(panel.shown.values[:, 1]))
    strip = panel.swarm.swarm._strips[0]
    across, down = panel.swarm.swarm._places(panel.swarm.swarm.axes, 0, strip)
    spot = QPointF(across[row], down[row]).toPoint()
    qtbot.mouseClick(panel.swarm.swarm, Qt.MouseButton.LeftButton, pos=spot)
    assert case.context.case.current_row == row
    panel.view._buttons["row"].click()
    steps = {step.name: step for step in panel.row.fall.shown}
    assert steps["home"].contribution == panel.shown.values[row, 1]
    assert steps["home"].value in ("own", "rent")
    assert steps["income"].value == "missing"
    assert panel.reading().startswith("The model predicts ")


def test_brushed_points_become_the_selection(made):
    case, panel = made
    panel.swarm.swarm.brushed.emit(np.array([3, 5]), Qt.KeyboardModifier.NoModifier)
    assert case.context.selection.recipe == Rows((3, 5))


def test_selected_rows_stand_beside_all(made):
    case, panel = made
    case.context.selection.select(Rows((3, 5)), "test")
    settle(case)
    expected = np.abs(panel.shown.values[[3, 5], 1]).mean()
    assert panel.importance.bars._ranks[0].other == pytest.approx(expected)
    case.context.selection.clear()
    settle(case)
    assert panel.importance.bars._ranks[0].other is None


def test_every_picture_has_a_table_and_a_drawing(made):
    case, panel = made
    case.context.case.set_current_row(3)
    for key, button in panel.view._buttons.items():
        button.click()
        QApplication.processEvents()
        header, rows = panel.as_table()
        assert rows, key
        assert {len(row) for row in rows} == {len(header)}
        assert not panel.grab().isNull()


def test_options_are_asked_for_and_kept_once_answered(made):
    case, panel = made
    options = panel.options
    options.source.setCurrentIndex(options.source.findData("@kmeans"))
    options.rows.setValue(50)
    settle(case)
    asked = [r for r in case.engine.asked_for(Run) if r.analysis == "shapley"][-1]
    assert asked.params["background_from"] == "@kmeans"
    assert asked.params["background"] == "50"
    assert '"@kmeans"' in case.context.case.file.settings["contributions"]


def test_what_cannot_be_had_is_said_and_the_last_answer_stays(made):
    _, panel = made
    assert panel.tells(ErrorInfo(code="explain.no_cover", params={}))
    assert "path" in panel.start.text().lower()


def test_a_row_against_a_pinned_one_adds_up_to_its_answer(made):
    case, panel = made
    panel.view._buttons["row"].click()
    case.context.case.set_current_row(3)
    panel.row.pin.click()
    case.context.case.set_current_row(9)
    values, answers = panel.shown.values, panel.shown.result.predictions[:, 0]
    bars = {step.name: step.contribution for step in panel.row._steps}
    assert bars["home"] == pytest.approx(values[9, 1] - values[3, 1])
    assert sum(bars.values()) == pytest.approx(answers[9] - answers[3])


def test_a_row_is_compared_with_the_mean_of_a_bucket(made):
    case, panel = made
    case.context.case.save_bucket("young", Range("age", 18, 30))
    settle(case)
    panel.view._buttons["row"].click()
    case.context.case.set_current_row(9)
    box = panel.row.against
    box.setCurrentIndex(box.findData("bucket young"))
    box.activated.emit(box.currentIndex())
    settle(case)
    young = (case.engine.ages >= 18) & (case.engine.ages < 30)
    mean = panel.shown.values[young].mean(axis=0)
    bars = {step.name: step.contribution for step in panel.row._steps}
    assert bars["home"] == pytest.approx(panel.shown.values[9, 1] - mean[1])


def test_selected_rows_are_held_against_the_rest(made):
    case, panel = made
    case.context.selection.select(Rows((3, 5, 8)), "test")
    settle(case)
    panel.importance.kind._buttons["rest"].click()
    ranks = {rank.name: rank for rank in panel.importance.bars._ranks}
    size = np.abs(panel.shown.values[:, 1])
    rest = np.delete(size, [3, 5, 8])
    assert ranks["home"].value == pytest.approx(size[[3, 5, 8]].mean() - rest.mean())
    assert ranks["home"].low < ranks["home"].value < ranks["home"].high
    case.context.selection.clear()
    settle(case)
    assert panel.importance.kind.key == "one"


def test_lines_of_several_rows_are_the_selected_ones(made):
    case, panel = made
    case.context.selection.select(Rows((3, 5)), "test")
    settle(case)
    panel.view._buttons["several"].click()
    assert panel.several._rows.tolist() == [3, 5]
    assert panel.several.words.text().startswith("2 of 2 selected rows")
    case.context.selection.clear()
    settle(case)
    assert panel.several.words.text().startswith("40 of all 400 rows")


def test_another_background_stands_beside_the_one_held(made):
    case, panel = made
    panel.view._buttons["backgrounds"].click()
    panel.backgrounds.hold.click()
    panel.options.rows.setValue(7)
    settle(case)
    held, now = panel.backgrounds._held, panel.shown.result
    assert held is not now
    assert "changes most" in panel.backgrounds.words.text()


def test_brushed_columns_of_the_heat_map_select_all_their_rows(made):
    case, panel = made
    panel.view._buttons["heat"].click()
    assert sum(map(len, panel.heat._groups)) == len(panel.shown.values)
    panel.heat.plot.brushed.emit((2, 4), Qt.KeyboardModifier.NoModifier)
    settle(case)
    expected = np.concatenate(panel.heat._groups[2:4])
    chosen = np.flatnonzero(case.context.selection.mask)
    assert chosen.tolist() == sorted(panel.shown.result.row_ids[expected].tolist())
    assert np.flatnonzero(panel.heat.plot._selected).tolist() == [2, 3]


def test_the_table_of_many_rows_has_quartiles_along_the_values(made, monkeypatch):
    _, panel = made
    monkeypatch.setattr(dependence, "MOST_LISTED", 100)
    panel.view._buttons["dependence"].click()
    panel.dependence.show_feature("home")
    header, rows = panel.as_table()
    assert header[:2] == ["home", "rows"]
    own = panel.shown.result.data[:, 1] == 0
    assert rows[0][:2] == ["own", int(own.sum())]
    assert rows[0][3] == np.median(panel.shown.values[own, 1])


def test_a_row_is_explained_by_its_likeliest_class_until_another_is_chosen(made):
    case, panel = made
    case.engine.store.answers[Run] = lambda _request: of_three_classes()
    panel.ask()
    settle(case)
    assert panel.output.currentText() == "low"
    assert "probability of low" in panel.reading()
    case.context.case.set_current_row(4)
    assert panel.output.currentText() == "low"  # all rows have no class of their own
    panel.view._buttons["row"].click()
    assert panel.output.currentText() == "middle"
    assert panel.reading().startswith("The model predicts 60\u202f% for middle")
    case.context.case.set_current_row(5)
    assert panel.output.currentText() == "high"
    panel.output.setCurrentIndex(0)
    panel.output.activated.emit(0)
    assert panel.reading().startswith("The model predicts 20\u202f% for low")
    case.context.case.set_current_row(7)
    assert panel.output.currentText() == "low"
    case.context.case.predictions_changed.emit()
    settle(case)
    assert panel.output.currentText() == "middle"


def test_importance_names_the_class_it_is_of(made):
    case, panel = made
    case.engine.store.answers[Run] = lambda _request: of_three_classes()
    panel.ask()
    settle(case)
    assert panel.importance.bars._across.endswith("the prediction for low")


def test_where_one_row_is_looked_at_the_panel_opens_on_it(made):
    case, panel = made
    panel.arranged_in("row")
    assert panel.view.key == "row"
    assert panel.pages.currentWidget() is panel.row
    assert panel.row.about.wanted
    assert panel.reading() == ""
    case.context.case.set_current_row(3)
    assert not panel.row.about.wanted
    assert panel.reading().startswith("The model predicts ")
    panel.arranged_in("explain")
    assert panel.view.key == "importance"
    assert panel.reading().startswith(
        "home contributes most to the predicted probability of bad"
    )


def test_a_picture_chosen_in_a_perspective_is_kept_there(made):
    case, panel = made
    panel.arranged_in("row")
    panel.view._buttons["heat"].click()
    panel.arranged_in("explain")
    assert panel.view.key == "importance"
    panel.arranged_in("row")
    assert panel.view.key == "heat"
    panel.view._buttons["row"].click()
    assert "contributions.views" not in case.context.case.file.settings


def test_a_row_that_is_left_out_of_a_sample_is_asked_about(made, qtbot):
    case, panel = made

    def sampled(request):
        whole = explained()
        rows = np.unique([3, 5, 8 if request.row is None else request.row])
        return msgspec.structs.replace(
            whole,
            row_ids=rows,
            values=whole.values[rows],
            predictions=whole.predictions[rows],
            data=whole.data[rows],
            n_wanted=3,
        )

    case.engine.store.answers[Run] = sampled
    panel.ask()
    settle(case)
    case.context.case.set_current_row(9)
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)
    assert case.engine.asked_for(Run)[-1].row is None  # it is not looked at
    panel.view._buttons["row"].click()
    assert panel.row.about.wanted
    assert panel.row.about.said.text() == "Row 9 is being explained."
    settle(case)
    assert case.engine.asked_for(Run)[-1].row == 9
    assert not panel.row.about.wanted
    n = len(case.engine.asked_for(Run))
    case.context.case.set_current_row(5)  # known from before
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)
    assert len(case.engine.asked_for(Run)) == n


def test_a_row_is_asked_about_before_a_slow_sample_is_complete(made, qtbot):
    case, panel = made
    whole = explained()
    panel.view._buttons["row"].click()
    case.context.case.predictions_changed.emit()
    panel._show(
        msgspec.structs.replace(
            whole,
            row_ids=np.array([3]),
            values=whole.values[[3]],
            predictions=whole.predictions[[3]],
            data=whole.data[[3]],
            n_wanted=200,
        )
    )
    case.context.case.set_current_row(9)
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    QApplication.processEvents()
    assert case.engine.asked_for(Run)[-1].row == 9
