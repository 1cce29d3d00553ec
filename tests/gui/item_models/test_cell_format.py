from __future__ import annotations

import numpy as np
import pytest

from gui.item_models.cell_format import (
    NumberFormat,
    date_text,
    decimals_of,
    one_line,
    percent_text,
)


@pytest.mark.parametrize(
    ("values", "decimals"),
    [([1, 2, 3], 0), ([1.5, 2.25], 2), ([0.1, 0.2], 1), ([], 0), ([np.nan], 0)],
)
def test_that_a_column_is_written_with_the_same_decimals(values, decimals):
    assert decimals_of(np.array(values, dtype=float)) == decimals


def test_that_small_numbers_keep_three_digits():
    assert decimals_of(np.array([0.001234567, 0.0023456789])) == 5


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1994.0, 0, "1994"),
        (12345.0, 0, "12,345"),
        (-3.5, 1, "−3.5"),
        (float("inf"), 0, "∞"),
        (1e308, 2, "1.000e+308"),
        (0.0, 2, "0.00"),
    ],
)
def test_that_numbers_are_written_for_reading(value, decimals, text):
    form = NumberFormat(decimals, grouped=value == 12345)
    assert form.text(value) == text


def test_that_certainty_is_never_claimed_by_rounding():
    assert percent_text(0.9999) == "99.9 %"
    assert percent_text(1.0) == "100 %"
    assert percent_text(0.0001) == "< 0.5 %"
    assert percent_text(0.971) == "97 %"


def test_that_moments_are_iso():
    assert date_text(0.0, days_only=True) == "1970-01-01"
    assert date_text(3661.0, days_only=False) == "1970-01-01 01:01:01"


def test_that_long_and_strange_text_fits_one_line():
    assert one_line("a\r\nb\u202e") == "a  b "
    assert len(one_line("x" * 10_000)) == 200
