"""XGBoost from the inside: trees, DART and the linear booster.

Read from the booster's own JSON, as the installed version writes it whatever
version the file came from.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import is_classifier

from engine.contracts.structure import LinearForm, Link
from engine.model_host.adapters import opened
from engine.model_host.structure.forest import Tree, ensemble, in_order, in_output
from engine.model_host.structure.parts import (
    REGRESSION,
    Part,
    class_outputs,
    dense,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LOGISTIC = ("binary:logistic", "reg:logistic")
_SOFTMAX = ("multi:softprob", "multi:softmax")
_LOG = ("count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft")
_AS_IT_IS = ("reg:", "rank:", "binary:logitraw")
_MAX_CATEGORY = 1 << 24


def part_of(model: Any) -> Part:
    """Take one of the scikit-learn wrappers apart."""
    classes: tuple[str, ...] = ()
    if is_classifier(model):
        classes = opened.texts(model.classes_)
    booster = model.get_booster()
    return booster_part(booster, classes, model.missing, _rounds(booster))


def booster_part(
    booster: Any, classes: Sequence[str], missing: float, rounds: int
) -> Part:
    """Take a booster apart.

    Parameters
    ----------
    classes
        Of a classifier.
    missing
        The value that stands for a missing one beside ``nan``.
    rounds
        Rounds of boosting that are used; 0 for all.

    Raises
    ------
    EngineError
        ``model.no_structure`` for labels without scores, and for objectives that
        do not fit the classes.
    """
    learner = json.loads(booster.save_raw("json"))["learner"]
    shape = learner["learner_model_param"]
    k = max(1, int(shape["num_class"]))
    link, outputs = _goal(learner["objective"]["name"], k, classes)
    base = _base(shape["base_score"], link, k)
    grown = learner["gradient_booster"]
    width = int(shape["num_feature"])
    columns = tuple(range(width))
    if grown["name"] == "gblinear":
        weights = np.array(grown["model"]["weights"], dtype=np.float64).reshape(-1, k)
        if len(weights) != width + 1:
            raise unknown()
        form = LinearForm(
            coefficients=np.ascontiguousarray(weights[:-1].T),
            base=base[0] + weights[-1],  # every sum of this booster begins alike
        )
        return Part(form, link, outputs, _linear_rows(missing), columns)
    trees = _trees(grown, k, rounds)
    coded = sorted({int(tree.feature[node]) for tree in trees for node in tree.levels})
    prepare = _rows(missing, coded)
    return Part(ensemble(trees, base), link, outputs, prepare, columns)


def _rounds(booster: Any) -> int:
    best = booster.attributes().get("best_iteration", "")
    return int(best) + 1 if best.isdigit() else 0


def _goal(
    objective: str, k: int, classes: Sequence[str]
) -> tuple[Link, tuple[str, ...]]:
    if objective in _SOFTMAX:
        if k != len(classes):
            raise unknown()
        return Link.SOFTMAX, tuple(classes)
    if k != 1:
        raise unknown()
    outputs = class_outputs(classes) if classes else REGRESSION
    if len(outputs) != 1:
        raise unknown()
    if objective in _LOGISTIC:
        return Link.LOGIT, outputs
    if objective in _LOG and not classes:
        return Link.LOG, outputs
    if objective.startswith(_AS_IT_IS):
        if classes and objective != "binary:logitraw":
            raise unknown()  # an objective of the user's own
        return Link.IDENTITY, outputs
    raise unknown()


def _base(told: str, link: Link, k: int) -> np.ndarray:
    """Return ``(k,)`` where the sum begins: stored as a score, not as a margin.

    Up to version 3.0 there is one number, since then one for each output.
    """
    scores = [float(number) for number in told.strip("[]").split(",")]
    if link is Link.LOGIT:
        scores = [-math.log(1.0 / score - 1.0) for score in scores]
    elif link is Link.LOG:
        scores = [math.log(score) for score in scores]
    return np.broadcast_to(np.array(scores, dtype=np.float64), k).copy()


def _trees(grown: Mapping[str, Any], k: int, rounds: int) -> list[Tree]:
    model = grown
    if grown["name"] == "dart":
        model = grown["gbtree"]
    model = model["model"]
    weights = grown.get("weight_drop") or [1.0] * len(model["trees"])
    starts = model["iteration_indptr"]
    count = starts[rounds] if 0 < rounds < len(starts) else len(model["trees"])
    if not count:
        raise unknown()
    return [
        in_order(_tree(tree, output, k, np.float64(np.float32(weight))))
        for tree, output, weight in zip(
            model["trees"][:count],
            model["tree_info"][:count],
            weights[:count],
            strict=True,
        )
    ]


def _tree(told: Mapping[str, Any], output: int, k: int, weight: float) -> Tree:
    left = np.array(told["left_children"], dtype=np.int64)
    right = np.array(told["right_children"], dtype=np.int64)
    condition = np.array(told["split_conditions"], dtype=np.float32)
    missing_left = np.array(told["default_left"], dtype=bool)
    if int(told["tree_param"].get("size_leaf_vector", "1")) > 1:
        values = np.zeros((len(left), k))
        leaf = left < 0  # whose right child is its place among the leaves
        weights = np.array(told["leaf_weights"], dtype=np.float64).reshape(-1, k)
        values[leaf] = weights[right[leaf]]
    else:
        values = in_output(condition.astype(np.float64), output, k)
    right = np.where(left < 0, -1, right)
    levels = _levels(told)
    for node in levels:  # what is named goes right, all else left: turned round
        left[node], right[node] = right[node], left[node]
        missing_left[node] = not missing_left[node]
    return Tree(
        left=left,
        right=right,
        feature=np.array(told["split_indices"], dtype=np.int64),
        threshold=np.nextafter(condition, np.float32(-np.inf)).astype(np.float64),
        missing_left=missing_left,
        cover=np.array(told["sum_hessian"], dtype=np.float64),
        values=values * weight,
        levels=levels,
    )


def _levels(told: Mapping[str, Any]) -> dict[int, np.ndarray]:
    found = {}
    categories = np.array(told.get("categories", []), dtype=np.int64)
    for node, start, size in zip(
        told.get("categories_nodes", []),
        told.get("categories_segments", []),
        told.get("categories_sizes", []),
        strict=True,
    ):
        named = categories[start : start + size]
        chosen = np.zeros(int(named.max(initial=-1)) + 1, dtype=bool)
        chosen[named] = True
        found[int(node)] = chosen
    return found


def _rows(missing: float, coded: Sequence[int]) -> Callable[[Any], np.ndarray]:
    def prepare(rows: Any) -> np.ndarray:
        found = _single(rows, missing)
        for column in coded:  # compared as whole numbers
            codes = np.floor(found[:, column])
            codes[codes >= _MAX_CATEGORY] = -1  # as every code that is none
            found[:, column] = codes
        return found

    return prepare


def _linear_rows(missing: float) -> Callable[[Any], np.ndarray]:
    """Return rows of which a missing value adds nothing to the sum."""
    return lambda rows: np.nan_to_num(_single(rows, missing), nan=0.0)


def _single(rows: Any, missing: float) -> np.ndarray:
    """Return rows as float32 numbers, what is missing as ``nan``.

    Of a sparse matrix everything that is not stored is missing.
    """
    if hasattr(rows, "tocsr"):
        sparse = rows.tocsr()
        found = np.full(sparse.shape, np.nan)
        line = np.repeat(np.arange(sparse.shape[0]), np.diff(sparse.indptr))
        found[line, sparse.indices] = sparse.data
    else:
        found = dense(rows).copy()
    with np.errstate(over="ignore"):
        found = found.astype(np.float32).astype(np.float64)
    if not math.isnan(missing):
        found[found == np.float64(np.float32(missing))] = np.nan
    return found
