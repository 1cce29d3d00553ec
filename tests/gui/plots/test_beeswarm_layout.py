"""Points of a beeswarm: where they lie and what their cells say."""

from __future__ import annotations

import numpy as np

from gui.plots.beeswarm_layout import BINS, cells, strip


def points(n=500, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=n), rng.random(n)


def test_no_two_points_of_a_stretch_lie_on_one_another():
    found = strip(*points(), -4.0, 4.0)
    places = set(zip(found.bins.tolist(), found.heights.tolist(), strict=True))
    assert len(places) == 500
    assert np.abs(found.heights).max() <= 0.5


def test_a_lone_point_lies_in_the_middle():
    found = strip(np.array([0.3]), np.array([0.5]), 0.0, 1.0)
    assert found.heights[0] == 0.0


def test_low_levels_lie_below_high_ones():
    values, levels = np.zeros(50), np.linspace(0, 1, 50)
    found = strip(values, levels, -1.0, 1.0)
    assert (np.diff(found.heights) > 0).all()


def test_order_of_rows_changes_no_place():
    values, levels = points()
    order = np.random.default_rng(1).permutation(500)
    one = strip(values, levels, -4.0, 4.0)
    other = strip(values[order], levels[order], -4.0, 4.0)
    np.testing.assert_array_equal(one.heights[order], other.heights)


def test_cells_count_every_point_once():
    values, levels = points()
    levels[:40] = np.nan
    found = strip(values, levels, -4.0, 4.0)
    told = cells(found)
    assert told[..., 0].sum() == 500
    chosen = values > 0
    assert cells(found, chosen)[..., 0].sum() == chosen.sum()
    assert not cells(found, chosen)[:, : BINS // 2 - 1, 0].any()


def test_a_cell_without_levels_has_no_colour():
    found = strip(np.zeros(3), np.full(3, np.nan), -1.0, 1.0)
    assert np.isnan(cells(found)[..., 1]).all()
