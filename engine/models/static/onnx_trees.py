"""Tree ensembles inside ONNX: do the node numbers make trees."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.models.static.outcome import BrokenError


def check_ensemble(node: Any) -> None:
    """Check the arrays of a ``TreeEnsembleClassifier`` or ``…Regressor``.

    Raises
    ------
    BrokenError
        If lengths differ, a child does not exist, or a path leads in a circle.
    """
    columns = {
        attribute.name: np.array(attribute.ints, dtype=np.int64)
        for attribute in node.attribute
        if attribute.name.startswith("nodes_") and len(attribute.ints)
    }
    modes = [a.strings for a in node.attribute if a.name == "nodes_modes"]
    names = ("treeids", "nodeids", "truenodeids", "falsenodeids", "featureids")
    try:
        tree, own, true, false, feature = (columns[f"nodes_{name}"] for name in names)
        leaf = np.array([mode == b"LEAF" for mode in modes[0]], dtype=bool)
    except (KeyError, IndexError) as error:
        raise BrokenError("safety.broken_booster", part="nodes") from error
    n = len(tree)
    if {len(own), len(true), len(false), len(feature), len(leaf)} != {n}:
        raise BrokenError("safety.broken_booster", part="nodes")
    if (feature[~leaf] < 0).any():
        raise BrokenError("safety.broken_booster", part="nodes_featureids")
    place = {
        key: i for i, key in enumerate(zip(tree.tolist(), own.tolist(), strict=True))
    }
    if len(place) != n:
        raise BrokenError("safety.broken_booster", part="nodes_nodeids")
    children = np.full((n, 2), -1, dtype=np.int64)
    for i in np.flatnonzero(~leaf).tolist():
        for side, target in enumerate((int(true[i]), int(false[i]))):
            children[i, side] = place.get((int(tree[i]), target), -1)
    inner = children[~leaf]
    if (inner < 0).any():
        raise BrokenError("safety.broken_booster", part="nodes_truenodeids")
    _check_no_circle(children, leaf)
    for start, count in (("class_", _classes(node)), ("target_", _targets(node))):
        _check_leaves(node, start, count, place, leaf)


def _classes(node: Any) -> int:
    for attribute in node.attribute:
        if attribute.name.startswith("classlabels_"):
            return max(len(attribute.ints), len(attribute.strings))
    return 0


def _targets(node: Any) -> int:
    found = [int(a.i) for a in node.attribute if a.name == "n_targets"]
    return found[0] if found else 1


def _check_leaves(
    node: Any, start: str, count: int, place: dict[Any, int], leaf: np.ndarray
) -> None:
    """Check that weights belong to leaves there are, and to outputs there are."""
    told = {
        attribute.name.removeprefix(start): list(attribute.ints)
        for attribute in node.attribute
        if attribute.name.startswith(start) and len(attribute.ints)
    }
    owners = zip(told.get("treeids", ()), told.get("nodeids", ()), strict=False)
    places = [place.get(owner, -1) for owner in owners]
    if any(at < 0 or not leaf[at] for at in places):
        raise BrokenError("safety.broken_booster", part=f"{start}nodeids")
    outputs = told.get("ids", [0])
    if not 0 <= min(outputs) <= max(outputs) < max(count, 1):
        raise BrokenError("safety.broken_booster", part=f"{start}ids")


def _check_no_circle(children: np.ndarray, leaf: np.ndarray) -> None:
    n = len(leaf)
    parents = np.bincount(children[~leaf].ravel(), minlength=n)
    level = np.flatnonzero(parents == 0)
    seen = len(level)
    while len(level):
        level = children[level[~leaf[level]]].ravel()
        seen += len(level)
        if seen > n:
            break
    if seen != n or (parents > 1).any():
        raise BrokenError("safety.broken_booster", part="nodes_truenodeids")
