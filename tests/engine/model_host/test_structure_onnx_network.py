"""What networks in ONNX graphs are made of is what they say."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from engine.contracts.errors import EngineError
from engine.contracts.model import Capability
from engine.contracts.structure import Activation, DenseNetwork, LinearForm, Link
from engine.models.structure_checks import check_structure
from tests.support.model_files import arrow
from tests.support.taken_apart import agrees, numbers, opened, three, two, value

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
CLOSE = 1e-5  # graphs add up in float32
SHORT = {"max_iter": 15, "random_state": 0}
GENERATOR = np.random.default_rng(0)
FIRST, SECOND = GENERATOR.normal(size=(4, 5)), GENERATOR.normal(size=(5, 3))
THIRD, BIAS = GENERATOR.normal(size=(5, 1)), GENERATOR.normal(size=5)


def converted(model, kinds=None):
    told = {id(model): {"zipmap": False}} if hasattr(model, "predict_proba") else None
    graph = to_onnx(
        model,
        initial_types=kinds or [("x", FloatTensorType([None, 4]))],
        options=told,
        target_opset={"": 17, "ai.onnx.ml": 3},
    )
    return opened(graph.SerializeToString(), "onnx")


def plain(rows):
    return rows.to_numpy(dtype=np.float32)


def shown(rows):
    return rows.set_axis([f"x{i}" for i in range(rows.shape[1])], axis=1)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("hidden", [(7,), (6, 5)])
@pytest.mark.parametrize("target", [two, three])
def test_converted_classifiers_are_what_they_are_made_of(target, hidden, activation):
    rows = numbers()
    model = MLPClassifier(hidden, activation=activation, **SHORT)
    taken = converted(model.fit(plain(rows), target(rows)))
    structure = agrees(taken, shown(rows), CLOSE)
    check_structure(taken.info, structure)
    assert isinstance(structure.form, DenseNetwork)
    assert structure.link is (Link.LOGIT if target is two else Link.SOFTMAX)
    assert Capability.DIFFERENTIABLE in taken.info.capabilities


@pytest.mark.parametrize("names", [("well", "relapse"), (3, 8)])
def test_classes_that_a_graph_picks_from_a_list_have_their_names(names):
    rows = numbers()
    first, second = np.unique(names)
    target = np.where(two(rows) == two(rows)[0], first, second)
    model = MLPClassifier((4,), **SHORT).fit(plain(rows), target)
    taken = converted(model)
    assert taken.info.classes == tuple(map(str, model.classes_))
    assert "model.classes_unnamed" not in {note.code for note in taken.info.notes}
    told = taken.predict(arrow(shown(rows).astype(np.float32))).labels
    np.testing.assert_array_equal(model.classes_[told], model.predict(plain(rows)))


def test_converted_regressions_are_what_they_are_made_of():
    rows = numbers()
    model = MLPRegressor(hidden_layer_sizes=(8, 4), **SHORT)
    taken = converted(model.fit(plain(rows), value(rows)))
    assert agrees(taken, shown(rows), 1e-4).link is Link.IDENTITY


def test_columns_made_of_an_input_are_known_to_come_from_it():
    rows = numbers(missing=True).astype(np.float32)
    rows["e"] = np.random.default_rng(5).choice(["x", "y", "z"], len(rows))
    before = ColumnTransformer(
        [
            ("n", make_pipeline(SimpleImputer(), StandardScaler()), list("dcba")),
            ("l", OneHotEncoder(handle_unknown="ignore"), ["e"]),
        ]
    )
    model = make_pipeline(before, MLPClassifier((6,), **SHORT))
    kinds = [(name, FloatTensorType([None, 1])) for name in "abcd"]
    kinds.append(("e", StringTensorType([None, 1])))
    taken = converted(model.fit(rows, two(numbers())), kinds)
    structure = agrees(taken, rows, CLOSE)
    assert structure.source.tolist() == [3, 2, 1, 0, 4, 4, 4]
    assert structure.cut_by == ""


def graph(nodes, k, **constants):
    """A model of some nodes between ``x`` and ``y``."""
    made = helper.make_graph(
        [
            helper.make_node(op, list(into), [out], **told)
            for op, into, out, told in nodes
        ],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, k])],
        [
            numpy_helper.from_array(np.asarray(values, dtype=np.float32), name)
            for name, values in constants.items()
        ],
    )
    imports = [helper.make_opsetid("", 17)]
    model = helper.make_model(made, opset_imports=imports, ir_version=8)
    return opened(model.SerializeToString(), "onnx")


def layers(*after, k=3, last=SECOND):
    """Two layers with steps in between and after."""
    first = [("Gemm", "xAc", "h", {"transB": 1, "alpha": 2.0, "beta": 0.5})]
    names = ["h", *[f"s{i}" for i in range(len(after))]]
    steps = [
        (op, [names[i], *more], names[i + 1], {}) for i, (op, *more) in enumerate(after)
    ]
    product = ("MatMul", [names[-1], "B"], "y", {})
    return graph([*first, *steps, product], k, A=FIRST.T, B=last, c=BIAS)


@pytest.mark.parametrize(
    "after",
    [
        [("Relu",)],
        [("Tanh",), ("Identity",)],
        [("Flatten",), ("Sigmoid",)],
        [("Add", "c"), ("Relu",)],
        [],
    ],
    ids=str,
)
def test_graphs_made_by_hand_are_what_they_are_made_of(after):
    taken = layers(*after)
    structure = agrees(taken, shown(numbers()), CLOSE)
    assert structure.form.widths == (4, 5, 3)


def test_scores_sent_through_an_activation_are_followed_too():
    nodes = [
        ("MatMul", ["x", "A"], "h", {}),
        ("Relu", ["h"], "r", {}),
        ("MatMul", ["r", "B"], "s", {}),
        ("Tanh", ["s"], "y", {}),
    ]
    rows = shown(numbers())
    form = agrees(graph(nodes, 1, A=FIRST, B=THIRD), rows, CLOSE).form
    assert form.activations == (Activation.RELU, Activation.TANH)
    several = agrees(
        graph([*nodes[:3], ("Sigmoid", ["s"], "y", {})], 3, A=FIRST, B=SECOND),
        rows,
        CLOSE,
    )
    assert several.link is Link.IDENTITY
    one = agrees(
        graph([*nodes[:3], ("Sigmoid", ["s"], "y", {})], 1, A=FIRST, B=THIRD),
        rows,
        CLOSE,
    )
    assert (one.link, one.outputs) == (Link.LOGIT, ("1",))
    both = agrees(
        graph(
            [*nodes[:3], ("Softmax", ["s"], "y", {"axis": -1})],
            2,
            A=FIRST,
            B=SECOND[:, :2],
        ),
        rows,
        CLOSE,
    )
    assert (both.link, both.outputs) == (Link.LOGIT, ("1",))


def test_a_single_layer_is_a_weighted_sum():
    taken = graph([("Gemm", "xAc", "y", {})], 3, A=FIRST[:, :3], c=BIAS[:3])
    assert isinstance(agrees(taken, shown(numbers()), CLOSE).form, LinearForm)


def test_steps_before_the_first_product_are_run_by_the_graph():
    nodes = [
        ("Sub", ["x", "m"], "a", {}),
        ("Div", ["a", "d"], "b", {}),
        ("Cast", ["b"], "c", {"to": TensorProto.INT32}),
        ("Cast", ["c"], "e", {"to": TensorProto.FLOAT}),
        ("MatMul", ["e", "A"], "h", {}),
        ("Relu", ["h"], "r", {}),
        ("MatMul", ["r", "B"], "y", {}),
    ]
    known = {"m": [1, 2, 3, 4], "d": [0.1] * 4, "A": FIRST, "B": THIRD}
    rows = shown(numbers())
    assert agrees(graph(nodes, 1, **known), rows, CLOSE).cut_by == "Cast"
    nodes[2:4] = [("Identity", ["b"], "e", {})]
    assert agrees(graph(nodes, 1, **known), rows, CLOSE).cut_by == ""


@pytest.mark.parametrize(
    "nodes",
    [
        [("MatMul", "xA", "h", {}), ("Elu", "h", "r", {}), ("MatMul", "rB", "y", {})],
        [("MatMul", "xA", "h", {}), ("Mul", "hh", "r", {}), ("MatMul", "rB", "y", {})],
        [("MatMul", "xA", "h", {}), ("Relu", "h", "r", {}), ("Tanh", "r", "s", {}),
         ("MatMul", "sB", "y", {})],
        [("MatMul", "xA", "h", {}), ("Relu", "h", "r", {}), ("Add", "rc", "s", {}),
         ("MatMul", "sB", "y", {})],
        [("MatMul", "xA", "h", {}), ("Softmax", "h", "r", {}),
         ("MatMul", "rB", "y", {})],
        [("MatMul", "xA", "h", {}), ("MatMul", "xA", "g", {}), ("Add", "hg", "r", {}),
         ("MatMul", "rB", "y", {})],
    ],
    ids=lambda nodes: "-".join(node[0] for node in nodes),
)  # fmt: skip
def test_other_graphs_have_no_structure(nodes):
    taken = graph(nodes, 1, A=FIRST, B=THIRD, c=BIAS)
    with pytest.raises(EngineError, match=r"model\.no_structure"):
        taken.structure()
    assert taken.predict(arrow(shown(numbers()))).scores.shape == (400, 1)
