"""Histogram gradient boosting of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier

from engine.contracts.structure import Link
from engine.model_host.adapters import opened
from engine.model_host.structure.forest import Tree, ensemble, in_output
from engine.model_host.structure.parts import (
    REGRESSION,
    Part,
    class_outputs,
    unknown,
)

_LINKS = {
    "IdentityLink": Link.IDENTITY,
    "LogLink": Link.LOG,
    "LogitLink": Link.LOGIT,
    "MultinomialLogit": Link.SOFTMAX,
}
_BITS = 32


def part_of(model: Any) -> Part:
    """Take a model apart.

    Raises
    ------
    EngineError
        ``model.no_structure`` for a link that is not known.
    """
    link = _LINKS.get(type(model._loss.link).__name__)
    if link is None:
        raise unknown()
    base = np.asarray(model._baseline_prediction, dtype=np.float64).reshape(-1)
    outputs = REGRESSION
    if is_classifier(model):
        outputs = class_outputs(opened.texts(model.classes_))
    if len(base) != len(outputs):
        raise unknown()
    trees = [
        _tree(grown, output, len(base))
        for stage in model._predictors
        for output, grown in enumerate(stage)
    ]
    if not trees:
        raise unknown()

    def prepare(rows: Any) -> np.ndarray:
        return np.asarray(model._preprocess_X(rows, reset=False), dtype=np.float64)

    return Part(ensemble(trees, base), link, outputs, prepare, _columns(model))


def _columns(model: Any) -> tuple[int, ...]:
    """Return where each column was: those with categories have moved to the front."""
    by_set = model.is_categorical_
    if by_set is None:
        return tuple(range(int(model.n_features_in_)))
    order = np.concatenate([np.flatnonzero(by_set), np.flatnonzero(~by_set)])
    return tuple(order.tolist())


def _tree(grown: Any, output: int, k: int) -> Tree:
    nodes = grown.nodes
    leaf = nodes["is_leaf"].astype(bool)
    by_set = nodes["is_categorical"].astype(bool) & ~leaf
    left, right = (
        np.where(leaf, -1, nodes[side].astype(np.int64)) for side in ("left", "right")
    )
    return Tree(
        left=left,
        right=right,
        feature=nodes["feature_idx"].astype(np.int64),
        threshold=np.where(by_set, 0.0, nodes["num_threshold"]),
        missing_left=nodes["missing_go_to_left"].astype(bool),
        cover=nodes["count"].astype(np.float64),
        values=in_output(nodes["value"], output, k),
        levels={
            int(node): _bits(grown.raw_left_cat_bitsets[nodes["bitset_idx"][node]])
            for node in np.flatnonzero(by_set)
        },
    )


def _bits(words: np.ndarray) -> np.ndarray:
    """Return the set of a split, one entry for each code."""
    spread = (words[:, None].astype(np.int64) >> np.arange(_BITS)) & 1
    return spread.reshape(-1).astype(bool)
