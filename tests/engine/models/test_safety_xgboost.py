"""An XGBoost file that the library would stumble over is refused before."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xgboost

from engine.contracts.model import Light
from engine.contracts.progress import SILENT
from engine.models.static import xgboost_files

RNG = np.random.default_rng(8)
ROWS = RNG.normal(size=(120, 3))
THREE = np.digitize(ROWS[:, 0], [-0.5, 0.5])
PLAIN = {"nthread": 1, "max_depth": 2, "base_score": 0.4}


def document(settings=(), label=THREE > 0, rows=None):
    data = xgboost.DMatrix(ROWS, label=label) if rows is None else rows
    booster = xgboost.train(
        {"objective": "binary:logistic", **PLAIN, **dict(settings)}, data, 2
    )
    return json.loads(booster.save_raw("json"))


def levels():
    frame = pd.DataFrame({"x": ROWS[:, 0], "y": pd.Categorical(list("abc") * 40)})
    rows = xgboost.DMatrix(frame, label=THREE > 0, enable_categorical=True)
    return document(rows=rows)


def report(told):
    return xgboost_files.examine(json.dumps(told).encode(), "xgboost_json", SILENT)


def forest(told):
    return told["learner"]["gradient_booster"]["model"]


def tree(told):
    return forest(told)["trees"][0]


def learner(told):
    return told["learner"]


def put(where, *path):
    *before, last, value = path

    def change(told):
        holder = where(told)
        for name in before:
            holder = holder[name]
        holder[last] = value

    return change


def drop(where, *path):
    *before, last = path

    def change(told):
        holder = where(told)
        for name in before:
            holder = holder[name]
        del holder[last]

    return change


BROKEN = {
    "a whole number among real ones": put(tree, "base_weights", 0, 1),
    "a real number among children": put(tree, "left_children", 0, 1.0),
    "a leaf that is no number": put(tree, "split_conditions", -1, float("nan")),
    "an input that is not there": put(tree, "split_indices", 0, 3),
    "a leaf of an input beyond": put(tree, "split_indices", -1, 4_294_967_295),
    "a direction that is none": put(tree, "default_left", 0, 2),
    "gains are missing": drop(tree, "loss_changes"),
    "categories are missing": drop(tree, "categories"),
    "a number of pruned nodes": put(tree, "tree_param", "num_deleted", "1"),
    "leaves of two values": put(tree, "tree_param", "size_leaf_vector", "2"),
    "a tree without number": drop(tree, "id"),
    "a setting that is no number": put(
        forest, "gbtree_model_param", "num_parallel_tree", "x"
    ),
    "rounds of fewer than one tree": put(
        forest, "gbtree_model_param", "num_parallel_tree", "-1"
    ),
    "a setting that is too large": put(
        forest, "gbtree_model_param", "num_parallel_tree", "9223372036854775807"
    ),
    "a probability above one to begin with": put(
        learner, "learner_model_param", "base_score", "[1.5E0]"
    ),
    "two beginnings of one output": put(
        learner, "learner_model_param", "base_score", "[5E-1,5E-1]"
    ),
    "no settings of the objective": drop(learner, "objective", "reg_loss_param"),
    "attributes are missing": drop(learner, "attributes"),
    "a best round that is none": put(learner, "attributes", "best_iteration", "x"),
    "a name twice": put(learner, "feature_names", ["a", "a", "b"]),
    "a kind that is none": put(learner, "feature_types", ["float", "int", "o"]),
    "another booster inside": put(learner, "gradient_booster", "name", "gbtre"),
    "no version": drop(lambda told: told, "version"),
}


def test_the_file_itself_is_green():
    for told in (document(), levels()):
        assert report(told).light()[0] is Light.GREEN


@pytest.mark.parametrize("case", BROKEN)
def test_what_the_library_would_stumble_over_is_not_green(case):
    told = document()
    BROKEN[case](told)
    assert report(told).light()[0] is not Light.GREEN


LEVELS = {
    "letters that are none": put(forest, "cats", "enc", 1, "values", 0, 300),
    "an end beyond the last": put(forest, "cats", "enc", 1, "offsets", -1, 9),
    "an order that is none": put(forest, "cats", "sorted_idx", 0, 2),
    "an input without": put(forest, "cats", "feature_segments", 1, 1),
    "ends that are not there": drop(forest, "cats", "enc", 1, "offsets"),
    "no list of them": drop(forest, "cats", "enc"),
}


@pytest.mark.parametrize("case", LEVELS)
def test_names_of_categories_fit_one_another(case):
    told = levels()
    LEVELS[case](told)
    assert report(told).light()[0] is not Light.GREEN


def vectors():
    return document(
        {
            "objective": "multi:softprob",
            "num_class": 3,
            "multi_strategy": "multi_output_tree",
            "base_score": None,
        },
        THREE,
    )


def test_leaves_of_several_values_are_green():
    assert report(vectors()).light()[0] is Light.GREEN


@pytest.mark.parametrize(
    "change",
    [
        lambda told: tree(told)["leaf_weights"].pop(),
        put(tree, "leaf_weights", 0, float("inf")),
        put(tree, "right_children", -1, 0),
    ],
    ids=["too few", "infinite", "another's place"],
)
def test_leaves_of_several_values_have_places_of_their_own(change):
    told = vectors()
    change(told)
    assert report(told).light()[0] is Light.FORBIDDEN


def test_an_unknown_objective_is_not_vouched_for():
    told = document()
    learner(told)["objective"]["name"] = "binary:logistik"
    light, reason = report(told).light()
    assert (light, reason.code) == (Light.RED, "safety.xgboost_objective")
