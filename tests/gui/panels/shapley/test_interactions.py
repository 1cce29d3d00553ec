from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.contracts.dataset import Part
from engine.contracts.provenance import Provenance
from engine.contracts.requests import Run
from engine.contracts.results import Background, Interactions
from engine.contracts.selection import Rows
from gui.panels.shapley.interactions import InteractionsPanel
from tests.gui.panels.small_case import N, settle, small_case

NAMES = ("age", "home", "income")
STRENGTH = np.array([[0.3, 0.02, 0.1], [0.02, 0.2, 0.05], [0.1, 0.05, 0.1]])[:, :, None]


def looked_at(request):
    rng = np.random.default_rng(0)
    asked = request.params["first"], request.params["second"]
    pair = tuple(map(NAMES.index, asked)) if all(asked) else (0, 2)
    labels = ((), ("own", "rent"), ())
    data = np.column_stack([np.arange(N), rng.integers(0, 2, N), np.full(N, np.nan)])
    return Interactions(
        strength=STRENGTH,
        strength_low=STRENGTH * 0.9,
        strength_high=STRENGTH * 1.1,
        pair=pair,
        values=rng.normal(size=(N, 1)),
        alone=np.zeros((N, 2, 1)),
        data=data[:, pair],
        categories=tuple(labels[j] for j in pair),
        row_ids=np.arange(N),
        feature_names=NAMES,
        outputs=("bad",),
        base_values=np.array([0.3]),
        method="trees",
        variant="interventional",
        space="probability",
        background=Background(part=Part.EVALUATION, rows=np.arange(5), chosen="sample"),
        additivity_error=1e-15,
        n_wanted=N,
        provenance=Provenance(n_used=N, n_total=N, method="interactions_trees"),
    )


@pytest.fixture
def made(qtbot):
    case = small_case()
    before = case.engine.store.answers[Run]
    case.engine.store.answers[Run] = lambda request: (
        looked_at(request) if request.analysis == "interactions" else before(request)
    )
    panel = InteractionsPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(600, 600)
    panel.show()
    settle(case)
    return case, panel


def test_many_features_scroll_instead_of_making_the_window_grow(made):
    _, panel = made
    panel.matrix.set_values([str(n) for n in range(15)], np.ones((15, 15)))
    assert panel.minimumSizeHint().height() < 380


def test_the_strongest_pair_is_read_first_and_framed(made):
    _, panel = made
    assert panel.reading().startswith("age × income is the strongest interaction")
    names = panel.matrix._names
    assert {names[place] for place in panel.matrix.current} == {"age", "income"}
    assert panel.as_table()[1][0][:2] == ["age", "income"]


def test_another_cell_asks_for_its_pair(made, qtbot):
    case, panel = made
    names = panel.matrix._names
    row, column = sorted((names.index("home"), names.index("income")), reverse=True)
    spot = panel.matrix.cell(row, column).center().toPoint()
    qtbot.mouseClick(panel.matrix, Qt.MouseButton.LeftButton, pos=spot)
    settle(case)
    asked = [r for r in case.engine.asked_for(Run) if r.analysis == "interactions"]
    assert {asked[-1].params["first"], asked[-1].params["second"]} == {"home", "income"}
    assert {NAMES[j] for j in panel._result.pair} == {"home", "income"}
    assert not panel.grab().isNull()


def test_brushed_points_become_the_selection_and_stand_out(made):
    case, panel = made
    panel.plot.brushed.emit(np.array([3, 5]), Qt.KeyboardModifier.NoModifier)
    settle(case)
    assert case.context.selection.recipe == Rows((3, 5))
    assert np.flatnonzero(panel.plot._chosen).tolist() == [3, 5]


def test_a_clicked_point_is_the_current_row(made):
    case, panel = made
    panel.plot.clicked.emit(7)
    assert case.context.case.current_row == 7
    assert panel.plot._current == 7
