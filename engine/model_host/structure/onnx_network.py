"""Networks of ONNX graphs: products, biases and activations, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.contracts.structure import Activation, Layer, Link
from engine.model_host.structure.network import network
from engine.model_host.structure.onnx_sources import MOST_STEPS, told
from engine.model_host.structure.parts import REGRESSION, unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from engine.contracts.structure import Form
    from engine.model_host.structure.onnx_sources import Nodes

_ACTIVATIONS = {
    "Relu": Activation.RELU,
    "Sigmoid": Activation.LOGISTIC,
    "Tanh": Activation.TANH,
}
# What changes nothing of a row; the engine sees whether it changes a score.
_PASSING = frozenset(
    ["Cast", "Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze"]
)
_PRODUCTS = frozenset(["Gemm", "MatMul"])
_KNOWN = frozenset(["Add", *_ACTIVATIONS, *_PASSING, *_PRODUCTS])
_TWO = 2


def read(
    nodes: Nodes, scores: str, classes: Sequence[str]
) -> tuple[str, Form, Link, tuple[str, ...]]:
    """Read the network that makes the scores.

    Returns
    -------
    str
        The tensor that its first layer is given.
    Form, Link, tuple of str
        As of :class:`~engine.contracts.structure.Structure`.

    Raises
    ------
    EngineError
        ``model.no_structure`` for other graphs.
    """
    last = _past(nodes, _without_complement(nodes, scores))
    made_by = nodes.makers.get(last)
    link = Link.IDENTITY
    if made_by is not None and made_by.op_type == "Softmax":
        if told(made_by).get("axis", -1) not in (-1, 1):
            raise unknown()
        link, last = Link.SOFTMAX, made_by.input[0]
    elif made_by is not None and made_by.op_type == "Sigmoid" and len(classes) == _TWO:
        link, last = Link.LOGIT, made_by.input[0]
    chain = _chain(nodes, last)
    layers = _layers(nodes, chain)
    start = chain[0].input[0]
    outputs = tuple(classes) or REGRESSION
    width = len(layers[-1].bias)
    if len(classes) == _TWO and link is Link.SOFTMAX and width == _TWO:
        (weights, bias, activation), link = layers[-1], Link.LOGIT
        layers[-1] = Layer(weights[1:] - weights[:1], bias[1:] - bias[:1], activation)
        width = 1
    if len(classes) == _TWO and width == 1:
        outputs = outputs[1:]
    if width != len(outputs) or (link is Link.LOGIT and width > 1):
        raise unknown()
    return start, network(layers), link, outputs


def looks_like(operators: Collection[str]) -> bool:
    """Return whether a graph of these operators may be a network."""
    made_of = set(operators)
    return bool(made_of & _PRODUCTS) and bool(made_of & {*_ACTIVATIONS, "Softmax"})


def _past(nodes: Nodes, name: str) -> str:
    """Return the tensor before steps that change nothing."""
    for _ in range(MOST_STEPS):
        node = nodes.makers.get(name)
        if node is None or node.op_type not in _PASSING:
            break
        name = node.input[0]
    return name


def _without_complement(nodes: Nodes, scores: str) -> str:
    """Return ``p`` where the scores are ``1 - p`` beside ``p``."""
    last = _past(nodes, scores)
    node = nodes.makers.get(last)
    if node is None or node.op_type != "Concat" or len(node.input) != _TWO:
        return last
    other, share = node.input
    made_by = nodes.makers.get(other)
    if made_by is None or made_by.op_type != "Sub" or made_by.input[1] != share:
        raise unknown()
    if not (nodes.constant(made_by.input[0]) == 1).all():
        raise unknown()
    return str(share)


def _chain(nodes: Nodes, last: str) -> list[Any]:
    """Return the nodes from the first product on that lead to a tensor."""
    found: list[Any] = []
    name = last
    for _ in range(MOST_STEPS):
        node = nodes.makers.get(name)
        if node is None or node.op_type not in _KNOWN:
            break
        found.insert(0, node)
        variable = [i for i in node.input if i and not nodes.is_constant(i)]
        if len(variable) != 1:
            raise unknown()
        name = variable[0]
    products = [place for place, node in enumerate(found) if node.op_type in _PRODUCTS]
    if not products:
        raise unknown()
    return found[products[0] :]


def _layers(nodes: Nodes, chain: Sequence[Any]) -> list[Layer]:
    layers: list[Layer] = []
    sums: Layer | None = None  # of the layer that is being read
    for node in chain:
        if node.op_type in _PRODUCTS:
            if sums is not None:
                layers.append(sums)
            sums = _product(nodes, node)
        elif node.op_type == "Add" and sums is not None:
            constant = node.input[0 if nodes.is_constant(node.input[0]) else 1]
            more = _vector(nodes.constant(constant), len(sums.bias))
            sums = sums._replace(bias=sums.bias + more)
        elif node.op_type in _ACTIVATIONS and sums is not None:
            layers.append(sums._replace(activation=_ACTIVATIONS[node.op_type]))
            sums = None
        elif node.op_type not in _PASSING:
            raise unknown()
    if sums is None:  # scores that were sent through an activation
        width = len(layers[-1].bias)
        sums = Layer(np.eye(width), np.zeros(width), Activation.IDENTITY)
    return [*layers, sums]


def _product(nodes: Nodes, node: Any) -> Layer:
    """Return ``(out, in)`` weights and the bias of a product, not yet bent."""
    weights = nodes.constant(node.input[1]).astype(np.float64)
    if weights.ndim != _TWO:
        raise unknown()
    if node.op_type == "MatMul":
        return Layer(weights.T, np.zeros(weights.shape[1]), Activation.IDENTITY)
    settings = told(node)
    if settings.get("transA", 0):
        raise unknown()
    if not settings.get("transB", 0):
        weights = weights.T
    bias = np.zeros(len(weights))
    if len(node.input) > _TWO and node.input[2]:
        constant = nodes.constant(node.input[2])
        bias = settings.get("beta", 1.0) * _vector(constant, len(bias))
    weights = settings.get("alpha", 1.0) * weights
    return Layer(weights, bias, Activation.IDENTITY)


def _vector(constant: np.ndarray, width: int) -> np.ndarray:
    """Return one number a unit; a single one is that of all."""
    flat = constant.astype(np.float64).reshape(-1)
    if len(flat) not in (1, width):
        raise unknown()
    return np.broadcast_to(flat, width)
