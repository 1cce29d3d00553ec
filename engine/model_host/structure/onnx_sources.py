"""Constants of an ONNX graph, and which input each column of a tensor comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import onnx
from onnx import TensorProto, numpy_helper

from engine.model_host.structure.parts import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

MOST_STEPS = 100
_WHOLE = frozenset(
    getattr(TensorProto, f"{sign}INT{bits}")
    for sign in ("", "U")
    for bits in (8, 16, 32, 64)
)
_ONE_TO_ONE = frozenset(
    [
        "Identity", "Cast", "Flatten", "Scaler", "Imputer", "Add", "Sub", "Mul", "Div",
        "Clip",
    ]
)  # fmt: skip
_JOINING = frozenset(["Concat", "FeatureVectorizer"])
_CHOOSING = frozenset(["ArrayFeatureExtractor", "Gather"])
_CUTTING = frozenset(["Binarizer", "Ceil", "Floor", "Round", "Sign"])


class Nodes(NamedTuple):
    """The nodes of a graph by what they make, and its constants by name."""

    makers: Mapping[str, Any]
    known: Mapping[str, Any]

    @classmethod
    def of(cls, graph: Any) -> Nodes:
        """Return those of a graph."""
        makers = {output: node for node in graph.node for output in node.output}
        return cls(makers, {tensor.name: tensor for tensor in graph.initializer})

    def is_constant(self, name: str) -> bool:
        """Return whether a tensor is the same for all rows."""
        made_by = self.makers.get(name)
        made = made_by is not None and made_by.op_type == "Constant"
        return name in self.known or made

    def constant(self, name: str) -> np.ndarray:
        """Return a tensor that is the same for all rows.

        Raises
        ------
        EngineError
            ``model.no_structure`` for any other.
        """
        if not self.is_constant(name):
            raise unknown()
        known = self.known
        tensor = known[name] if name in known else self.makers[name].attribute[0].t
        found: np.ndarray = numpy_helper.to_array(tensor)
        return found


def told(node: Any) -> dict[str, Any]:
    """Return a node's attributes."""
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def sources(
    name: str,
    nodes: Nodes,
    columns: Mapping[str, tuple[int, ...]],
    left: int = MOST_STEPS,
) -> tuple[int, ...]:
    """Return the model's input of every column of a tensor.

    Raises
    ------
    EngineError
        ``model.no_structure`` where columns meet, or after a step that is not known.
    """
    if name in columns:
        return columns[name]
    node = nodes.makers.get(name)
    if node is None or not left:
        raise unknown()
    variable = [i for i in node.input if i and not nodes.is_constant(i)]
    found = [sources(i, nodes, columns, left - 1) for i in variable]
    if node.op_type in _JOINING and len(variable) == len(node.input):
        return tuple(column for part in found for column in part)
    if len(found) != 1:
        raise unknown()
    (own,) = found
    if node.op_type in _ONE_TO_ONE:
        return own
    if node.op_type in _CHOOSING:
        chosen = nodes.constant(node.input[1]).reshape(-1)
        return tuple(own[int(place)] for place in chosen)
    if node.op_type == "Reshape" and _is_spread(nodes.makers.get(node.input[0])):
        return own  # a matrix for each row, now side by side
    if _is_spread(node):
        levels = max(len(told(node).get(kind, ())) for kind in _LEVELS)
        return tuple(column for column in own for _ in range(levels))
    raise unknown()


_LEVELS = ("cats_strings", "cats_int64s")


def _is_spread(node: Any) -> bool:
    return node is not None and node.op_type == "OneHotEncoder"


def cut_by(name: str, nodes: Nodes) -> str:
    """Return the operator before a tensor that cuts numbers into pieces, or ``""``."""
    waiting, seen = [name], {name}
    while waiting:
        node = nodes.makers.get(waiting.pop())
        if node is None:
            continue
        to_whole = node.op_type == "Cast" and told(node).get("to") in _WHOLE
        if node.op_type in _CUTTING or to_whole:
            return str(node.op_type)
        fresh = [i for i in node.input if i not in seen]
        seen.update(fresh)
        waiting += fresh
    return ""
