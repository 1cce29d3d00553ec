"""What would change a decision: the tables, the rules, and the way to real rows."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.contracts.dataset import Note
from engine.contracts.decision import Decision
from engine.contracts.errors import ErrorInfo
from engine.contracts.model import Input, ModelInfo, ScoreKind, Task
from engine.contracts.provenance import Provenance
from engine.contracts.requests import Run
from engine.contracts.results import Change, Counterfactual, Counterfactuals
from gui.dialogs.panel_menus import new_menu
from gui.panel import State
from gui.panels.counterfactual import counterfactual_tables as tables
from gui.panels.counterfactual.counterfactual import CounterfactualPanel, Wishes
from tests.gui.panels.small_case import N, settle, small_case

NAMES = ("age", "home", "income", "town")


def one(changes, share, row=-1, plausibility=0.4):
    return Counterfactual(
        changes=tuple(Change(feature=f, before=b, after=a) for f, b, a in changes),
        answer=np.array([share]),
        decided="good" if share < 0.5 else "bad",
        distance=1.25,
        plausibility=plausibility,
        verified=share < 0.5,
        row=row,
    )


def found(request, *, some=True):
    return Counterfactuals(
        row=request.row,
        feature_names=NAMES,
        cells=(44, "rent", None, "Burgos"),
        answer=np.array([0.62]),
        outputs=("bad",),
        space="probability",
        decided="bad",
        wanted=("good",),
        threshold=0.5,
        found=(
            one([("age", 44, 51)], 0.48),
            one([("home", "rent", "owner"), ("income", None, 120.5)], 0.4997, -1, 0.0),
        )
        if some
        else (),
        closest=None if some else one([("age", 44, 60)], 0.55),
        neighbours=(one([("age", 44, 50)], 0.3, row=17), one([], 0.2, row=5)),
        plausibility=0.7,
        n_real=390,
        n_judged=380,
        n_real_total=400,
        real_part="evaluation",
        n_free=3,
        n_asked=1234,
        n_wanted=3,
        notes=() if some else (Note(code="explain.time_up", params={"seconds": 10}),),
        provenance=Provenance(n_used=1, n_total=N, method="counterfactual"),
    )


@pytest.fixture
def made(qtbot):
    case = small_case()
    before = case.engine.store.answers[Run]
    case.engine.store.answers[Run] = lambda request: (
        found(request) if request.analysis == "counterfactual" else before(request)
    )
    case.context.case.model = ModelInfo(
        name="m",
        sha256="",
        format="",
        kind="",
        task=Task.BINARY,
        score_kind=ScoreKind.PROBABILITY,
        inputs=tuple(Input(name=name) for name in NAMES),
    )
    panel = CounterfactualPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(600, 500)
    panel.show()
    settle(case)
    return case, panel


def look_at(case, panel, row, qtbot):
    case.context.case.set_current_row(row)
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)


def asked(case):
    return [r for r in case.engine.asked_for(Run) if r.analysis == "counterfactual"]


def test_without_a_current_row_it_says_how_to_get_one(made):
    case, panel = made
    assert panel.state is State.READY
    assert panel.about.wanted
    assert panel.about.said.text() == "No row selected."
    assert panel.reading() == ""
    assert asked(case) == []
    assert panel.as_table()[1] == []
    assert not panel.grab().isNull()


def test_the_row_stands_beside_what_would_change_it(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    assert asked(case)[-1].row == 4
    titles, lines = panel.as_table()
    assert titles == ["feature", "this row", "1", "2", "rule"]
    by_name = {line[0]: line[1:] for line in lines}
    assert by_name["decision"][:3] == ["bad", "good", "good"]
    assert by_name["age"] == [44, 51, 44, "may change"]
    assert by_name["income"] == [None, None, 120.5, "may change"]
    assert "town" not in by_name
    assert panel.reading().startswith("Changing 1 of 4 features changes the decision")
    assert not panel.grab().isNull()


def test_an_answer_next_to_the_threshold_is_told_from_it(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    titles, lines = panel.as_table()
    place = [line[0] for line in lines].index("the prediction for bad")
    texts = [panel.changes.cell(place, c).text for c in range(1, len(titles) - 1)]
    assert [text.replace("\u202f", " ") for text in texts] == [
        "62 %",
        "48 %",
        "49.97 %",
    ]
    assert lines[place][1] == panel.result.answer[0]  # not rounded


def test_changed_cells_are_bold_and_odd_rows_warn(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    lines = tables.n_summary_lines(panel._shown)
    assert panel.changes.cell(lines, 2).strong
    assert panel.changes.cell(lines, 3).muted
    assert not panel.changes.cell(lines - 1, 2).warns
    assert panel.changes.cell(lines - 1, 3).warns


def test_all_features_are_behind_a_check(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    panel.every.setChecked(True)
    assert [line[0] for line in panel.as_table()[1]][-1] == "town"


def test_a_rule_of_a_feature_is_asked_for_and_kept_in_the_case(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    words = [action.text() for action in panel.rules_menu(0).actions()]
    assert words == ["may change", "fixed", "may increase", "may decrease"]
    labels = [action.text() for action in panel.rules_menu(1).actions()]
    assert labels == ["may change", "fixed"]
    panel.rules_menu(0).actions()[1].trigger()
    panel.rules_menu(2)
    settle(case)
    assert asked(case)[-1].params["fixed"] == ("age",)
    kept = case.context.case.file.settings["counterfactual"]
    assert msgspec.json.decode(kept, type=Wishes).rules == {"age": "fixed"}
    panel.rules_menu(0).actions()[2].trigger()
    settle(case)
    assert asked(case)[-1].params["fixed"] == ()
    assert asked(case)[-1].params["only_up"] == ("age",)
    panel.rules_menu(0).actions()[0].trigger()
    settle(case)
    assert panel.wishes == Wishes()


def test_a_click_on_a_feature_opens_its_rules_and_one_above_does_not(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    opened = []
    panel.rules_menu = lambda feature: opened.append(feature) or new_menu(panel)
    no_keys = Qt.KeyboardModifier.NoModifier
    panel.changes_table.chosen.emit(0, no_keys)
    assert opened == []
    panel.changes_table.chosen.emit(tables.n_summary_lines(panel._shown) + 1, no_keys)
    assert opened == [1]


def test_rules_of_other_models_are_left_out(made, qtbot):
    case, panel = made
    panel._put(Wishes(rules={"height": "fixed", "age": "down"}, most=2))
    look_at(case, panel, 4, qtbot)
    params = asked(case)[-1].params
    assert params["fixed"] == ()
    assert params["only_down"] == ("age",)
    assert params["most_changes"] == 2


def test_a_click_on_a_real_row_goes_to_it(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    panel.view.choose("real")
    panel.view.chosen.emit("real")
    assert [line[0] for line in panel.as_table()[1]] == [17, 5]
    panel.real_table.chosen.emit(0, Qt.KeyboardModifier.NoModifier)
    assert case.context.case.current_row == 17
    assert not panel.grab().isNull()


def test_a_moved_threshold_is_asked_about_again(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    case.context.decision.set(Decision(positive="bad", threshold=0.3), "test")
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)
    assert asked(case)[-1].decision.threshold == 0.3


def test_where_none_is_found_the_closest_is_shown(made, qtbot):
    case, panel = made
    case.engine.store.answers[Run] = lambda request: found(request, some=False)
    look_at(case, panel, 4, qtbot)
    assert panel.as_table()[0] == ["feature", "this row", "closest", "rule"]
    assert "gets another decision" in panel.reading()
    assert "cut short" in panel.reading()


def test_an_error_is_told_beside_what_is_shown(made, qtbot):
    case, panel = made
    look_at(case, panel, 4, qtbot)
    panel._failed(ErrorInfo(code="explain.bad_aim", params={"given": "x"}))
    assert panel.state is State.READY
    assert panel.words.text().startswith("“x” is not a target")


def test_of_several_classes_the_wanted_one_is_chosen_and_kept(made, qtbot):
    case, panel = made
    scores = case.context.case.scores
    case.context.case.scores = msgspec.structs.replace(
        scores, task=Task.MULTICLASS, classes=("low", "mid", "high")
    )
    panel._put(Wishes(wanted="high"))
    assert panel.wanted.isHidden()
    case.context.case.predictions_changed.emit()
    assert not panel.wanted.isHidden()
    assert panel.wanted.currentText() == "high"
    look_at(case, panel, 4, qtbot)
    assert asked(case)[-1].params["wanted"] == "high"
    panel.wanted.setCurrentIndex(panel.wanted.findData("low"))
    panel.wanted.activated.emit(panel.wanted.currentIndex())
    settle(case)
    assert asked(case)[-1].params["wanted"] == "low"
    case.context.case.scores = scores  # two classes: nothing to choose
    case.context.case.predictions_changed.emit()
    settle(case)
    assert asked(case)[-1].params["wanted"] == ""


def test_of_a_regression_the_wanted_answer_is_typed(made, qtbot):
    case, panel = made
    case.context.case.scores = msgspec.structs.replace(
        case.context.case.scores, task=Task.REGRESSION, classes=()
    )
    case.context.case.predictions_changed.emit()
    assert not panel.value.isHidden()
    look_at(case, panel, 4, qtbot)
    panel.value.setText("+10")
    panel.value.editingFinished.emit()
    settle(case)
    assert asked(case)[-1].params["wanted"] == "+10"


def test_one_that_was_found_can_be_tried_out_by_hand(made, qtbot):
    case, panel = made
    assert not panel.trying.isEnabled()
    look_at(case, panel, 4, qtbot)
    actions = panel.trying.menu().actions()
    assert [action.text() for action in actions] == [
        "age from 44 to 51",
        "home from rent to owner, income from missing to 120.5",
    ]
    with qtbot.waitSignal(case.context.case.trial_wanted):
        actions[1].trigger()
    assert case.context.case.trial == (4, {"home": "owner", "income": 120.5})
