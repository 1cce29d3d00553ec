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
    "no output": put(learner, "learner_model_param", "num_target", "0"),
    "outputs without measure": put(
        learner, "learner_model_param", "num_target", "2147483647"
    ),
    "inputs without measure": put(
        learner, "learner_model_param", "num_feature", "2147483647"
    ),
    "a weight below zero": put(
        learner, "objective", "reg_loss_param", "scale_pos_weight", "-0.5"
    ),
    "a number beyond single precision": put(
        learner, "objective", "reg_loss_param", "scale_pos_weight", "1e308"
    ),
    "a number below single precision": put(
        learner, "learner_model_param", "base_score", "1e-320"
    ),
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


def of_objective(name, **more):
    label = np.abs(ROWS[:, 0]) + 0.1
    if name.startswith("rank"):
        label = THREE
    rows = xgboost.DMatrix(ROWS, label=label)
    if name.startswith("rank"):
        rows.set_group([60, 60])
    if name == "survival:aft":
        rows.set_float_info("label_lower_bound", label)
        rows.set_float_info("label_upper_bound", label + 1)
    settings = {"objective": name, "base_score": None, **more}
    return document(settings, rows=rows)


SETTINGS = [
    ("reg:tweedie", "tweedie_variance_power", "2.5"),
    ("reg:tweedie", "tweedie_variance_power", "0.5"),
    ("reg:quantileerror", "quantile_alpha", "1.5"),
    ("reg:quantileerror", "quantile_alpha", None),
    ("count:poisson", "max_delta_step", "-1"),
    ("survival:aft", "aft_loss_distribution", "0"),
    ("survival:aft", "aft_loss_distribution", "mean"),
    ("rank:ndcg", "lambdarank_pair_method", "1"),
    ("rank:ndcg", "lambdarank_num_pair_per_sample", "0"),
    ("rank:ndcg", "lambdarank_unbiased", "2"),
    ("rank:ndcg", "lambdarank_unbiased", "1"),  # without what it then needs
    ("rank:ndcg", "lambdarank_bias_norm", "-1"),
]


@pytest.mark.parametrize(("objective", "setting", "value"), SETTINGS)
def test_settings_of_an_objective_are_within_its_range(objective, setting, value):
    more = {"quantile_alpha": 0.3} if objective == "reg:quantileerror" else {}
    told = of_objective(objective, **more)
    assert report(told).light()[0] is Light.GREEN
    holder = next(v for v in learner(told)["objective"].values() if setting in v)
    if value is None:
        del holder[setting]
    else:
        holder[setting] = value
    light, reason = report(told).light()
    assert (light, reason.code) == (Light.FORBIDDEN, "safety.broken_booster")


def test_a_ranking_that_learnt_its_biases_is_green():
    told = of_objective("rank:ndcg", lambdarank_unbiased=True)
    assert report(told).light()[0] is Light.GREEN
    learner(told)["objective"]["ti+"][0] = "x"
    assert report(told).light()[0] is Light.FORBIDDEN


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
