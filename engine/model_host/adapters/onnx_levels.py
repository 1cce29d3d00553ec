"""The texts that an ONNX graph knows one by one, for each of its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnx import TensorProto, numpy_helper

from engine.contracts.errors import EngineError
from engine.model_host.adapters.opened import label_text
from engine.model_host.structure.onnx_sources import Nodes, sources, told

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENCODERS = frozenset(["OneHotEncoder", "LabelEncoder", "CategoryMapper"])
_OF_TEXTS = ("cats_strings", "keys_strings", "classes_strings")
_STEPS = frozenset(
    ["ArrayFeatureExtractor", "Concat", "Gather", "Identity", "Reshape", "Flatten"]
)


def levels_of(
    graph: Any, columns: Mapping[str, tuple[int, ...]]
) -> dict[int, list[str]]:
    """Return place of an input of texts → the texts that the graph knows there.

    Only where every way of the column through the graph ends at an encoder of texts:
    what another operator knows of a text is not told.

    Parameters
    ----------
    columns
        For each tensor of texts the places of its columns among the inputs.
    """
    nodes = Nodes.of(graph)
    found: dict[int, list[str]] = {}
    beyond: set[int] = set()
    for node in graph.node:
        if any(attribute.HasField("g") for attribute in node.attribute):
            return {}  # a graph within sees every tensor around it
        try:
            reached = _reached(node, nodes, columns)
        except EngineError:  # columns meet where they cannot be told apart
            return {}
        known = _texts(node) if node.op_type in _ENCODERS else None
        if known is not None:
            for place in reached:
                found.setdefault(place, []).extend(known)
        elif node.op_type not in _STEPS:
            beyond.update(reached)
    return {
        place: list(dict.fromkeys(known))
        for place, known in found.items()
        if place not in beyond
    }


def _reached(
    node: Any, nodes: Nodes, columns: Mapping[str, tuple[int, ...]]
) -> tuple[int, ...]:
    """Return the columns of texts that a node is given as they are."""
    places: list[int] = []
    for name in node.input:
        if not name or nodes.is_constant(name):
            continue
        if not _is_of_texts(name, nodes, columns):
            continue
        places += sources(name, nodes, columns)
    return tuple(places)


def _is_of_texts(
    name: str, nodes: Nodes, columns: Mapping[str, tuple[int, ...]]
) -> bool:
    """Whether a tensor is made of inputs of texts by steps that change none."""
    waiting, seen = [name], {name}
    while waiting:
        one = waiting.pop()
        if one in columns:
            continue
        node = nodes.makers.get(one)
        if node is None or node.op_type not in _STEPS:
            return False
        fresh = [i for i in node.input if i not in seen and not nodes.is_constant(i)]
        seen.update(fresh)
        waiting += fresh
    return True


def _texts(node: Any) -> list[str] | None:
    """Return the texts that an encoder knows, ``None`` where it knows no texts."""
    attributes = told(node)
    for name in _OF_TEXTS:
        if attributes.get(name):
            return [label_text(text) for text in attributes[name]]
    tensor = attributes.get("keys_tensor")
    if tensor is None or tensor.data_type != TensorProto.STRING:
        return None
    return [label_text(text) for text in numpy_helper.to_array(tensor).tolist()]
