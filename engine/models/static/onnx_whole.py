"""Does an ONNX graph hang together, as the run-time wants it.

Asked only of graphs of standard operators, which would open without consent: one that
is damaged is not vouched for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.models.static.outcome import BrokenError, NotUnderstoodError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TRANSFORMS = {b"NONE", b"SOFTMAX", b"LOGISTIC", b"SOFTMAX_ZERO", b"PROBIT"}
_WORDS = {
    "post_transform": _TRANSFORMS,
    "aggregate_function": {b"AVERAGE", b"SUM", b"MIN", b"MAX"},
    "norm": {b"MAX", b"L1", b"L2"},
    "kernel_type": {b"LINEAR", b"POLY", b"RBF", b"SIGMOID"},
}
_MODES = {
    *(b"BRANCH_LEQ", b"BRANCH_LT", b"BRANCH_GTE", b"BRANCH_GT", b"BRANCH_EQ"),
    *(b"BRANCH_NEQ", b"BRANCH_MEMBER", b"LEAF"),
}
_KEEP_WIDTH = ("Scaler", "Imputer", "Normalizer", "Binarizer", "Cast", "Identity")
_LISTS = ("ints", "floats", "strings")


def check_names(model: Any) -> None:
    """Check that what a model says of itself is text.

    Protocol buffers hand out bytes where it is not.

    Raises
    ------
    BrokenError
        If something is not.
    """
    told = [model.producer_name, model.producer_version, model.domain]
    told += [item.domain for item in model.opset_import]
    for function in model.functions:
        told += [function.name, function.domain, function.overload]
    _check_texts(told)


def check_names_of_graph(graph: Any) -> None:
    """Check the same of a graph, without those inside it.

    Raises
    ------
    BrokenError
        If a name is no text.
    """
    _check_texts(_names(graph))


def check_names_of_nodes(nodes: Iterable[Any]) -> None:
    """Check the same of operators.

    Raises
    ------
    BrokenError
        If a name is no text.
    """
    _check_texts(_names_of(nodes))


def _check_texts(names: Iterable[str | bytes]) -> None:
    if not all(isinstance(name, str) for name in names):
        raise BrokenError("safety.broken_onnx")


def _names(graph: Any) -> Iterator[str | bytes]:
    yield graph.name
    for value in (*graph.input, *graph.output, *graph.value_info):
        yield value.name
        for dimension in value.type.tensor_type.shape.dim:
            yield dimension.dim_param
    for tensor in graph.initializer:
        yield tensor.name


def _names_of(nodes: Iterable[Any]) -> Iterator[str | bytes]:
    for node in nodes:
        yield from (node.name, node.domain, node.op_type, node.overload)
        yield from (*node.input, *node.output)
        for attribute in node.attribute:
            yield attribute.name


def check_whole(model: Any) -> None:
    """Check names, attributes and the words the operators know.

    Raises
    ------
    BrokenError
        If lists do not fit, or weights are no numbers.
    NotUnderstoodError
        With what ONNX's own checker says.
    """
    import onnx.checker  # noqa: PLC0415 - heavy, and only for these files

    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, RuntimeError, ValueError) as error:
        why = " ".join(str(error).split())[:160].rstrip(".: ")
        raise NotUnderstoodError("safety.onnx_checker", why=why) from error
    _check_outputs(model.graph)
    for item in model.opset_import:
        if item.version > (newest := _newest(item.domain)):
            raise BrokenError("safety.onnx_opset", version=item.version, newest=newest)
    opsets = {item.domain: item.version for item in model.opset_import}
    for node in model.graph.node:
        _check_kinds(node, opsets)
        _check_words(node)
        _check_lengths(node)
    _check_widths(model.graph)
    _check_places(model.graph)


def _newest(domain: str) -> int:
    """Return the newest version of a set of operators that is known here."""
    import onnx.defs  # noqa: PLC0415

    if domain in ("", "ai.onnx"):
        return int(onnx.defs.onnx_opset_version())
    every = onnx.defs.get_all_schemas_with_history()
    return max((s.since_version for s in every if s.domain == domain), default=0)


def _check_kinds(node: Any, opsets: dict[str, int]) -> None:
    """Check that each attribute is of the kind its operator takes."""
    import onnx.defs  # noqa: PLC0415

    version = opsets.get(
        node.domain, opsets.get("ai.onnx", 0) if not node.domain else 0
    )
    try:
        schema = onnx.defs.get_schema(node.op_type, int(version), node.domain)
    except (onnx.defs.SchemaError, TypeError) as error:
        raise BrokenError("safety.broken_onnx") from error
    for attribute in node.attribute:
        known = schema.attributes.get(attribute.name)
        if known is None or int(known.type.value) != attribute.type:
            raise BrokenError("safety.broken_booster", part=attribute.name[:40])
        if node.op_type == "Cast" and attribute.name == "to":
            kinds = onnx.TensorProto.DataType.values()
            if attribute.i not in kinds or not attribute.i:
                raise BrokenError("safety.broken_booster", part=attribute.name)


def _check_widths(graph: Any) -> None:
    """Check that operators of classical models fit the width of what they are given."""
    widths = {value.name: _width(value) for value in graph.input}
    for node in graph.node:
        width = widths.get(node.input[0], 0) if node.input else 0
        if node.op_type in _KEEP_WIDTH:
            widths[node.output[0]] = width
        if not width or node.domain != "ai.onnx.ml":
            continue
        told = {attribute.name: attribute for attribute in node.attribute}
        wrong = ""
        if node.op_type.startswith("TreeEnsemble"):
            lists = [a.ints for a in node.attribute if a.name == "nodes_featureids"]
            if any(ints and max(ints) >= width for ints in lists):
                wrong = "nodes_featureids"
        elif node.op_type == "Scaler":
            if "scale" in told and len(told["scale"].floats) not in (1, width):
                wrong = "scale"
        elif node.op_type in ("LinearClassifier", "LinearRegressor"):
            outputs = len(told["intercepts"].floats) if "intercepts" in told else 1
            given = told.get("coefficients")
            if given is None or len(given.floats) < outputs * width:
                wrong = "coefficients"
        if wrong:
            raise BrokenError("safety.broken_booster", part=wrong)


def _width(value: Any) -> int:
    dims = value.type.tensor_type.shape.dim
    if len(dims) == 1:  # a number a row
        return 1
    return int(dims[-1].dim_value) if dims else 0


def _check_places(graph: Any) -> None:
    """Check that no class is looked up by the number of a row.

    What else is looked up by a number that is computed shows only with the rows.
    """
    by_row: set[str] = set()
    for node in graph.node:
        if node.op_type in ("ArgMax", "ArgMin"):
            axes = [
                attribute.i for attribute in node.attribute if attribute.name == "axis"
            ]
            if not axes or axes[0] == 0:
                by_row.update(node.output)
        elif node.op_type in ("Cast", "Reshape", "Identity") and node.input:
            by_row.update(node.output if node.input[0] in by_row else ())
        looks_up = node.op_type in ("ArrayFeatureExtractor", "Gather")
        if looks_up and by_row.intersection(node.input[1:2]):
            raise BrokenError("safety.broken_booster", part="axis")


def _check_outputs(graph: Any) -> None:
    made = {name for node in graph.node for name in node.output}
    made |= {value.name for value in (*graph.input, *graph.initializer)}
    if not graph.output or not {value.name for value in graph.output} <= made:
        raise BrokenError("safety.broken_onnx")


def _check_words(node: Any) -> None:
    for attribute in node.attribute:
        known = _WORDS.get(attribute.name)
        if node.domain == "ai.onnx.ml" and known and attribute.s not in known:
            raise BrokenError("safety.broken_booster", part=attribute.name)
        if attribute.name == "nodes_modes" and not set(attribute.strings) <= _MODES:
            raise BrokenError("safety.broken_booster", part=attribute.name)


def _check_lengths(node: Any) -> None:
    """Check that the lists of an operator of classical models fit one another."""
    if node.domain != "ai.onnx.ml":
        return
    lengths = {a.name: _length(a) for a in node.attribute}
    for start in ("nodes_", "class_", "target_"):
        together = {n for name, n in lengths.items() if _belongs(name, start) and n}
        if len(together) > 1:
            raise BrokenError("safety.broken_booster", part=start + "…")
    _check_linear(node, lengths)


def _belongs(name: str, start: str) -> bool:
    # of a tree's lists; those of linear models begin alike
    return name.startswith(start) and not name.endswith("_tensor")


def _length(attribute: Any) -> int:
    return max(len(getattr(attribute, kind)) for kind in _LISTS)


def _check_linear(node: Any, lengths: dict[str, int]) -> None:
    """Check that numbers are numbers, and as many as there are outputs."""
    given: Iterable[Any] = node.attribute
    for attribute in given:
        if any(
            value != value or abs(value) == float("inf") for value in attribute.floats
        ):
            raise BrokenError("safety.broken_booster", part=attribute.name[:40])
    if node.op_type in ("LinearClassifier", "LinearRegressor"):
        width = max(lengths.get("intercepts", 0), 1)
        if lengths.get("coefficients", 0) % width:
            raise BrokenError("safety.broken_booster", part="coefficients")
    labels = [n for name, n in lengths.items() if name.startswith("classlabels_")]
    if node.op_type == "LinearClassifier" and max(labels, default=0) < width:
        raise BrokenError("safety.broken_booster", part="classlabels")
    if node.op_type == "Scaler" and lengths.get("scale") != lengths.get("offset"):
        raise BrokenError("safety.broken_booster", part="scale")
