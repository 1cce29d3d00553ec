"""The field of the threshold keeps what is typed, and what it shows shortened."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, Qt

from gui.panels.thresholds.threshold_spin import ThresholdSpin


@pytest.fixture
def field(qtbot):
    spin = ThresholdSpin()
    qtbot.addWidget(spin)
    spin.setLocale(QLocale.c())
    spin.setRange(-10, 10)
    return spin


@pytest.mark.parametrize("typed", ["0.5", "0.12345", "0.0001", "-2.25", "1"])
def test_every_digit_that_is_typed_is_kept_and_shown(field, qtbot, typed):
    field.selectAll()
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == float(typed)
    assert field.text() == typed


def test_no_noughts_are_shown_behind(field):
    field.setValue(0.5)
    assert field.text() == "0.5"


@pytest.mark.parametrize("found", [0.1 + 0.2 / 3, 1 - 1 / 300_000, 1e-7 / 3])
def test_a_threshold_that_is_not_touched_stays_exact(field, qtbot, found):
    field.setValue(found)
    before = field.value()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == before == pytest.approx(found, abs=1e-15)


def test_a_language_with_a_comma_reads_its_own(field, qtbot):
    field.setLocale(QLocale("es"))
    field.setValue(0.25)
    assert field.text() == "0,25"
    field.selectAll()
    qtbot.keyClicks(field, "0,125")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 0.125
