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
from engine.models.static.xgboost_levels import check_levels
from engine.models.static.xgboost_settings import check_learner, check_settings

if TYPE_CHECKING:
    from engine.contracts.progress import Progress

MAX_FILE = 2 << 30
MAX_NODES = 1 << 26
MAX_FEATURES = 1_000_000
MAX_OUTPUTS = 10_000  # the library makes room for them in every row
NO_PARENT = 2**31 - 1
_WHOLE = ("left_children", "right_children", "parents", "split_indices")
_REAL = ("split_conditions", "loss_changes", "sum_hessian")
_FLAGS = ("default_left", "split_type")
_DELETED = 2**31 - 1  # the input of a node that was pruned


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
    if n_features > MAX_FEATURES:
        raise NotUnderstoodError(
            "safety.too_many_inputs", n=n_features, limit=MAX_FEATURES
        )
    n_targets = _count(parameters, "num_target") if "num_target" in parameters else 1
    for names in ("feature_names", "feature_types"):
        given = learner.get(names, [])
        if not isinstance(given, list) or len(given) not in (0, n_features):
            raise BrokenError("safety.broken_booster", part=names)
    several = n_classes > 1 and n_targets > 1
    if several or not n_targets or max(n_classes, n_targets) > MAX_OUTPUTS:
        raise BrokenError("safety.broken_booster", part="num_target")
    check_learner(learner)
    if not _list(_part(model, "version", (list, np.ndarray))):
        raise BrokenError("safety.broken_booster", part="version")
    booster = _part(learner, "gradient_booster", dict)
    name = booster.get("name")
    groups = max(n_classes, n_targets, 1)
    if name == "gblinear":
        _check_linear(_part(booster, "model", dict), (n_features + 1) * groups)
        return 0
    if name not in ("gbtree", "dart"):
        raise NotUnderstoodError("safety.booster_kind", name=str(name)[:40])
    inner = _part(booster, "gbtree", dict) if name == "dart" else booster
    if inner.get("name") != "gbtree":
        raise BrokenError("safety.broken_booster", part="gbtree")
    forest = _part(inner, "model", dict)
    trees = _part(forest, "trees", list)
    _check_tree_weights(booster, forest, len(trees))
    _check_forest(forest, len(trees), groups)
    if "cats" in forest:
        check_levels(forest["cats"], n_features)
    for index, tree in enumerate(trees):
        if progress is not None:
            progress.raise_if_cancelled()
        _check_tree(tree, f"tree {index}", n_features, groups)
        if type(tree.get("id")) is not int or tree["id"] != index:
            raise BrokenError("safety.broken_booster", part=f"tree {index}, id")
    return len(trees)


def _check_linear(model: dict[str, Any], n: int) -> None:
    weights = _reals(model, "weights", "gblinear")
    if len(weights) != n or not np.isfinite(weights).all():
        raise BrokenError("safety.broken_booster", part="weights")
    if type(model.get("boosted_rounds", 0)) is not int:
        raise BrokenError("safety.broken_booster", part="boosted_rounds")


def _part(holder: Any, name: str, kind: type | tuple[type, ...]) -> Any:
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
    """Return a vector of whole numbers; the library takes no others for them."""
    found = _numbers(holder, name, where)
    given = holder[name]
    mixed = isinstance(given, list) and not all(type(v) in (int, bool) for v in given)
    if mixed or (len(found) and found.dtype.kind not in "iub"):
        raise BrokenError("safety.broken_booster", part=f"{where}, {name}")
    return found.astype(np.int64)


def _reals(holder: dict[str, Any], name: str, where: str) -> np.ndarray:
    """Return a vector of real numbers, as single precision holds them."""
    found = _numbers(holder, name, where)
    given = holder[name]
    mixed = isinstance(given, list) and not all(type(v) is float for v in given)
    if mixed or (len(found) and found.dtype.kind != "f"):
        raise BrokenError("safety.broken_booster", part=f"{where}, {name}")
    with np.errstate(over="ignore"):
        return found.astype(np.float32)


def _check_forest(forest: dict[str, Any], n_trees: int, groups: int) -> None:
    parameters = _part(forest, "gbtree_model_param", dict)
    check_settings(parameters, "gbtree_model_param")
    if int(parameters.get("num_parallel_tree", "1")) < 1:
        raise BrokenError("safety.broken_booster", part="num_parallel_tree")
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


def _check_tree_weights(
    booster: dict[str, Any], forest: dict[str, Any], n_trees: int
) -> None:
    """Check DART's weights: beside the forest up to version 3.2, then inside it."""
    if booster["name"] == "dart":
        weights = _reals(booster, "weight_drop", "dart")
    elif len(forest.get("weight_drop", ())):
        weights = _reals(forest, "weight_drop", "model")
    else:
        return
    if len(weights) != n_trees or not np.isfinite(weights).all():
        raise BrokenError("safety.broken_booster", part="weight_drop")


def _check_tree(tree: Any, where: str, n_features: int, groups: int) -> None:
    parameters = _part(tree, "tree_param", dict)
    check_settings(parameters, where)
    n = _count(parameters, "num_nodes")
    size = max(_count(parameters, "size_leaf_vector"), 1)
    if not 1 <= n <= MAX_NODES or _count(parameters, "num_feature") > n_features:
        raise BrokenError("safety.broken_booster", part=f"{where}, num_nodes")
    if size not in (1, groups):
        raise BrokenError("safety.broken_booster", part=f"{where}, size_leaf_vector")
    whole = {name: _integers(tree, name, where) for name in _WHOLE}
    real = {name: _reals(tree, name, where) for name in _REAL}
    flags = {name: _integers(tree, name, where) for name in _FLAGS if name in tree}
    for name, array in (*whole.items(), *real.items(), *flags.items()):
        if len(array) != n or (name in _FLAGS and not np.isin(array, (0, 1)).all()):
            raise BrokenError("safety.broken_booster", part=f"{where}, {name}")
    if "default_left" not in flags:
        raise BrokenError("safety.broken_booster", part=f"{where}, default_left")
    if len(_reals(tree, "base_weights", where)) not in (n, n * size):
        raise BrokenError("safety.broken_booster", part=f"{where}, base_weights")
    if not np.isfinite(real["split_conditions"]).all():
        raise BrokenError("safety.broken_booster", part=f"{where}, split_conditions")
    deleted = (whole["split_indices"] == _DELETED) & (flags["default_left"] == 1)
    if _count(parameters, "num_deleted") != deleted[1:].sum():
        raise BrokenError("safety.broken_booster", part=f"{where}, num_deleted")
    left = _integers(tree, "left_children", where)
    right = _integers(tree, "right_children", where)
    inner = left != -1
    if size > 1:
        _check_leaf_vectors(tree, right[~inner], size, where)
        right = np.where(inner, right, -1)
    check_reach(left, right, inner, where)
    _check_parents(tree, left, right, inner, where)
    features = whole["split_indices"]
    known = (features >= 0) & (features < n_features)
    if not known[inner].all() or not (known | (features == _DELETED)).all():
        raise BrokenError("safety.broken_booster", part=f"{where}, split_indices")
    _check_categories(tree, where, n)


def _check_leaf_vectors(
    tree: dict[str, Any], places: np.ndarray, size: int, where: str
) -> None:
    """Check leaves of several values, which say their place instead of a child."""
    weights = _reals(tree, "leaf_weights", where)
    sound = np.array_equal(np.sort(places), np.arange(len(places)))
    if not sound or len(weights) != len(places) * size:
        raise BrokenError("safety.broken_booster", part=f"{where}, leaf_weights")
    if not np.isfinite(weights).all():
        raise BrokenError("safety.broken_booster", part=f"{where}, leaf_weights")


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
    visits = np.zeros(n, dtype=np.int64)
    while True:
        level = level[inner[level]]
        if not len(level):
            return
        level = np.concatenate([left[level], right[level]])
        sound = level.min() >= 1 and level.max() < n
        if sound:
            np.add.at(visits, level, 1)
        if not sound or visits[level].max() > 1:
            raise BrokenError("safety.broken_booster", part=f"{where}, children")


def _check_categories(tree: dict[str, Any], where: str, n: int) -> None:
    if not {"categories", "split_type"} & set(tree):  # from before version 1.3
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
