"""Joint effects in the window: pairs by size and by share, each with all others."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine import analysis
from engine.contracts.progress import SILENT
from engine.contracts.requests import Run
from gui.panels.effects.friedman_h import FriedmanHPanel
from tests.gui.panels.small_case import HOMES, N, settle, small_case
from tests.support.explained import case as explained_case


def answer(table):
    age = table.column("age").to_numpy() / 70
    rent = np.array([home == "rent" for home in table.column("home").to_pylist()])
    return 0.1 + 0.4 * age * rent + 0.2 * table.column("price").to_numpy()


@pytest.fixture
def made(qtbot):
    case = small_case()
    engine, before = case.engine, case.engine.store.answers[Run]

    def run(request):
        if request.analysis != "friedman_h":
            return before(request)
        columns = {
            "age": engine.ages,
            "home": [HOMES[code] for code in engine.homes],
            "price": np.random.default_rng(0).random(N),
        }
        inputs, _ = explained_case(columns, answer, classes=("good", "bad"))
        found = analysis.load("friedman_h")
        return found.run(inputs, found.Params(rows=20), SILENT)

    case.engine.store.answers[Run] = run
    panel = FriedmanHPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(600, 460)
    panel.show()
    settle(case)
    return case, panel


def test_the_pair_that_does_most_together_is_named(made):
    _, panel = made
    assert "home × age" in panel.reading()
    assert "3 of 3 samples" in panel.words.text()
    header, rows = panel.as_table()
    assert set(rows[0][:2]) == {"age", "home"}
    assert len(header) == len(rows[0])
    assert len(rows) == 3
    assert not panel.grab().isNull()


def test_a_pair_is_told_by_click(made, qtbot):
    _, panel = made
    box = panel.matrix.cell(1, 0).center().toPoint()
    qtbot.mouseClick(panel.matrix, Qt.MouseButton.LeftButton, pos=box)
    assert "over 3 samples of 20 rows" in panel.words.text()
    assert panel.matrix.current == (1, 0)


def test_size_and_share_are_two_pictures_of_one_answer(made):
    case, panel = made
    n = len(case.engine.asked_for(Run))
    size = panel.matrix._values.copy()
    panel.view._buttons["share"].click()
    share = panel.matrix._values
    assert not np.array_equal(size, share)
    assert share.max() <= 1.5
    assert len(case.engine.asked_for(Run)) == n
    assert not panel.grab().isNull()


def test_each_feature_stands_with_all_the_others(made):
    _, panel = made
    panel.view._buttons["others"].click()
    assert {rank.name for rank in panel.bars._ranks} == {"age", "home", "price"}
    assert panel.bars._ranks[-1].name == "price"
    assert len(panel.as_table()[1]) == 3
    assert not panel.grab().isNull()
