"""What XGBoost's models are made of is what they say."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from xgboost import XGBClassifier, XGBRegressor, XGBRFClassifier

from engine.contracts.errors import EngineError
from engine.contracts.structure import LinearForm, Link, TreeEnsemble
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

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

CLOSE = 1e-6
FEW = {"n_estimators": 12, "max_depth": 4, "n_jobs": 1, "random_state": 0}


def codes(labels: np.ndarray) -> np.ndarray:
    return np.unique(labels, return_inverse=True)[1]


def both(model, rows) -> TreeEnsemble:
    """Check a model on its rows and on the edges of its splits."""
    taken = pickled(model)
    form = agrees(taken, rows, CLOSE).form
    assert isinstance(form, TreeEnsemble)
    agrees(taken, edges(rows, form), CLOSE)
    return form


@pytest.mark.parametrize("target", [two, three])
@pytest.mark.parametrize(
    "model",
    [
        XGBClassifier(**FEW),
        XGBClassifier(**FEW, tree_method="exact"),
        XGBClassifier(**FEW, base_score=0.2),
        XGBClassifier(**FEW, gamma=2.0, tree_method="exact"),
        XGBClassifier(**FEW, booster="dart", rate_drop=0.4),
        XGBClassifier(**FEW, grow_policy="lossguide", max_leaves=6),
        XGBClassifier(**FEW, multi_strategy="multi_output_tree"),
        XGBRFClassifier(**FEW),
        XGBRFClassifier(n_estimators=4, num_parallel_tree=3, max_depth=2),
    ],
    ids=lambda m: getattr(m, "__name__", str(m.get_xgb_params())[-40:]),
)
def test_classifiers_are_what_they_are_made_of(model, target):
    rows = numbers(missing=True)
    both(model.fit(rows, codes(target(rows))), rows)


@pytest.mark.parametrize(
    ("objective", "link"),
    [
        ("reg:squarederror", Link.IDENTITY),
        ("reg:absoluteerror", Link.IDENTITY),
        ("reg:pseudohubererror", Link.IDENTITY),
        ("reg:gamma", Link.LOG),
        ("reg:tweedie", Link.LOG),
        ("count:poisson", Link.LOG),
        ("survival:cox", Link.LOG),
        ("rank:pairwise", Link.IDENTITY),
    ],
)
@pytest.mark.parametrize("start", [None, 0.7])
def test_every_objective_has_its_link_and_its_start(objective, link, start):
    rows = numbers(missing=True)
    target = 0.5 + np.abs(value(rows)) / 10
    parameters = {"objective": objective, "max_depth": 3, "base_score": start}
    grouped = {"group": [len(rows)]} if objective.startswith("rank") else {}
    if grouped:
        target = (target > 1).astype(int)
    matrix = xgboost.DMatrix(rows, target, **grouped)
    told = {name: given for name, given in parameters.items() if given is not None}
    model = xgboost.train(told, matrix, 10)
    structure = agrees(opened(bytes(model.save_raw("ubj")), "xgboost_ubj"), rows, CLOSE)
    assert structure.link is link


@pytest.mark.parametrize("objective", ["binary:logistic", "binary:logitraw"])
@pytest.mark.parametrize("start", [None, 0.1])
def test_two_classes_by_a_native_file(objective, start):
    rows = numbers(missing=True)
    told = {"objective": objective} | ({"base_score": start} if start else {})
    model = xgboost.train(told, xgboost.DMatrix(rows, codes(two(rows))), 5)
    agrees(opened(bytes(model.save_raw("json")), "xgboost_json"), rows, CLOSE)


def test_softmax_of_two_classes_has_two_outputs():
    rows = numbers()
    told = {"objective": "multi:softprob", "num_class": 2}
    model = xgboost.train(told, xgboost.DMatrix(rows, codes(two(rows))), 5)
    taken = opened(bytes(model.save_raw("json")), "xgboost_json")
    assert agrees(taken, rows, CLOSE).outputs == ("0", "1")


def test_only_the_rounds_up_to_the_best_count():
    rows = numbers()
    labels = codes(two(rows))
    model = XGBClassifier(
        n_estimators=200, learning_rate=0.6, early_stopping_rounds=5, n_jobs=1
    )
    model.fit(rows[:200], labels[:200], eval_set=[(rows[200:], labels[200:])])
    form = both(model, rows)
    assert len(form.roots) == model.best_iteration + 1
    assert len(form.roots) < model.get_booster().num_boosted_rounds()


@pytest.mark.parametrize("missing", [-1.0, 0.0])
def test_a_number_may_stand_for_a_missing_value(missing):
    rows = numbers(missing=True).fillna({"a": missing, "b": missing})
    model = XGBRegressor(**FEW, missing=missing)
    both(model.fit(rows, value(rows)), rows)


def with_categories() -> pd.DataFrame:
    rows = numbers(missing=True)
    generator = np.random.default_rng(5)
    home = generator.choice(["own", "rent", "free", "rare", "other", "none"], len(rows))
    rows.insert(1, "home", pd.Categorical(home))
    rows.insert(3, "sex", pd.Categorical(generator.choice(["f", "m"], len(rows))))
    rows.loc[rows.index[::9], "home"] = None
    return rows


@pytest.mark.parametrize("one_hot", [1, 100])
def test_splits_by_categories(one_hot):
    rows = with_categories()
    steps = 5 * rows["home"].isin(["own", "rare"]) - 3 * (rows["sex"] == "f")
    target = value(rows[["a", "b", "c", "d"]]) + steps
    model = XGBRegressor(**FEW, enable_categorical=True, max_cat_to_onehot=one_hot)
    taken = pickled(model.fit(rows, target))
    words = rows.astype({"home": object, "sex": object})
    form = agrees(taken, words, CLOSE).form
    assert isinstance(form, TreeEnsemble)
    assert (form.levels_start >= 0).any()
    unheard = words.assign(home="castle")
    agrees(taken, pd.concat([edges(words, form), unheard]), CLOSE)


def test_categories_that_the_file_knows_by_number_alone():
    rows = with_categories()
    target = value(rows[["a", "b", "c", "d"]]) + 5 * rows["home"].isin(["own", "rare"])
    coded = rows.assign(home=rows["home"].cat.codes, sex=rows["sex"].cat.codes)
    coded.loc[coded["home"] < 0, "home"] = 7
    kinds = ["c" if name in ("home", "sex") else "q" for name in coded]
    matrix = xgboost.DMatrix(
        coded.to_numpy(float), target, feature_types=kinds, enable_categorical=True
    )
    model = xgboost.train({"max_cat_to_onehot": 1}, matrix, 10)
    taken = opened(bytes(model.save_raw("ubj")), "xgboost_ubj")
    agrees(taken, coded.assign(home=np.arange(len(coded)) % 40), CLOSE)


@pytest.mark.parametrize("target", [two, three])
def test_the_linear_booster_is_a_weighted_sum(target):
    rows = numbers(missing=True)
    model = XGBClassifier(booster="gblinear", n_estimators=5)
    structure = agrees(pickled(model.fit(rows, codes(target(rows)))), rows, CLOSE)
    assert isinstance(structure.form, LinearForm)


@pytest.mark.parametrize("sparse", [0.0, 1.0])
def test_at_the_end_of_a_pipeline(sparse):
    rows = with_categories().astype({"home": object, "sex": object})
    made = ColumnTransformer(
        [
            ("t", OneHotEncoder(handle_unknown="ignore"), ["home", "sex"]),
            ("n", StandardScaler(), ["a", "c"]),
        ],
        remainder="passthrough",
        sparse_threshold=sparse,
    )
    labels = codes(three(rows[["a", "b", "c", "d"]]))
    model = make_pipeline(made, XGBClassifier(**FEW)).fit(rows, labels)
    structure = agrees(pickled(model), rows, CLOSE)
    assert len(structure.encoded) > len(rows.columns)


def test_covers_are_the_sums_of_the_second_derivatives():
    rows = numbers()
    model = XGBRegressor(**FEW).fit(rows, value(rows))
    form = both(model, rows)
    told = json.loads(model.get_booster().save_raw("json"))["learner"]
    trees = told["gradient_booster"]["model"]["trees"]
    own = np.concatenate([tree["sum_hessian"] for tree in trees])
    np.testing.assert_array_equal(form.cover, own)
    assert form.cover[0] == len(rows)


def test_bare_labels_are_no_sum():
    rows = numbers()
    matrix = xgboost.DMatrix(rows, codes(two(rows)))
    model = xgboost.train({"objective": "binary:hinge"}, matrix, 3)
    with pytest.raises(EngineError, match=r"model\.no_structure"):
        opened(bytes(model.save_raw("ubj")), "xgboost_ubj").structure()
