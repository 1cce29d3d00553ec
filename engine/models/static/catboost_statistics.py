"""CatBoost's tables of category statistics, which lie behind a model's core.

The library looks rows up in them without checking: an index out of range reads
foreign memory, and a table without an empty bucket is searched for ever.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from engine.models.static import flatbuffers
from engine.models.static.outcome import BrokenError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.models.static.catboost_features import Features
    from engine.models.static.flatbuffers import Table

_BORDERS, _BUCKETS, _MEAN, _FLOAT_MEAN, _COUNTER, _FREQUENCY = range(6)
_BUCKET = np.dtype([("hash", "<u8"), ("index", "<u4")])
_EMPTY = np.uint64(2**64 - 1)
_CELL = 4  # bytes of one number
_MOST_TABLES = 1_000_000

Key = tuple[bytes, bytes, bytes, int]


def check(data: bytes, features: Features, statistics: Sequence[Table]) -> None:
    """Check the tables and that each statistic the trees ask for has one.

    Parameters
    ----------
    data
        The bytes behind the core; empty where the model has no such part.
    statistics
        The statistics that the trees ask for.

    Raises
    ------
    BrokenError
        Naming what contradicts itself.
    """
    tables = _tables(data) if data else {}
    for statistic in statistics:
        asked = _part(statistic, 0)
        key = _key(_part(asked, 0), features)
        if key not in tables:
            raise BrokenError("safety.broken_booster", part="statistics")
        border = asked.integer(1, 0)
        numbers = [asked.number(i, float(i in (3, 5)), "<f4") for i in (2, 3, 4, 5)]
        n_classes = _check(tables[key], key[3])
        if not 0 <= border < n_classes or not np.isfinite(numbers).all():
            raise BrokenError("safety.broken_booster", part="statistics")


def _tables(data: bytes) -> dict[Key, Table]:
    found: dict[Key, Table] = {}
    n, at = _size(data, 0)
    if n > _MOST_TABLES:
        raise BrokenError("safety.broken_booster", part="statistics")
    for _ in range(n):
        size, at = _size(data, at)
        if at + size > len(data):
            raise BrokenError("safety.broken_booster", part="statistics")
        table = flatbuffers.root(data[at : at + size])
        key = _key(_part(table, 0), None)
        if key in found:
            raise BrokenError("safety.broken_booster", part="statistics")
        _check(table, key[3])
        found[key] = table
        at += size
    return found


def _size(data: bytes, at: int) -> tuple[int, int]:
    """Return a stored size and the place behind it."""
    if at + 4 > len(data):
        raise BrokenError("safety.broken_booster", part="statistics")
    (n,) = struct.unpack_from("<I", data, at)
    return n, at + 4


def _part(holder: Table, field: int) -> Table:
    found = holder.table(field)
    if found is None:
        raise BrokenError("safety.broken_booster", part="statistics")
    return found


def _key(base: Table, features: Features | None) -> Key:
    """Return what a statistic is of: the features combined, and its kind."""
    combined = _part(base, 0)
    categories = combined.vector(0, "<i4")
    cuts = combined.vector(1, "<u4", 2)
    equal = combined.vector(2, "<i4", 2)
    kind = int(base.number(1, 0, "<i1"))
    if not 0 <= kind <= _FREQUENCY:
        raise BrokenError("safety.broken_booster", part="statistics")
    if features is not None:
        _check_combined(features, categories, cuts, equal)
    return categories.tobytes(), cuts.tobytes(), equal.tobytes(), kind


def _check_combined(
    features: Features, categories: np.ndarray, cuts: np.ndarray, equal: np.ndarray
) -> None:
    """Check that every feature and condition combined is one of the model's."""
    none = np.zeros(0)
    known = set(categories.tolist()) <= features.categories
    for index, bits in cuts.tolist():
        border = np.array([bits], dtype="<u4").view("<f4")[0]
        known = known and bool((features.borders.get(index, none) == border).any())
    for index, value in equal.tolist():
        known = known and bool((features.values.get(index, none) == value).any())
    if not known:
        raise BrokenError("safety.broken_booster", part="combined features")


def _check(table: Table, kind: int) -> int:
    """Check one table; return how many borders of the target it can be asked for."""
    raw, cells = table.vector(1, "<u1"), table.vector(2, "<u1")
    denominator, n_classes = table.integer(3, 0), table.integer(4, 0)
    if table.place(1) is None or table.place(2) is None or len(raw) % _BUCKET.itemsize:
        raise BrokenError("safety.broken_booster", part="statistics")
    buckets = np.frombuffer(raw.tobytes(), dtype=_BUCKET)
    n = len(buckets)
    full = buckets[buckets["hash"] != _EMPTY]
    if n == 0 or n & (n - 1) or len(full) == n:
        raise BrokenError("safety.broken_booster", part="statistics")
    width = {_MEAN: 2, _FLOAT_MEAN: 2, _COUNTER: 1, _FREQUENCY: 1}.get(kind, n_classes)
    if not 1 <= width <= _MOST_TABLES or (kind == _BORDERS and width == 1):
        raise BrokenError("safety.broken_booster", part="statistics")
    rows, rest = divmod(len(cells), width * _CELL)
    if rest or denominator < 0 or (len(full) and full["index"].max() >= rows):
        raise BrokenError("safety.broken_booster", part="statistics")
    if kind in (_BORDERS, _BUCKETS):
        return width
    return _MOST_TABLES
