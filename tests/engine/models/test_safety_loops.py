"""ONNX graphs that repeat a part of themselves are green only where they end."""

from __future__ import annotations

import pytest

from engine.contracts.model import Light
from tests.engine.models.safety_cases import examine, model_of


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
