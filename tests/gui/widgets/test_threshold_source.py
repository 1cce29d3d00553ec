"""Counts of the selected rows at any threshold."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contracts.counts import counts
from engine.contracts.decision import Decision
from engine.contracts.selection import Range, cell
from gui.widgets.threshold_source import ThresholdSource
from tests.gui.panels.measured_case import credit, measured_case

THRESHOLDS = (0.31, 0.9, 0.0, 1.1, 0.5, None)


@pytest.fixture
def case(qapp):
    return measured_case(credit())


@pytest.fixture
def source(case):
    return ThresholdSource.of(case.context)


def select(case, qtbot, recipe):
    with qtbot.waitSignal(case.selection.changed):
        case.selection.select(recipe, "test")


def passed_over(case, threshold):
    """``(tp, fp, fn, tn)`` of the selected rows, counted the long way."""
    scores = case.case.scores
    positive = scores.classes.index(scores.positive)
    decided = scores.decided(Decision(positive=scores.positive, threshold=threshold))
    table = counts(scores.truth, decided, 2, case.selection.mask)
    yes, no = positive, 1 - positive
    return table[yes, yes], table[no, yes], table[yes, no], table[no, no]


@pytest.mark.parametrize("recipe", [cell("bad", "good"), Range("@score", 0.2, 0.6)])
def test_few_rows_are_counted_at_once(case, source, qtbot, recipe):
    select(case, qtbot, recipe)
    asked = len(case.engine.asked)
    for threshold in THRESHOLDS:
        assert source.selected_counts(threshold) == passed_over(case, threshold)
    assert len(case.engine.asked) == asked


@pytest.mark.parametrize("recipe", [cell("bad", "good"), Range("@score", 0.2, 0.6)])
def test_many_rows_are_counted_by_the_engine_once(
    case, source, qtbot, monkeypatch, recipe
):
    monkeypatch.setattr("gui.widgets.threshold_source.MANY_ROWS", 0)
    select(case, qtbot, recipe)
    with qtbot.waitSignal(source.selected_ready):
        assert source.selected_counts(0.5) is None
    asked = len(case.engine.asked)
    for threshold in THRESHOLDS:
        assert source.selected_counts(threshold) == passed_over(case, threshold)
    assert len(case.engine.asked) == asked


def test_counts_of_other_rows_are_not_shown_for_a_new_selection(
    case, source, qtbot, monkeypatch
):
    monkeypatch.setattr("gui.widgets.threshold_source.MANY_ROWS", 0)
    select(case, qtbot, Range("@score", 0.2, 0.6))
    with qtbot.waitSignal(source.selected_ready):
        source.selected_counts(0.5)
    select(case, qtbot, Range("@score", 0.0, 0.3))
    with qtbot.waitSignal(source.selected_ready):
        assert source.selected_counts(0.5) is None
    assert source.selected_counts(0.5) == passed_over(case, 0.5)


def test_no_row_is_counted_without_the_engine(case, source, qtbot, monkeypatch):
    monkeypatch.setattr("gui.widgets.threshold_source.MANY_ROWS", 0)
    select(case, qtbot, Range("@score", 7.0))
    assert not np.any(case.selection.mask)
    assert source.selected_counts(0.5) == (0.0, 0.0, 0.0, 0.0)
