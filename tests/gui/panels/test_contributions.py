from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from engine.contracts.dataset import Part
from engine.contracts.provenance import Provenance
from engine.contracts.requests import Run
from engine.contracts.results import Background, Shapley
from engine.contracts.selection import Rows
from gui.panels.contributions import ContributionsPanel
from tests.gui.panels.small_case import N, small_case


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
    panel.resize(600, 400)
    panel.show()
    settle(case)
    return case, panel


def settle(case):
    for _ in range(3):
        QApplication.processEvents()
        case.engine.store.answer()


def test_features_stand_in_the_order_of_their_importance(made):
    _, panel = made
    assert [panel.shown.names[j] for j in panel._order] == ["home", "age", "income"]
    assert panel.reading().startswith("home moves the answer most")
    assert "not a cause" in panel.reading()
    assert [row[0] for row in panel.as_table()[1]] == ["home", "age", "income"]


def test_a_click_on_a_point_makes_its_row_current_and_explains_it(made, qtbot):
    case, panel = made
    panel.view._buttons["swarm"].click()
    row = int(np.argmax(panel.shown.values[:, 1]))
    strip = panel.swarm._strips[0]
    across, down = panel.swarm._places(panel.swarm.axes, 0, strip)
    spot = QPointF(across[row], down[row]).toPoint()
    qtbot.mouseClick(panel.swarm, Qt.MouseButton.LeftButton, pos=spot)
    assert case.context.case.current_row == row
    steps = {step.name: step for step in panel.fall.shown}
    assert steps["home"].contribution == panel.shown.values[row, 1]
    assert steps["home"].value in ("own", "rent")
    assert steps["income"].value == "missing"


def test_brushed_points_become_the_selection(made):
    case, panel = made
    panel.swarm.brushed.emit(np.array([3, 5]), Qt.KeyboardModifier.NoModifier)
    assert case.context.selection.recipe == Rows((3, 5))


def test_selected_rows_stand_beside_all(made):
    case, panel = made
    case.context.selection.select(Rows((3, 5)), "test")
    settle(case)
    expected = np.abs(panel.shown.values[[3, 5], 1]).mean()
    assert panel.ranking._ranks[0].other == pytest.approx(expected)
    case.context.selection.clear()
    settle(case)
    assert panel.ranking._ranks[0].other is None
