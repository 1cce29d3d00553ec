"""Hostile ONNX files: each refused or asked about, with the cause in its message."""

from __future__ import annotations

import os
import sys

import onnx
import pytest
from onnx import TensorProto, helper

from tests.engine.models.safety_cases import model_of
from tests.support.reported import Watched, reported

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux watches")

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
MATMUL = helper.make_node("MatMul", ["x", "w"], ["y"])
RELU = helper.make_node("Relu", ["x"], ["y"])
HUGE = helper.make_tensor("s", INT64, [2], [2**18, 2**18])


def value(name, kind=FLOAT, shape=(None, 2)):
    return helper.make_tensor_value_info(name, kind, shape)


def outside(place):
    """A file whose weights lie in another file."""
    tensor = TensorProto(name="w", data_type=FLOAT, dims=[2, 2])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=str(place))
    return model_of([MATMUL], [tensor])


def changed(raw, change):
    model = onnx.ModelProto.FromString(raw)
    change(model)
    return model.SerializeToString()


def tensor(name="w", kind=FLOAT, dims=(2, 2), **data):
    return TensorProto(name=name, data_type=kind, dims=dims, **data)


def nested(depth, operator="If"):
    graph = helper.make_graph([RELU], "g", [], [value("y", shape=[1])])
    for _ in range(depth):
        node = helper.make_node(operator, ["c"], ["y"], then_branch=graph)
        graph = helper.make_graph([node], "g", [], [value("y", shape=[1])])
    return model_of([helper.make_node(operator, ["c"], ["y"], then_branch=graph)])


def of_functions(calls):
    """Functions that call one another: name → names it calls."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    functions = []
    for name, called in calls.items():
        names = ["x", *(f"t{i}" for i in range(len(called) - 1)), "y"]
        steps = [
            helper.make_node(other, [names[i]], [names[i + 1]], domain="own")
            for i, other in enumerate(called)
        ] or [RELU]
        functions.append(helper.make_function("own", name, ["x"], ["y"], steps, opsets))
    node = helper.make_node(next(iter(calls)), ["x"], ["y"], domain="own")
    return changed(
        model_of([node], domains=("", "own")), lambda m: m.functions.extend(functions)
    )


def endless():
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["keep"], ["on"]),
            helper.make_node("Relu", ["v"], ["w"]),
        ],
        "round",
        [value("i", INT64, []), value("keep", BOOL, []), value("v")],
        [value("on", BOOL, []), value("w")],
    )
    go = helper.make_tensor("go", BOOL, [], [True])
    return model_of([helper.make_node("Loop", ["", "go", "x"], ["y"], body=body)], [go])


def many_nodes(n):
    """So many operators without making each one."""
    node = helper.make_node("Relu", ["x"], ["x"]).SerializeToString()
    field = b"\x0a" + bytes([len(node)]) + node  # GraphProto.node
    graph = field * n
    length, head = len(graph), b""
    while length > 127:
        head += bytes([length & 127 | 128])
        length >>= 7
    return b"\x08\x08\x3a" + head + bytes([length]) + graph


def inside(raw):
    """A graph whose only operator holds the graph of another file."""
    graph = onnx.ModelProto.FromString(raw).graph
    node = helper.make_node("If", ["c"], ["y"])
    node.attribute.add(name="then_branch", type=5).g.CopyFrom(graph)
    return model_of([node])


def doubling(depth):
    return of_functions(
        {f"f{n}": [f"f{n + 1}"] * 2 for n in range(depth)} | {f"f{depth}": []}
    )


def cases(folder):
    """Name → file, the code of the reason, a word of its sentence."""
    for name in ("link.bin", "hard.bin"):
        (folder / name).unlink(missing_ok=True)
    (folder / "link.bin").symlink_to(folder / "secret.bin")
    os.link(folder / "secret.bin", folder / "hard.bin")
    far = onnx.ModelProto.FromString(outside("/etc/shadow")).graph.initializer[0]
    return {
        "weights at an absolute path": (
            outside(folder / "secret.bin"), "onnx_outside", "secret.bin"),
        "weights further up": (
            outside("../../../etc/shadow"), "onnx_outside", "../etc/shadow"),
        "weights behind a symbolic link": (
            outside("link.bin"), "onnx_outside", "link.bin"),
        "weights behind a hard link": (outside("hard.bin"), "onnx_outside", "hard.bin"),
        "weights on a network drive": (
            outside("\\\\host\\share\\w"), "onnx_outside", "share"),
        "weights on a drive": (outside("C:/secret"), "onnx_outside", "C:/secret"),
        "weights beside it": (outside("weights.bin"), "onnx_outside", "weights.bin"),
        "weights of a Constant in another file": (
            model_of([helper.make_node("Constant", [], ["w"], value=far), MATMUL]),
            "onnx_outside", "/etc/shadow"),
        "an operator of foreign code": (
            model_of([helper.make_node("Evil", ["x"], ["y"], domain="com.evil")],
                     domains=("", "com.evil")), "unknown", "com.evil::Evil"),
        "an operator of the run-time's own domain": (
            model_of([helper.make_node("Gelu", ["x"], ["y"], domain="com.microsoft")],
                     domains=("", "com.microsoft")), "unknown", "com.microsoft::Gelu"),
        "a function that calls itself": (
            of_functions({"f": ["f"]}), "onnx_recursive", "calls itself"),
        "two functions that call each other": (
            of_functions({"f": ["g"], "g": ["f"]}), "onnx_recursive", "calls itself"),
        "functions that double": (doubling(19), "too_many_nodes", "nodes"),
        "functions without end": (
            of_functions({f"f{n}": [f"f{n + 1}"] for n in range(40)} | {"f40": []}),
            "nested_too_deep", "20"),
        "a function defined twice": (
            changed(of_functions({"f": []}),
                    lambda m: m.functions.append(m.functions[0])), "onnx_twice", "f"),
        "graphs in graphs": (nested(25), "nested_too_deep", "20"),
        "a million operators": (many_nodes(1_000_000), "too_many_nodes", "500,000"),
        "a million operators in a branch": (
            inside(many_nodes(600_000)), "too_many_nodes", "500,000"),
        "a loop without end": (endless(), "onnx_endless", "Loop"),
        "weights that are not there": (
            model_of([MATMUL], [tensor(dims=[2**20, 2**20])]), "broken_tensor", "w"),
        "weights shorter than they say": (
            model_of([MATMUL], [tensor(raw_data=b"1234")]), "broken_tensor", "w"),
        "weights longer than they say": (
            model_of([MATMUL], [tensor(float_data=[1.0] * 5)]), "broken_tensor", "w"),
        "weights of a negative length": (
            model_of([MATMUL], [tensor(dims=[-2, -2], float_data=[1.0] * 4)]),
            "broken_tensor", "w"),
        "weights of no kind": (
            model_of([MATMUL], [tensor(kind=99, raw_data=bytes(16))]),
            "broken_tensor", "w"),
        "a kind of number that is none": (
            changed(model_of([RELU]), lambda m: setattr(
                m.graph.input[0].type.tensor_type, "elem_type", 77)),
            "broken_tensor", "x"),
        "ConstantOfShape without measure": (
            model_of([helper.make_node("ConstantOfShape", ["s"], ["y"])], [HUGE]),
            "huge_tensor", "ConstantOfShape"),
        "Expand without measure": (
            model_of([helper.make_node("Expand", ["x", "s"], ["y"])], [HUGE]),
            "huge_tensor", "Expand"),
        "Tile without measure": (
            model_of([helper.make_node("Tile", ["x", "s"], ["y"])], [HUGE]),
            "huge_tensor", "Tile"),
        "RandomNormal without measure": (
            model_of([helper.make_node("RandomNormal", [], ["y"],
                                       shape=[2**18, 2**18])]),
            "huge_tensor", "RandomNormal"),
        "Range without measure": (
            model_of([helper.make_node("Range", ["a", "b", "c"], ["y"])], [
                helper.make_tensor(name, INT64, [], [n])
                for name, n in (("a", 0), ("b", 2**40), ("c", 1))]),
            "huge_tensor", "Range"),
        "ConstantOfShape of a constant without measure": (
            model_of([helper.make_node("Constant", [], ["s"], value_ints=[2**18] * 2),
                      helper.make_node("ConstantOfShape", ["s"], ["y"])]),
            "huge_tensor", "ConstantOfShape"),
        "two results of one name": (
            model_of([RELU, RELU]), "onnx_checker", "y"),
        "a circle": (
            model_of([helper.make_node("Add", ["x", "b"], ["a"]),
                      helper.make_node("Add", ["a", "x"], ["b"]), RELU]),
            "onnx_checker", "b"),
        "an attribute that is none": (
            model_of([helper.make_node("Relu", ["x"], ["y"], alpha=1.0)]),
            "onnx_checker", "alpha"),
        "operators of another year": (
            changed(model_of([RELU]),
                    lambda m: setattr(m.opset_import[0], "version", 9_999)),
            "onnx_opset", "9,999"),
        "no graph": (
            changed(model_of([RELU]), lambda m: m.ClearField("graph")),
            "cut_off", "incomplete"),
        "numbers where truth is wanted": (
            model_of([helper.make_node("Not", ["x"], ["y"])]),
            "onnx_checker", "unsupported type"),
        "classes without labels": (
            changed(model_of([helper.make_node(
                "LinearClassifier", ["x"], ["z", "y"], coefficients=[1.0] * 4,
                intercepts=[0.0] * 2, classlabels_ints=[1], domain="ai.onnx.ml")],
                domains=("", "ai.onnx.ml")),
                lambda m: setattr(m.opset_import[1], "version", 1)),
            "broken_booster", "classlabels"),
        "a name of a megabyte": (
            model_of([helper.make_node("E" * (1 << 20), ["x"], ["y"], domain="e")],
                     domains=("", "e")), "unknown", "EEE"),
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("onnx")
    (folder / "secret.bin").write_bytes(bytes(16))
    watched = Watched(folder / "secret.bin")
    found = cases(folder)
    files = {name: raw for name, (raw, _, _) in found.items()}
    large = {name: files.pop(name) for name in list(files) if "a million" in name}
    small = reported(files, folder)
    opened = watched.was_opened()
    return found, (small, reported(large, folder)), opened


def test_every_case_is_refused_with_its_cause(made):
    found, (small, large), _ = made
    wrong = {}
    for name, (_, code, word) in found.items():
        told = (small.told | large.told)[name]
        sound = told.code == f"safety.{code}" and word in told.said
        if not sound or told.light == "green" or told.let_in:
            wrong[name] = (told.light, told.code, told.said[:200])
    assert wrong == {}
    assert len(found) >= 15


def test_nothing_ran_and_no_other_file_was_read(made):
    _, tables, opened = made
    assert not opened
    for table in tables:
        assert table.loaded == []
        assert not any(told.ran for told in table.told.values())


def test_each_ended_in_time_and_in_little_memory(made):
    _, tables, _ = made
    for table in tables:
        assert max(told.seconds for told in table.told.values()) < 10
    small, large = tables
    assert small.peak < 250 << 20
    assert large.peak < 1000 << 20  # what the parser of ONNX takes for the operators


def test_the_watch_tells_who_reads(tmp_path):
    (tmp_path / "secret.bin").write_bytes(b"x")
    watched = Watched(tmp_path / "secret.bin")
    assert not watched.was_opened()
    (tmp_path / "secret.bin").read_bytes()
    assert watched.was_opened()
