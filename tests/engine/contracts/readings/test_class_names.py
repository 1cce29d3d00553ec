"""Classes named by figures are not taken for figures."""

from __future__ import annotations

import pytest

from engine.contracts.decision import Decision
from engine.contracts.readings import confusion, summary, thresholds
from engine.contracts.readings.class_names import class_name
from tests.support.evaluation import classified, run


@pytest.mark.parametrize("name", ["0", "1", "-1", "2.5", "nan"])
def test_a_figure_stands_in_quotation_marks(name):
    assert class_name(name) == f"‘{name}’"


@pytest.mark.parametrize("name", ["bad", "", "class 1", "≥ 5"])
def test_a_word_stands_as_it_is(name):
    assert class_name(name) == name


def test_readings_of_classes_named_by_figures_can_be_read():
    truth, score = [1, 1, 1, 0, 0] * 20, [0.8, 0.9, 0.2, 0.1, 0.7] * 20
    inputs = classified(truth, score, classes=("0", "1"))
    told = confusion.read(run("confusion", inputs))
    assert told.startswith("20 of 60 ‘1’ missed: ")
    assert "20 of 40 ‘0’ flagged as ‘1’: " in told
    assert "Recall of ‘1’: 67" in summary.read(run("summary", inputs))
    assert "better than always predicting ‘1’" in summary.read(run("summary", inputs))
    found = run("thresholds", inputs)
    assert "of ‘1’ are missed" in thresholds.read(found, Decision(threshold=0.5))
