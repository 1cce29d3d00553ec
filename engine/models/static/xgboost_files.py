"""XGBoost's JSON and UBJ files: their tree arrays, before the native reader.

XGBoost itself follows whatever numbers the file holds; an index out of range
ends the process (measured), so it is looked for here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.model import Light, Verdict
from engine.models.static import ubjson
from engine.models.static.installed import compare
from engine.models.static.outcome import BrokenError, NotUnderstoodError, Outcome

if TYPE_CHECKING:
    from engine.contracts.progress import Progress

MAX_FILE = 2 << 30
MAX_NODES = 1 << 26
NO_PARENT = 2**31 - 1
_PER_NODE = (
    "left_children",
    "right_children",
    "parents",
    "split_indices",
    "split_conditions",
    "default_left",
)


def examine(data: bytes, kind: str, progress: Progress) -> Outcome:
    """Report on an XGBoost file (``kind`` is ``xgboost_json`` or ``xgboost_ubj``)."""
    outcome = Outcome(
        best=Light.GREEN, reason=Note(code="safety.booster_sound"), producer="XGBoost"
    )
    try:
        model = _parse(data) if kind == "xgboost_json" else ubjson.read(data)
        n_trees = check_model(model, progress)
        version = ".".join(str(part) for part in _list(model.get("version", [])))
    except NotUnderstoodError as error:
        outcome.not_understood(error)
        return outcome
    if version:
        outcome.versions["xgboost"] = version
        outcome.producer = f"XGBoost {version}"
        compare("xgboost", version, outcome)
    note = Note(code="safety.trees_checked", params={"n": n_trees})
    outcome.add("structure", "trees", Verdict.VETTED, note)
    return outcome


def check_serialised(data: bytes) -> None:
    """Check the bytes inside a pickled ``xgboost.core.Booster``."""
    document = ubjson.read(data) if data[1:2] != b'"' else _parse(data)
    if not isinstance(document, dict):
        raise BrokenError("safety.broken_booster", part="Model")
    check_model(document.get("Model", document), None)


def _parse(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BrokenError("safety.broken_json") from error


def _list(value: Any) -> list[Any]:
    found = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(found, list) or not all(type(v) is int for v in found):
        raise BrokenError("safety.broken_booster", part="version")
    return found


def check_model(model: Any, progress: Progress | None) -> int:
    """Check a whole model and return the number of its trees.

    Raises
    ------
    BrokenError
        Naming the part (tree and array) that contradicts itself.
    NotUnderstoodError
        For a kind of booster this reader does not know.
    """
    learner = _part(model, "learner", dict)
    parameters = _part(learner, "learner_model_param", dict)
    n_features = _count(parameters, "num_feature")
    n_classes = _count(parameters, "num_class")
    n_targets = _count(parameters, "num_target") if "num_target" in parameters else 1
    for names in ("feature_names", "feature_types"):
        given = learner.get(names, [])
        if not isinstance(given, list) or len(given) not in (0, n_features):
            raise BrokenError("safety.broken_booster", part=names)
    booster = _part(learner, "gradient_booster", dict)
    name = booster.get("name")
    groups = max(n_classes, n_targets, 1)
    if name == "gblinear":
        weights = _numbers(_part(booster, "model", dict), "weights", "gblinear")
        if len(weights) != (n_features + 1) * groups:
            raise BrokenError("safety.broken_booster", part="weights")
        return 0
    if name not in ("gbtree", "dart"):
        raise NotUnderstoodError("safety.booster_kind", name=str(name)[:40])
    inner = _part(booster, "gbtree", dict) if name == "dart" else booster
    forest = _part(inner, "model", dict)
    trees = _part(forest, "trees", list)
    if name == "dart" and len(_numbers(booster, "weight_drop", "dart")) != len(trees):
        raise BrokenError("safety.broken_booster", part="weight_drop")
    _check_forest(forest, len(trees), groups)
    for index, tree in enumerate(trees):
        if progress is not None:
            progress.raise_if_cancelled()
        _check_tree(tree, f"tree {index}", n_features)
        if tree.get("id", index) != index:
            raise BrokenError("safety.broken_booster", part=f"tree {index}, id")
    return len(trees)


def _part(holder: Any, name: str, kind: type) -> Any:
    found = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(found, kind):
        raise BrokenError("safety.broken_booster", part=name)
    return found


def _count(parameters: dict[str, Any], name: str) -> int:
    try:
        found = int(parameters[name])
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenError("safety.broken_booster", part=name) from error
    if not 0 <= found < 2**31:
        raise BrokenError("safety.broken_booster", part=name)
    return found


def _numbers(holder: dict[str, Any], name: str, where: str) -> np.ndarray:
    try:
        found = np.asarray(holder[name])
    except (KeyError, ValueError, TypeError) as error:
        raise BrokenError("safety.broken_booster", part=f"{where}, {name}") from error
    if found.ndim != 1 or (len(found) and found.dtype.kind not in "iufb"):
        raise BrokenError("safety.broken_booster", part=f"{where}, {name}")
    return found


def _integers(holder: dict[str, Any], name: str, where: str) -> np.ndarray:
    found = _numbers(holder, name, where)
    if len(found) and found.dtype.kind not in "iub":
        raise BrokenError("safety.broken_booster", part=f"{where}, {name}")
    return found.astype(np.int64)


def _check_forest(forest: dict[str, Any], n_trees: int, groups: int) -> None:
    parameters = _part(forest, "gbtree_model_param", dict)
    if _count(parameters, "num_trees") != n_trees:
        raise BrokenError("safety.broken_booster", part="num_trees")
    info = _integers(forest, "tree_info", "model")
    if len(info) != n_trees or (
        n_trees and not (0 <= info.min() <= info.max() < groups)
    ):
        raise BrokenError("safety.broken_booster", part="tree_info")
    if "iteration_indptr" in forest:
        starts = _integers(forest, "iteration_indptr", "model")
        sound = len(starts) and starts[0] == 0 and starts[-1] == n_trees
        if not sound or (np.diff(starts) < 0).any():
            raise BrokenError("safety.broken_booster", part="iteration_indptr")


def _check_tree(tree: Any, where: str, n_features: int) -> None:
    parameters = _part(tree, "tree_param", dict)
    n = _count(parameters, "num_nodes")
    size = max(_count(parameters, "size_leaf_vector"), 1)
    if not 1 <= n <= MAX_NODES or _count(parameters, "num_feature") > n_features:
        raise BrokenError("safety.broken_booster", part=f"{where}, num_nodes")
    arrays = {name: _numbers(tree, name, where) for name in _PER_NODE}
    for name, array in arrays.items():
        if len(array) != n:
            raise BrokenError("safety.broken_booster", part=f"{where}, {name}")
    if len(_numbers(tree, "base_weights", where)) not in (n, n * size):
        raise BrokenError("safety.broken_booster", part=f"{where}, base_weights")
    left = _integers(tree, "left_children", where)
    right = _integers(tree, "right_children", where)
    inner = left != -1
    check_reach(left, right, inner, where)
    _check_parents(tree, left, right, inner, where)
    features = _integers(tree, "split_indices", where)[inner]
    if len(features) and not 0 <= features.min() <= features.max() < n_features:
        raise BrokenError("safety.broken_booster", part=f"{where}, split_indices")
    _check_categories(tree, where, n)


def _check_parents(
    tree: dict[str, Any],
    left: np.ndarray,
    right: np.ndarray,
    inner: np.ndarray,
    where: str,
) -> None:
    """Check the way back up, which XGBoost also walks."""
    parents = _integers(tree, "parents", where)
    own = np.flatnonzero(inner)
    sound = parents[0] in (NO_PARENT, -1)
    for child in (left[own], right[own]):
        sound = sound and bool((parents[child] == own).all())
    others = parents[1:]
    inside = ((others >= 0) & (others < len(parents))) | (others == NO_PARENT)
    if not sound or not (inside | (others == -1)).all():
        raise BrokenError("safety.broken_booster", part=f"{where}, parents")


def check_reach(
    left: np.ndarray, right: np.ndarray, inner: np.ndarray, where: str
) -> None:
    """Walk a tree level by level: every child inside, no node twice.

    Raises
    ------
    BrokenError
        If a child number is out of range or leads back.
    """
    n = len(left)
    if ((right == -1) == inner).any():
        raise BrokenError("safety.broken_booster", part=f"{where}, right_children")
    level = np.zeros(1, dtype=np.int64)
    seen = 1
    while True:
        level = level[inner[level]]
        if not len(level):
            return
        level = np.concatenate([left[level], right[level]])
        seen += len(level)
        if level.min() < 1 or level.max() >= n or seen > n:
            raise BrokenError("safety.broken_booster", part=f"{where}, children")


def _check_categories(tree: dict[str, Any], where: str, n: int) -> None:
    if "categories" not in tree:
        return
    nodes = _integers(tree, "categories_nodes", where)
    starts = _integers(tree, "categories_segments", where)
    sizes = _integers(tree, "categories_sizes", where)
    values = _integers(tree, "categories", where)
    sound = len(nodes) == len(starts) == len(sizes)
    if sound and len(nodes):
        sound = bool(
            0 <= nodes.min() <= nodes.max() < n
            and (starts >= 0).all()
            and (sizes >= 0).all()
            and (starts + sizes <= len(values)).all()
            and (not len(values) or 0 <= values.min() <= values.max() < 2**24)
        )
    if "split_type" in tree:
        kinds = _integers(tree, "split_type", where)
        categorical = int((kinds == 1).sum())
        sound = sound and len(kinds) == n and categorical <= len(nodes)
        sound = sound and bool(np.isin(kinds, (0, 1)).all())
    if not sound:
        raise BrokenError("safety.broken_booster", part=f"{where}, categories")
