from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.contracts import operating_points
from engine.contracts.decision import Decision
from engine.contracts.selection import Range
from gui.panels.confusion.confusion import ConfusionPanel
from gui.panels.summary.summary import SummaryPanel
from gui.panels.thresholds.threshold import ThresholdPanel
from gui.panels.thresholds.threshold_choice import COST, NATURAL, RECALL
from tests.gui.panels.measured_case import credit, digits, measured_case

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def case(qapp):
    return measured_case(credit())


@pytest.fixture
def panel(case, qtbot):
    panel = ThresholdPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(680, 500)
    panel.show()
    qtbot.waitUntil(lambda: panel._result is not None)
    return panel


def place(plot, x, y=40):
    return QPoint(round(plot.axes.x(x)), y)


def test_that_the_line_is_dragged_in_one_undo_step(case, panel):
    plot = panel.histogram
    QTest.mousePress(plot, LEFT, pos=place(plot, 0.5))
    for x in (0.45, 0.4, 0.3):
        QTest.mouseMove(plot, place(plot, x))
    QTest.mouseRelease(plot, LEFT, pos=place(plot, 0.3))
    assert case.decision.decision.threshold == pytest.approx(0.3, abs=0.01)
    assert panel.spin.value() == case.decision.decision.threshold
    assert case.undo.count() == 1
    case.undo.undo()
    assert case.decision.decision.threshold == 0.5


def test_that_keys_and_the_box_move_the_line(case, panel):
    QTest.keyClick(panel.histogram, Qt.Key.Key_Right)
    assert case.decision.decision.threshold == pytest.approx(0.51)
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(panel.histogram, Qt.Key.Key_Left, shift)
    assert case.decision.decision.threshold == pytest.approx(0.41)
    panel.spin.setValue(0.7)
    assert case.decision.decision.threshold == 0.7
    assert "At threshold 0.7," in panel.reading()


def test_that_rings_stand_where_the_rates_are(case, panel):
    panel.spin.setValue(0.35)
    rates = panel._result.metrics_at(0.35)
    assert panel.roc._point == pytest.approx(
        (rates["false_positive_rate"].value, rates["recall"].value)
    )
    assert panel.precision._point == pytest.approx(
        (rates["recall"].value, rates["precision"].value)
    )


def test_that_a_brush_selects_whole_bars(case, panel, qtbot):
    plot = panel.histogram
    bottom = plot.height() - 30
    QTest.mousePress(plot, LEFT, pos=place(plot, 0.105, bottom))
    QTest.mouseMove(plot, place(plot, 0.2, bottom))
    QTest.mouseRelease(plot, LEFT, pos=place(plot, 0.295, bottom))
    found = case.selection.recipe
    assert isinstance(found, Range)
    assert found.column == "@score"
    assert (found.low, found.high) == pytest.approx((0.10, 0.30))
    qtbot.waitUntil(lambda: case.selection.mask is not None)
    score = case.case.scores.score
    inside = (score >= found.low) & (score < found.high)
    assert plot._chosen.sum() == inside.sum() == case.selection.n_selected


def test_that_every_choice_brings_what_it_says(case, panel):
    choice = panel.choice
    best = operating_points.best_f1(panel._result)
    assert choice.point == best
    choice.how.setCurrentIndex(choice.how.findData(RECALL))
    choice.recall.setValue(0.9)
    assert choice.point.recall >= 0.9
    assert "recall 0.9" in choice.found.text()
    QTest.mouseClick(choice.apply, LEFT)
    assert case.decision.decision.threshold == choice.point.threshold
    choice.how.setCurrentIndex(choice.how.findData(COST))
    choice.cost_fn.setValue(10)
    cheap = choice.point
    assert (
        cheap.cost <= operating_points.operating_point(panel._result, 0.5, 1, 10).cost
    )
    QTest.mouseClick(choice.apply, LEFT)
    assert case.decision.decision.cost_fn == 10
    choice.how.setCurrentIndex(choice.how.findData(NATURAL))
    QTest.mouseClick(choice.apply, LEFT)
    assert case.decision.decision.threshold is None


def test_that_the_roc_can_be_dragged(case, panel):
    plot = panel.roc
    roc = panel._result.roc
    here, there = (
        plot.axes.point(x, float(np.interp(x, roc[:, 0], roc[:, 1]))).toPoint()
        for x in (0.4, 0.2)
    )
    QTest.mousePress(plot, LEFT, pos=here)
    QTest.mouseMove(plot, there)
    QTest.mouseRelease(plot, LEFT, pos=there)
    _, fp, _, tn = panel._result.counts_at(case.decision.decision.threshold)
    assert fp / (fp + tn) == pytest.approx(0.2, abs=0.02)


def test_that_the_table_view_holds_the_threshold_in_force(case, panel):
    panel.spin.setValue(0.123)
    header, rows = panel.as_table()
    assert len(header) == len(rows[0]) == 8
    assert any(row[0] == 0.123 for row in rows)


def test_that_more_classes_have_no_threshold(qtbot):
    case = measured_case(digits())
    panel = ThresholdPanel(case.context)
    qtbot.addWidget(panel)
    qtbot.wait(20)
    assert "two classes" in panel.reason()
    assert not case.engine.asked


def test_that_curves_are_left_out_where_there_is_no_room(panel, qtbot):
    panel.resize(360, 260)
    qtbot.wait(10)
    assert not panel.curves.isVisible()
    panel.resize(580, 290)
    qtbot.wait(10)
    assert panel.curves.isVisible()
    assert np.isfinite(panel.histogram.axes.area.width())


def own_rule(labels_of):
    """A case with the model's own labels, and nobody's threshold."""
    predictions = credit()
    yes = predictions.classes.index("bad")
    alarm = labels_of(predictions.scores[:, yes])
    labels = np.where(alarm, yes, 1 - yes).astype(np.int32)
    made = measured_case(msgspec.structs.replace(predictions, labels=labels))
    made.decision.replace(Decision(positive="bad"))
    return made


def shown(case, qtbot):
    panel = ThresholdPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(680, 500)
    panel.show()
    qtbot.waitUntil(lambda: panel._result is not None)
    return panel


def test_that_a_rule_that_is_a_threshold_stands_there(qapp, qtbot):
    panel = shown(own_rule(lambda scores: scores >= 0.3), qtbot)
    assert panel.histogram._has_threshold
    assert panel.spin.value() == pytest.approx(0.3, abs=0.005)
    assert panel.histogram._text.startswith("the model's own rule: ≥ 0.3")


def test_that_a_rule_that_is_none_draws_no_line(qapp, qtbot):
    case = own_rule(lambda scores: (scores >= 0.3) & (scores < 0.9))
    panel = shown(case, qtbot)
    assert not panel.histogram._has_threshold
    assert panel.spin.text() == ""
    assert "no threshold on its score" in panel.reading()
    errors = case.case.scores.errors(case.decision.decision)
    _, fp, fn, _ = panel._result.counts_at(None)
    assert fp + fn == np.count_nonzero(errors)
    assert panel.as_table()[1][0][0] == "the model's own rule"
    assert panel.as_table()[1][0][2:4] == [fp, fn]
    panel.spin.setValue(0.7)
    assert case.decision.decision.threshold == 0.7
    assert panel.histogram._has_threshold
    case.undo.undo()
    assert case.decision.decision.threshold is None


def test_that_every_panel_counts_by_the_rule_of_the_model(qapp, qtbot):
    case = own_rule(lambda scores: (scores >= 0.3) & (scores < 0.9))
    wrong = int(np.count_nonzero(case.case.scores.errors(case.decision.decision)))
    panels = [kind(case.context) for kind in (ConfusionPanel, SummaryPanel)]
    for panel in panels:
        qtbot.addWidget(panel)
        panel.resize(500, 400)
        panel.show()
    matrix, summary = panels
    qtbot.waitUntil(lambda: summary._source.result is not None)
    qtbot.waitUntil(lambda: summary._shown is not None and matrix._shown is not None)
    counts = matrix._shown.counts
    n = counts.sum()
    assert counts.sum() - np.trace(counts) == wrong
    assert summary._shown.metrics["accuracy"].value == pytest.approx(1 - wrong / n)
    assert "own rule" in summary.reading()
    assert "own rule" in matrix.reading()
    case.decision.set(Decision(positive="bad", threshold=0.3), "test")
    moved = int(np.count_nonzero(case.case.scores.errors(case.decision.decision)))
    assert moved != wrong
    counts = matrix._shown.counts
    assert counts.sum() - np.trace(counts) == moved
    assert "own rule" not in summary.reading()
