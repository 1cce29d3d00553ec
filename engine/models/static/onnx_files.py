"""ONNX files: operators, domains, references to other files, declared sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.contracts.dataset import Note
from engine.contracts.model import Light, Verdict
from engine.models.static.onnx_functions import check_functions
from engine.models.static.onnx_trees import check_ensemble
from engine.models.static.onnx_types import check_flow, check_length, check_values
from engine.models.static.onnx_whole import (
    check_names,
    check_names_of_graph,
    check_names_of_nodes,
    check_whole,
)
from engine.models.static.outcome import BrokenError, NotUnderstoodError, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.contracts.progress import Progress

MAX_FILE = (2 << 30) - 1
MAX_NODES = 500_000
MAX_NESTING = 20
MAX_ITEMS = 1 << 28
STANDARD = ("", "ai.onnx", "ai.onnx.ml")
# operators of the size of their result, and which of their inputs says it
_SHAPED = {
    **{"ConstantOfShape": 0, "Expand": 1, "Tile": 1, "Reshape": 1, "OneHot": 1},
    **{"Resize": 3, "HannWindow": 0, "HammingWindow": 0, "BlackmanWindow": 0},
}
_SMALL = 16  # numbers, as many as a shape has
_SHAPE_ATTRIBUTE = ("RandomNormal", "RandomUniform")
_REPEATING = ("Loop", "Scan", "SequenceMap")
MAX_TRIPS = 100_000
_TREES = ("TreeEnsembleClassifier", "TreeEnsembleRegressor")


@dataclass
class _Walk:
    """What is collected on the way through a graph and its subgraphs."""

    operators: dict[tuple[str, str], int] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    endless: list[str] = field(default_factory=list)
    n_nodes: int = 0
    repeated: bool = False


def examine(data: bytes, progress: Progress) -> Outcome:
    """Report on an ONNX model."""
    outcome = Outcome(
        best=Light.GREEN, reason=Note(code="safety.onnx_standard"), producer="ONNX"
    )
    try:
        model = _parse(data)
        check_names(model)
        _describe(model, outcome)
        walk = _Walk()
        _graph(model.graph, walk, 0, progress)
        for function in model.functions:
            walk.repeated = True  # it may be called by a loop
            _nodes(function.node, {}, walk, 1, progress)
        check_functions(model, MAX_NODES)
        _judge(model, walk, outcome)
        if walk.endless:
            outcome.best = Light.AMBER
            names = ", ".join(dict.fromkeys(walk.endless[:5]))
            outcome.reason = Note(
                code="safety.onnx_endless",
                params={"n": len(walk.endless), "names": names},
            )
        if all(found.verdict is Verdict.VETTED for found in outcome.findings):
            check_whole(model)
            check_flow(model)
    except NotUnderstoodError as error:
        outcome.not_understood(error)
    return outcome


def _parse(data: bytes) -> Any:
    import onnx  # noqa: PLC0415 - heavy, and only for these files
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        model = onnx.ModelProto.FromString(data)
    except (DecodeError, ValueError, RuntimeError, MemoryError) as error:
        raise BrokenError("safety.broken_onnx") from error
    if not model.HasField("graph"):
        raise BrokenError("safety.broken_onnx")
    return model


def _describe(model: Any, outcome: Outcome) -> None:
    versions = outcome.versions
    versions["ONNX IR"] = str(model.ir_version)
    for item in list(model.opset_import)[:20]:
        versions[f"opset {item.domain or 'ai.onnx'}"[:60]] = str(item.version)
    name = " ".join(
        part for part in (model.producer_name, model.producer_version) if part
    )
    outcome.producer = name[:80] or "ONNX"


def _graph(graph: Any, walk: _Walk, depth: int, progress: Progress) -> None:
    if depth > MAX_NESTING:
        raise NotUnderstoodError("safety.nested_too_deep", limit=MAX_NESTING)
    check_names_of_graph(graph)
    check_values(graph)
    known: dict[str, tuple[float, ...]] = {}
    for tensor in graph.initializer:
        _tensor(tensor, walk)
        known[tensor.name] = _small(tensor)
    for given in graph.input:  # what is given from outside may be another number
        known.pop(given.name, None)
    for sparse in graph.sparse_initializer:
        _tensor(sparse.values, walk)
        _tensor(sparse.indices, walk)
    _nodes(graph.node, known, walk, depth, progress)


def _nodes(
    nodes: Sequence[Any],
    known: dict[str, tuple[float, ...]],
    walk: _Walk,
    depth: int,
    progress: Progress,
) -> None:
    if walk.n_nodes + len(nodes) > MAX_NODES:  # before anything looks at each
        raise NotUnderstoodError("safety.too_many_nodes", limit=MAX_NODES)
    check_names_of_nodes(nodes)
    for node in nodes:
        walk.n_nodes += 1
        if walk.n_nodes % 4096 == 0:
            progress.raise_if_cancelled()
        key = (node.domain, node.op_type)
        walk.operators[key] = walk.operators.get(key, 0) + 1
        outer = walk.repeated
        if node.op_type in _REPEATING and node.domain in STANDARD:
            if outer or not _has_end(node, known):
                walk.endless.append(f"{node.op_type} {node.name}"[:80].strip())
            walk.repeated = True
        for attribute in node.attribute:
            _attribute(attribute, walk, depth, progress)
            if node.op_type == "Constant" and node.output:
                known[node.output[0]] = _constant(attribute)
        walk.repeated = outer
        _check_size(node, known)
        if node.op_type in _TREES and node.domain == "ai.onnx.ml":
            check_ensemble(node)


def _has_end(node: Any, known: dict[str, tuple[float, ...]]) -> bool:
    """Return whether the file itself says how often at most a part is repeated.

    Scans end with their rows; a loop inside another may multiply without measure, and
    is never passed here.
    """
    if node.op_type != "Loop":
        return True
    trips = known.get(node.input[0], ()) if node.input else ()
    return len(trips) == 1 and trips[0] <= MAX_TRIPS


def _attribute(attribute: Any, walk: _Walk, depth: int, progress: Progress) -> None:
    if attribute.HasField("t"):
        _tensor(attribute.t, walk)
    for tensor in attribute.tensors:
        _tensor(tensor, walk)
    if attribute.HasField("g"):
        _graph(attribute.g, walk, depth + 1, progress)
    for graph in attribute.graphs:
        _graph(graph, walk, depth + 1, progress)


def _tensor(tensor: Any, walk: _Walk) -> None:
    """Note references to other files; compare the declared and the real size."""
    import onnx  # noqa: PLC0415

    if tensor.data_location == onnx.TensorProto.EXTERNAL or len(tensor.external_data):
        places = [e.value for e in tensor.external_data if e.key == "location"]
        walk.outside.append((places or ["?"])[0][:200])
        return
    check_length(tensor)


def _small(tensor: Any) -> tuple[float, ...]:
    """Return the numbers of a tensor of few, such as a shape or a count."""
    from onnx import numpy_helper  # noqa: PLC0415

    if not 0 < math.prod(tensor.dims) <= _SMALL or len(tensor.external_data):
        return ()
    try:
        values = numpy_helper.to_array(tensor).ravel()
    except (ValueError, TypeError) as error:
        raise BrokenError("safety.broken_tensor", name=tensor.name[:80]) from error
    return tuple(values.tolist()) if values.dtype.kind in "iuf" else ()


def _constant(attribute: Any) -> tuple[float, ...]:
    """Return the numbers of an operator that is one."""
    match attribute.name:
        case "value":
            return _small(attribute.t)
        case "value_int":
            return (attribute.i,)
        case "value_ints":
            return tuple(attribute.ints[:_SMALL])
        case "value_float":
            return (attribute.f,)
    return ()


def _check_size(node: Any, known: dict[str, tuple[float, ...]]) -> None:
    """Refuse operators that ask for a tensor no honest model of rows needs."""
    shape: tuple[float, ...] = ()
    at = _SHAPED.get(node.op_type)
    if at is not None and len(node.input) > at:
        shape = known.get(node.input[at], ())
    if node.op_type in _SHAPE_ATTRIBUTE:
        for attribute in node.attribute:
            shape = tuple(attribute.ints) if attribute.name == "shape" else shape
    if node.op_type == "Reshape" and any(size < -1 for size in shape):
        raise BrokenError("safety.broken_tensor", name=node.name[:80])
    n = math.prod(abs(size) for size in shape if size)
    if node.op_type == "Range":
        n = _rounds(*(known.get(name, ()) for name in node.input[:3]))
    if not n <= MAX_ITEMS:
        most = 10**18
        raise BrokenError("safety.huge_tensor", name=node.op_type, n=int(min(n, most)))


def _rounds(*parts: tuple[float, ...]) -> float:
    """Return how many numbers a range has, as far as the file says."""
    if [len(part) for part in parts] != [1, 1, 1]:
        return 0
    start, stop, step = (part[0] for part in parts)
    return (stop - start) / step if step else 0


def _judge(model: Any, walk: _Walk, outcome: Outcome) -> None:
    import onnx.defs  # noqa: PLC0415

    own = {(f.domain, f.name) for f in model.functions}
    for domain, operator in sorted(walk.operators):
        full = f"{domain or 'ai.onnx'}::{operator}"[:200]
        schema_domain = "" if domain == "ai.onnx" else domain
        if (domain, operator) in own:
            verdict, code = Verdict.VETTED, "safety.onnx_function"
        elif domain in STANDARD and onnx.defs.has(operator, schema_domain):
            verdict, code = Verdict.VETTED, "safety.onnx_operator"
        else:
            verdict, code = Verdict.UNKNOWN, "safety.onnx_custom"
        outcome.add("onnx_operator", full, verdict, Note(code=code))
    for place in dict.fromkeys(walk.outside):
        verdict = Verdict.DANGEROUS if _escapes(place) else Verdict.UNKNOWN
        note = Note(code="safety.onnx_outside", params={"name": place})
        outcome.add("external_data", place, verdict, note)
        outcome.refusal = note


def _escapes(place: str) -> bool:
    parts = place.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or ":" in parts[0]
