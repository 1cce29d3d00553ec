from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.contracts.decision import Decision
from engine.contracts.model import ScoreKind, Task
from engine.contracts.requests import Export, OpenView
from engine.contracts.results import Done
from engine.contracts.selection import Range, Rows, Values, cell
from gui.dialogs.row_export import export_rows
from gui.panels.predictions.predictions import PredictionsPanel
from tests.gui.panels.small_case import N, settle, small_case


@pytest.fixture
def case(qapp):
    return small_case()


@pytest.fixture
def panel(case, qtbot):
    panel = PredictionsPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(580, 290)
    panel.show()
    settle(case)
    return panel


def numbers(panel, n=10):
    return [panel.rows.row_number(place) for place in range(n)]


def last_view(case):
    return case.engine.asked_for(OpenView)[-1]


def test_that_the_most_confidently_wrong_rows_come_first(case, panel):
    assert numbers(panel) == wrong_first(case)[:10]
    assert panel.rows.cell(0, 2).wrong
    assert "most confidently wrong first" in panel.reading()


def wrong_first(case):
    wrong = case.engine.scores.errors(case.decision.decision)
    return np.lexsort((-case.engine.loss, ~wrong)).tolist()


@pytest.mark.parametrize("threshold", [0.002, 0.05, 0.95])
def test_that_wrong_rows_come_first_at_any_threshold(case, panel, qtbot, threshold):
    moved = Decision(positive="bad", threshold=threshold)
    case.decision.set(moved, "test")
    qtbot.waitUntil(lambda: last_view(case).decision == moved)
    settle(case)
    wrong = case.engine.scores.errors(moved)
    assert numbers(panel, 60) == wrong_first(case)[:60]
    assert all(panel.rows.cell(place, 2).wrong for place in range(8))
    assert 8 < wrong.sum() < N


def test_that_without_scores_wrong_rows_come_first_and_nothing_is_confident(
    case, panel, qtbot
):
    scores = case.engine.scores
    case.engine.scores = msgspec.structs.replace(
        scores, score=np.empty(0), score_kind=ScoreKind.LABEL
    )
    case.engine.loss = np.zeros(N)
    case.case.scores = case.engine.scores
    case.case.predictions_changed.emit()
    settle(case)
    assert numbers(panel, 60) == wrong_first(case)[:60]
    assert "wrong predictions first" in panel.reading()
    assert "confident" not in panel.reading()


def test_that_the_largest_errors_of_numbers_come_first(case, panel):
    scores = msgspec.structs.replace(case.engine.scores, task=Task.REGRESSION)
    assert scores.worst_first == (("@loss", True),)


def test_that_every_row_shows_truth_prediction_confidence_and_loss(case, panel):
    row = panel.rows.row_number(0)
    titles = [column.title for column in panel.rows.columns]
    assert titles == [
        "id", "true value", "prediction", "confidence", "loss", "age", "home", "income",
    ]  # fmt: skip
    texts = [panel.rows.cell(0, place).text for place in range(5)]
    score = case.engine.scores.score[row]
    decided = "bad" if score >= 0.5 else "good"
    assert texts[0] == f"A-{row:05d}"
    assert texts[2] == decided
    assert texts[1] == ("good", "bad")[case.engine.scores.truth[row]]


def test_that_a_selection_narrows_the_rows_and_the_reading_says_so(case, panel, qtbot):
    case.selection.select(cell("bad", "good"), "confusion")
    settle(case)
    mask = case.selection.mask
    assert panel.rows.rowCount() == int(mask.sum())
    assert all(mask[number] for number in numbers(panel, 5))
    assert f"<b>{int(mask.sum())} rows</b>" in panel.reading()


def test_that_rows_picked_here_are_tinted_and_stay_among_the_others(case, panel, qtbot):
    panel.table.picked.emit(2, 4, Qt.KeyboardModifier.NoModifier)
    settle(case)
    picked = [panel.rows.row_number(place) for place in (2, 3, 4)]
    assert case.selection.recipe == Rows(tuple(picked))
    assert panel.rows.rowCount() == N
    tinted = panel.table._grounds.tinted
    assert tinted is not None
    assert tinted(picked[0])
    assert not tinted(panel.rows.row_number(0))


def test_that_picking_all_takes_the_filter_as_the_recipe(case, panel, qtbot):
    panel.line.setText("age < 30")
    settle(case)
    n = panel.rows.rowCount()
    panel.table.picked.emit(0, n - 1, Qt.KeyboardModifier.NoModifier)
    settle(case)
    assert case.selection.n_selected == n == int((case.engine.ages < 30).sum())


def test_that_errors_only_keeps_the_wrong_rows(case, panel, qtbot):
    panel.errors_only.setChecked(True)
    settle(case)
    wrong = case.engine.scores.errors(case.decision.decision)
    assert panel.rows.rowCount() == int(wrong.sum())


def test_that_a_moved_threshold_changes_predictions_before_the_engine_answers(
    case, panel, qtbot
):
    row = panel.rows.row_number(0)
    before = panel.rows.cell(0, 2).text
    score = float(case.engine.scores.score[row])
    beyond = score + 0.01 if before == "bad" else score - 0.01
    asked = len(case.engine.asked)
    case.decision.set(Decision(positive="bad", threshold=beyond), "slider")
    assert panel.rows.cell(0, 2).text != before
    assert not panel.rows.cell(0, 2).wrong
    assert len(case.engine.asked) == asked


def test_that_filters_follow_the_threshold_once_the_hand_rests(case, panel, qtbot):
    panel.errors_only.setChecked(True)
    settle(case)
    for threshold in (0.6, 0.7, 0.8):
        case.decision.drag(Decision(positive="bad", threshold=threshold), "slider")
    views = len(case.engine.asked_for(OpenView))
    qtbot.waitUntil(lambda: len(case.engine.asked_for(OpenView)) > views)
    settle(case)
    assert len(case.engine.asked_for(OpenView)) == views + 1
    wrong = case.engine.scores.errors(case.decision.decision)
    assert panel.rows.rowCount() == int(wrong.sum())


def test_that_arrow_keys_step_through_the_rows(case, panel, qtbot):
    panel.table.go_to(0)
    qtbot.keyClick(panel.table, Qt.Key.Key_Down)
    assert case.case.current_row == panel.rows.row_number(1)
    qtbot.keyClick(panel.table, Qt.Key.Key_Down)
    assert case.case.current_row == panel.rows.row_number(2)


def test_that_space_toggles_and_shift_adds_rows(case, panel, qtbot):
    panel.table.go_to(3)
    qtbot.keyClick(panel.table, Qt.Key.Key_Space)
    settle(case)
    assert case.selection.n_selected == 1
    qtbot.keyClick(panel.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    settle(case)
    assert case.selection.n_selected == 2
    qtbot.keyClick(panel.table, Qt.Key.Key_Up)
    qtbot.keyClick(panel.table, Qt.Key.Key_Space)
    settle(case)
    assert case.selection.n_selected == 1


def test_that_a_drag_over_rows_selects_them_and_alt_takes_one_away(case, panel, qtbot):
    place = panel.table.viewport()

    def middle(row):
        area = panel.table.visualRect(panel.rows.index(row, 1))
        return area.center()

    qtbot.mousePress(place, Qt.MouseButton.LeftButton, pos=middle(1))
    qtbot.mouseMove(place, pos=middle(3))
    qtbot.mouseRelease(place, Qt.MouseButton.LeftButton, pos=middle(3))
    settle(case)
    assert case.selection.n_selected == 3
    qtbot.mouseClick(
        place,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.AltModifier,
        pos=middle(2),
    )
    settle(case)
    assert case.selection.n_selected == 2


def test_that_a_row_made_current_elsewhere_is_found_and_marked(case, panel, qtbot):
    row = panel.rows.row_number(200)
    if row is None:
        row = int(np.argsort(-case.engine.loss, kind="stable")[200])
    case.case.set_current_row(row)
    settle(case)
    assert panel.table.currentIndex().row() == 200
    assert panel.table._grounds.marked == row


def test_that_headings_sort_and_menus_filter(case, panel, qtbot):
    age = [column.name for column in panel.rows.columns].index("age")
    panel.header.sort_wanted.emit(age, False)
    settle(case)
    assert last_view(case).sort == (("age", True),)
    assert panel.rows.row_number(0) == int(np.argmax(case.engine.ages))
    panel.query.keep("home", Values("home", ("rent",)))
    panel.query.keep("@confidence", Range("@confidence", 0.7, None))
    settle(case)
    shares = case.engine.scores.confidence(case.decision.decision)
    expected = (case.engine.homes == 2) & (shares >= 0.7)
    assert panel.rows.rowCount() == int(expected.sum())
    panel._clear_filters()
    settle(case)
    assert panel.rows.rowCount() == N


def test_that_the_column_menu_opens_by_key_and_names_the_column(case, panel, qtbot):
    panel.table.go_to(0)
    opened = []
    panel.table.column_menu_wanted.connect(lambda column, _at: opened.append(column))
    qtbot.keyClick(panel.table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert opened == [0]


def test_that_without_predictions_the_panel_says_what_is_missing(qtbot):
    case = small_case(predicted=False)
    panel = PredictionsPanel(case.context)
    qtbot.addWidget(panel)
    settle(case)
    assert panel.reason()


def test_that_a_restarted_engine_is_not_asked_for_the_old_view(case, panel, qtbot):
    before = len(case.engine.asked)
    case.engine.restarted.emit()
    panel.rows.need(300, 330, 0, 7)
    reads = [r for r in case.engine.asked[before:] if type(r).__name__ == "ReadRows"]
    assert not reads


def test_that_hostile_names_are_shown_as_plain_text(case, panel, qtbot):
    panel.query.sort("<img src=x>", "down")
    assert "<img" not in panel.reading()


def test_that_an_export_is_written_by_the_engine_and_told(case, panel, qtbot):
    case.engine.store.answers[Export] = lambda _request: Done()
    view, columns = panel._view, ("id", "@truth", "@prediction")
    export_rows(case.context, view, columns, "/tmp/rows.csv")
    with qtbot.waitSignal(case.notify.raised) as caught:
        case.engine.store.answer()
    assert "rows.csv" in caught.args[0].text
    assert case.engine.asked_for(Export)[0].view == view.view


def test_that_the_table_view_says_what_it_leaves_out(case, panel):
    titles, rows = panel.as_table()
    assert titles[:3] == ["id", "true value", "prediction"]
    read = len(rows) - 1
    assert rows[-1][0].startswith(f"… {N - read} rows more")
