from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from gui.plots.pair_matrix import PairMatrix


@pytest.fixture
def matrix(qtbot):
    plot = PairMatrix("pairs", str, lambda row, column: f"{row}/{column}")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    values = np.array([[3.0, 1.0, 0.2], [1.0, 2.0, 0.5], [0.2, 0.5, 1.0]])
    plot.set_values(("age", "home", "income"), values)
    return plot


def test_a_click_chooses_the_pair_of_the_cell(matrix, qtbot):
    spot = matrix.cell(2, 1).center().toPoint()
    with qtbot.waitSignal(matrix.chosen) as chosen:
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=spot)
    assert chosen.args == [2, 1]
    assert matrix.current == (2, 1)


def test_neither_the_diagonal_nor_the_upper_half_is_a_pair(matrix, qtbot):
    chosen = []
    matrix.chosen.connect(lambda *pair: chosen.append(pair))
    for cell in ((1, 1), (0, 2)):
        spot = matrix.cell(*cell).center().toPoint()
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=spot)
    assert chosen == []


def test_arrows_stay_within_the_pairs(matrix, qtbot):
    matrix.set_current(0, 1)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up):
        qtbot.keyClick(matrix, key)
        assert matrix.current == (1, 0)
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    qtbot.keyClick(matrix, Qt.Key.Key_Right)
    assert matrix.current == (2, 1)
    qtbot.keyClick(matrix, Qt.Key.Key_Up)
    assert matrix.current == (1, 0)


def test_nothing_is_drawn_of_no_features(matrix):
    matrix.set_values((), np.zeros((0, 0)))
    assert not matrix.grab().isNull()


def test_the_least_height_has_room_for_every_cell(matrix):
    names = tuple(f"feature {n}" for n in range(20))
    matrix.set_values(names, np.ones((20, 20)))
    assert matrix.minimumHeight() >= 20 * 24
    assert matrix.area.bottom() <= matrix.height()
    assert matrix.cell(19, 19).bottom() == pytest.approx(matrix.area.bottom())
    assert not matrix.grab().isNull()
