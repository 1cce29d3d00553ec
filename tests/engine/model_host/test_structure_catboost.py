"""What CatBoost's models are made of is what they say."""

from __future__ import annotations

import numpy as np
import pytest
from catboost import CatBoostClassifier, CatBoostRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.contracts.errors import EngineError
from engine.contracts.structure import Link, TreeEnsemble
from tests.support.taken_apart import (
    agrees,
    edges,
    numbers,
    opened,
    pickled,
    three,
    two,
    value,
)

CLOSE = 1e-6
FEW = {"iterations": 12, "verbose": 0, "allow_writing_files": False, "random_seed": 0}


def both(taken, rows) -> TreeEnsemble:
    """Check a model on its rows and on the edges of its splits."""
    form = agrees(taken, rows, CLOSE).form
    assert isinstance(form, TreeEnsemble)
    agrees(taken, edges(rows, form), CLOSE)
    return form


def native(model, tmp_path):
    path = tmp_path / "m.cbm"
    model.save_model(str(path))
    return opened(path.read_bytes(), "catboost")


@pytest.mark.parametrize("target", [two, three])
@pytest.mark.parametrize(
    "settings",
    [
        {"depth": 4},
        {"depth": 1},
        {"depth": 4, "nan_mode": "Max"},
        {"grow_policy": "Depthwise", "depth": 4},
        {"grow_policy": "Lossguide", "max_leaves": 7},
        {"depth": 3, "leaf_estimation_iterations": 5},
    ],
    ids=str,
)
def test_classifiers_are_what_they_are_made_of(settings, target, tmp_path):
    rows = numbers(missing=True)
    model = CatBoostClassifier(**FEW, **settings).fit(rows, target(rows))
    both(native(model, tmp_path), rows)
    both(pickled(model), rows)


@pytest.mark.parametrize(
    ("loss", "link"),
    [
        ("RMSE", Link.IDENTITY),
        ("MAE", Link.IDENTITY),
        ("Quantile:alpha=0.9", Link.IDENTITY),
        ("Poisson", Link.LOG),
        ("Tweedie:variance_power=1.5", Link.LOG),
    ],
)
def test_regressions_are_what_they_are_made_of(loss, link, tmp_path):
    rows = numbers(missing=True)
    model = CatBoostRegressor(**FEW, depth=4, loss_function=loss)
    taken = native(model.fit(rows, np.abs(value(rows))), tmp_path)
    both(taken, rows)
    assert taken.structure().link is link


def test_one_margin_for_each_class_is_a_plain_sum(tmp_path):
    rows = numbers()
    model = CatBoostClassifier(**FEW, loss_function="MultiClassOneVsAll")
    taken = native(model.fit(rows, three(rows)), tmp_path)
    both(taken, rows)
    assert taken.structure().link is Link.IDENTITY


@pytest.mark.parametrize(
    ("labels", "new"), [(["own", "rent", "free", "own"], "new"), ([1, 2, 3, 1], 9)]
)
def test_categories_compared_with_one_value_each_are_codes(labels, new, tmp_path):
    rows = numbers(missing=True)
    rows.insert(1, "home", np.array(labels, dtype=object)[np.arange(len(rows)) % 4])
    target = np.where(rows["home"] == labels[1], "yes", two(rows.drop(columns="home")))
    model = CatBoostClassifier(
        **FEW, depth=3, cat_features=["home"], one_hot_max_size=5
    ).fit(rows, target)
    taken = native(model, tmp_path)
    form = agrees(taken, rows, CLOSE).form
    assert (form.levels_start >= 0).any()
    unseen = rows.assign(home=np.where(rows["a"] > 0, new, rows["home"]))
    unseen.loc[unseen.index[:20], "home"] = None
    agrees(taken, unseen, CLOSE)


def test_a_pipeline_is_followed_to_its_columns():
    rows = numbers()
    model = make_pipeline(StandardScaler(), CatBoostClassifier(**FEW, depth=3))
    agrees(pickled(model.fit(rows, two(rows))), rows, CLOSE)


def test_statistics_of_categories_are_no_trees_over_columns(tmp_path):
    rows = numbers()
    rows["home"] = np.array(["own", "rent", "free"])[np.arange(len(rows)) % 3]
    target = np.where(rows["home"] == "own", "yes", two(rows.drop(columns="home")))
    model = CatBoostClassifier(**FEW, cat_features=["home"], one_hot_max_size=1)
    taken = native(model.fit(rows, target), tmp_path)
    with pytest.raises(EngineError, match=r"model\.no_structure"):
        taken.structure()


def test_categories_in_trees_of_unlike_levels_are_left_alone(tmp_path):
    rows = numbers()
    rows["home"] = np.array(["own", "rent", "free"])[np.arange(len(rows)) % 3]
    model = CatBoostClassifier(
        **FEW, grow_policy="Depthwise", cat_features=["home"], one_hot_max_size=5
    )
    target = np.where(rows["home"] == "own", "yes", two(rows.drop(columns="home")))
    taken = native(model.fit(rows, target), tmp_path)
    with pytest.raises(EngineError, match=r"model\.no_structure"):
        taken.structure()
