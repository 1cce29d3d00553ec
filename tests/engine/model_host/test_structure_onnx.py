"""What ONNX graphs of trees and weighted sums are made of is what they say."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from engine.contracts.errors import EngineError
from engine.contracts.structure import LinearForm, TreeEnsemble
from tests.support.taken_apart import agrees, edges, numbers, opened, three, two, value

CLOSE = 1e-5  # graphs add up in float32


def converted(model, rows):
    """A graph with one tensor of all columns, as the model adapter opens it."""
    told = {id(model): {"zipmap": False}} if hasattr(model, "predict_proba") else None
    graph = to_onnx(
        model,
        initial_types=[("x", FloatTensorType([None, rows.shape[1]]))],
        options=told,
        target_opset={"": 17, "ai.onnx.ml": 3},
    )
    return opened(graph.SerializeToString(), "onnx")


def plain(rows):
    return rows.to_numpy(dtype=np.float32)


def shown(rows):
    """Rows under the names that a graph without names is given."""
    return rows.set_axis([f"x{i}" for i in range(rows.shape[1])], axis=1)


@pytest.mark.parametrize("target", [two, three])
@pytest.mark.parametrize(
    "model",
    [
        DecisionTreeClassifier(max_depth=4, random_state=0),
        RandomForestClassifier(7, max_depth=5, random_state=0),
        ExtraTreesClassifier(5, max_depth=5, random_state=0),
        GradientBoostingClassifier(n_estimators=8, random_state=0),
        LogisticRegression(),
    ],
    ids=lambda model: getattr(model, "__name__", type(model).__name__),
)
def test_classifiers_are_what_they_are_made_of(model, target):
    rows = numbers()
    taken = converted(model.fit(plain(rows), target(rows)), rows)
    form = agrees(taken, shown(rows), CLOSE).form
    if isinstance(form, TreeEnsemble):
        agrees(taken, edges(shown(rows), form).astype(np.float32), CLOSE)


@pytest.mark.parametrize(
    "model",
    [
        RandomForestRegressor(7, max_depth=5, random_state=0),
        GradientBoostingRegressor(n_estimators=8, random_state=0),
        LinearRegression(),
    ],
    ids=lambda model: getattr(model, "__name__", type(model).__name__),
)
def test_regressions_are_what_they_are_made_of(model):
    rows = numbers()
    taken = converted(model.fit(plain(rows), value(rows)), rows)
    agrees(taken, shown(rows), CLOSE)


def test_margins_of_a_linear_classifier_are_sums():
    rows = numbers()
    model = LinearSVC(random_state=0).fit(plain(rows), two(rows))
    assert isinstance(
        agrees(converted(model, rows), shown(rows), CLOSE).form, LinearForm
    )


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler()])
def test_scalers_before_the_trees_are_followed(scaler):
    rows = numbers()
    model = make_pipeline(scaler, RandomForestClassifier(5, random_state=0))
    taken = converted(model.fit(plain(rows), two(rows)), rows)
    structure = agrees(taken, shown(rows), CLOSE)
    assert structure.source.tolist() == [0, 1, 2, 3]


def test_columns_in_another_order_keep_their_inputs():
    rows = numbers()
    model = make_pipeline(
        ColumnTransformer([("s", StandardScaler(), [2, 0]), ("p", "passthrough", [3])]),
        RandomForestClassifier(5, random_state=0),
    )
    taken = converted(model.fit(plain(rows), two(rows)), rows)
    structure = agrees(taken, shown(rows), CLOSE)
    assert structure.source.tolist() == [2, 0, 3]


def comparing(mode, missing):
    """A graph of one tree that compares two columns in one way."""
    node = helper.make_node(
        "TreeEnsembleRegressor",
        ["x"],
        ["y"],
        domain="ai.onnx.ml",
        n_targets=1,
        nodes_treeids=[0] * 5,
        nodes_nodeids=[7, 3, 2, 4, 1],  # the second split stands last
        nodes_featureids=[0, 0, 0, 0, 1],
        nodes_values=[0.5, 0.0, 0.0, 0.0, 1.5],
        nodes_modes=[mode, "LEAF", "LEAF", "LEAF", mode],
        nodes_truenodeids=[1, 0, 0, 0, 3],
        nodes_falsenodeids=[2, 0, 0, 0, 4],
        nodes_missing_value_tracks_true=[1 - missing, 0, 0, 0, missing],
        target_treeids=[0] * 3,
        target_nodeids=[2, 3, 4],
        target_ids=[0] * 3,
        target_weights=[1.0, 10.0, 100.0],
        base_values=[0.25],
    )
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])],
    )
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    made = helper.make_model(graph, opset_imports=imports, ir_version=8)
    return opened(made.SerializeToString(), "onnx")


@pytest.mark.parametrize("missing", [0, 1])
@pytest.mark.parametrize("mode", ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT"])
def test_every_way_to_compare_is_the_same_on_and_beside_the_threshold(mode, missing):
    rows = numbers(missing=True)[["a", "b"]]
    taken = comparing(mode, missing)
    form = agrees(taken, shown(rows), CLOSE).form
    agrees(taken, edges(shown(rows), form), CLOSE)


@pytest.mark.parametrize(
    "broken",
    [{"mode": "BRANCH_EQ", "missing": 0}, {"mode": "BRANCH_NEQ", "missing": 0}],
)
def test_equality_with_a_number_is_no_threshold(broken):
    with pytest.raises(EngineError, match=r"model\.no_structure"):
        comparing(**broken).structure()


def test_what_adds_up_nothing_has_no_structure():
    rows = numbers()
    model = KNeighborsClassifier(5).fit(plain(rows), two(rows))
    with pytest.raises(EngineError, match=r"model\.no_structure"):
        converted(model, rows).structure()
