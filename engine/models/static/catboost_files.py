"""CatBoost's ``.cbm``: its header, and the trees of its FlatBuffers core."""

from __future__ import annotations

import struct

import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.model import Light, Verdict
from engine.models.static.outcome import BrokenError, NotUnderstoodError, Outcome

MAGIC = b"CBM1"
MAX_FILE = 2 << 30
FORMAT = "FlabuffersModel_v1"


class _Table:
    """A FlatBuffers table read with every offset checked."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at
        self.fields = at - self._read("<i", at)
        self.size = self._read("<H", self.fields)

    def _read(self, layout: str, at: int) -> int:
        if at < 0 or at + struct.calcsize(layout) > len(self.data):
            raise BrokenError("safety.broken_booster", part="offsets")
        found: int = struct.unpack_from(layout, self.data, at)[0]
        return found

    def place(self, field: int) -> int | None:
        """Return where a field lies, or ``None`` where it is left out."""
        entry = 4 + 2 * field
        if entry + 2 > self.size:
            return None
        offset = self._read("<H", self.fields + entry)
        return self.at + offset if offset else None

    def number(self, field: int, default: int) -> int:
        """Return an ``int`` field."""
        place = self.place(field)
        return default if place is None else self._read("<i", place)

    def table(self, field: int) -> _Table | None:
        """Return a field that is a table."""
        place = self.place(field)
        return None if place is None else _Table(self.data, self._follow(place))

    def _follow(self, place: int) -> int:
        return place + self._read("<I", place)

    def vector(self, field: int, kind: str) -> np.ndarray:
        """Return a vector of numbers."""
        place = self.place(field)
        if place is None:
            return np.zeros(0, dtype=kind)
        start = self._follow(place)
        n = self._read("<I", start)
        size = np.dtype(kind).itemsize
        if start + 4 + n * size > len(self.data):
            raise BrokenError("safety.broken_booster", part="vectors")
        return np.frombuffer(self.data, dtype=kind, count=n, offset=start + 4)

    def tables(self, field: int) -> list[_Table]:
        """Return a vector of tables."""
        place = self.place(field)
        if place is None:
            return []
        start = self._follow(place) + 4
        n = len(self.vector(field, "<u4"))
        return [_Table(self.data, self._follow(start + 4 * i)) for i in range(n)]

    def text(self, field: int) -> str:
        """Return a text field."""
        return self.vector(field, "u1").tobytes().decode("utf-8", "replace")


def examine(data: bytes) -> Outcome:
    """Report on a CatBoost model file."""
    outcome = Outcome(
        best=Light.GREEN, reason=Note(code="safety.booster_sound"), producer="CatBoost"
    )
    try:
        n_trees = check_blob(data)
    except NotUnderstoodError as error:
        outcome.not_understood(error)
        return outcome
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
        For other kinds of trees.
    """
    if data[:4] != MAGIC or len(data) < 16:
        raise BrokenError("safety.broken_booster", part="CBM1")
    (size,) = struct.unpack_from("<I", data, 4)
    if size < 8 or 8 + size > len(data):
        raise BrokenError("safety.broken_booster", part="size")
    core = data[8 : 8 + size]
    root = _Table(core, struct.unpack_from("<I", core)[0])
    if root.text(0) != FORMAT:
        raise BrokenError("safety.broken_booster", part="format")
    trees = root.table(1)
    if trees is None:
        raise BrokenError("safety.broken_booster", part="trees")
    return _check_trees(trees)


def _check_trees(trees: _Table) -> int:
    dimension = trees.number(0, 1)
    splits, sizes, starts = (trees.vector(field, "<i4") for field in (1, 2, 3))
    values = trees.vector(8, "<f8")
    if len(trees.vector(10, "<u4")) or len(trees.vector(11, "<u4")):
        raise NotUnderstoodError("safety.asymmetric_trees")
    if not 1 <= dimension <= 1_000_000 or ((sizes < 0) | (sizes > 16)).any():
        raise BrokenError("safety.broken_booster", part="depth")
    ends = np.cumsum(sizes.astype(np.int64))
    expected = ends - sizes
    if len(starts) != len(sizes) or not np.array_equal(starts, expected):
        raise BrokenError("safety.broken_booster", part="tree starts")
    n_leaves = int((1 << sizes.astype(np.int64)).sum()) * dimension
    if len(splits) != (ends[-1] if len(ends) else 0) or len(values) != n_leaves:
        raise BrokenError("safety.broken_booster", part="leaf values")
    n_conditions = sum(
        [
            *(len(feature.vector(3, "<f4")) for feature in trees.tables(5)),
            *(len(feature.vector(1, "<i4")) for feature in trees.tables(6)),
            *(len(feature.vector(1, "<f4")) for feature in trees.tables(7)),
        ]
    )
    if len(splits) and not 0 <= splits.min() <= splits.max() < n_conditions:
        raise BrokenError("safety.broken_booster", part="splits")
    return len(sizes)
