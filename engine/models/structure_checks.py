"""Whether what a host says a model is made of can be true.

The explanations walk these arrays in compiled loops: an index that points
outside, or back, would crash or hang the engine. Nothing is believed unseen.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.model import Task
from engine.contracts.structure import (
    AdditiveForm,
    DenseNetwork,
    LinearForm,
    TreeEnsemble,
)
from engine.models.checks import MAX_TEXT, Lie

if TYPE_CHECKING:
    from engine.contracts.model import ModelInfo
    from engine.contracts.structure import Structure

MAX_DEPTH = 1_000
MAX_ENCODED = 200_000
MAX_LAYERS = 200
MAX_WEIGHTS = 4_000_000
_TWO = 2
_NODES = {
    "left": np.int32,
    "right": np.int32,
    "feature": np.int32,
    "threshold": np.float64,
    "missing_left": np.bool_,
    "levels_start": np.int32,
    "levels_size": np.int32,
    "cover": np.float64,
}


def check_structure(info: ModelInfo, structure: Structure) -> None:
    """Check a structure with a form against itself and the model's description.

    Raises
    ------
    Lie
        If a type, shape, index or number cannot be right.
    """
    width = len(structure.encoded)
    if width > MAX_ENCODED or any(len(name) > MAX_TEXT for name in structure.encoded):
        raise Lie("a structure without end")
    if len(structure.cut_by) > MAX_TEXT:
        raise Lie("a step whose name has no end")
    source = structure.source
    _array("source", source, np.int32, (width,))
    if width and (source.min() < 0 or source.max() >= len(info.inputs)):
        raise Lie("an encoded column from no input")
    allowed: set[tuple[str, ...]] = {info.classes}
    if info.task is Task.REGRESSION:
        allowed = {("",)}
    elif len(info.classes) == _TWO:
        allowed.add(info.classes[1:])
    if structure.outputs not in allowed:
        raise Lie(f"outputs {structure.outputs[:10]}")
    form, k = structure.form, len(structure.outputs)
    if form is None:
        return
    _numbers("base", form.base, (k,))
    if isinstance(form, LinearForm):
        _numbers("coefficients", form.coefficients, (k, width))
    elif isinstance(form, AdditiveForm):
        _check_terms(form, width, k)
    elif isinstance(form, DenseNetwork):
        _check_layers(form, width, k)
    else:
        _check_trees(form, width, k)


def check_encoded(structure: Structure, values: np.ndarray, n_rows: int) -> None:
    """Check ``n_rows`` encoded rows.

    Raises
    ------
    Lie
        If type or shape are wrong, or a bin lies outside its table.
    """
    _array("encoded", values, np.float64, (n_rows, len(structure.encoded)))
    if not isinstance(structure.form, AdditiveForm) or not n_rows:
        return
    for columns, shape in zip(
        structure.form.columns, structure.form.shapes, strict=True
    ):
        for column, size in zip(columns, shape, strict=True):
            bins = values[:, column]
            inside = (bins >= 0) & (bins < size) & (bins == np.floor(bins))
            if not inside.all():
                raise Lie("a bin outside its table")


def _array(name: str, array: np.ndarray, dtype: type, shape: tuple[int, ...]) -> None:
    if array.dtype != dtype or array.shape != shape:
        raise Lie(f"{name} of type {array.dtype}, shape {array.shape}")


def _numbers(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    _array(name, array, np.float64, shape)
    if not np.isfinite(array).all():
        raise Lie(f"{name} not finite")


def _check_terms(form: AdditiveForm, width: int, k: int) -> None:
    if len(form.columns) != len(form.shapes):
        raise Lie("terms without tables")
    total = 0
    for columns, shape in zip(form.columns, form.shapes, strict=True):
        if len(columns) not in (1, _TWO) or len(columns) != len(shape):
            raise Lie(f"a term of {len(columns)} features")
        if len(set(columns)) != len(columns):
            raise Lie("a term of the same feature twice")
        if min(columns) < 0 or max(columns) >= width or min(shape) < 1:
            raise Lie("a term outside the rows")
        total += math.prod(shape)
    _numbers("tables", form.tables, (total, k))


def _check_layers(form: DenseNetwork, width: int, k: int) -> None:
    widths = form.widths
    if not _TWO <= len(widths) <= MAX_LAYERS or min(widths) < 1:
        raise Lie(f"a network of {len(widths)} layers")
    if (widths[0], widths[-1]) != (width, k):
        raise Lie(f"a network from {widths[0]} columns to {widths[-1]} outputs")
    if len(form.activations) != len(widths) - _TWO:
        raise Lie("hidden layers without an activation, or too many")
    total = sum(wide * out for wide, out in pairwise(widths))
    if total > MAX_WEIGHTS:
        raise Lie(f"a network of {total} weights")
    _numbers("weights", form.weights, (total,))
    _numbers("biases", form.biases, (sum(widths[1:-1]),))


def _check_trees(form: TreeEnsemble, width: int, k: int) -> None:
    m, t = len(form.left), len(form.roots)
    for name, dtype in _NODES.items():
        _array(name, getattr(form, name), dtype, (m,))
    _array("roots", form.roots, np.int32, (t,))
    _array("levels", form.levels, np.bool_, (form.levels.size,))
    _numbers("values", form.values, (m, k))
    if not 0 <= form.depth <= MAX_DEPTH:
        raise Lie(f"trees {form.depth} deep")
    if np.isnan(form.threshold).any():
        raise Lie("a threshold that is no number")
    if not np.isfinite(form.cover).all() or (form.cover < 0).any():
        raise Lie("a weight that cannot be")
    _check_links(form, m, t)
    inner = form.left >= 0
    feature = form.feature[inner]
    if len(feature) and (feature.min() < 0 or feature.max() >= width):
        raise Lie("a split on no column")
    if (form.feature[~inner] != -1).any():
        raise Lie("a leaf that splits")
    _check_levels(form, inner)


def _check_links(form: TreeEnsemble, m: int, t: int) -> None:
    """Check that every node but the roots has one parent, before it in its tree."""
    if not t or form.roots[0] != 0 or (np.diff(form.roots) <= 0).any():
        raise Lie("roots out of order")
    if form.roots[-1] >= m:
        raise Lie("a root outside the trees")
    inner = form.left >= 0
    if (
        ((form.right >= 0) != inner).any()
        or form.left.min() < -1
        or form.right.min() < -1
    ):
        raise Lie("half a split")
    parents = np.flatnonzero(inner)
    children = np.concatenate([form.left[inner], form.right[inner], form.roots])
    if len(children) != m or not np.array_equal(np.sort(children), np.arange(m)):
        raise Lie("a node with no parent, or two")
    ends = np.append(form.roots[1:], m)[
        np.searchsorted(form.roots, parents, "right") - 1
    ]
    for child in (form.left[inner], form.right[inner]):
        if (child <= parents).any() or (child >= ends).any():
            raise Lie("a child before its parent, or in another tree")
    if _depth(form) != form.depth:
        raise Lie(f"trees that are not {form.depth} deep")


def _depth(form: TreeEnsemble) -> int:
    depth, here = 0, form.roots[form.left[form.roots] >= 0]
    while len(here):
        depth += 1
        here = np.concatenate([form.left[here], form.right[here]])
        here = here[form.left[here] >= 0]
    return depth


def _check_levels(form: TreeEnsemble, inner: np.ndarray) -> None:
    by_set = form.levels_start >= 0
    if (form.levels_start < -1).any() or (by_set & ~inner).any():
        raise Lie("levels at no split")
    start = form.levels_start[by_set].astype(np.int64)
    size = form.levels_size[by_set].astype(np.int64)
    if (size < 0).any() or (start + size > len(form.levels)).any():
        raise Lie("levels outside their list")
