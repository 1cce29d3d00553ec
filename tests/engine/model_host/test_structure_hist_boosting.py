"""What scikit-learn's histogram boosting is made of is what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from engine.contracts.structure import Link, TreeEnsemble
from tests.support.taken_apart import (
    agrees,
    edges,
    numbers,
    pickled,
    three,
    two,
    value,
)

if TYPE_CHECKING:
    import pandas as pd

CLOSE = 1e-12
FEW = {"max_iter": 12, "random_state": 0}


def both(model, rows) -> TreeEnsemble:
    """Check a model on its rows and on the edges of its splits."""
    taken = pickled(model)
    form = agrees(taken, rows, CLOSE).form
    assert isinstance(form, TreeEnsemble)
    agrees(taken, edges(rows, form), CLOSE)
    return form


@pytest.mark.parametrize("target", [two, three])
@pytest.mark.parametrize("missing", [False, True])
def test_classifiers_are_what_they_are_made_of(target, missing):
    rows = numbers(missing=missing)
    both(HistGradientBoostingClassifier(**FEW).fit(rows, target(rows)), rows)


@pytest.mark.parametrize(
    ("settings", "link"),
    [
        ({}, Link.IDENTITY),
        ({"loss": "absolute_error"}, Link.IDENTITY),
        ({"loss": "quantile", "quantile": 0.8}, Link.IDENTITY),
        ({"loss": "poisson"}, Link.LOG),
        ({"loss": "gamma"}, Link.LOG),
    ],
)
def test_every_loss_has_its_link(settings, link):
    rows = numbers(missing=True)
    model = HistGradientBoostingRegressor(**FEW, **settings)
    taken = pickled(model.fit(rows, 0.5 + np.abs(value(rows)) / 10))
    assert agrees(taken, rows, CLOSE).link is link


def test_early_stopping_and_matrices_without_names():
    rows = numbers(missing=True)
    model = HistGradientBoostingRegressor(max_iter=300, early_stopping=True)
    model.fit(rows.to_numpy(), value(rows))
    agrees(pickled(model), rows, CLOSE)


def with_categories() -> pd.DataFrame:
    rows = numbers(missing=True)
    generator = np.random.default_rng(5)
    towns = [f"town {i}" for i in range(45)]
    rows.insert(1, "home", generator.choice(towns, len(rows)))
    rows.insert(3, "sex", generator.choice(["f", "m"], len(rows)))
    rows = rows.astype({"home": object, "sex": object})
    rows.loc[rows.index[::9], "home"] = np.nan
    return rows


def steps(rows: pd.DataFrame) -> np.ndarray:
    odd = rows["home"].str[-1].isin(list("13579"))
    told = 4 * odd - 3 * (rows["sex"] == "f")
    return np.asarray(value(rows[["a", "b", "c", "d"]]) + told)


def test_splits_by_categories():
    rows = with_categories()
    model = HistGradientBoostingRegressor(**FEW, categorical_features=["home", "sex"])
    taken = pickled(model.fit(rows, steps(rows)))
    structure = agrees(taken, rows, CLOSE)
    assert structure.encoded == ("home", "sex", "a", "b", "c", "d")
    assert structure.source.tolist() == [1, 3, 0, 2, 4, 5]
    form = structure.form
    assert isinstance(form, TreeEnsemble)
    assert (form.levels_start >= 0).any()
    agrees(taken, rows.assign(home="castle"), CLOSE)


def test_at_the_end_of_a_pipeline_with_categories():
    rows = with_categories()
    made = ColumnTransformer(
        [
            ("n", "passthrough", ["d", "a"]),
            (
                "t",
                OrdinalEncoder(
                    handle_unknown="use_encoded_value", unknown_value=np.nan
                ),
                ["sex", "home"],
            ),
        ],
    )
    boosted = HistGradientBoostingClassifier(**FEW, categorical_features=[2, 3])
    model = make_pipeline(made, boosted).fit(rows, three(rows[["a", "b", "c", "d"]]))
    taken = pickled(model)
    structure = agrees(taken, rows, CLOSE)
    assert structure.source.tolist() == [3, 1, 5, 0]
    agrees(taken, rows.assign(home="castle"), CLOSE)


def test_covers_are_counts():
    rows = numbers()
    form = both(HistGradientBoostingRegressor(**FEW).fit(rows, value(rows)), rows)
    assert form.cover[form.roots].tolist() == [len(rows)] * len(form.roots)
