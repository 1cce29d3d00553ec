"""What scikit-learn's networks are made of is what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    StandardScaler,
)

from engine.contracts.errors import EngineError
from engine.contracts.model import Capability
from engine.contracts.structure import DenseNetwork, LinearForm, Link
from engine.model_host.structure import network
from engine.models.structure_checks import check_structure
from tests.support.taken_apart import agrees, numbers, pickled, three, two, value

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",
    "ignore::UserWarning",
)
EXACT = 1e-12
SHORT = {"max_iter": 15, "random_state": 0}


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("hidden", [(7,), (6, 5)])
@pytest.mark.parametrize("target", [two, three])
def test_classifiers_are_what_they_are_made_of(target, hidden, activation):
    rows = numbers()
    model = MLPClassifier(hidden, activation=activation, **SHORT)
    opened = pickled(model.fit(rows, target(rows)))
    structure = agrees(opened, rows, EXACT)
    check_structure(opened.info, structure)
    assert isinstance(structure.form, DenseNetwork)
    assert structure.form.widths == (4, *hidden, len(structure.outputs))
    assert structure.link is (Link.LOGIT if target is two else Link.SOFTMAX)
    assert structure.cut_by == ""
    assert Capability.DIFFERENTIABLE in opened.info.capabilities


def test_a_network_without_hidden_layers_is_a_weighted_sum():
    rows = numbers()
    model = MLPClassifier((), **SHORT).fit(rows, three(rows))
    assert isinstance(agrees(pickled(model), rows, EXACT).form, LinearForm)


def test_regressions_are_what_they_are_made_of():
    rows = numbers()
    model = MLPRegressor(hidden_layer_sizes=(8, 4), **SHORT).fit(rows, value(rows))
    assert agrees(pickled(model), rows, EXACT).link is Link.IDENTITY
    counts = MLPRegressor(hidden_layer_sizes=(8,), loss="poisson", **SHORT)
    counts.fit(rows, rows["b"])
    assert agrees(pickled(counts), rows, EXACT).link is Link.LOG


def test_in_single_precision_it_says_nearly_the_same():
    rows = numbers()
    model = MLPClassifier((8, 4), **SHORT)
    model.fit(rows.to_numpy(dtype=np.float32), two(rows))
    shown = rows.set_axis([f"x{i}" for i in range(4)], axis=1).astype(np.float32)
    agrees(pickled(model), shown, 1e-5)


def labelled():
    rows = numbers(missing=True)
    rows["e"] = np.random.default_rng(5).choice(["x", "y", "z"], len(rows))
    return rows


def test_columns_made_of_an_input_are_known_to_come_from_it():
    rows = labelled()
    before = ColumnTransformer(
        [
            ("n", make_pipeline(SimpleImputer(), StandardScaler()), list("abcd")),
            ("l", OneHotEncoder(), ["e"]),
        ]
    )
    model = make_pipeline(before, MLPClassifier((6,), **SHORT))
    structure = agrees(pickled(model.fit(rows, two(numbers()))), rows, EXACT)
    assert structure.source.tolist() == [0, 1, 2, 3, 4, 4, 4]
    assert structure.cut_by == ""


@pytest.mark.parametrize(
    ("step", "name"),
    [
        (KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf"), "K"),
        (Binarizer(), "B"),
        (FunctionTransformer(np.floor, feature_names_out="one-to-one"), "F"),
        (FunctionTransformer(np.exp), ""),
    ],
    ids=["bins", "binary", "floor", "exp"],
)
def test_a_step_that_cuts_numbers_is_named(step, name):
    rows = numbers()[["a", "c"]]
    before = ColumnTransformer([("s", make_pipeline(step), ["a", "c"])])
    model = make_pipeline(StandardScaler(), before, MLPClassifier((4,), **SHORT))
    model.set_params(standardscaler__copy=True)
    model[0].set_output(transform="pandas")
    structure = agrees(pickled(model.fit(rows, two(numbers()))), rows, EXACT)
    assert structure.cut_by[:1] == name


def test_networks_that_cannot_be_handed_over_have_no_structure(monkeypatch):
    rows = numbers()
    several = np.column_stack([two(rows) == "yes", rows["a"] > 0]).astype(int)
    with pytest.raises(EngineError, match=r"model\.multi_output"):
        pickled(MLPClassifier((4,), **SHORT).fit(rows, several))
    both = pd.DataFrame({"p": value(rows), "q": rows["a"]})
    with pytest.raises(EngineError, match=r"model\.multi_output"):
        pickled(MLPRegressor(hidden_layer_sizes=(4,), **SHORT).fit(rows, both))
    model = MLPClassifier((4,), **SHORT).fit(rows, two(rows))
    monkeypatch.setattr(network, "MOST_WEIGHTS", 10)
    with pytest.raises(EngineError, match=r"model\.no_structure"):
        pickled(model).structure()
