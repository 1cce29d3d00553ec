"""ONNX graphs from the inside: what adds up, and what leads to it.

Trees and weighted sums of the ``ai.onnx.ml`` operators, and networks of layers, are
read from the graph; what comes before is run by the graph itself, and followed as far
as every column comes from one input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from onnx import numpy_helper

from engine.contracts.structure import LinearForm, Link
from engine.model_host.structure import onnx_network
from engine.model_host.structure.forest import Tree, ensemble, in_order
from engine.model_host.structure.onnx_sources import (
    MOST_STEPS,
    Nodes,
    cut_by,
    sources,
    told,
)
from engine.model_host.structure.parts import REGRESSION, Part, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from engine.contracts.structure import Form

_TREES = ("TreeEnsembleClassifier", "TreeEnsembleRegressor")
_SUMS = ("LinearClassifier", "LinearRegressor")
# What may follow; the engine sees whether it changes a score.
_AFTER = frozenset(
    {
        "ArrayFeatureExtractor", "Cast", "Flatten", "Identity", "Normalizer",
        "Reshape", "Squeeze", "Unsqueeze",
    }
)  # fmt: skip
_TURNED = ("BRANCH_GTE", "BRANCH_GT")  # what is true goes right
_STRICT = ("BRANCH_LT", "BRANCH_GTE")  # the threshold itself is on the right
_COMPARED = ("BRANCH_LEQ", "BRANCH_LT", *_TURNED)
_LEAF = "LEAF"
_LINKS = {"NONE": Link.IDENTITY, "LOGISTIC": Link.LOGIT, "SOFTMAX": Link.SOFTMAX}
_TWO = 2


class Given(NamedTuple):
    """What is known of a graph besides itself.

    Attributes
    ----------
    scores
        Name of the tensor of scores.
    classes
        ``()`` for a regression.
    columns
        For each input tensor the model's inputs that it is made of.
    run
        The values of one tensor inside the graph for the rows of a table.
    """

    scores: str
    classes: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    run: Callable[[str, pa.Table], np.ndarray]


def part_of(graph: Any, given: Given) -> Part:
    """Take a graph apart, given rows as a table.

    Raises
    ------
    EngineError
        ``model.no_structure`` where neither one operator nor layers add up, or where
        columns meet before.
    """
    nodes = Nodes.of(graph)
    node = _main(nodes, given.scores)
    if node is None:
        start, form, link, outputs = onnx_network.read(
            nodes, given.scores, given.classes
        )
        columns = sources(start, nodes, given.columns)
    else:
        start = node.input[0]
        columns = sources(start, nodes, given.columns)
        settings = told(node)
        if node.op_type in _TREES:
            form, link, outputs = _trees(node.op_type, settings, given.classes)
        else:
            form, link, outputs = _sum(settings, given.classes, len(columns))

    def prepare(table: pa.Table) -> np.ndarray:
        return given.run(start, table).astype(np.float64)

    return Part(form, link, outputs, prepare, columns, cut_by(start, nodes))


def _main(nodes: Nodes, scores: str) -> Any:
    """Return the operator that adds up, ``None`` where there is not one alone."""
    name = scores
    for _ in range(MOST_STEPS):
        node = nodes.makers.get(name)
        if node is None:
            break
        if node.op_type in (*_TREES, *_SUMS):
            return node
        if node.op_type not in _AFTER:
            break
        name = node.input[0]
    return None


# What adds up


_Found = tuple["Form", Link, tuple[str, ...]]


def _sum(told: Mapping[str, Any], classes: Sequence[str], width: int) -> _Found:
    weights = np.array(told["coefficients"], dtype=np.float64).reshape(-1, width)
    base = np.array(told.get("intercepts", [0.0] * len(weights)), dtype=np.float64)
    link = _link(told)
    outputs = tuple(classes) if classes else REGRESSION
    if len(classes) == _TWO and (link is Link.LOGIT or len(weights) == 1):
        weights, base, outputs = weights[-1:], base[-1:], outputs[1:]
    if len(weights) != len(outputs) or (link is Link.LOGIT and len(outputs) > 1):
        raise unknown()
    return LinearForm(coefficients=weights, base=base), link, outputs


def _link(told: Mapping[str, Any]) -> Link:
    name = told.get("post_transform", b"NONE").decode()
    if name not in _LINKS:
        raise unknown()
    return _LINKS[name]


def _trees(kind: str, told: Mapping[str, Any], classes: Sequence[str]) -> _Found:
    link = _link(told)
    regression = kind == "TreeEnsembleRegressor"
    prefix = "target" if regression else "class"
    column = _array(told, f"{prefix}_ids", np.int64)
    k = int(column.max(initial=0)) + 1
    if regression:
        outputs = tuple(classes[1:]) if classes else REGRESSION
        if k != 1 or int(told.get("n_targets", 1)) != 1:
            raise unknown()
    elif len(classes) == _TWO and len(np.unique(column)) == 1:
        outputs, column, k = tuple(classes[1:]), np.zeros_like(column), 1
    else:
        outputs, k = tuple(classes), len(classes)
    if len(outputs) != k or (link is Link.LOGIT and k > 1):
        raise unknown()
    trees = _grown(told, prefix, column, k)
    scale = _scale(told, len(trees))
    base = _array(told, "base_values", np.float64)
    if len(base) not in (0, k):
        raise unknown()
    form = ensemble(
        [tree._replace(values=tree.values * scale) for tree in trees],
        base if len(base) else np.zeros(k),
    )
    return form, link, outputs


def _scale(told: Mapping[str, Any], n_trees: int) -> float:
    how = told.get("aggregate_function", b"SUM")
    if how not in (b"SUM", b"AVERAGE"):
        raise unknown()
    return 1.0 if how == b"SUM" else 1.0 / n_trees


def _array(told: Mapping[str, Any], name: str, dtype: type[np.generic]) -> np.ndarray:
    """Return an attribute, which doubles write as a tensor of another name."""
    if f"{name}_as_tensor" in told:
        found: np.ndarray = numpy_helper.to_array(told[f"{name}_as_tensor"])
        return found.astype(dtype)
    return np.array(told.get(name, []), dtype=dtype)


def _grown(
    told: Mapping[str, Any], prefix: str, column: np.ndarray, k: int
) -> list[Tree]:
    tree_of = _array(told, "nodes_treeids", np.int64)
    node_of = _array(told, "nodes_nodeids", np.int64)
    modes = np.array([mode.decode() for mode in told["nodes_modes"]])
    is_leaf = modes == _LEAF
    if not np.isin(modes[~is_leaf], _COMPARED).all():
        raise unknown()  # equal to one number
    cut = _array(told, "nodes_values", np.float64)
    below = np.nextafter(cut, -np.inf)
    place = {
        key: i
        for i, key in enumerate(zip(tree_of.tolist(), node_of.tolist(), strict=True))
    }

    def children(name: str) -> np.ndarray:
        told_of = _array(told, name, np.int64).tolist()
        pairs = zip(tree_of.tolist(), told_of, is_leaf.tolist(), strict=True)
        return np.array(
            [-1 if leaf else place[tree, node] for tree, node, leaf in pairs]
        )

    yes, no = children("nodes_truenodeids"), children("nodes_falsenodeids")
    turned = np.isin(modes, _TURNED)
    missing_yes = _array(told, "nodes_missing_value_tracks_true", np.int64) == 1
    if not len(missing_yes):
        missing_yes = np.zeros(len(modes), dtype=bool)
    values = np.zeros((len(modes), k))
    ends = zip(
        _array(told, f"{prefix}_treeids", np.int64).tolist(),
        _array(told, f"{prefix}_nodeids", np.int64).tolist(),
        strict=True,
    )
    rows = np.array([place[key] for key in ends])
    np.add.at(values, (rows, column), _array(told, f"{prefix}_weights", np.float64))
    everything = Tree(
        left=np.where(turned, no, yes),
        right=np.where(turned, yes, no),
        feature=np.where(is_leaf, -1, _array(told, "nodes_featureids", np.int64)),
        threshold=np.where(np.isin(modes, _STRICT), below, cut),
        missing_left=missing_yes != turned,
        cover=np.zeros(len(modes)),  # not told
        values=values,
        levels={},
    )
    return [
        _alone(everything, np.flatnonzero(tree_of == t)) for t in np.unique(tree_of)
    ]


def _alone(everything: Tree, own: np.ndarray) -> Tree:
    """Return one tree of those whose nodes stand in one list: it begins at the first.

    So does the run-time, whatever else the list may hold.
    """
    start, stop = int(own[0]), int(own[-1]) + 1
    if stop - start != len(own):
        raise unknown()

    def here(nodes: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.where(nodes < 0, -1, nodes - start)
        return found

    return in_order(
        Tree(
            left=here(everything.left[start:stop]),
            right=here(everything.right[start:stop]),
            feature=everything.feature[start:stop],
            threshold=everything.threshold[start:stop],
            missing_left=everything.missing_left[start:stop],
            cover=everything.cover[start:stop],
            values=everything.values[start:stop],
            levels={},
        )
    )
