"""A CatBoost model's inputs and the conditions its trees ask of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.models.static.outcome import BrokenError, NotUnderstoodError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.models.static.flatbuffers import Table

_BUCKET = 254  # conditions that share one byte of a row
_MOST_BUCKETS = 0xFFFF
_ALL = 0xFF


class Features(NamedTuple):
    """What a model asks about.

    Attributes
    ----------
    borders
        Position among the numeric features to the borders asked for.
    values
        Position among the categorical features to the hashes asked for.
    categories
        Positions of the categorical features that are used.
    conditions
        ``(n,)`` uint32: each condition as the library packs it.
    """

    borders: dict[int, np.ndarray]
    values: dict[int, np.ndarray]
    categories: set[int]
    conditions: np.ndarray


def read(trees: Table) -> Features:
    """Read and check the features of a model.

    Raises
    ------
    BrokenError
        If numbers, positions or conditions contradict each other.
    NotUnderstoodError
        For texts and embeddings, which are computed from by parts of their own.
    """
    if trees.tables(12) or trees.tables(13) or trees.tables(18):
        raise NotUnderstoodError("safety.catboost_part", name="text, embedding")
    numeric, categorical = trees.tables(5), trees.tables(4)
    positions = [
        *_positions(numeric, 1, 2),
        *_positions(categorical, 0, 1),
    ]
    if sorted(positions) != list(range(len(positions))):
        raise BrokenError("safety.broken_booster", part="features")
    names = [f.text(4) for f in numeric] + [f.text(2) for f in categorical]
    given = [name for name in names if name]
    if len(set(given)) != len(given):
        raise BrokenError("safety.broken_booster", part="feature names")
    borders = {}
    for feature in numeric:
        feature.flag(0, default=False)
        if feature.number(5, 0, "<i1") not in (0, 1, 2):
            raise BrokenError("safety.broken_booster", part="missing values")
        borders[feature.integer(1, -1)] = _sorted(feature.vector(3, "<f4"), "borders")
    categories = {f.integer(0, -1) for f in categorical if f.flag(3, default=True)}
    values: dict[int, np.ndarray] = {}
    for feature in trees.tables(6):
        index = feature.integer(0, -1)
        asked = feature.vector(1, "<i4")
        texts = feature.texts(2)
        if index not in categories or index in values or len(asked) == 0:
            raise BrokenError("safety.broken_booster", part="categories")
        if len(texts) not in (0, len(asked)):
            raise BrokenError("safety.broken_booster", part="category names")
        values[index] = asked
    statistics = [_sorted(f.vector(1, "<f4"), "borders") for f in trees.tables(7)]
    conditions = _conditions(borders.values(), values.values(), statistics)
    return Features(borders, values, categories, conditions)


def _positions(features: Sequence[Table], index: int, flat: int) -> list[int]:
    """Check that a kind's features are numbered in order; return where they stand."""
    if [f.integer(index, -1) for f in features] != list(range(len(features))):
        raise BrokenError("safety.broken_booster", part="features")
    return [f.integer(flat, -1) for f in features]


def _sorted(borders: np.ndarray, part: str) -> np.ndarray:
    if np.isnan(borders).any() or (np.diff(borders) <= 0).any():
        raise BrokenError("safety.broken_booster", part=part)
    return borders


def _conditions(
    borders: Iterable[np.ndarray],
    values: Iterable[np.ndarray],
    statistics: Iterable[np.ndarray],
) -> np.ndarray:
    """Return every condition as the library packs it: bucket, mask and number."""
    packed = []
    bucket = 0
    groups = [
        *((group, False) for group in borders if len(group)),
        *((group, True) for group in values),
        *((group, False) for group in statistics),
    ]
    for group, is_equal in groups:
        own = np.arange(len(group), dtype=np.int64)
        number = own % _BUCKET + 1
        mask = np.where(is_equal, ~number & _ALL, 0)
        number = np.where(is_equal, _ALL, number)
        packed.append((bucket + own // _BUCKET) | mask << 16 | number << 24)
        bucket += -(-len(group) // _BUCKET)
    if bucket > _MOST_BUCKETS:
        raise BrokenError("safety.broken_booster", part="features")
    none = np.zeros(0, dtype=np.int64)
    return np.concatenate([none, *packed]).astype(np.uint32)
