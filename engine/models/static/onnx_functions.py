"""Functions that an ONNX file defines itself: do they end.

The run-time writes each out wherever it is called. One that calls itself never ends,
and thirty that call the next one twice are a thousand million operators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.models.static.outcome import NotUnderstoodError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    _Key = tuple[str, str, str]

_MOST_DEEP = 20


def check_functions(model: Any, most: int) -> None:
    """Check that a graph, with all functions written out, has an end.

    Raises
    ------
    NotUnderstoodError
        Naming a function that calls itself, or saying the limit of operators.
    """
    bodies: dict[_Key, Any] = {}
    for function in model.functions:
        key = (function.domain, function.name, function.overload)
        if key in bodies:
            raise NotUnderstoodError("safety.onnx_twice", name=function.name[:80])
        bodies[key] = function.node
    sizes: dict[_Key, int] = {}

    def size(nodes: Iterable[Any], within: tuple[_Key, ...]) -> int:
        total = 0
        for node in _every(nodes):
            key = (node.domain, node.op_type, node.overload)
            total += 1
            if key not in bodies:
                continue
            if key in within:
                raise NotUnderstoodError("safety.onnx_recursive", name=key[1][:80])
            if len(within) >= _MOST_DEEP:
                raise NotUnderstoodError("safety.nested_too_deep", limit=_MOST_DEEP)
            if key not in sizes:
                sizes[key] = size(bodies[key], (*within, key))
            total += sizes[key]
            if total > most:
                raise NotUnderstoodError("safety.too_many_nodes", limit=most)
        return total

    for key, nodes in bodies.items():  # also those that are called by none
        size(nodes, (key,))
    size(model.graph.node, ())


def _every(nodes: Iterable[Any]) -> Iterator[Any]:
    """Yield nodes and those of the graphs inside them."""
    waiting = [iter(nodes)]
    while waiting:
        node = next(waiting[-1], None)
        if node is None:
            waiting.pop()
            continue
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                waiting.append(iter(attribute.g.node))
            waiting.extend(iter(graph.node) for graph in attribute.graphs)
