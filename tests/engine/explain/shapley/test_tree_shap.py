"""Shapley values of trees, against their definition on small ensembles."""

from __future__ import annotations

import itertools
import math

import msgspec
import numpy as np
import pytest

from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.structure import Structure, TreeEnsemble
from engine.explain.shapley import tree_shap
from engine.explain.shapley.tree_shap import tree_base, tree_interactions, tree_shapley
from engine.explain.structure_predictions import leaves, longest_path, sums

D = 5


def grown(rng, depth, outputs):
    """Nodes of one tree with thresholds, sets of levels and missing values."""
    nodes, levels = [], []

    def grow(left, cover):
        here = len(nodes)
        node = dict.fromkeys(("left", "right", "feature", "start"), -1)
        node |= {"threshold": 0.0, "missing": False, "size": 0, "cover": cover}
        node["values"] = np.zeros(outputs)
        nodes.append(node)
        if not left or (left < depth and rng.random() < 0.15):
            node["values"] = rng.normal(size=outputs)
            return here
        node["feature"] = int(rng.integers(D))
        node["threshold"] = float(rng.integers(4))
        node["missing"] = bool(rng.integers(2))
        if node["feature"] == D - 1:
            node["start"], node["size"] = len(levels), 4
            levels.extend(rng.integers(0, 2, size=4).astype(bool))
        share = rng.uniform(0.1, 0.9)
        node["left"] = grow(left - 1, cover * share)
        node["right"] = grow(left - 1, cover * (1 - share))
        return here

    grow(depth, 100.0)
    return nodes, levels


def ensemble(seed=0, trees=4, depth=4, outputs=2):
    rng = np.random.default_rng(seed)
    nodes, levels, roots = [], [], []
    for _ in range(trees):
        own, sets = grown(rng, depth, outputs)
        for node in own:
            for child in ("left", "right"):
                node[child] += len(nodes) if node[child] >= 0 else 0
            node["start"] += len(levels) if node["start"] >= 0 else 0
        roots.append(len(nodes))
        nodes += own
        levels += sets

    def column(name, dtype):
        return np.array([node[name] for node in nodes], dtype=dtype)

    return TreeEnsemble(
        roots=np.array(roots, dtype=np.int32),
        left=column("left", np.int32),
        right=column("right", np.int32),
        feature=column("feature", np.int32),
        threshold=column("threshold", np.float64),
        missing_left=column("missing", np.bool_),
        levels_start=column("start", np.int32),
        levels_size=column("size", np.int32),
        levels=np.array(levels, dtype=np.bool_),
        cover=column("cover", np.float64),
        values=np.array([node["values"] for node in nodes]),
        base=rng.normal(size=outputs),
        depth=depth,
    )


def rows(n, seed=1):
    rng = np.random.default_rng(seed)
    found = rng.integers(0, 5, size=(n, D)).astype(np.float64)
    found[rng.random(found.shape) < 0.1] = np.nan
    return found


def raw(form, encoded):
    structure = Structure(
        form=form,
        outputs=("",) * len(form.base),
        encoded=tuple("abcde"),
        source=np.arange(D, dtype=np.int32),
    )
    return sums(structure, encoded)


def by_definition(value):
    """Shapley values of the game ``value(coalition) -> (k,)``."""
    found = []
    for player in range(D):
        others = [j for j in range(D) if j != player]
        total = 0.0
        for size in range(D):
            weight = (
                math.factorial(size) * math.factorial(D - size - 1) / math.factorial(D)
            )
            for coalition in itertools.combinations(others, size):
                gained = value({*coalition, player}) - value(set(coalition))
                total = total + weight * gained
        found.append(total)
    return np.array(found)


def following_cover(form, node, row, known):
    """The path-dependent game of one tree (Lundberg et al., 2020, algorithm 1)."""
    if form.left[node] < 0:
        return form.values[node]
    left, right = form.left[node], form.right[node]
    if form.feature[node] in known:
        alone = msgspec.structs.replace(form, roots=np.array([node], dtype=np.int32))
        beyond = leaves(alone, row[None])[0, 0]
        nearer = left if left <= beyond < right else right
        return following_cover(form, nearer, row, known)
    shares = form.cover[[left, right]] / form.cover[node]
    return shares[0] * following_cover(form, left, row, known) + shares[
        1
    ] * following_cover(form, right, row, known)


@pytest.mark.parametrize("seed", range(4))
def test_interventional_values_are_those_of_the_definition(seed):
    form, explained, others = ensemble(seed), rows(6, seed), rows(9, seed + 50)

    def game(row):
        def value(known):
            mixed = others.copy()
            mixed[:, list(known)] = row[list(known)]
            return raw(form, mixed).mean(axis=0)

        return by_definition(value)

    expected = np.array([game(row) for row in explained])
    np.testing.assert_allclose(
        tree_shapley(form, explained, others), expected, atol=1e-12
    )


@pytest.mark.parametrize("seed", range(4))
def test_path_dependent_values_are_those_of_the_definition(seed):
    form, explained = ensemble(seed), rows(6, seed)

    def game(row):
        return by_definition(
            lambda known: sum(following_cover(form, r, row, known) for r in form.roots)
        )

    expected = np.array([game(row) for row in explained])
    np.testing.assert_allclose(
        tree_shapley(form, explained, None), expected, atol=1e-12
    )


def pairs_by_definition(value):
    """Half the Shapley interactions; the diagonal is what is left of each value."""
    found = np.zeros((D, D, len(value(set()))))
    for i, j in itertools.permutations(range(D), 2):
        others = [k for k in range(D) if k not in (i, j)]
        for size in range(D - 1):
            weight = math.factorial(size) * math.factorial(D - size - 2)
            weight /= 2 * math.factorial(D - 1)
            for chosen in itertools.combinations(others, size):
                known = set(chosen)
                gained = value({*known, i, j}) - value({*known, i})
                found[i, j] += weight * (gained - value({*known, j}) + value(known))
    for i, alone in enumerate(by_definition(value)):
        found[i, i] = alone - found[i].sum(axis=0)
    return found


@pytest.mark.parametrize("seed", range(2))
def test_interactions_are_those_of_the_definition(seed, monkeypatch):
    monkeypatch.setattr(tree_shap, "_PAIR_ROWS", 3)
    form, explained, others = ensemble(seed), rows(4, seed), rows(5, seed + 50)
    for background in (others, None):
        found = np.empty((4, D, D, 2))
        for where, values in tree_interactions(form, explained, background):
            found[where] = values

        def game(row, background=background):
            def value(known):
                if background is None:
                    roots = form.roots
                    return sum(following_cover(form, r, row, known) for r in roots)
                mixed = background.copy()
                mixed[:, list(known)] = row[list(known)]
                return raw(form, mixed).mean(axis=0)

            return pairs_by_definition(value)

        expected = np.array([game(row) for row in explained])
        np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("others", [rows(20, 3), None], ids=["background", "cover"])
def test_base_and_values_add_up_to_the_sum(others):
    form, explained = ensemble(7, trees=12, depth=6), rows(300)
    total = tree_shapley(form, explained, others).sum(axis=1) + tree_base(form, others)
    np.testing.assert_allclose(total, raw(form, explained), atol=1e-11)


def test_sums_of_leaves_are_those_that_structures_are_held_against():
    form, explained = ensemble(7, trees=12, depth=6), rows(300)
    np.testing.assert_allclose(
        tree_shap.tree_sums(form, explained), raw(form, explained), atol=1e-12
    )


def test_a_feature_that_no_tree_asks_for_gets_nothing():
    form = ensemble(2)
    unused = msgspec.structs.replace(
        form, feature=np.where(form.feature == 1, 0, form.feature).astype(np.int32)
    )
    for others in (rows(20, 3), None):
        assert not tree_shapley(unused, rows(50), others)[:, 1].any()


def test_values_of_two_ensembles_add_up():
    one, other, others = ensemble(1), ensemble(5), rows(10, 9)
    shift = len(one.left)

    def joined(name):
        first, second = getattr(one, name), getattr(other, name)
        if name in ("left", "right", "roots"):
            second = np.where(second >= 0, second + shift, second)
        if name == "levels_start":
            second = np.where(second >= 0, second + len(one.levels), second)
        return np.concatenate([first, second]).astype(first.dtype)

    names = [f for f in TreeEnsemble.__struct_fields__ if f not in ("base", "depth")]
    both = TreeEnsemble(
        **{name: joined(name) for name in names},
        base=one.base + other.base,
        depth=max(one.depth, other.depth),
    )
    explained = rows(40)
    np.testing.assert_allclose(
        tree_shapley(both, explained, others),
        tree_shapley(one, explained, others) + tree_shapley(other, explained, others),
        atol=1e-12,
    )


def test_neither_blocks_nor_order_of_rows_change_a_value(monkeypatch):
    form, explained, others = ensemble(3, trees=9), rows(90), rows(7, 8)
    whole = tree_shapley(form, explained, others)
    order = np.random.default_rng(0).permutation(90)
    monkeypatch.setattr(tree_shap, "_BLOCK_ROWS", 13)
    monkeypatch.setattr(tree_shap, "_TASK_STEPS", 1)
    pieces = tree_shapley(form, explained[order], others)
    np.testing.assert_allclose(pieces, whole[order], atol=1e-12)


def test_arrays_that_may_not_be_written_are_read():
    form = ensemble(3)
    for name in ("values", "left", "cover"):
        getattr(form, name).flags.writeable = False
    assert tree_shapley(form, rows(3), rows(2)).shape == (3, D, 2)


def test_it_stops_between_two_tasks(monkeypatch):
    class Stopping:
        asked = 0

        def advance(self, done, total, stage):
            assert stage == "explain.trees"

        def warn(self, code, **params): ...

        def partial(self, result): ...

        def raise_if_cancelled(self):
            self.asked += 1
            if self.asked == 3:
                raise Cancelled

    monkeypatch.setattr(tree_shap, "_TASK_STEPS", 1)
    stopping = Stopping()
    with pytest.raises(Cancelled):
        tree_shapley(ensemble(1, trees=40), rows(30), rows(4), progress=stopping)
    assert stopping.asked == 3


@pytest.mark.parametrize("seed", range(4))
def test_the_longest_path_is_that_of_most_features(seed):
    form = ensemble(seed, trees=3, depth=5)

    def longest(node, asked):
        if form.left[node] < 0:
            return len(asked)
        asked = asked | {int(form.feature[node])}
        return max(longest(form.left[node], asked), longest(form.right[node], asked))

    assert longest_path(form) == max(longest(root, set()) for root in form.roots)


def test_a_path_through_more_features_than_bits_is_said(monkeypatch):
    monkeypatch.setattr(tree_shap, "MOST_FEATURES", 2)
    with pytest.raises(EngineError, match=r"explain\.path_too_long"):
        tree_shapley(ensemble(), rows(1), rows(1))
