"""What explainable boosting machines are made of is what they say."""

from __future__ import annotations

import numpy as np
import pytest
from interpret.glassbox import (
    ExplainableBoostingClassifier,
    ExplainableBoostingRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.contracts.errors import EngineError
from engine.contracts.structure import AdditiveForm, Link
from tests.support.taken_apart import agrees, numbers, pickled, three, two, value

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

CLOSE = 1e-9
FEW = {"outer_bags": 2, "max_rounds": 60, "n_jobs": 1, "random_state": 0}


def with_labels(*, missing=False):
    rows = numbers(missing=missing)
    homes = np.array(["own", "rent", "free", "own"], dtype=object)
    rows["home"] = homes[np.arange(len(rows)) % 4]
    if missing:
        rows.loc[rows.index[::9], "home"] = None
    return rows


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("interactions", [0, 3])
def test_a_classifier_is_what_it_is_made_of(interactions, missing):
    rows = with_labels(missing=missing)
    model = ExplainableBoostingClassifier(**FEW, interactions=interactions)
    taken = pickled(model.fit(rows, two(rows.drop(columns="home"))))
    structure = agrees(taken, rows, CLOSE)
    assert isinstance(structure.form, AdditiveForm)
    assert structure.link is Link.LOGIT
    assert len(structure.form.columns) == 5 + interactions
    agrees(taken, rows.assign(home="never seen", a=rows["a"] * 10), CLOSE)


def test_several_classes_have_a_table_each():
    rows = with_labels()
    model = ExplainableBoostingClassifier(**FEW, interactions=0)
    structure = agrees(
        pickled(model.fit(rows, three(rows.drop(columns="home")))), rows, CLOSE
    )
    assert structure.link is Link.SOFTMAX
    assert structure.form.base.shape == (3,)


@pytest.mark.parametrize(
    ("objective", "link"), [("rmse", Link.IDENTITY), ("poisson_deviance", Link.LOG)]
)
def test_a_regression_is_what_it_is_made_of(objective, link):
    rows = numbers(missing=True)
    model = ExplainableBoostingRegressor(**FEW, interactions=2, objective=objective)
    taken = pickled(model.fit(rows, np.abs(value(rows))))
    assert agrees(taken, rows, CLOSE).link is link


def test_a_pipeline_is_followed_to_its_columns():
    rows = numbers()
    model = make_pipeline(StandardScaler(), ExplainableBoostingClassifier(**FEW))
    agrees(pickled(model.fit(rows, two(rows))), rows, CLOSE)


def test_terms_of_three_features_are_no_pairs():
    rows = numbers()
    model = ExplainableBoostingClassifier(**FEW, interactions=[(0, 1, 2)])
    with pytest.raises(EngineError, match=r"model\.no_structure"):
        pickled(model.fit(rows, two(rows))).structure()
