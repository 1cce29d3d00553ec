from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.contracts.dataset import Part
from engine.contracts.decision import Decision
from engine.contracts.selection import Range, Values
from gui.panels.summary.summary import SummaryPanel
from tests.gui.panels.measured_case import credit, digits, measured_case, prices


def shown(case, qtbot):
    panel = SummaryPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(680, 500)
    panel.show()
    qtbot.waitUntil(lambda: panel.model.rowCount() > 0)
    binary = len(case.case.scores.classes) == 2
    qtbot.waitUntil(lambda: not binary or panel._source.result is not None)
    return panel


def row_of(panel, title):
    header, rows = panel.as_table()
    found = next(row for row in rows if row[0] == title)
    return dict(zip(header, found, strict=True))


def test_that_the_drag_gives_what_the_engine_would(qtbot):
    case = measured_case(credit())
    panel = shown(case, qtbot)
    asked = len(case.engine.asked)
    case.decision.drag(Decision(positive="bad", threshold=0.31), "test")
    dragged = panel._shown
    assert len(case.engine.asked) == asked
    anew = case.engine.answer(panel.request())
    for name, found in anew.metrics.items():
        mine = dragged.metrics[name]
        assert mine.value == pytest.approx(found.value, abs=1e-12), name
        if found.low is not None:
            assert (mine.low, mine.high) == pytest.approx((found.low, found.high)), name
    for mine, found in zip(dragged.per_class, anew.per_class, strict=True):
        assert mine.recall.value == pytest.approx(found.recall.value)
        assert mine.f1.value == pytest.approx(found.f1.value)


def test_that_selected_and_rest_stand_side_by_side(qtbot):
    case = measured_case(credit())
    panel = shown(case, qtbot)
    case.selection.select(Range("@score", 0.3, 0.7), "elsewhere")
    qtbot.waitUntil(lambda: "selected" in panel.as_table()[0])
    scores = case.case.scores
    wrong = scores.errors(case.decision.decision)
    mask = case.selection.mask
    inside = row_of(panel, "Accuracy")["selected"]
    assert inside == pytest.approx(1 - wrong[mask].mean(), rel=1e-12)
    case.selection.clear()
    qtbot.waitUntil(lambda: "selected" not in panel.as_table()[0])


def test_that_a_real_gap_to_the_reference_is_marked(qtbot):
    case = measured_case(credit(4000))
    better = credit(4000, seed=8)
    import msgspec
    import numpy as np

    sure = np.where(better.truth == 1, 0.99, 0.01)
    case.engine.others[Part.REFERENCE] = msgspec.structs.replace(
        better, scores=np.column_stack([1 - sure, sure]), labels=better.truth
    )
    panel = shown(case, qtbot)
    titles, rows = panel.as_table()
    assert "training data" in titles
    assert rows[0][titles.index("gap")] == pytest.approx(
        rows[0][titles.index("value")] - rows[0][titles.index("training data")]
    )
    across = Qt.Orientation.Horizontal
    columns = range(panel.model.columnCount())
    header = [panel.model.headerData(column, across) for column in columns]
    gap = panel.model.cell(0, header.index("gap"))
    assert gap.warns
    assert gap.text.startswith("−")


def test_that_each_class_can_be_selected(qtbot):
    case = measured_case(digits())
    panel = shown(case, qtbot)
    panel.view.choose("classes")
    panel._display()
    assert panel.model.rowCount() == 10
    area = panel.table.visualRect(panel.model.index(3, 0))
    QTest.mouseClick(
        panel.table.viewport(), Qt.MouseButton.LeftButton, pos=area.center()
    )
    assert case.selection.recipe == Values("@truth", ("3",))


def test_that_a_regression_has_its_own_figures(qtbot):
    case = measured_case(prices())
    panel = shown(case, qtbot)
    assert row_of(panel, "Mean absolute error")["value"]
    assert not panel.view.isVisible()
    case.selection.select(Range("@score", 100.0, 200.0), "elsewhere")
    qtbot.waitUntil(lambda: "selected" in panel.as_table()[0])
    assert float(row_of(panel, "Mean absolute error")["selected"]) > 0


def training_of(better):
    sure = np.where(better.truth == 1, 0.7, 0.3)
    return msgspec.structs.replace(
        better, scores=np.column_stack([1 - sure, sure]), labels=better.truth
    )


def test_that_the_training_data_follow_the_threshold_and_the_model_s_own_rule(qtbot):
    case = measured_case(credit(4000))
    better = credit(4000, seed=8)
    case.engine.others[Part.REFERENCE] = training_of(better)
    panel = shown(case, qtbot)
    recall = lambda: row_of(panel, "Recall")["training data"]  # noqa: E731
    qtbot.waitUntil(lambda: recall() == 1)
    summaries = lambda: [r for r in case.engine.asked if r.analysis == "summary"]  # noqa: E731
    asked = len(summaries())
    case.decision.drag(Decision(positive="bad", threshold=0.8), "test")
    assert recall() == "…"  # and never that of another threshold
    assert "over-fitting" not in panel.reading()
    case.decision.drag(Decision(positive="bad", threshold=0.9), "test")
    qtbot.waitUntil(lambda: recall() not in ("…", ""))
    assert recall() == 0
    assert len(summaries()) == asked + 1  # once, when the hand rests
    case.decision.drag(Decision(positive="bad", threshold=None), "test")
    qtbot.waitUntil(lambda: recall() == 1)


def test_that_what_no_threshold_moves_stays_in_the_training_column(qtbot):
    case = measured_case(credit(4000))
    case.engine.others[Part.REFERENCE] = training_of(credit(4000, seed=8))
    panel = shown(case, qtbot)
    before = row_of(panel, "ROC AUC")["training data"]
    case.decision.drag(Decision(positive="bad", threshold=0.9), "test")
    assert row_of(panel, "ROC AUC")["training data"] == before
    assert before == 1
