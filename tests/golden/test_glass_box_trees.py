"""Trees of a model against the arrays of the libraries themselves."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    OneHotEncoder,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, export_text

from engine.contracts.decision import Decision
from engine.contracts.readings.glass_box.glass_box import rules_of
from engine.contracts.results.glass_box import Trees
from tests.support.in_process import glass_box as glass
from tests.support.taken_apart import numbers, three, two, value


class TestOneTree:
    @pytest.mark.parametrize("behind", [(), (StandardScaler(),)])
    def test_has_the_nodes_of_the_library_in_units_of_the_data(self, behind):
        frame = numbers()
        tree = DecisionTreeClassifier(max_depth=5, random_state=0)
        model = make_pipeline(*behind, tree).fit(frame, two(frame))
        found = glass(model, frame)
        own, ours = model[-1].tree_, found.body.tree
        assert found.kind == "tree"
        assert len(ours.left) == own.node_count
        theirs = _breadth_first(own)
        np.testing.assert_array_equal(
            ours.feature, np.where(own.children_left < 0, -1, own.feature)[theirs]
        )
        np.testing.assert_array_equal(ours.cover, own.weighted_n_node_samples[theirs])
        np.testing.assert_array_equal(ours.n_rows, own.n_node_samples[theirs])
        np.testing.assert_allclose(
            ours.values[:, 0], own.value[theirs, 0, 1], atol=1e-12
        )
        cuts = own.threshold.copy()
        if behind:
            inner = own.children_left >= 0
            used = own.feature[inner]
            cuts[inner] = cuts[inner] * model[0].scale_[used] + model[0].mean_[used]
        inner = ours.feature >= 0
        np.testing.assert_allclose(
            ours.threshold[inner], cuts[theirs][inner], rtol=1e-6, atol=1e-7
        )

    def test_leads_rows_as_the_library_does(self):
        frame = numbers()
        model = DecisionTreeRegressor(max_depth=6, random_state=0)
        model.fit(frame, value(frame))
        order = _breadth_first(model.tree_)
        found = glass(model, frame, row=17)
        tree = found.body.tree
        np.testing.assert_array_equal(order[tree.ends], model.apply(frame))
        way = model.decision_path(frame.iloc[[17]]).indices
        assert sorted(order[tree.path]) == sorted(way)
        np.testing.assert_allclose(
            tree.values[tree.ends, 0], model.predict(frame), rtol=1e-12
        )

    def test_rules_part_the_rows_as_the_leaves_do(self):
        frame = numbers()
        model = DecisionTreeClassifier(max_depth=4, random_state=0)
        model.fit(frame, two(frame))
        found = glass(model, frame)
        tree = found.body.tree
        for node in range(len(tree.left)):
            kept = np.ones(len(frame), dtype=bool)
            way = tree.way_to(node)
            for place, child in pairwise(way):
                column = frame.iloc[:, tree.feature[place]].to_numpy(np.float32)
                left = column <= tree.threshold[place]
                kept &= left if tree.left[place] == child else ~left
            np.testing.assert_array_equal(kept, np.isin(tree.ends, _leaves(tree, node)))

    def test_says_what_the_librarys_text_says(self):
        frame = numbers()
        model = DecisionTreeClassifier(max_depth=2, random_state=0)
        model.fit(frame, two(frame))
        found = glass(model, frame)
        theirs = export_text(model, feature_names=list(frame.columns), decimals=4)
        rules = rules_of(found)
        asked = [line.split("--- ")[1] for line in theirs.splitlines() if "<=" in line]
        ours = {rules.question(node) for node in range(len(found.body.tree.left))}
        assert len(asked) == len(ours - {""})
        for line in asked:
            name, cut = line.split(" <= ")
            assert any(
                said.startswith(f"{name} ≤ ")
                and abs(float(said.split("≤ ")[1].replace("−", "-")) - float(cut))
                < 1e-3
                for said in ours
            )

    def test_of_labels_asks_about_labels(self):
        frame = numbers()[["a", "d"]]
        rng = np.random.default_rng(3)
        frame["town"] = rng.choice(["Ávila", "Burgos", "Cádiz"], len(frame))
        answer = np.where((frame["town"] == "Cádiz") & (frame["a"] > 0), "yes", "no")
        model = make_pipeline(
            make_column_transformer(
                (OneHotEncoder(), ["town"]), remainder="passthrough"
            ),
            DecisionTreeClassifier(random_state=0),
        ).fit(frame, answer)
        found = glass(model, frame)
        rules, tree = rules_of(found), found.body.tree
        yes = np.flatnonzero((tree.left < 0) & (tree.values[:, 0] == 1))
        assert len(yes) == 1
        assert "town = Cádiz" in rules.to(int(yes[0]))
        mine = tree.ends == yes[0]
        np.testing.assert_array_equal(mine, answer == "yes")

    def test_cuts_of_a_curve_are_found_in_units_of_the_data(self):
        frame = numbers()
        curve = QuantileTransformer(n_quantiles=100, output_distribution="normal")
        model = make_pipeline(curve, DecisionTreeRegressor(max_depth=4, random_state=0))
        model.fit(frame, value(frame))
        tree = glass(model, frame).body.tree
        inner = np.flatnonzero(tree.feature >= 0)
        assert {tree.question[node] for node in inner} == {"number"}
        for node in inner:
            own = frame.iloc[:, tree.feature[node]].to_numpy()
            here = np.isin(tree.ends, _leaves(tree, node))
            left = np.isin(tree.ends, _leaves(tree, int(tree.left[node])))
            np.testing.assert_array_equal(own[here] <= tree.threshold[node], left[here])

    def test_that_is_too_large_is_closed_below(self):
        frame = numbers()
        model = DecisionTreeRegressor(random_state=0).fit(frame, value(frame))
        tree = glass(model, frame, most_nodes=15).body.tree
        assert len(tree.left) == 15
        assert 15 + tree.hidden.sum() == model.tree_.node_count
        whole = glass(model, frame, most_nodes=100_000).body.tree
        assert len(whole.left) == model.tree_.node_count
        np.testing.assert_allclose(tree.values[0], value(frame).mean())

    def test_turns_round_with_the_positive_class(self):
        frame = numbers()
        model = DecisionTreeClassifier(max_depth=3, random_state=0)
        model.fit(frame, two(frame))
        found = glass(model, frame, decision=Decision(positive="no"))
        order = _breadth_first(model.tree_)
        np.testing.assert_allclose(
            found.body.tree.values[:, 0], model.tree_.value[order, 0, 0], atol=1e-12
        )
        assert found.gap < 1e-12


class TestManyTrees:
    def test_use_is_counted_over_the_estimators(self):
        frame = numbers()
        model = RandomForestClassifier(20, max_depth=5, random_state=0)
        model.fit(frame, three(frame))
        found = glass(model, frame)
        body = found.body
        assert isinstance(body, Trees)
        assert found.kind == "ensemble"
        assert body.averaged
        trees = [member.tree_ for member in model.estimators_]
        asked = [t.feature[t.children_left >= 0] for t in trees]
        np.testing.assert_array_equal(
            body.splits, np.bincount(np.concatenate(asked), minlength=4)
        )
        np.testing.assert_array_equal(
            body.trees, sum(np.isin(np.arange(4), own) for own in asked)
        )
        np.testing.assert_array_equal(body.n_leaves, [t.n_leaves for t in trees])
        np.testing.assert_array_equal(body.depths, [t.max_depth for t in trees])
        weights = np.concatenate(
            [
                (t.weighted_n_node_samples / t.weighted_n_node_samples[0])[
                    t.children_left >= 0
                ]
                for t in trees
            ]
        )
        np.testing.assert_allclose(
            body.asked, np.bincount(np.concatenate(asked), weights, 4) / 20
        )

    def test_what_sets_apart_is_the_librarys_importance(self):
        frame = numbers()
        model = RandomForestClassifier(20, max_depth=5, random_state=0)
        model.fit(frame, three(frame))
        raw = np.mean(
            [
                member.tree_.compute_feature_importances(normalize=False)
                for member in model.estimators_
            ],
            axis=0,
        )
        np.testing.assert_allclose(glass(model, frame).body.apart, raw, rtol=1e-9)

    def test_what_sets_apart_in_two_classes_and_in_regression(self):
        frame = numbers()
        forest = RandomForestRegressor(10, max_depth=5, random_state=0)
        forest.fit(frame, value(frame))
        raw = np.mean(
            [
                member.tree_.compute_feature_importances(normalize=False)
                for member in forest.estimators_
            ],
            axis=0,
        )
        # what its trees add is a tenth of what they say
        np.testing.assert_allclose(
            glass(forest, frame).body.apart * 100, raw, rtol=1e-9
        )
        tree = DecisionTreeClassifier(max_depth=5, random_state=0)
        tree.fit(frame, two(frame))
        raw = tree.tree_.compute_feature_importances(normalize=False)
        np.testing.assert_allclose(glass(tree, frame).body.apart * 2, raw, rtol=1e-9)

    def test_any_tree_can_be_looked_at(self):
        frame = numbers()
        model = GradientBoostingRegressor(n_estimators=8, random_state=0)
        model.fit(frame, value(frame))
        found = glass(model, frame, tree=5)
        own = model.estimators_[5, 0]
        order = _breadth_first(own.tree_)
        tree = found.body.tree
        assert tree.number == 5
        np.testing.assert_array_equal(order[tree.ends], own.apply(frame.to_numpy()))
        leaf = tree.left < 0
        np.testing.assert_allclose(
            tree.values[leaf, 0], 0.1 * own.tree_.value[order, 0, 0][leaf]
        )
        np.testing.assert_allclose(found.body.base, model.init_.constant_[0])

    def test_missing_values_go_the_way_of_the_library(self):
        frame = numbers(missing=True)
        model = HistGradientBoostingClassifier(max_iter=5, random_state=0)
        model.fit(frame, two(frame))
        found = glass(model, frame)
        nodes = model._predictors[0][0].nodes
        tree = found.body.tree
        assert tree.missing_left[0] == bool(nodes[0]["missing_go_to_left"])
        assert found.n_missing.tolist() == frame.isna().sum().tolist()
        assert "or missing" in "".join(
            rules_of(found).to(node) for node in range(len(tree.left))
        )


def _breadth_first(tree) -> np.ndarray:
    order = [0]
    for node in order:
        if tree.children_left[node] >= 0:
            order += [tree.children_left[node], tree.children_right[node]]
    return np.array(order)


def _leaves(tree, node: int) -> np.ndarray:
    return np.flatnonzero(tree.below(node) & (tree.left < 0))
