"""Methods side by side, features taken away, and the verdict above them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contracts.dataset import Note
from engine.contracts.provenance import Provenance
from engine.contracts.requests import Run
from engine.contracts.results import Agreement, Faithfulness, SignDisagreement
from gui.panel import State
from gui.panels.agreement.agreement import AgreementPanel
from tests.gui.panels.small_case import N, settle, small_case

NAMES = ("age", "home", "income")


def examined(request):
    one = request.params["scope"] == "row"
    curve = np.linspace(0.8, 0.3, 4)
    tried = Faithfulness(
        deletion=np.stack([curve**2, curve]),
        insertion=np.stack([curve[::-1], curve[::-1] ** 2]),
        chance_deletion=np.repeat(curve[None], 20, axis=0),
        chance_insertion=np.repeat(curve[None, ::-1], 20, axis=0),
        area=np.array([0.3, 0.4]),
        better_orders=np.array([0.0, 0.2]),
    )
    return Agreement(
        row=request.row if one else -1,
        output="bad",
        space="probability",
        feature_names=NAMES,
        methods=("shapley", "ablation" if one else "permutation"),
        values=np.array([[0.1, -0.3, 0.05], [0.2, 0.4, 0.0]]),
        spreads=np.array([[0.01, 0.02, 0.0], [np.nan] * 3]),
        rank_agreement=np.array([[1.0, 0.5], [0.5, 1.0]]),
        shared=np.ones((2, 2)),
        n_first=3,
        sign_disagreements=(SignDisagreement(feature=1, first=0, second=1),)
        if one
        else (),
        answer=0.8,
        base=0.3,
        additivity_error=1e-15,
        faithfulness=tried if one else None,
        verdict="unreliable",
        reasons=(Note(code="explain.order_differs"),),
        left_out=(Note(code="explain.no_own_terms"),),
        provenance=Provenance(n_used=1 if one else N, n_total=N, method="agreement"),
    )


@pytest.fixture
def made(qtbot):
    case = small_case()
    before = case.engine.store.answers[Run]
    case.engine.store.answers[Run] = lambda request: (
        examined(request) if request.analysis == "agreement" else before(request)
    )
    panel = AgreementPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(600, 500)
    panel.show()
    settle(case)
    return case, panel


def examine(case, panel, row, qtbot):
    case.context.case.set_current_row(row)
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)


def test_without_a_current_row_it_says_how_to_get_one(made):
    _, panel = made
    assert panel.about.wanted
    assert panel.about.said.text() == "No row selected."
    assert panel.reading() == ""
    assert panel.as_table()[1] == []
    assert not panel.grab().isNull()


def test_the_current_row_is_examined(made, qtbot):
    case, panel = made
    examine(case, panel, 4, qtbot)
    asked = [r for r in case.engine.asked_for(Run) if r.analysis == "agreement"]
    assert (asked[-1].row, asked[-1].params["scope"]) == (4, "row")
    assert panel.reading().startswith("This explanation is not reliable.")
    assert panel.words.text().startswith("Row 4: prediction 0.8")


def test_the_weightiest_feature_stands_first_and_other_signs_are_marked(made, qtbot):
    case, panel = made
    examine(case, panel, 4, qtbot)
    assert panel.as_table()[1][0] == ["home", -0.3, 0.4]
    said = panel.sides._cells[0]
    assert [bar.length for bar in said] == [-1.0, 1.0]
    assert [bar.opposed for bar in said] == [True, True]
    assert not any(bar.opposed for line in panel.sides._cells[1:] for bar in line)
    assert not panel.grab().isNull()


def test_features_can_be_taken_away_and_given_back(made, qtbot):
    case, panel = made
    examine(case, panel, 4, qtbot)
    for key, first in (("away", 0.64), ("back", 0.3)):
        panel.view.choose(key)
        panel.view.chosen.emit(key)
        assert panel.pages.currentWidget() is panel.curves
        assert panel.curves._curves[0, 0] == pytest.approx(first)
        assert not panel.grab().isNull()


def test_all_rows_are_asked_about_without_a_current_row(made):
    case, panel = made
    panel.view.choose("all")
    panel.view.chosen.emit("all")
    settle(case)
    assert panel.reading().startswith("The order of the features is not reliable.")
    assert panel.state is State.READY
