"""CatBoost from the inside, read from the bytes that the library saves.

The file's schema (a FlatBuffer) is that of the library; numbers of fields below are
places in its tables. Splits are places in one list of questions: every border of
every number, then every value of every category compared with one value, then the
statistics of categories, which are no function of one row's column alone.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from flatbuffers import encode
from flatbuffers import number_types as kinds
from flatbuffers.table import Table

from engine.contracts.structure import Link
from engine.model_host.adapters import opened
from engine.model_host.structure.forest import Tree, ensemble
from engine.model_host.structure.parts import (
    REGRESSION,
    Part,
    class_outputs,
    dense,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.contracts.structure import TreeEnsemble

_MAGIC = b"CBM1"
_TREES = 1  # of the file
_DIMENSION, _SPLITS, _SIZES, _STARTS, _CATEGORIES, _FLOATS, _ONE_HOT = range(7)
_VALUES, _WEIGHTS, _STEPS, _LEAF_OF_STEP = range(8, 12)
_TEXTS, _ESTIMATED = 12, 13
_MET_MISSING, _FLAT_INDEX, _BORDERS, _MISSING = 0, 2, 3, 5  # of a number
_AS_TRUE = 2
_DEEPEST = 16  # as the library allows

_LOG = ("Poisson", "Tweedie")
_SEVERAL = ("MultiClass", "MultiClassOneVsAll")


class _Question(NamedTuple):
    """One split that trees may use: a number above a border, or one category."""

    column: int
    border: float
    value: int  # place among the values of a category; -1 for a number
    missing_right: bool


class _Model(NamedTuple):
    """What the file holds.

    Attributes
    ----------
    questions
        By their place in ``splits``.
    tested
        For each column of categories how many values of it are asked about.
    splits, sizes, starts
        Questions of all trees, and each tree's stretch of them.
    steps
        ``(m, 2)`` steps to the children of a node, 0 for an end; empty where all
        nodes of a level ask the same (oblivious trees).
    leaf_of_step
        Place in ``values`` of what stands at an end.
    values, weights
        Of all leaves; a leaf has ``k`` values, one beside the other.
    """

    questions: list[_Question]
    tested: dict[int, int]
    splits: np.ndarray
    sizes: np.ndarray
    starts: np.ndarray
    steps: np.ndarray
    leaf_of_step: np.ndarray
    values: np.ndarray
    weights: np.ndarray
    k: int


def part_of(model: Any) -> Part:
    """Take a model apart, given rows as its own ``predict`` takes them.

    Raises
    ------
    EngineError
        ``model.no_structure`` where trees ask about statistics of categories, texts
        or embeddings, and where trees of unlike levels ask about categories.
    """
    held = _read(bytes(model._object._serialize_model()))
    scale, bias = model.get_scale_and_bias()
    trees = _oblivious(held) if not len(held.steps) else _uneven(held)
    if not trees:
        raise unknown()
    link, outputs = _goal(model, held.k)
    base = np.broadcast_to(np.asarray(bias, dtype=np.float64), held.k)
    form = ensemble(
        [tree._replace(values=tree.values * float(scale)) for tree in trees], base
    )
    columns = tuple(range(len(model.feature_names_)))
    prepare = _preparation(model, held, form)
    return Part(form, link, outputs, prepare, columns)


def met_missing(model: Any) -> dict[int, bool]:
    """Return input position → whether a number was missing there in training.

    Of the numbers that trees ask about alone.
    """
    return {
        _number(told, _FLAT_INDEX, kinds.Int32Flags): bool(
            _number(told, _MET_MISSING, kinds.BoolFlags)
        )
        for told in _tables(_trees(bytes(model._object._serialize_model())), _FLOATS)
        if len(_numbers(told, _BORDERS, kinds.Float32Flags))
    }


def _goal(model: Any, k: int) -> tuple[Link, tuple[str, ...]]:
    loss = str(model.get_all_params().get("loss_function", "")).partition(":")[0]
    classes = opened.texts(list(model.classes_))
    if loss in _SEVERAL:
        if k != len(classes):
            raise unknown()
        return (Link.SOFTMAX if loss == _SEVERAL[0] else Link.IDENTITY), classes
    if k != 1:
        raise unknown()
    if classes:
        outputs = class_outputs(classes)
        if len(outputs) != 1:
            raise unknown()
        return Link.LOGIT, outputs
    return (Link.LOG if loss.startswith(_LOG) else Link.IDENTITY), REGRESSION


# Reading


def _trees(data: bytes) -> Table:
    if data[:4] != _MAGIC:
        raise unknown()
    (size,) = struct.unpack_from("<I", data, 4)
    core = bytearray(data[8 : 8 + size])
    root = Table(core, encode.Get(kinds.UOffsetTFlags.packer_type, core, 0))
    place = root.Offset(_field(_TREES))
    return Table(core, root.Indirect(place + root.Pos))


def _read(data: bytes) -> _Model:
    trees = _trees(data)
    for used in (_TEXTS, _ESTIMATED):
        if _tables(trees, used):
            raise unknown()
    questions, tested = _questions(trees)
    values = _numbers(trees, _VALUES, kinds.Float64Flags)
    k = max(1, _number(trees, _DIMENSION, kinds.Int32Flags))
    weights = _numbers(trees, _WEIGHTS, kinds.Float64Flags)
    if len(weights) * k != len(values):
        weights = np.zeros(len(values) // k)
    return _Model(
        questions=questions,
        tested=tested,
        splits=_numbers(trees, _SPLITS, kinds.Int32Flags).astype(np.int64),
        sizes=_numbers(trees, _SIZES, kinds.Int32Flags).astype(np.int64),
        starts=_numbers(trees, _STARTS, kinds.Int32Flags).astype(np.int64),
        steps=_steps(trees),
        leaf_of_step=_numbers(trees, _LEAF_OF_STEP, kinds.Uint32Flags).astype(np.int64),
        values=values.reshape(-1, k),
        weights=weights,
        k=k,
    )


def _questions(trees: Table) -> tuple[list[_Question], dict[int, int]]:
    found, tested = [], {}
    for told in _tables(trees, _FLOATS):
        column = _number(told, _FLAT_INDEX, kinds.Int32Flags)
        right = _number(told, _MISSING, kinds.Int8Flags) == _AS_TRUE
        borders = _numbers(told, _BORDERS, kinds.Float32Flags)
        found += [_Question(column, float(border), -1, right) for border in borders]
    flat = {
        _number(told, 0, kinds.Int32Flags): _number(told, 1, kinds.Int32Flags)
        for told in _tables(trees, _CATEGORIES)
    }
    for told in _tables(trees, _ONE_HOT):
        column = flat[_number(told, 0, kinds.Int32Flags)]
        tested[column] = len(_numbers(told, 1, kinds.Int32Flags))
        found += [_Question(column, 0.0, i, False) for i in range(tested[column])]
    return found, tested


def _field(number: int) -> int:
    return 4 + 2 * number


def _number(table: Table, field: int, kind: Any) -> int:
    place = table.Offset(_field(field))
    if place:
        return int(table.Get(kind, place + table.Pos))
    return -1 if kind is kinds.Int32Flags else 0


def _numbers(table: Table, field: int, kind: Any) -> np.ndarray:
    place = table.Offset(_field(field))
    if not place or not table.VectorLen(place):
        return np.empty(0)
    return np.array(table.GetVectorAsNumpy(kind, place))


def _tables(table: Table, field: int) -> list[Table]:
    place = table.Offset(_field(field))
    if not place:
        return []
    first = table.Vector(place)
    return [
        Table(table.Bytes, table.Indirect(first + 4 * i))
        for i in range(table.VectorLen(place))
    ]


def _steps(trees: Table) -> np.ndarray:
    place = trees.Offset(_field(_STEPS))
    if not place:
        return np.empty((0, 2), dtype=np.int64)
    first, n = trees.Vector(place), trees.VectorLen(place)
    flat = np.frombuffer(bytes(trees.Bytes[first : first + 4 * n]), dtype="<u2")
    return flat.reshape(-1, 2).astype(np.int64)


# Trees


def _oblivious(held: _Model) -> list[Tree]:
    """Return trees of which bit ``i`` of a leaf answers question ``i``."""
    found, first = [], 0
    for start, depth in zip(held.starts, held.sizes, strict=True):
        if depth > _DEEPEST:
            raise unknown()
        asked = held.splits[start : start + depth]
        n = 1 << int(depth)  # leaves; the last question is asked first
        leaves = slice(first, first + n)
        first += n
        level = np.repeat(np.arange(depth), 1 << np.arange(depth))
        inner = asked[::-1][level]
        left = 2 * np.arange(n - 1) + 1
        weights = held.weights[leaves]
        cover = [weights]
        while len(cover[0]) > 1:
            cover.insert(0, cover[0].reshape(-1, 2).sum(axis=1))
        values = np.zeros((2 * n - 1, held.k))
        values[n - 1 :] = held.values[leaves]
        end = np.full(n, -1)
        found.append(
            _tree(
                held,
                left=np.concatenate([left, end]),
                right=np.concatenate([left + 1, end]),
                asked=np.concatenate([inner, end]),
                cover=np.concatenate(cover),
                values=values,
            )
        )
    return found


def _uneven(held: _Model) -> list[Tree]:
    """Return trees whose nodes ask what they like; an end may be a step to itself."""
    if held.tested:
        raise unknown()
    return [
        _walked(held, int(start), int(start + size))
        for start, size in zip(held.starts, held.sizes, strict=True)
    ]


def _walked(held: _Model, start: int, stop: int) -> Tree:
    steps, ends = held.steps[start:stop], held.leaf_of_step[start:stop] // held.k
    m = len(steps)
    here = np.arange(m)
    children = np.where(steps > 0, here[:, None] + steps, -1)
    inner = np.maximum(steps[:, 0], steps[:, 1]) > 0
    half = np.flatnonzero(inner & (steps == 0).any(axis=1))
    side = (steps[half] == 0).argmax(axis=1)
    children[half, side] = m + np.arange(len(half))  # its own value, as a leaf
    leaf_of = np.where(inner, -1, ends)
    leaf_of = np.concatenate([leaf_of, ends[half]])
    children = np.concatenate([children, np.full((len(half), 2), -1)])
    is_leaf = leaf_of >= 0
    cover, values = np.zeros(len(leaf_of)), np.zeros((len(leaf_of), held.k))
    cover[is_leaf] = held.weights[leaf_of[is_leaf]]
    values[is_leaf] = held.values[leaf_of[is_leaf]]
    for node in range(m - 1, -1, -1):  # children stand behind parents
        if inner[node]:
            cover[node] = cover[children[node]].sum()
    asked = np.concatenate([held.splits[start:stop], np.full(len(half), -1)])
    asked[is_leaf] = -1
    return _tree(
        held,
        left=children[:, 0],
        right=children[:, 1],
        asked=asked,
        cover=cover,
        values=values,
    )


def _tree(
    held: _Model,
    *,
    left: np.ndarray,
    right: np.ndarray,
    asked: np.ndarray,
    cover: np.ndarray,
    values: np.ndarray,
) -> Tree:
    inner = np.flatnonzero(asked >= 0)
    if len(inner) and asked.max() >= len(held.questions):
        raise unknown()  # a statistic of categories
    told = [held.questions[place] for place in asked[inner]]
    feature = np.full(len(left), -1)
    threshold, missing_left = np.zeros(len(left)), np.zeros(len(left), dtype=bool)
    feature[inner] = [question.column for question in told]
    threshold[inner] = [question.border for question in told]
    missing_left[inner] = [not question.missing_right for question in told]
    levels = {}
    for node, question in zip(inner, told, strict=True):
        if question.value >= 0:  # the named value goes right
            goes_left = np.ones(held.tested[question.column] + 1, dtype=bool)
            goes_left[question.value] = False
            levels[int(node)] = goes_left
    return Tree(
        left=left,
        right=right,
        feature=feature,
        threshold=threshold,
        missing_left=missing_left,
        cover=cover,
        values=values,
        levels=levels,
    )


# Rows


def _preparation(
    model: Any, held: _Model, form: TreeEnsemble
) -> Callable[[Any], np.ndarray]:
    used = np.unique(form.feature[form.feature >= 0])
    plain = [int(column) for column in used if int(column) not in held.tested]
    named = set(model.get_cat_feature_indices())

    def prepare(rows: Any) -> np.ndarray:
        found = np.zeros((len(rows), len(model.feature_names_)))
        if named:
            for column in plain:
                values = np.asarray(rows.iloc[:, column], dtype=np.float64)
                found[:, column] = _single(values)
            for column in held.tested:
                found[:, column] = _codes(model, held, column, rows)
        else:
            found[:] = _single(dense(rows))
        return found

    return prepare


def _single(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return values.astype(np.float32).astype(np.float64)


def _codes(model: Any, held: _Model, column: int, rows: Any) -> np.ndarray:
    """Return which of the values asked about each row shows; one more for none.

    The library compares hashes of texts. It is asked itself: the leaf that a row
    reaches in a tree tells how each of the tree's questions was answered.
    """
    code = np.full(len(rows), float(held.tested[column]))
    for tree, bit, value in _told_by(held, column):
        leaf = model.calc_leaf_indexes(rows, ntree_start=tree, ntree_end=tree + 1)
        code[(np.asarray(leaf)[:, 0] >> bit) & 1 == 1] = value
    return code


def _told_by(held: _Model, column: int) -> Sequence[tuple[int, int, int]]:
    """Return for each value asked about one tree, and the bit that answers."""
    found: dict[int, tuple[int, int, int]] = {}
    for tree, (start, size) in enumerate(zip(held.starts, held.sizes, strict=True)):
        for bit, place in enumerate(held.splits[start : start + size]):
            question = held.questions[place]
            if question.column == column and question.value >= 0:
                found.setdefault(question.value, (tree, bit, question.value))
    return list(found.values())
