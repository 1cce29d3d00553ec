from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from gui.item_models.selected_scores import bin_counts
from gui.plots.axes import Axes, tick_texts, ticks

finite = st.floats(-1e9, 1e9)


@given(finite, st.floats(1e-3, 1e9), st.integers(1, 12))
def test_that_ticks_are_few_round_and_inside(low, span, most):
    found = ticks(low, low + span, most)
    assert len(found) <= most + 1
    slack = span * 1e-6 + 1e-9
    assert all(low - slack <= value <= low + span + slack for value in found)
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("values", "percent", "texts"),
    [
        ([0.0, 0.25, 0.5], False, ["0.00", "0.25", "0.50"]),
        ([0.0, 0.5, 1.0], True, ["0\u202f%", "50\u202f%", "100\u202f%"]),
        ([-50.0, 0.0, 50.0], False, ["−50", "0", "50"]),
        ([0.0, 20_000.0], False, ["0", "20,000"]),
    ],
)
def test_that_tick_texts_share_their_decimals(values, percent, texts):
    assert tick_texts(values, percent=percent) == texts


def test_that_places_and_numbers_are_each_other_s_inverse():
    axes = Axes(QRectF(10, 20, 200, 100), -1.0, 3.0, 0.0, 5.0)
    for value in (-1.0, 0.3, 3.0):
        assert axes.value_x(axes.x(value)) == pytest.approx(value)
    for value in (0.0, 2.2, 5.0):
        assert axes.value_y(axes.y(value)) == pytest.approx(value)
    assert axes.value_x(-999) == -1.0


def test_that_binning_counts_as_numpy_does():
    rng = np.random.default_rng(0)
    values = rng.random(5000)
    mask = rng.random(5000) < 0.4
    edges = np.linspace(0, 1, 51)
    assert np.array_equal(
        bin_counts(values, edges, mask), np.histogram(values[mask], edges)[0]
    )
    weights = rng.random(5000)
    assert bin_counts(values, edges, mask, weights).sum() == pytest.approx(
        weights[mask].sum()
    )
