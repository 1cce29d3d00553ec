from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.contracts.counts import counts
from engine.contracts.decision import Decision
from engine.contracts.requests import Run
from engine.contracts.selection import Range, Values, cell
from gui.panels.confusion.confusion import ConfusionPanel
from gui.widgets.matrix.layout import HEAD, TAIL
from tests.gui.panels.measured_case import credit, digits, measured_case

SHIFT = Qt.KeyboardModifier.ShiftModifier


def shown(case, qtbot, size=(580, 290)):
    panel = ConfusionPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(*size)
    panel.show()
    qtbot.waitUntil(lambda: panel.matrix.content.counts.size > 0)
    binary = len(case.case.scores.classes) == 2
    qtbot.waitUntil(lambda: not binary or panel._source.result is not None)
    return panel


@pytest.fixture
def case(qapp):
    return measured_case(credit())


@pytest.fixture
def panel(case, qtbot):
    return shown(case, qtbot)


def expected(case, mask=None):
    scores = case.case.scores
    decided = scores.decided(case.decision.decision)
    return counts(scores.truth, decided, 2, mask)


def click(panel, row, column, keys=Qt.KeyboardModifier.NoModifier):
    room = panel.matrix.layout_now.rect(row, column)
    QTest.mouseClick(
        panel.matrix.viewport(),
        Qt.MouseButton.LeftButton,
        keys,
        room.center().toPoint(),
    )


def test_that_a_moved_threshold_counts_again_without_the_engine(case, panel):
    asked = len(case.engine.asked)
    for threshold in (0.31, 0.9, 0.0, 1.1):
        case.decision.drag(Decision(positive="bad", threshold=threshold), "test")
        assert np.array_equal(panel.matrix.content.counts, expected(case))
    assert len(case.engine.asked) == asked


def test_that_a_cell_selects_exactly_its_rows(case, panel, qtbot):
    click(panel, 1, 0)
    assert case.selection.recipe == cell("bad", "good")
    qtbot.waitUntil(lambda: case.selection.mask is not None)
    assert case.selection.n_selected == expected(case)[1, 0]
    chosen = panel.matrix.content.selected
    assert chosen[1, 0] == expected(case)[1, 0]
    assert chosen.sum() == chosen[1, 0]


def test_that_shift_adds_and_labels_select_whole_rows_and_columns(case, panel, qtbot):
    click(panel, 1, HEAD)
    assert case.selection.recipe == Values("@truth", ("bad",))
    click(panel, HEAD, 1, SHIFT)
    qtbot.waitUntil(lambda: case.selection.mask is not None)
    qtbot.waitUntil(
        lambda: case.selection.n_selected == expected(case).sum() - expected(case)[0, 0]
    )
    click(panel, TAIL, 0)
    assert case.selection.recipe == Values("@prediction", ("good",))


def test_that_the_corner_selects_all_that_is_right(case, panel, qtbot):
    click(panel, HEAD, HEAD)
    assert case.selection.recipe == Range("@error", 0.0, 0.0, high_closed=True)
    qtbot.waitUntil(lambda: case.selection.mask is not None)
    assert case.selection.n_selected == np.trace(expected(case))


def test_that_the_selected_share_follows_the_threshold(case, panel, qtbot):
    case.selection.select(Range("@score", 0.2, 0.6), "elsewhere")
    qtbot.waitUntil(lambda: case.selection.mask is not None)
    for threshold in (0.5, 0.4, 0.3):
        case.decision.drag(Decision(positive="bad", threshold=threshold), "test")
        mask = case.selection.mask
        assert np.array_equal(panel.matrix.content.selected, expected(case, mask))


def test_that_keys_move_and_choose(case, panel):
    panel.matrix.setFocus()
    QTest.keyClick(panel.matrix, Qt.Key.Key_Down)
    assert panel.matrix.cursor_cell == (1, 0)
    assert "true bad, predicted good" in panel.matrix.accessibleDescription()
    QTest.keyClick(panel.matrix, Qt.Key.Key_Return)
    assert case.selection.recipe == cell("bad", "good")


def test_that_another_column_can_be_an_axis(case, panel, qtbot):
    panel.axes.columns.setCurrentIndex(panel.axes.columns.findData("home"))
    panel.axes.columns.activated.emit(panel.axes.columns.currentIndex())
    qtbot.waitUntil(lambda: panel.matrix.content.counts.shape == (2, 3))
    assert panel.matrix.content.column_labels == ("owner", "parents", "rent")
    assert not panel.matrix.content.row_rates
    click(panel, 0, 2)
    qtbot.waitUntil(lambda: panel.matrix.content.selected is not None)
    chosen = panel.matrix.content.selected
    assert chosen[0, 2] == chosen.sum() > 0


def test_that_a_prediction_on_an_odd_axis_is_counted_again_by_the_engine(
    case, panel, qtbot
):
    panel.axes.rows.setCurrentIndex(panel.axes.rows.findData("home"))
    panel.axes.rows.activated.emit(panel.axes.rows.currentIndex())
    qtbot.waitUntil(lambda: panel.matrix.content.counts.shape == (3, 2))
    before = panel.matrix.content.counts.copy()
    runs = len([r for r in case.engine.asked if isinstance(r, Run)])
    case.decision.drag(Decision(positive="bad", threshold=0.2), "test")
    qtbot.waitUntil(lambda: bool(np.any(panel.matrix.content.counts != before)))
    assert len([r for r in case.engine.asked if isinstance(r, Run)]) == runs + 1


def test_that_many_classes_can_be_grouped_listed_and_zoomed(qtbot):
    case = measured_case(digits(40, 6000))
    panel = shown(case, qtbot)
    table = panel.matrix.content.counts.copy()
    panel.together.setChecked(True)
    order = panel._order
    assert sorted(order) == list(range(40))
    assert np.array_equal(panel.matrix.content.counts, table[np.ix_(order, order)])
    click(panel, 0, 0)
    name = case.case.scores.classes[int(order[0])]
    assert case.selection.recipe == cell(name, name)
    panel.as_list.setChecked(True)
    _, rows = panel.pairs_model.as_table()
    assert len(rows) > 20
    panel.as_list.setChecked(False)
    before = panel.matrix.layout_now.cell_wide
    for _ in range(16):
        QTest.keyClick(panel.matrix, Qt.Key.Key_Plus)
    assert panel.matrix.layout_now.cell_wide > 2 * before
    assert panel.matrix.layout_now.worded
    QTest.keyClick(panel.matrix, Qt.Key.Key_0)
    assert panel.matrix.layout_now.cell_wide == before


def test_the_matrix_has_the_menu_of_every_plot(qtbot):
    panel = shown(measured_case(digits(10, 2_000)), qtbot)
    actions = {action.text(): action for action in panel.matrix_menu().actions()}
    assert {"View as table", "Copy picture", "Save picture…"} <= set(actions)
    before = panel.matrix.layout_now.cell_wide
    actions["Zoom in"].trigger()
    assert panel.matrix.layout_now.cell_wide > before
    actions["Show everything"].trigger()
    assert panel.matrix.layout_now.cell_wide == before


def test_that_a_thousand_classes_paint_in_time(qtbot):
    case = measured_case(digits(1000, 20_000))
    panel = shown(case, qtbot)
    layout = panel.matrix.layout_now
    assert not layout.worded
    assert len(layout.visible_rows()) < 1000
    assert layout.rect(999, 999).right() > layout.cells.right()
    panel.matrix.grab()


def test_that_rates_give_way_before_a_class_is_out_of_sight(panel):
    matrix = panel.matrix
    assert matrix.layout_now.tail_high > 0
    matrix.setMinimumHeight(0)
    matrix.setMaximumHeight(68)
    panel.grab()
    assert matrix.viewport().height() <= 68
    layout = matrix.layout_now
    assert layout.tail_high == 0
    assert layout.hidden[1] == 0
    assert not matrix.grab().isNull()


def test_that_a_longer_word_for_recall_gets_the_room_it_needs(panel):
    content = panel.matrix.content
    room = panel.matrix.layout_now.tail_wide
    longer = replace(content, rate_titles=("sensibilidad de la clase", "precisión"))
    panel.matrix.set_content(longer)
    word = panel.matrix.fontMetrics().horizontalAdvance("sensibilidad")
    assert panel.matrix.layout_now.tail_wide > max(room, word)


def test_that_the_table_view_holds_counts_and_rates(panel, case):
    header, rows = panel.as_table()
    assert header == ["", "predicted good", "predicted bad", "recall"]
    assert len(rows) == 3
    table = expected(case)
    assert rows[0][1:] == [*table[0], table[0, 0] / table[0].sum()]  # not rounded


def test_that_labels_are_plain_text_in_the_reading(qtbot):
    predictions = credit()
    import msgspec

    named = msgspec.structs.replace(predictions, classes=("<i>a", "<b>b"))
    panel = shown(measured_case(named, positive="<b>b"), qtbot)
    assert "<b>" not in panel.reading()
    assert "&lt;b&gt;b" in panel.reading()


def choose(box, name):
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())


@pytest.mark.parametrize("same", ["@truth", "@prediction", "home"])
def test_that_an_axis_chosen_twice_swaps_the_two(case, panel, same):
    axes = panel.axes
    for first, second in ((axes.rows, axes.columns), (axes.columns, axes.rows)):
        choose(first, same)
        before = first.currentData(), second.currentData()
        assert before[0] != before[1]
        choose(second, same)
        assert (first.currentData(), second.currentData()) == before[::-1]


def test_that_rows_shown_from_elsewhere_are_never_the_columns_too(case, panel):
    choose(panel.axes.columns, "home")
    panel.show_rows_by("home")
    assert panel.axes.names == ("home", "@truth")
