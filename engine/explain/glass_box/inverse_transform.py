"""Inverse transform: from encoded columns back to the units of the data.

The last step of a pipeline sees columns that earlier steps made: scaled, turned
into numbers, cut into bins. Each comes from one input. What becomes of an input's
values is seen on the rows themselves; where a curve rises or falls all the way,
the place at which it crosses a number is found by halving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from engine.contracts.errors import EngineError
from engine.explain.subject import cells_as_numbers, taken, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.structure import Structure
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]

_ROUNDING = 1e-6  # of the largest encoded value: models see single precision
_FEW, _MANY = 12, 1_000  # distinct numbers that are levels, and at most can be
_HALVINGS = 64  # of the gap between two rows: all there are but close to zero


class Column(NamedTuple):
    """How one encoded column depends on its input.

    Attributes
    ----------
    kind
        ``number``: ``scale * value + shift``; ``levels``: a number for each level;
        ``rising`` or ``falling``: a curve or steps; ``other``.
    scale, shift
        Of ``number``.
    levels, codes
        Labels or distinct values in the rows and the ``(L,)`` numbers they become;
        none where there are too many or they become several.
    missing
        What a missing value becomes; ``nan`` where it stays missing or no row is.
    """

    kind: str
    scale: float
    shift: float
    levels: tuple[str, ...]
    codes: Floats
    missing: float


class Row(NamedTuple):
    """One row: encoded ``(D,)``; inputs as texts, ``""`` where missing, and numbers.

    ``numbers`` are ``(d,)``, ``nan`` where missing and for labels.
    """

    encoded: Floats
    texts: tuple[str, ...]
    numbers: Floats

    @classmethod
    def of(cls, features: pa.Table, encoded: Floats) -> Row:
        """Return a table of one row."""
        numbers, labels = cells_as_numbers(features)
        texts = tuple(
            _texts(known, numbers[:, j])[0] if np.isfinite(numbers[0, j]) else ""
            for j, known in enumerate(labels)
        )
        labelled = np.array([bool(known) for known in labels], dtype=bool)
        return cls(encoded[0], texts, np.where(labelled, np.nan, numbers[0]))


class InverseTransform:
    """Inverse transform of encoded columns, learned from the rows.

    Parameters
    ----------
    features, encoded
        The same rows, ``(n, d)`` as inputs and ``(n, D)`` as the structure sees them.

    Attributes
    ----------
    numbers, labels
        The inputs as numbers, and the labels behind the codes among them.
    names, source
        Of the encoded columns.
    """

    def __init__(
        self,
        subject: Subject,
        structure: Structure,
        features: pa.Table,
        encoded: Floats,
    ) -> None:
        self._subject = subject
        self._features = features
        self.encoded = encoded
        self.names, self.source = structure.encoded, structure.source
        self.numbers, self.labels = _in_order(*cells_as_numbers(features))
        self._known: dict[int, Column] = {}

    def column(self, place: int) -> Column:
        """Return how an encoded column depends on its input."""
        if place not in self._known:
            self._known[place] = self._seen(place)
        return self._known[place]

    def is_steps(self, place: int) -> bool:
        """Return whether an encoded column rises along numbers, or stays, in steps.

        Not where there are so few that each is better looked at by itself.
        """
        feature = int(self.source[place])
        if self.labels[feature] or 0 < len(self.column(place).levels) <= _FEW:
            return False
        values, made = self.numbers[:, feature], self.encoded[:, place]
        known = np.isfinite(values)
        order = np.argsort(values[known], kind="stable")
        return bool((np.diff(made[known][order]) >= 0).all())

    def level_of(self, feature: int) -> tuple[tuple[str, ...], NDArray[np.intp]]:
        """Return an input's levels in the rows and which each row has, -1 for none."""
        values = self.numbers[:, feature]
        known = np.isfinite(values)
        distinct, which = np.unique(values[known], return_inverse=True)
        at = np.full(len(values), -1, dtype=np.intp)
        at[known] = which
        return _texts(self.labels[feature], distinct), at

    def crossings(
        self, columns: Sequence[int], numbers: Floats, progress: Progress
    ) -> tuple[Floats, Floats]:
        """Return where curves cross numbers, in the inputs' own units.

        Parameters
        ----------
        columns
            Encoded columns, ``rising`` or ``falling``.
        numbers
            As many encoded values.

        Returns
        -------
        before, after
            For each the greatest value on the one side and the least on the other,
            next to each other as numbers; ``nan`` where no two rows lie on both sides
            or the model refuses values that it was not shown.
        """
        place = np.array(columns, dtype=np.intp)
        low, high = self._brackets(place, numbers)
        found = np.isfinite(low)
        try:
            self._halve(place[found], numbers[found], low, high, found, progress)
        except EngineError as error:
            if not error.code.startswith("model."):
                raise
            low[:], high[:] = np.nan, np.nan
        return low, high

    def _seen(self, place: int) -> Column:
        feature = int(self.source[place])
        values, made = self.numbers[:, feature], self.encoded[:, place]
        known = np.isfinite(values)
        missing = _only(made[~known])
        levels, codes = self._levels(feature, values[known], made[known])
        line = None if self.labels[feature] else _line(values[known], made[known])
        scale, shift = line or (0.0, 0.0)
        kind = "other"
        if line is not None:
            kind = "number"
        elif levels and (self.labels[feature] or len(levels) <= _FEW):
            kind = "levels"
        elif not self.labels[feature]:
            kind = _direction(values[known], made[known])
            kind = "levels" if kind == "other" and levels else kind
        return Column(kind, scale, shift, levels, codes, missing)

    def _levels(
        self, feature: int, values: Floats, made: Floats
    ) -> tuple[tuple[str, ...], Floats]:
        distinct, first, which = np.unique(
            values, return_index=True, return_inverse=True
        )
        codes = made[first]
        if len(distinct) > _MANY or not np.array_equal(
            codes[which], made, equal_nan=True
        ):
            return (), np.zeros(0)
        return _texts(self.labels[feature], distinct), codes

    def _brackets(
        self, place: NDArray[np.intp], numbers: Floats
    ) -> tuple[Floats, Floats]:
        """Return the neighbouring values of rows on the two sides of each number."""
        low, high = np.full(len(place), np.nan), np.full(len(place), np.nan)
        for column in np.unique(place):
            values = self.numbers[:, self.source[column]]
            known = np.isfinite(values)
            order = np.argsort(values[known], kind="stable")
            ordered = values[known][order]
            made = self.encoded[known, column][order]
            mine = np.flatnonzero(place == column)
            if self.column(int(column)).kind == "falling":
                after = len(made) - np.searchsorted(made[::-1], numbers[mine], "right")
            else:
                after = np.searchsorted(made, numbers[mine], "right")
            inside = (after > 0) & (after < len(made))
            low[mine[inside]] = ordered[after[inside] - 1]
            high[mine[inside]] = ordered[after[inside]]
        return low, high

    def _halve(
        self,
        place: NDArray[np.intp],
        numbers: Floats,
        low: Floats,
        high: Floats,
        found: NDArray[np.bool_],
        progress: Progress,
    ) -> None:
        """Halve the brackets in place until nothing lies between their ends."""
        lows, highs = low[found], high[found]
        falling = np.array(
            [self.column(int(column)).kind == "falling" for column in place], dtype=bool
        )
        for _ in range(_HALVINGS):
            middle = lows + (highs - lows) / 2
            open_ = np.flatnonzero((middle > lows) & (middle < highs))
            if not len(open_):
                break
            made = self._ask(self.source[place[open_]], middle[open_], progress)
            mine = made[np.arange(len(open_)), place[open_]]
            before = (mine <= numbers[open_]) != falling[open_]
            lows[open_[before]] = middle[open_[before]]
            highs[open_[~before]] = middle[open_[~before]]
            progress.raise_if_cancelled()
        low[found], high[found] = lows, highs

    def _ask(
        self, features: NDArray[np.integer], values: Floats, progress: Progress
    ) -> Floats:
        """Return the first row encoded, one input of it set to a value each time."""
        n = len(values)
        first = np.zeros(n, dtype=np.intp)
        cells = []
        for j, column in enumerate(self._features.columns):
            mine = np.flatnonzero(features == j)
            if not len(mine):
                cells.append(taken(whole(column), first))
                continue
            own = np.full(n, self._some_value(j))
            own[mine] = values[mine]
            cells.append(pa.array(own))
        table = pa.table(cells, names=self._features.column_names)
        return self._subject.encode(table, progress)

    def _some_value(self, feature: int) -> float:
        values = self.numbers[:, feature]
        return float(values[np.isfinite(values)][0])


def _in_order(
    numbers: Floats, labels: tuple[tuple[str, ...], ...]
) -> tuple[Floats, tuple[tuple[str, ...], ...]]:
    """Return the same cells, codes in the order of their labels."""
    for j, own in enumerate(labels):
        if own:
            place = np.empty(len(own))
            place[sorted(range(len(own)), key=own.__getitem__)] = np.arange(len(own))
            known = np.isfinite(numbers[:, j])
            numbers[known, j] = place[numbers[known, j].astype(np.intp)]
    return numbers, tuple(tuple(sorted(own)) for own in labels)


def _texts(labels: tuple[str, ...], values: Floats) -> tuple[str, ...]:
    if labels:
        return tuple(labels[int(code)] for code in values)
    return tuple(f"{value:.12g}" for value in values)


def _line(values: Floats, made: Floats) -> tuple[float, float] | None:
    """Return slope and height of the line that the pairs lie on, if they do."""
    if len(values) == 0 or not np.isfinite(made).all():
        return None
    low, high = int(np.argmin(values)), int(np.argmax(values))
    room = _ROUNDING * max(float(np.abs(made).max()), np.finfo(float).tiny)
    if (np.abs(made - values) <= room).all():
        return 1.0, 0.0
    if values[low] == values[high]:
        return None
    scale = float((made[high] - made[low]) / (values[high] - values[low]))
    shift = float(made[low] - scale * values[low])
    return (
        (scale, shift)
        if (np.abs(scale * values + shift - made) <= room).all()
        else None
    )


def _direction(values: Floats, made: Floats) -> str:
    if len(values) == 0 or not np.isfinite(made).all():
        return "other"
    steps = np.diff(made[np.argsort(values, kind="stable")])
    equal = np.diff(np.sort(values)) == 0
    if (steps[equal] != 0).any() or not (steps != 0).any():
        return "other"
    if (steps >= 0).all():
        return "rising"
    return "falling" if (steps <= 0).all() else "other"


def _only(made: Floats) -> float:
    """Return the one value of all, ``nan`` if there is none or several."""
    if len(made) and (made == made[0]).all():
        return float(made[0])
    return float("nan")
