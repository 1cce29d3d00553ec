"""A row changed by hand: editors, live answers, pictures and pinned variants."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.contracts.dataset import Part
from engine.contracts.errors import ErrorInfo
from engine.contracts.provenance import Provenance
from engine.contracts.requests import Run
from engine.contracts.results import (
    Axis,
    Background,
    Change,
    Editable,
    Shapley,
    WhatIf,
)
from gui.panel import State
from gui.panels.what_if.what_if import WhatIfPanel
from gui.panels.what_if.what_if_tables import Variant
from tests.gui.panels.small_case import N, settle, small_case

NAMES = ("age", "town", "income")
CELLS = (44, "Burgos", None)
BADGE = Provenance(n_used=1, n_total=N, method="what_if")


def shapley(values):
    return Shapley(
        values=values,
        base_values=np.array([0.3]),
        predictions=values.sum(axis=1, keepdims=True) + 0.3,
        data=np.array([[44.0, 0, np.nan]] * 2),
        categories=((), ("Burgos", "Cádiz"), ()),
        feature_names=NAMES,
        outputs=("bad",),
        row_ids=np.arange(2),
        method="trees",
        variant="interventional",
        space="probability",
        background=Background(part=Part.EVALUATION, rows=np.arange(3), chosen="all"),
        importance=np.zeros((3, 1)),
        importance_low=np.zeros((3, 1)),
        importance_high=np.zeros((3, 1)),
        additivity_error=0.0,
        n_wanted=2,
        provenance=BADGE,
    )


def told(request, *, contributions=True):
    """A model that answers more for age, and turns on a town."""
    texts = dict(text.partition("=")[::2] for text in request.params["changes"])
    made = {
        "age": int(texts.get("age", 44)),
        "town": texts.get("town", "Burgos"),
        "income": float(texts["income"]) if texts.get("income") else None,
    }
    after = made["age"] / 100 - 0.3 * (made["town"] == "Cádiz")
    changes = tuple(
        Change(feature=name, before=own, after=made[name])
        for name, own in zip(NAMES, CELLS, strict=True)
        if made[name] != own
    )
    feature = request.params["feature"] or "age"
    of_labels = feature == "town"
    axis = Axis(
        name=feature,
        values=np.array([0.0, 1.0]) if of_labels else np.array([18.0, 44.0, 70.0]),
        labels=("Burgos", "Cádiz") if of_labels else (),
        counts=np.array([3, 4]) if of_labels else np.array([1, 2]),
        edges=np.zeros(0) if of_labels else np.array([18.0, 44.0, 70.0]),
    )
    g = len(axis.values)
    return WhatIf(
        row=request.row,
        feature_names=NAMES,
        cells=CELLS,
        changes=changes,
        answers=np.array([[0.44], [after]]),
        outputs=("bad",),
        space="probability",
        decided=("good", "bad" if after >= 0.5 else "good"),
        threshold=0.5,
        distance=1.0,
        plausibility=np.array([0.8, 0.3]),
        n_real=300,
        n_judged=280,
        n_real_total=N,
        real_part="evaluation",
        editable=(
            Editable(name="age", low=18, high=70),
            Editable(name="town", labels=("Burgos", "Cádiz")),
            Editable(name="income", low=0, high=500, decimals=1, may_miss=True),
        ),
        axis=axis,
        line=np.linspace(0, 1, 2 * g).reshape(2, g, 1),
        contributions=(
            shapley(np.array([[0.2, -0.1, 0.04], [0.1, 0.15, 0.04]]))
            if contributions
            else None
        ),
        provenance=BADGE,
    )


@pytest.fixture
def made(qtbot):
    case = small_case()
    before = case.engine.store.answers[Run]
    case.engine.store.answers[Run] = lambda request: (
        told(request) if request.analysis == "what_if" else before(request)
    )
    panel = WhatIfPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(720, 560)
    panel.show()
    settle(case)
    return case, panel


def look_at(case, panel, row, qtbot):
    case.context.case.set_current_row(row)
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)


def asked(case):
    return [r for r in case.engine.asked_for(Run) if r.analysis == "what_if"]


def choose_town(panel, name):
    town = panel.editors.editors["town"]
    town.labels.setCurrentText(name)
    town.labels.activated.emit(town.labels.currentIndex())


def choose_view(panel, key):
    panel.view.choose(key)
    panel.view.chosen.emit(key)


def test_without_a_current_row_it_says_how_to_get_one(made):
    case, panel = made
    assert panel.state is State.READY
    assert panel.about.wanted
    assert panel.about.said.text() == "No row selected."
    assert panel.reading() == ""
    assert asked(case) == []
    assert not panel.pin.isEnabled()
    assert not panel.grab().isNull()


def test_a_row_is_shown_as_it_is(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    assert asked(case)[-1].params["changes"] == ()
    assert [e.cell for e in panel.editors.editors.values()] == list(CELLS)
    assert panel.reading().startswith("Without changes, the prediction for bad is 44")
    assert not panel.reset.isEnabled()


def test_a_changed_cell_is_asked_about_and_told(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    panel.editors.editors["age"].slider.setValue(60 - 18)
    settle(case)
    assert asked(case)[-1].params == {"changes": ("age=60",), "feature": "age"}
    said = panel.reading().replace("\u202f", " ")
    assert said.startswith(
        "With age from 44 to 60, the prediction for bad goes from 44 %"
    )
    assert "changes from good to bad" in said
    choose_town(panel, "Cádiz")
    settle(case)
    assert asked(case)[-1].params["changes"] == ("age=60", "town=Cádiz")
    assert not panel.grab().isNull()


def test_edits_made_while_one_is_asked_about_are_asked_about_once(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    before = len(asked(case))
    age = panel.editors.editors["age"]
    age.slider.setValue(20)
    QApplication.processEvents()  # on its way
    for place in range(21, 40):
        age.slider.setValue(place)
        QApplication.processEvents()
    assert len(asked(case)) == before + 1
    settle(case)
    changes = [request.params["changes"] for request in asked(case)[before:]]
    assert changes == [("age=38",), ("age=57",)]


def test_longer_words_of_another_language_fit_beside_the_rest(made):
    _, panel = made
    panel.reset.setText("Restablecer")
    panel.note.setText("Guardar como nota")
    panel.pin.setText("Fijar esta variante")
    assert panel.minimumSizeHint().width() < 500


def test_contributions_that_were_stopped_are_not_waited_for(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    panel.editors.editors["age"].slider.setValue(20)
    QApplication.processEvents()
    panel._show(told(asked(case)[-1], contributions=False))
    assert "Computing SHAP values" in panel.words.text()
    panel._job.cancelling = True
    panel._cancelled(panel._job)
    assert "SHAP values were stopped" in panel.words.text()


def test_an_edit_during_the_contributions_does_not_wait_for_them(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    age = panel.editors.editors["age"]
    age.slider.setValue(20)
    QApplication.processEvents()
    first = asked(case)[-1]
    panel._show(told(first, contributions=False))
    assert "Computing SHAP values" in panel.words.text()
    age.slider.setValue(21)
    QApplication.processEvents()
    assert asked(case)[-1].params["changes"] == ("age=39",)


def test_contributions_stand_side_by_side_in_one_unit(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    choose_town(panel, "Cádiz")
    settle(case)
    cells = panel.sides._cells
    assert [bar.length for bar in cells[0]] == pytest.approx([1.0, 0.5])
    assert [bar.opposed for bar in cells[1]] == [True, True]
    header, lines = panel.as_table()
    assert header == ["feature", "as it is", "changed"]
    assert lines[1][0] == "town: Burgos → Cádiz"
    assert lines[2][0] == "income = missing"


def test_the_line_is_of_the_feature_that_was_edited_last(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    choose_town(panel, "Cádiz")
    settle(case)
    choose_view(panel, "line")
    assert panel.words.text().startswith("Points: the changed row.")
    assert panel.pages.currentWidget() is panel.curve
    assert asked(case)[-1].params["feature"] == "town"
    assert panel.as_table()[0][0] == "town"
    assert panel._tip(1).startswith("town = Cádiz: ")
    panel.editors.editors["age"].slider.setValue(3)
    settle(case)
    assert asked(case)[-1].params["feature"] == "town"  # the one in sight stays
    panel.choice.choose("age", "town")
    settle(case)
    assert asked(case)[-1].params["feature"] == "age"
    assert not panel.grab().isNull()


def test_reset_gives_the_row_back(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    choose_town(panel, "Cádiz")
    settle(case)
    assert panel.reset.isEnabled()
    panel.reset.click()
    settle(case)
    assert asked(case)[-1].params["changes"] == ()
    assert panel.editors.changes == {}
    assert not panel.reset.isEnabled()


def test_another_row_is_shown_as_it_is(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    choose_town(panel, "Cádiz")
    settle(case)
    look_at(case, panel, 9, qtbot)
    assert (asked(case)[-1].row, asked(case)[-1].params["changes"]) == (9, ())
    assert panel.editors.changes == {}


def test_variants_are_pinned_kept_in_the_case_and_come_back(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    panel.editors.editors["age"].slider.setValue(60 - 18)
    choose_town(panel, "Cádiz")
    settle(case)
    panel.pin.click()
    panel.pin.click()  # the same once more is the same
    kept = case.context.case.file.settings["what_if"]
    (variant,) = msgspec.json.decode(kept, type=list[Variant])
    assert variant.row == 4
    assert panel.view.key == "pinned"
    line = panel.as_table()[1][0]
    assert line[0] == 4
    assert line[1] == variant.figures[0]
    assert abs(line[1]) < 1
    assert line[4] == "age from 44 to 60, town from Burgos to Cádiz"
    look_at(case, panel, 9, qtbot)
    panel.table.chosen.emit(0, Qt.KeyboardModifier.NoModifier)
    assert case.context.case.current_row == 4
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)
    assert asked(case)[-1].params["changes"] == ("age=60", "town=Cádiz")
    assert panel.editors.changes == {"age": 60, "town": "Cádiz"}
    panel.reset.click()
    settle(case)
    panel.table.chosen.emit(0, Qt.KeyboardModifier.NoModifier)
    settle(case)
    assert panel.editors.changes == {"age": 60, "town": "Cádiz"}
    panel.unpin.click()
    assert panel.as_table()[1] == []
    assert not panel.unpin.isEnabled()


def test_an_error_is_told_beside_what_is_shown(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    params = {"name": "age", "given": "x"}
    panel._failed(ErrorInfo(code="explain.bad_cell", params=params))
    assert panel.state is State.READY
    assert panel.words.text().startswith("“age” cannot be “x”")


def test_a_changed_row_is_taken_over_from_another_panel(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    case.context.case.try_out(4, {"age": 60})
    settle(case)
    assert asked(case)[-1].params["changes"] == ("age=60",)
    assert panel.editors.changes == {"age": 60}
    assert case.context.case.trial is None


def test_what_was_asked_for_before_there_was_a_panel_is_tried_out(qtbot):
    case = small_case()
    case.engine.store.answers[Run] = told
    case.context.case.set_current_row(7)
    case.context.case.try_out(7, {"town": "Cádiz"})
    panel = WhatIfPanel(case.context)
    qtbot.addWidget(panel)
    panel.show()
    settle(case)
    assert asked(case)[-1].params["changes"] == ("town=Cádiz",)
    assert panel.editors.changes == {"town": "Cádiz"}


def test_of_several_classes_the_decided_one_is_shared_out(made, qtbot):
    case, panel = made

    def of_three(request):
        one = told(request)
        share = one.contributions
        return msgspec.structs.replace(
            one,
            answers=np.array([[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]]),
            outputs=("low", "middle", "high"),
            decided=("high", "high") if request.row == 9 else ("middle", "middle"),
            threshold=None,
            line=np.repeat(one.line, 3, axis=2),
            contributions=msgspec.structs.replace(
                share,
                values=np.stack([share.values * k for k in (1, 2, 3)], axis=2),
                base_values=np.full(3, 0.3),
                predictions=np.full((2, 3), 0.5),
                outputs=("low", "middle", "high"),
            ),
        )

    case.engine.store.answers[Run] = of_three
    look_at(case, panel, 4, qtbot)
    assert panel.choice.output.currentText() == "middle"
    assert panel.as_table()[1][0][1] == pytest.approx(
        0.4
    )  # twice what the first class has
    look_at(case, panel, 9, qtbot)
    assert panel.choice.output.currentText() == "high"
    panel.choice.output.setCurrentIndex(0)
    panel.choice.output.activated.emit(0)
    look_at(case, panel, 4, qtbot)
    assert panel.choice.output.currentText() == "low"
