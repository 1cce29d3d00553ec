"""What an ONNX graph says about its outputs."""

from __future__ import annotations

from typing import Any, NamedTuple

import onnx
from onnx import TensorProto, numpy_helper

from engine.contracts.errors import EngineError
from engine.model_host.adapters import opened

_CLASSIFIERS = ("TreeEnsembleClassifier", "LinearClassifier", "SVMClassifier")
_REGRESSORS = ("TreeEnsembleRegressor", "LinearRegressor", "SVMRegressor")
_PASSING = frozenset(
    ["Identity", "Cast", "Reshape", "Squeeze", "Flatten", "Unsqueeze", "Dropout"]
)
_LABEL_ATTRIBUTES = (
    "classlabels_strings",
    "classlabels_int64s",
    "classlabels_ints",
    "keys_strings",
)
_PICKING = ("ArrayFeatureExtractor", "Gather")
_FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16)
_MAX_WALK = 50


class Meaning(NamedTuple):
    """The outputs of a graph.

    Attributes
    ----------
    scores, labels
        Names of the outputs, or ``""``.
    classes
        Labels the graph names, in the order of the scores.
    last
        Operator that makes the scores.
    regression
        Whether the graph says that it is a regression.
    changed
        Whether the graph was changed: a map per row at its end was cut off.
    """

    scores: str
    labels: str
    classes: tuple[str, ...]
    last: str
    regression: bool
    changed: bool


def read(model: Any) -> Meaning:
    """Find scores, labels and classes; replace maps per row by their tensor.

    Raises
    ------
    EngineError
        ``model.multi_output`` if there are several outputs of unclear meaning.
    """
    graph = model.graph
    named = _classes(graph)
    changed = _without_zipmap(graph)
    scores, labels = _outputs(graph)
    classes = named or _picked(graph, scores, labels)
    operators = {node.op_type for node in graph.node}
    last = _maker(graph, scores)
    regression = not labels and (
        last in _REGRESSORS
        or (bool(operators & set(_REGRESSORS)) and not operators & set(_CLASSIFIERS))
    )
    return Meaning(scores, labels, classes, last, regression, changed)


def _classes(graph: Any) -> tuple[str, ...]:
    for node in reversed(graph.node):
        if node.op_type != "ZipMap" and node.op_type not in _CLASSIFIERS:
            continue
        for attribute in node.attribute:
            if attribute.name in _LABEL_ATTRIBUTES:
                found = list(attribute.strings) or list(attribute.ints)
                if found:
                    return opened.texts(found)
    return ()


def _without_zipmap(graph: Any) -> bool:
    """Expose the tensor behind every ZipMap: one map a row costs minutes."""
    outputs = {output.name: output for output in graph.output}
    maps = [n for n in graph.node if n.op_type == "ZipMap" and n.output[0] in outputs]
    for node in maps:
        graph.output.remove(outputs[node.output[0]])
        tensor = onnx.helper.make_tensor_value_info(
            node.input[0], TensorProto.FLOAT, None
        )
        graph.output.append(tensor)
        graph.node.remove(node)
    return bool(maps)


def _outputs(graph: Any) -> tuple[str, str]:
    """Return the names of the scores and of the labels."""
    kinds = {o.name: o.type.tensor_type.elem_type for o in graph.output}
    floats = [name for name, kind in kinds.items() if kind in _FLOATS]
    others = [name for name, kind in kinds.items() if kind not in _FLOATS]
    if len(floats) > 1 or len(others) > 1 or not kinds:
        raise EngineError("model.multi_output", outputs=len(kinds))
    return (floats[0] if floats else "", others[0] if others else "")


def _maker(graph: Any, name: str) -> str:
    """Return the operator that computes a tensor, past those that only pass it on."""
    node = _made_by(graph, name)
    return "" if node is None else str(node.op_type)


def _made_by(graph: Any, name: str) -> Any:
    makers = {output: node for node in graph.node for output in node.output}
    for _ in range(_MAX_WALK):
        node = makers.get(name)
        if node is None or node.op_type not in _PASSING:
            return node
        name = node.input[0]
    return None


def _picked(graph: Any, scores: str, labels: str) -> tuple[str, ...]:
    """Return the labels of which the graph picks the one with the largest score."""
    picking = _made_by(graph, labels)
    if picking is None or picking.op_type not in _PICKING:
        return ()
    listed = [t for t in graph.initializer if t.name == picking.input[0]]
    largest = _made_by(graph, picking.input[1])
    if not listed or largest is None or largest.op_type != "ArgMax":
        return ()
    if largest.input[0] != scores:
        return ()
    return opened.texts(numpy_helper.to_array(listed[0]).ravel().tolist())
