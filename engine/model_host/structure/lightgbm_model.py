"""LightGBM from the inside, read from the text that the library saves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier

from engine.contracts.structure import Link
from engine.model_host.adapters import opened
from engine.model_host.structure.forest import Tree, ensemble, in_output
from engine.model_host.structure.parts import (
    REGRESSION,
    Part,
    class_outputs,
    dense,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CATEGORICAL, _DEFAULT_LEFT = 1, 2
_ZERO, _NAN = 1, 2  # what is missing, besides none
_NEARLY_ZERO = float(np.float32(1e-35))
_LOGISTIC = ("binary", "cross_entropy")
_LOG = ("poisson", "gamma", "tweedie")
_BITS = 32


class _Sum(NamedTuple):
    """What stands above the trees: how their sum becomes an answer."""

    link: Link
    outputs: tuple[str, ...]
    scale: float


class _Rows(NamedTuple):
    """What the splits take rows for.

    Attributes
    ----------
    zeros
        Columns whose zeros are missing values.
    coded
        Columns compared as whole numbers.
    """

    zeros: Sequence[int]
    coded: Sequence[int]


def part_of(model: Any) -> Part:
    """Take one of the scikit-learn wrappers apart."""
    classes: tuple[str, ...] = ()
    if is_classifier(model):
        classes = opened.texts(model.classes_)
    return booster_part(model.booster_, classes, raw=False)


def booster_part(booster: Any, classes: Sequence[str], *, raw: bool) -> Part:
    """Take a booster apart, as far as its best round.

    Parameters
    ----------
    classes
        Of a classifier.
    raw
        Whether the sum itself is taken for the score.

    Raises
    ------
    EngineError
        ``model.no_structure`` for linear models in leaves, and for objectives
        whose answer is no known function of a sum.
    """
    head, *blocks = booster.model_to_string(importance_type="split").split("\nTree=")
    if not blocks:
        raise unknown()
    blocks[-1] = blocks[-1].partition("\nend of trees")[0]
    header = _pairs(head)
    k = int(header["num_tree_per_iteration"])
    told = _sum(header.get("objective", "").split(), classes, k, raw=raw)
    scale = told.scale
    if "average_output" in head.splitlines():
        scale /= len(blocks) // k
    fields = [_pairs(block) for block in blocks]
    rows = _rows(fields)
    trees = [_tree(field, i % k, k, scale) for i, field in enumerate(fields)]
    columns = tuple(range(int(header["max_feature_idx"]) + 1))
    form = ensemble(trees, np.zeros(k))
    return Part(form, told.link, told.outputs, _preparation(rows), columns)


def _pairs(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines())
    return {name: value for name, equals, value in pairs if equals}


def _sum(objective: list[str], classes: Sequence[str], k: int, *, raw: bool) -> _Sum:
    name, settings = (objective or [""])[0], objective[1:]
    if k > 1:
        if k != len(classes) or not (raw or name == "multiclass"):
            raise unknown()
        link = Link.IDENTITY if raw else Link.SOFTMAX
        return _Sum(link, tuple(classes), 1.0)
    outputs = class_outputs(classes) if classes else REGRESSION
    if len(outputs) != 1 or (classes and name not in _LOGISTIC):
        raise unknown()
    if name in _LOGISTIC:
        steep = [s.partition(":")[2] for s in settings if s.startswith("sigmoid:")]
        return _Sum(Link.LOGIT, outputs, float(steep[0]) if steep else 1.0)
    if name == "cross_entropy_lambda" or "sqrt" in settings:
        raise unknown()
    return _Sum(Link.LOG if name in _LOG else Link.IDENTITY, outputs, 1.0)


def _numbers(field: dict[str, str], name: str, dtype: type[np.generic]) -> np.ndarray:
    return np.array(field.get(name, "").split(), dtype=dtype)


def _tree(field: dict[str, str], output: int, k: int, scale: float) -> Tree:
    if field.get("is_linear", "0") != "0":
        raise unknown()
    leaves = _numbers(field, "leaf_value", np.float64) * scale
    n = len(leaves) - 1  # splits; leaves stand behind them
    kind = _numbers(field, "decision_type", np.int64)[:n]
    threshold = _numbers(field, "threshold", np.float64)[:n]
    by_set = (kind & _CATEGORICAL) > 0
    left, right = (
        _places(_numbers(field, name, np.int64)[:n], n)
        for name in ("left_child", "right_child")
    )
    inside = _numbers(field, "internal_count", np.float64)[:n]
    reached = _numbers(field, "leaf_count", np.float64)
    if len(reached) != len(leaves):  # of a tree that is one leaf
        reached = np.zeros(len(leaves))
    values = np.concatenate([np.zeros(n), leaves])
    return Tree(
        left=_behind(left, -1, n),
        right=_behind(right, -1, n),
        feature=_behind(_numbers(field, "split_feature", np.int64)[:n], -1, n),
        threshold=_behind(np.where(by_set, 0.0, threshold), 0.0, n),
        missing_left=_behind(_missing_left(kind, threshold, by_set), False, n),
        cover=np.concatenate([inside, reached]),
        values=in_output(values, output, k),
        levels=_levels(field, threshold, by_set),
    )


def _places(children: np.ndarray, n: int) -> np.ndarray:
    """Return children by node, where leaf ``i`` is told as ``-1 - i``."""
    return np.where(children < 0, n - 1 - children, children)


def _behind(inner: np.ndarray, at_leaves: float, n: int) -> np.ndarray:
    return np.concatenate([inner, np.full(n + 1, at_leaves, dtype=inner.dtype)])


def _missing_left(
    kind: np.ndarray, threshold: np.ndarray, by_set: np.ndarray
) -> np.ndarray:
    """Return where a missing value goes: as a zero, if the split knows none."""
    as_told = (kind & _DEFAULT_LEFT) > 0
    knows = ((kind >> 2) & 3) > 0
    left: np.ndarray = np.where(knows, as_told, threshold >= 0) & ~by_set
    return left


def _levels(
    field: dict[str, str], threshold: np.ndarray, by_set: np.ndarray
) -> dict[int, np.ndarray]:
    if not by_set.any():
        return {}
    edges = _numbers(field, "cat_boundaries", np.int64)
    words = _numbers(field, "cat_threshold", np.int64)
    bits = (words[:, None] >> np.arange(_BITS)) & 1
    return {
        int(node): bits[edges[place] : edges[place + 1]].reshape(-1).astype(bool)
        for node in np.flatnonzero(by_set)
        for place in [int(threshold[node])]
    }


def _rows(fields: Sequence[dict[str, str]]) -> _Rows:
    """Read what the splits on each column take for missing, and which are coded.

    Raises
    ------
    EngineError
        ``model.no_structure`` if splits on the same column disagree, as in models
        put together from others.
    """
    splits = [_numbers(field, "split_feature", np.int64) for field in fields]
    kinds = [_numbers(field, "decision_type", np.int64) for field in fields]
    feature, kind = np.concatenate(splits), np.concatenate(kinds)
    coded = (kind & _CATEGORICAL) > 0
    missing = np.where(coded, -1, (kind >> 2) & 3)
    by_set, by_value = set(feature[coded]), set(feature[~coded])
    zeros, nans = set(feature[missing == _ZERO]), set(feature[missing == _NAN])
    if by_set & by_value or zeros & nans:
        raise unknown()
    return _Rows(sorted(map(int, zeros)), sorted(map(int, by_set)))


def _preparation(known: _Rows) -> Callable[[Any], np.ndarray]:
    def prepare(rows: Any) -> np.ndarray:
        found = _as_given(rows)
        found[np.abs(found) <= _NEARLY_ZERO] = 0.0
        for column in known.zeros:
            values = found[:, column]
            values[values == 0] = np.nan
        for column in known.coded:
            found[:, column] = np.trunc(found[:, column])
        return found

    return prepare


def _as_given(rows: Any) -> np.ndarray:
    """Return rows as float64; the library reads whole numbers as float32."""
    kind = getattr(getattr(rows, "dtype", None), "kind", "f")
    found = dense(rows)
    if kind in "iub" and not hasattr(rows, "tocsr"):
        found = found.astype(np.float32).astype(np.float64)
    return found.copy() if found is rows else found
