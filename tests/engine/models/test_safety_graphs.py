"""ONNX graphs and skops files that are not what they should be."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
from sklearn.datasets import make_classification

from engine.contracts.model import Light, Verdict
from tests.engine.models.safety_cases import archive, examine, joblib_bytes, model_of

X, Y = make_classification(80, 6, n_informative=4, n_classes=3, random_state=0)

X, Y = make_classification(80, 6, n_informative=4, n_classes=3, random_state=0)


def test_that_a_custom_operator_is_red(tmp_path):
    from onnx import helper

    node = helper.make_node("Evil", ["x"], ["y"], domain="com.evil")
    report = examine(tmp_path, model_of([node], domains=("", "com.evil")))
    assert report.light is Light.RED
    assert "com.evil::Evil" in report.reason.params["names"]


@pytest.mark.parametrize(
    ("place", "verdict"),
    [
        ("weights.bin", Verdict.UNKNOWN),
        ("../../etc/shadow", Verdict.DANGEROUS),
        ("/etc/shadow", Verdict.DANGEROUS),
        ("\\\\host\\share", Verdict.DANGEROUS),
        ("C:/secret", Verdict.DANGEROUS),
    ],
)
def test_that_a_reference_to_another_file_is_refused(tmp_path, place, verdict):
    from onnx import TensorProto, helper

    tensor = TensorProto(name="w", data_type=1, dims=[2, 2])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    report = examine(tmp_path, model_of([node], [tensor]))
    assert report.light is Light.FORBIDDEN
    assert report.reason.code == "safety.onnx_outside"
    assert {f.verdict for f in report.findings if f.what == "external_data"} == {
        verdict
    }


def test_that_an_array_shorter_than_it_says_is_refused(tmp_path):
    from onnx import TensorProto, helper

    tensor = TensorProto(name="w", data_type=1, dims=[2, 2], raw_data=b"1234")
    report = examine(
        tmp_path, model_of([helper.make_node("MatMul", ["x", "w"], ["y"])], [tensor])
    )
    assert report.reason.code == "safety.broken_tensor"


@pytest.mark.parametrize("operator", ["ConstantOfShape", "Expand", "RandomNormal"])
def test_that_a_tensor_bomb_is_refused(tmp_path, operator):
    from onnx import TensorProto, helper

    shape = helper.make_tensor("s", TensorProto.INT64, [2], [2**18, 2**18])
    nodes = {
        "ConstantOfShape": helper.make_node(operator, ["s"], ["y"]),
        "Expand": helper.make_node(operator, ["x", "s"], ["y"]),
        "RandomNormal": helper.make_node(operator, [], ["y"], shape=[2**18, 2**18]),
    }
    report = examine(tmp_path, model_of([nodes[operator]], [shape]))
    assert report.reason.code == "safety.huge_tensor"


def test_that_a_graph_in_a_graph_without_end_is_not_followed(tmp_path):
    from onnx import TensorProto, helper

    value = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])], "g", [], [value]
    )
    for _ in range(25):
        node = helper.make_node("If", ["c"], ["y"], then_branch=graph)
        graph = helper.make_graph([node], "g", [], [value])
    node = helper.make_node("If", ["c"], ["y"], then_branch=graph)
    assert examine(tmp_path, model_of([node])).light is not Light.GREEN


def skops_with(change):
    import io

    import skops.io
    from sklearn.tree import DecisionTreeClassifier

    raw = skops.io.dumps(DecisionTreeClassifier(max_depth=3).fit(X, Y))
    with zipfile.ZipFile(io.BytesIO(raw)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    change(parts)
    return archive(parts)


def _edit(function):
    def change(parts):
        schema = json.loads(parts["schema.json"])
        function(schema)
        parts["schema.json"] = json.dumps(schema).encode()

    return change


def _first(schema, loader):
    waiting = [schema]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if item.get("__loader__") == loader:
                return item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    raise AssertionError(loader)


SKOPS = {
    "function": lambda s: s["content"]["content"].update(
        f={"__class__": "system", "__module__": "os", "__loader__": "FunctionNode"}
    ),
    "partial": lambda s: s["content"]["content"].update(
        f={
            "__class__": "partial",
            "__module__": "functools",
            "__loader__": "PartialNode",
            "content": {},
        }
    ),
    "operator": lambda s: s["content"]["content"].update(
        f={
            "__class__": "methodcaller",
            "__module__": "operator",
            "__loader__": "OperatorFuncNode",
            "attrs": {},
        }
    ),
    "method": lambda s: s["content"]["content"].update(
        f={
            "__class__": "DecisionTreeClassifier",
            "__module__": "sklearn.tree._classes",
            "__loader__": "MethodNode",
            "content": {"func": "fit", "obj": {}},
        }
    ),
    "vetted type under another loader": lambda s: s.update(
        __loader__="ConstructorFromReduceNode"
    ),
    "unknown loader": lambda s: s.update(__loader__="FancyNode"),
    "unknown type": lambda s: s.update(__class__="DecisionTreeClassifierX"),
    "protocol": lambda s: s.update(protocol=99),
    "protocol that is no number": lambda s: s.update(protocol=True),
    "missing file": lambda s: _first(s, "NdArrayNode").update(file="gone.npy"),
    "odd name": lambda s: s.update(__module__=7),
}


@pytest.mark.parametrize("name", sorted(SKOPS))
def test_that_a_changed_skops_file_is_not_green(tmp_path, name):
    report = examine(tmp_path, skops_with(_edit(SKOPS[name])))
    assert report.light in (Light.RED, Light.FORBIDDEN)


@pytest.mark.parametrize("field", ["left_child", "right_child", "feature"])
def test_that_a_tree_that_points_outside_is_refused(tmp_path, field):
    import io

    def change(parts):
        for name, raw in parts.items():
            if name.endswith(".npy"):
                array = np.load(io.BytesIO(raw))
                if array.dtype.names:
                    array[field][0] = 10**6
                    buffer = io.BytesIO()
                    np.save(buffer, array)
                    parts[name] = buffer.getvalue()

    report = examine(tmp_path, skops_with(change))
    assert report.light is Light.FORBIDDEN
    assert report.reason.code == "safety.broken_tree"


def test_that_a_tree_in_joblib_that_points_outside_is_refused(tmp_path):
    from sklearn.tree import DecisionTreeClassifier

    model = DecisionTreeClassifier(max_depth=3).fit(X, Y)
    nodes = model.tree_.__getstate__()["nodes"]
    bad = nodes.copy()
    bad["left_child"][0] = 10**6
    for raw in (joblib_bytes(model), __import__("pickle").dumps(model)):
        assert nodes.tobytes() in raw
        report = examine(tmp_path, raw.replace(nodes.tobytes(), bad.tobytes()))
        assert report.reason.code == "safety.broken_tree"


def test_that_a_file_beside_the_schema_is_named(tmp_path):
    report = examine(tmp_path, skops_with(lambda p: p.update({"run.py": b"x"})))
    assert report.light is Light.RED
    assert "run.py" in {f.name for f in report.findings}


def repeating(trips, *, given=False, scan_inside=False):
    """A graph with a loop of so many rounds, ``None`` for as long as it likes."""
    from onnx import TensorProto, helper

    def value(name, kind, shape):
        return helper.make_tensor_value_info(name, kind, shape)

    inner = [helper.make_node("Identity", ["keep"], ["on"])]
    if scan_inside:
        body = helper.make_graph(
            [helper.make_node("Identity", ["r"], ["s"])],
            "rows",
            [value("r", TensorProto.FLOAT, [1])],
            [value("s", TensorProto.FLOAT, [1])],
        )
        inner.append(
            helper.make_node("Scan", ["x"], ["t"], body=body, num_scan_inputs=1)
        )
    inner.append(helper.make_node("Identity", ["i"], ["round"]))
    body = helper.make_graph(
        inner,
        "round",
        [value("i", TensorProto.INT64, []), value("keep", TensorProto.BOOL, [])],
        [value("on", TensorProto.BOOL, []), value("round", TensorProto.INT64, [])],
    )
    tensors = [helper.make_tensor("go", TensorProto.BOOL, [], [True])]
    if trips is not None:
        tensors.append(helper.make_tensor("m", TensorProto.INT64, [1], [trips]))
    nodes = [
        helper.make_node(
            "Loop", ["" if trips is None else "m", "go"], ["rounds"], body=body
        ),
        helper.make_node("Identity", ["x"], ["y"]),
    ]
    model = model_of(nodes, tensors)
    if given:
        import onnx

        proto = onnx.load_from_string(model)
        proto.graph.input.append(value("m", TensorProto.INT64, [1]))
        return proto.SerializeToString()
    return model


@pytest.mark.parametrize(
    ("made", "light"),
    [
        ({"trips": 10}, Light.GREEN),
        ({"trips": 100_000}, Light.GREEN),
        ({"trips": 100_001}, Light.AMBER),
        ({"trips": 2**62}, Light.AMBER),
        ({"trips": None}, Light.AMBER),
        ({"trips": 10, "given": True}, Light.AMBER),
        ({"trips": 10, "scan_inside": True}, Light.AMBER),
    ],
)
def test_that_a_loop_without_a_known_end_is_not_green(tmp_path, made, light):
    report = examine(tmp_path, repeating(**made))
    assert report.light is light
    if light is Light.AMBER:
        assert report.reason.code == "safety.onnx_endless"


def test_that_a_loop_whose_count_is_computed_is_not_green(tmp_path):
    import onnx
    from onnx import TensorProto, helper

    model = onnx.load_from_string(repeating(5))
    del model.graph.initializer[:]
    for name, kind, values in (
        ("go", TensorProto.BOOL, [True]),
        ("five", TensorProto.INT64, [5]),
    ):
        shape = [] if name == "go" else [1]
        model.graph.initializer.append(helper.make_tensor(name, kind, shape, values))
    model.graph.node.insert(0, helper.make_node("Mul", ["five", "five"], ["m"]))
    assert examine(tmp_path, model.SerializeToString()).light is Light.AMBER
