"""What LightGBM's models are made of is what they say."""

from __future__ import annotations

import lightgbm
import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from engine.contracts.errors import EngineError
from engine.contracts.structure import Link, TreeEnsemble
from tests.support.model_files import SHARED
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

CLOSE = 1e-9
FEW = {"n_estimators": 12, "n_jobs": 1, "random_state": 0, "verbose": -1}
BAG = {"subsample": 0.6, "subsample_freq": 1}
FILES = SHARED / "models_tabular"


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
        LGBMClassifier(**FEW),
        LGBMClassifier(**FEW, boosting_type="dart"),
        LGBMClassifier(**FEW, **BAG, boosting_type="rf"),
        LGBMClassifier(**FEW, zero_as_missing=True),
        LGBMClassifier(**FEW, use_missing=False),
        LGBMClassifier(**FEW, min_child_samples=500),
    ],
    ids=["plain", "dart", "forest", "zeros_missing", "none_missing", "no_split"],
)
def test_classifiers_are_what_they_are_made_of(model, target):
    rows = numbers(missing=True)
    rows.loc[rows.index[::3], "a"] = 0.0
    rows.loc[rows.index[1::6], "a"] = 1e-36
    both(model.fit(rows, target(rows)), rows)


def test_missing_values_where_training_had_none_count_as_zeros():
    rows = numbers()
    taken = pickled(LGBMRegressor(**FEW).fit(rows, value(rows)))
    agrees(taken, numbers(missing=True), CLOSE)


@pytest.mark.parametrize(
    ("settings", "link"),
    [
        ({}, Link.IDENTITY),
        ({"objective": "regression_l1"}, Link.IDENTITY),
        ({"objective": "quantile", "alpha": 0.8}, Link.IDENTITY),
        ({"objective": "huber"}, Link.IDENTITY),
        ({"objective": "poisson"}, Link.LOG),
        ({"objective": "gamma"}, Link.LOG),
        ({"objective": "tweedie"}, Link.LOG),
    ],
)
def test_every_objective_has_its_link(settings, link):
    rows = numbers(missing=True)
    model = LGBMRegressor(**FEW, **settings)
    taken = pickled(model.fit(rows, 0.5 + np.abs(value(rows)) / 10))
    assert agrees(taken, rows, CLOSE).link is link


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "binary", "sigmoid": 2.0},
        {"objective": "cross_entropy"},
        {"objective": "multiclassova", "num_class": 3},
    ],
    ids=lambda s: s["objective"],
)
def test_native_files(settings):
    rows = numbers(missing=True)
    labels = three(rows) if "num_class" in settings else two(rows) == "yes"
    data = lightgbm.Dataset(rows, labels.astype(float))
    model = lightgbm.train({"verbose": -1, "num_threads": 1, **settings}, data, 9)
    agrees(opened(model.model_to_string().encode(), "lightgbm"), rows, CLOSE)


def test_only_the_rounds_up_to_the_best_count():
    rows = numbers()
    labels = (two(rows) == "yes").astype(int)
    model = LGBMClassifier(**FEW | {"n_estimators": 200}, learning_rate=0.6)
    model.fit(
        rows[:200],
        labels[:200],
        eval_X=rows[200:],
        eval_y=labels[200:],
        callbacks=[lightgbm.early_stopping(5, verbose=False)],
    )
    assert len(both(model, rows).roots) == model.best_iteration_ < 200


def with_categories() -> pd.DataFrame:
    rows = numbers(missing=True)
    generator = np.random.default_rng(5)
    towns = [f"town {i}" for i in range(45)]
    rows.insert(1, "home", pd.Categorical(generator.choice(towns, len(rows)), towns))
    rows.insert(3, "sex", pd.Categorical(generator.choice(["f", "m"], len(rows))))
    rows.loc[rows.index[::9], "home"] = None
    return rows


def steps(rows: pd.DataFrame) -> np.ndarray:
    told = 4 * (rows["home"].cat.codes % 3) - 3 * (rows["sex"] == "f")
    return np.asarray(value(rows[["a", "b", "c", "d"]]) + told)


def test_splits_by_categories():
    rows = with_categories()
    model = LGBMRegressor(**FEW, min_data_per_group=5, cat_smooth=1)
    taken = pickled(model.fit(rows, steps(rows)))
    words = rows.astype({"home": object, "sex": object})
    form = agrees(taken, words, CLOSE).form
    assert isinstance(form, TreeEnsemble)
    assert form.levels_size.max() > 32
    unheard = words.assign(home="castle")
    agrees(taken, pd.concat([edges(words, form), unheard]), CLOSE)


def test_categories_by_number_may_be_fractions_and_beyond_those_seen():
    rows = with_categories()
    coded = rows.assign(home=rows["home"].cat.codes, sex=rows["sex"].cat.codes)
    data = lightgbm.Dataset(
        coded.to_numpy(float),
        steps(rows),
        categorical_feature=[1, 3],
        params={"min_data_per_group": 5, "verbose": -1},
    )
    model = lightgbm.train({"verbose": -1, "num_threads": 1}, data, 9)
    odd = coded.astype(float)
    odd["home"] = np.resize([-1, -0.5, 0, 0.5, 3.9, 44, 45, 63, 64, 900], len(odd))
    taken = opened(model.model_to_string().encode(), "lightgbm")
    for table in (coded, odd):
        agrees(taken, table.set_axis(list("pqrstu"), axis=1), CLOSE)


@pytest.mark.parametrize(
    "texts",
    [OneHotEncoder(handle_unknown="ignore"), OrdinalEncoder(dtype=np.int64)],
    ids=["one_hot", "whole"],
)
@pytest.mark.parametrize("sparse", [0.0, 1.0])
def test_at_the_end_of_a_pipeline(texts, sparse):
    rows = with_categories().astype({"home": object, "sex": object})
    rows["home"] = rows["home"].fillna("none")
    made = ColumnTransformer(
        [("t", texts, ["home", "sex"]), ("n", StandardScaler(), ["a", "c"])],
        remainder="passthrough",
        sparse_threshold=sparse,
    )
    target = value(rows[["a", "b", "c", "d"]]) + 4 * (rows["sex"] == "f")
    model = make_pipeline(made, LGBMRegressor(**FEW)).fit(rows, target)
    agrees(pickled(model), rows, CLOSE)


def test_covers_are_counts():
    rows = numbers()
    model = LGBMRegressor(**FEW).fit(rows, value(rows))
    form = both(model, rows)
    assert form.cover[form.roots].tolist() == [len(rows)] * len(form.roots)
    inner = form.left >= 0
    split = form.cover[form.left[inner]] + form.cover[form.right[inner]]
    np.testing.assert_array_equal(split, form.cover[inner])


@pytest.mark.parametrize("name", ["lg_breast_cancer.txt", "lgmulticlass.model"])
def test_files_of_old_versions(name):
    path = FILES / f"leaves_{name}"
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    taken = opened(path.read_bytes(), "lightgbm")
    generator = np.random.default_rng(0)
    width = len(taken.info.inputs)
    rows = pd.DataFrame(generator.normal(size=(300, width)) * 9).add_prefix("x")
    rows = rows.mask(generator.random(rows.shape) < 0.1)
    form = agrees(taken, rows, CLOSE).form
    assert isinstance(form, TreeEnsemble)
    agrees(taken, edges(rows, form), CLOSE)


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "cross_entropy_lambda"},
        {"objective": "regression", "reg_sqrt": True},
        {"linear_tree": True},
    ],
    ids=str,
)
def test_answers_that_are_no_known_function_of_a_sum(settings):
    rows = numbers()
    target = (two(rows) == "yes").astype(float)
    data = lightgbm.Dataset(rows, target, params=settings)
    model = lightgbm.train({"verbose": -1, "num_threads": 1, **settings}, data, 3)
    with pytest.raises(EngineError, match=r"model\.no_structure"):
        opened(model.model_to_string().encode(), "lightgbm").structure()
