"""Contributions in the words and colours that panels show."""

from __future__ import annotations

import numpy as np

from gui.item_models.attributions import level_of


def test_levels_run_from_the_lowest_twentieth_to_the_highest():
    levels = level_of(np.append(np.arange(101.0), np.nan))
    assert (levels[:6] == 0).all()
    assert (levels[95:101] == 1).all()
    assert np.isnan(levels[-1])
    assert (level_of(np.full(4, 7.0)) == 0.5).all()
