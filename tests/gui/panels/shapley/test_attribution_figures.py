from __future__ import annotations

import msgspec
import numpy as np
import pytest
from scipy import stats

from gui.item_models.attributions import Attributions
from gui.panels.shapley.attribution_figures import (
    by_likeness,
    difference,
    evenly,
    hardly_matter,
    slices,
    strongest_partner,
)
from tests.gui.panels.shapley.test_shapley_values import explained


def shapley(values, data, categories, **changes):
    size = np.abs(values).mean(axis=0)[:, None]
    told = {
        "values": values,
        "data": data,
        "categories": categories,
        "importance": size,
        "importance_low": size,
        "importance_high": size,
    } | changes
    return msgspec.structs.replace(explained(len(values)), **told)


def test_the_difference_is_that_of_two_independent_means():
    rng = np.random.default_rng(0)
    values, chosen = rng.normal(size=(500, 2)), rng.random(500) < 0.3
    found = difference(values, chosen)
    size = np.abs(values[:, 0])
    expected = size[chosen].mean() - size[~chosen].mean()
    assert found.value[0] == pytest.approx(expected)
    welch = stats.ttest_ind(size[chosen], size[~chosen], equal_var=False)
    wide = welch.confidence_interval(0.95)
    assert found.low[0] == pytest.approx(wide.low, abs=0.002)
    assert found.high[0] == pytest.approx(wide.high, abs=0.002)


def test_one_row_has_no_difference_from_the_rest():
    chosen = np.zeros(10, dtype=bool)
    chosen[3] = True
    assert difference(np.ones((10, 2)), chosen) is None


@pytest.mark.parametrize("labelled", [False, True])
def test_the_strongest_partner_is_the_feature_that_bends_the_contribution(labelled):
    rng = np.random.default_rng(1)
    data = rng.normal(size=(2_000, 3))
    if labelled:
        data[:, 2] = rng.integers(0, 2, 2_000)
    data[::50, 1] = np.nan
    bent = data[:, 0] + data[:, 0] * data[:, 2] + rng.normal(size=2_000) * 0.1
    values = np.column_stack([bent, np.zeros((2_000, 2))])
    labels = ((), (), ("no", "yes") if labelled else ())
    assert strongest_partner(Attributions(shapley(values, data, labels)), 0) == 2


def test_contributions_that_follow_their_own_values_have_no_partner():
    data = np.column_stack([np.repeat([0.0, 1.0], 50), np.arange(100.0), np.ones(100)])
    values = np.column_stack([data[:, 0], np.zeros((100, 2))])
    shown = Attributions(shapley(values, data, (("a", "b"), (), ())))
    assert strongest_partner(shown, 0) is None


def test_a_feature_hardly_matters_where_its_interval_ends_below_a_hundredth():
    values = np.tile([1.0, 0.001, 0.009], (10, 1))
    high = np.array([[1.1], [0.0011], [0.02]])
    told = shapley(values, np.ones((10, 3)), ((), (), ()), importance_high=high)
    assert hardly_matter(Attributions(told)) == [1]


def test_rows_are_taken_evenly_by_their_answers_ends_included():
    answers = np.arange(100.0)[::-1]
    found = evenly(np.arange(100), answers, 5)
    assert answers[found].tolist() == [0, 25, 50, 74, 99]
    assert evenly(np.arange(3), answers, 5).tolist() == [0, 1, 2]


def test_rows_with_like_contributions_are_neighbours():
    rng = np.random.default_rng(3)
    group = rng.integers(0, 3, 90)
    middles = np.array([[0.0, 0.0], [4.0, 1.0], [8.0, 2.0]])
    values = middles[group] + rng.normal(size=(90, 2)) * 0.1
    ordered = group[by_likeness(values)]
    assert (np.diff(ordered) >= 0).all()  # the sums rise with the groups
    assert by_likeness(values[:1]).tolist() == [0]


def test_slices_hold_every_row_once_those_without_a_value_last():
    data = np.column_stack([np.arange(100.0)[::-1], np.zeros(100), np.zeros(100)])
    data[7, 0] = np.nan
    shown = Attributions(shapley(np.ones((100, 3)), data, ((), (), ())))
    found = slices(shown, 0, 4)
    assert sorted(np.concatenate(found).tolist()) == list(range(100))
    assert found[-1].tolist() == [7]
    assert [len(part) for part in found[:-1]] == [25, 25, 25, 24]
    assert data[found[0], 0].max() < data[found[1], 0].min()
