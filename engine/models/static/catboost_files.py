"""CatBoost's ``.cbm``: its header, the trees of its core, and what its settings say.

The library believes what a file says of itself: splits, packed conditions and tables
of category statistics are followed without a look (507 of 824 changed files failed or
crashed it), so that all of it is held against itself here.
"""

from __future__ import annotations

import json
import re
import struct
from typing import Any

import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.model import Light, Verdict
from engine.contracts.objectives import is_catboost_objective
from engine.models.static import catboost_features, catboost_statistics, flatbuffers
from engine.models.static.installed import compare
from engine.models.static.outcome import BrokenError, NotUnderstoodError, Outcome

MAGIC = b"CBM1"
MAX_FILE = 2 << 30
FORMAT = "FlabuffersModel_v1"
MAX_DEPTH = 16
RELEASE = re.compile(r"(?:CatBoost release |tags/v)(\d+\.\d+(?:\.\d+)*)", re.I)
_STATISTICS = "static_provider_v1"
_COURSE = {
    *("learn_best_error", "test_best_error"),
    *("learn_metrics_history", "test_metrics_history"),
}
_OF_CLASSES = {"class_label_type", "class_to_label", "class_names", "classes_count"}
_LABELS: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
}


def examine(data: bytes) -> Outcome:
    """Report on a CatBoost model file."""
    outcome = Outcome(
        best=Light.GREEN, reason=Note(code="safety.booster_sound"), producer="CatBoost"
    )
    try:
        n_trees, told = _check(data)
    except NotUnderstoodError as error:
        outcome.not_understood(error)
        return outcome
    version = RELEASE.search(told.get("catboost_version_info", ""))
    if version:
        outcome.versions["catboost"] = version[1]
        outcome.producer = f"CatBoost {version[1]}"
        compare("catboost", version[1], outcome)
    note = Note(code="safety.trees_checked", params={"n": n_trees})
    outcome.add("structure", "trees", Verdict.VETTED, note)
    return outcome


def check_blob(data: bytes) -> int:
    """Check a model and return the number of its trees.

    Only CatBoost's default, symmetric trees are understood.

    Raises
    ------
    BrokenError
        If sizes or split numbers contradict each other.
    NotUnderstoodError
        For other kinds of trees, and of features.
    """
    return _check(data)[0]


def _check(data: bytes) -> tuple[int, dict[str, str]]:
    """Return the number of trees and the texts beside them."""
    if data[:4] != MAGIC or len(data) < 16:
        raise BrokenError("safety.broken_booster", part="CBM1")
    (size,) = struct.unpack_from("<I", data, 4)
    if size < 8 or 8 + size > len(data):
        raise BrokenError("safety.broken_booster", part="size")
    model = flatbuffers.root(data[8 : 8 + size])
    if model.text(0) != FORMAT:
        raise BrokenError("safety.broken_booster", part="format")
    trees = model.table(1)
    if trees is None:
        raise BrokenError("safety.broken_booster", part="trees")
    dimension = trees.integer(0, 1)
    features = catboost_features.read(trees)
    n_trees = _check_trees(trees, features, dimension)
    told = _check_settings(model, dimension)
    parts = model.texts(3)
    if not set(parts) <= {_STATISTICS} or len(parts) > 1:
        raise NotUnderstoodError("safety.catboost_part", name=", ".join(parts)[:60])
    tables = data[8 + size :] if parts else b""
    catboost_statistics.check(tables, features, trees.tables(7))
    return n_trees, told


def _check_trees(
    trees: flatbuffers.Table, features: catboost_features.Features, dimension: int
) -> int:
    splits, sizes, starts = (trees.vector(field, "<i4") for field in (1, 2, 3))
    values = trees.vector(8, "<f8")
    if len(trees.vector(10, "<u2", 2)) or len(trees.vector(11, "<u4")):
        raise NotUnderstoodError("safety.asymmetric_trees")
    if not 1 <= dimension <= 1_000_000 or ((sizes < 0) | (sizes > MAX_DEPTH)).any():
        raise BrokenError("safety.broken_booster", part="depth")
    ends = np.cumsum(sizes.astype(np.int64))
    expected = ends - sizes
    if len(starts) != len(sizes) or not np.array_equal(starts, expected):
        raise BrokenError("safety.broken_booster", part="tree starts")
    n_leaves = int((1 << sizes.astype(np.int64)).sum())
    if len(splits) != (ends[-1] if len(ends) else 0):
        raise BrokenError("safety.broken_booster", part="splits")
    if len(values) != n_leaves * dimension or not np.isfinite(values).all():
        raise BrokenError("safety.broken_booster", part="leaf values")
    if len(trees.vector(9, "<f8")) not in (0, n_leaves):
        raise BrokenError("safety.broken_booster", part="leaf weights")
    conditions = features.conditions
    if len(splits) and not 0 <= splits.min() <= splits.max() < len(conditions):
        raise BrokenError("safety.broken_booster", part="splits")
    packed = trees.vector(17, "<u4")
    if len(packed) and not np.array_equal(packed, conditions[splits]):
        raise BrokenError("safety.broken_booster", part="packed splits")
    several = trees.vector(16, "<f8")
    bias = np.append(several, trees.number(15, 0.0, "<f8"))
    scale = trees.number(14, 1.0, "<f8")
    known = len(several) in (0, dimension) and (
        len(several) or dimension == 1 or not bias[-1]
    )
    if not known or not np.isfinite([*bias, scale]).all():
        raise BrokenError("safety.broken_booster", part="bias")
    return len(sizes)


def _check_settings(model: flatbuffers.Table, dimension: int) -> dict[str, str]:
    """Check what the library reads of the texts beside the trees."""
    told = {}
    for pair in model.tables(2):
        if pair.place(0) is None or pair.place(1) is None:
            raise BrokenError("safety.broken_booster", part="settings")
        told[pair.text(0)] = pair.text(1)
    settings = _plain(told, "params")
    goal = settings.get("loss_function")
    name = goal.get("type") if isinstance(goal, dict) else None
    if not isinstance(goal, dict) or not set(goal) <= {"type", "params"}:
        goal = {}
    if not goal or not isinstance(goal.get("params", {}), dict):
        raise BrokenError("safety.broken_booster", part="loss_function")
    if not is_catboost_objective(name):
        raise NotUnderstoodError("safety.catboost_objective", name=str(name)[:40])
    if not isinstance(settings.get("boosting_options", {}), dict):
        raise BrokenError("safety.broken_booster", part="boosting_options")
    if settings.get("random_seed", 0) is None:
        raise BrokenError("safety.broken_booster", part="random_seed")
    _plain(told, "output_options")
    _check_training(_plain(told, "training"))
    if "class_params" in told:
        _check_classes(_plain(told, "class_params"), dimension)
    return told


def _check_training(told: dict[str, Any]) -> None:
    """Check the course of training, which is read as soon as a model is opened."""
    if "metrics" not in told:
        if told:
            raise BrokenError("safety.broken_booster", part="training")
        return
    metrics = told["metrics"]
    if not isinstance(metrics, dict) or not (
        _COURSE <= set(metrics) <= _COURSE | {"best_iteration"}
    ):
        raise BrokenError("safety.broken_booster", part="training")
    lists = [metrics[name] for name in sorted(_COURSE - {"learn_best_error"})]
    if not all(isinstance(part, list) for part in lists):
        raise BrokenError("safety.broken_booster", part="training")
    best = [metrics["learn_best_error"], *metrics["test_best_error"]]
    if not all(
        isinstance(part, dict) and all(type(v) in (int, float) for v in part.values())
        for part in best
    ):
        raise BrokenError("safety.broken_booster", part="training")


def _check_classes(told: dict[str, Any], dimension: int) -> None:
    names, labels = told.get("class_names"), told.get("class_to_label")
    kind = told.get("class_label_type")
    wanted = _LABELS.get(str(kind), ())
    sound = (
        set(told) <= _OF_CLASSES
        and isinstance(names, list)
        and isinstance(labels, list)
        and len(names) >= 2
        and all(type(name) in wanted for name in names)
        and len(set(map(str, names))) == len(names)
        and len(labels) == len(names)
        and [float(label) for label in labels if type(label) in (int, float)]
        == [float(i) for i in range(len(names))]
        and dimension in (1, len(names))
        and (dimension > 1 or len(names) == 2)
        and type(told.get("classes_count", 0)) is int
    )
    if not sound:
        raise BrokenError("safety.broken_booster", part="classes")


def _plain(told: dict[str, str], name: str) -> dict[str, Any]:
    """Return one of the texts that hold JSON."""
    if name not in told:
        return {}
    try:
        found = json.loads(told[name])
    except (ValueError, RecursionError) as error:
        raise BrokenError("safety.broken_booster", part=name) from error
    if not isinstance(found, dict):
        raise BrokenError("safety.broken_booster", part=name)
    return found
