"""What Shapley values owe by their definition, for any game."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.explain.shapley import coalitions
from engine.explain.shapley.tree_shap import tree_base, tree_shapley, tree_sums
from tests.engine.explain.shapley.test_tree_shap import ensemble, rows

SEEDS = st.integers(0, 10_000)


def game(seed, d, k=2):
    """What each coalition of ``d`` features is worth, anything at all."""
    return np.random.default_rng(seed).normal(size=(1, 1 << d, k))


def members(d):
    return (np.arange(1 << d)[:, None] >> np.arange(d)) & 1 == 1


@given(seed=SEEDS, d=st.integers(1, 7))
@settings(max_examples=40)
def test_everything_is_shared_out(seed, d):
    worth = game(seed, d)
    total = coalitions.values(worth).sum(axis=1)
    np.testing.assert_allclose(total, worth[:, -1] - worth[:, 0], atol=1e-12)
    pairs = coalitions.pairs(worth)
    np.testing.assert_allclose(pairs.sum(axis=(1, 2)), total, atol=1e-12)


@given(seed=SEEDS, d=st.integers(2, 7), place=st.integers(0, 6))
@settings(max_examples=40)
def test_a_feature_that_never_matters_gets_nothing(seed, d, place):
    place %= d
    worth = game(seed, d)
    without = np.arange(1 << d) & ~(1 << place)
    idle = worth[:, without]
    np.testing.assert_allclose(coalitions.values(idle)[:, place], 0.0, atol=1e-12)
    np.testing.assert_allclose(coalitions.pairs(idle)[:, place], 0.0, atol=1e-12)


@given(seed=SEEDS, d=st.integers(2, 7), one=st.integers(0, 6), other=st.integers(0, 6))
@settings(max_examples=40)
def test_features_that_can_stand_for_one_another_get_the_same(seed, d, one, other):
    one, other = one % d, other % d
    known = members(d)
    swapped = known.copy()
    swapped[:, [one, other]] = known[:, [other, one]]
    place = swapped @ (1 << np.arange(d))
    worth = game(seed, d)
    alike = worth + worth[:, place]
    values = coalitions.values(alike)
    np.testing.assert_allclose(values[:, one], values[:, other], atol=1e-12)


@given(seed=SEEDS, d=st.integers(1, 7), weight=st.floats(-3, 3))
@settings(max_examples=40)
def test_values_of_a_sum_of_games_are_sums_of_values(seed, d, weight):
    first, second = game(seed, d), game(seed + 1, d)
    for shared in (coalitions.values, coalitions.pairs):
        np.testing.assert_allclose(
            shared(first + weight * second),
            shared(first) + weight * shared(second),
            atol=1e-11,
        )


@given(seed=SEEDS, by_cover=st.booleans(), depth=st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_trees_share_out_everything_and_nothing_to_what_they_do_not_ask(
    seed, by_cover, depth
):
    form, explained = ensemble(seed, trees=3, depth=depth), rows(20, seed)
    others = None if by_cover else rows(7, seed + 1)
    values = tree_shapley(form, explained, others)
    total = values.sum(axis=1) + tree_base(form, others)
    np.testing.assert_allclose(total, tree_sums(form, explained), atol=1e-11)
    asked = np.unique(form.feature[form.feature >= 0])
    idle = np.setdiff1d(np.arange(values.shape[1]), asked)
    assert not values[:, idle].any()


@given(seed=SEEDS, precision=st.sampled_from([0.0, 0.05]))
@settings(max_examples=20, deadline=None)
def test_walks_share_out_everything_however_few_they_are(seed, precision):
    rng = np.random.default_rng(seed)
    cells = rng.normal(size=(9, 5))
    weight = rng.normal(size=5)

    def answer(x):
        return (np.tanh(x @ weight) + x[:, 0] * x[:, 1])[:, None]

    def ask(wanted, progress):
        return answer(cells[wanted, np.arange(5)])

    places = np.repeat(np.arange(9)[:, None], 5, axis=1)
    known, base = answer(cells[:3]), answer(cells[3:])
    shares = rng.dirichlet(np.ones(6))
    sampling = coalitions.Sampling(precision, 2, seed)
    found = coalitions.sampled(
        ask, places[:3], places[3:], known, base, sampling, shares=shares
    )
    for where, values, errors in found:
        total = values.sum(axis=1) + shares @ base
        np.testing.assert_allclose(total, known[where], atol=1e-12)
        assert (errors >= 0).all()
