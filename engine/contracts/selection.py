"""Which rows: a recipe, not a list.

A selection says how rows are found, so it can be read by a person, composed,
undone, stored in a case and re-applied after the decision moved. Whoever has
the columns resolves it to a mask. The pseudo-columns ``@truth``,
``@prediction``, ``@score``, ``@confidence``, ``@loss``, ``@error`` (1 where the
prediction is wrong) and ``@row`` stand beside the columns of the data.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.contracts.dataset import is_missing_token
from engine.contracts.dates import looks_like_date, span
from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.contracts.dates import Moments

Mask = NDArray[np.bool_]
_EXACT = 2.0**53  # beyond it different whole numbers are the same float
_YEAR = re.compile(r"\d{4}")


# A bucket as a column of labels: ``"@bucket NAME"``, with the two labels below.
BUCKET = "@bucket "
IN_BUCKET, NOT_IN_BUCKET = "in", "not in"


class Columns(Protocol):
    """Whoever can say what is in the columns of the rows in question."""

    @property
    def n_rows(self) -> int:
        """Number of rows."""

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a numeric or date-time column, ``nan`` where missing."""

    def dates(self, name: str) -> Moments | None:
        """Return the moments of a column of dates, ``None`` of any other column."""

    def codes(self, name: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Return category codes (``-1`` where missing) and their labels."""

    def read_as_missing(self, name: str, texts: Collection[str]) -> Mask:
        """Return where a cell holds one of these texts and was read as missing.

        The empty text is that of a blank cell of a file of text.
        """

    def saved(self, name: str) -> Selection:
        """Return a named selection."""


class _Recipe(msgspec.Struct, frozen=True, tag=True):
    def __and__(self, other: Selection) -> Selection:
        return And((self, other))  # type: ignore[arg-type]

    def __or__(self, other: Selection) -> Selection:
        return Or((self, other))  # type: ignore[arg-type]

    def __xor__(self, other: Selection) -> Selection:
        return Xor(self, other)  # type: ignore[arg-type]

    def __invert__(self) -> Selection:
        return Not(self)  # type: ignore[arg-type]


class Range(_Recipe, frozen=True, tag="range"):
    """Rows whose number lies in an interval; ``None`` is no limit.

    Of dates the limits are seconds since 1970: so cases of older versions kept them.
    """

    column: str
    low: float | None = None
    high: float | None = None
    low_closed: bool = True
    high_closed: bool = False

    def resolve(self, columns: Columns) -> Mask:
        """Return the mask over the rows of ``columns``."""
        values = columns.numbers(self.column)
        mask = ~np.isnan(values)
        if self.low is not None:
            mask &= values >= self.low if self.low_closed else values > self.low
        if self.high is not None:
            mask &= values <= self.high if self.high_closed else values < self.high
        return mask


class Dates(_Recipe, frozen=True, tag="dates"):
    """Rows whose date lies between two texts of :mod:`engine.contracts.dates`.

    A text stands for a span of time: from 2024-02-01 on is from the first moment of
    that day, after 2024-02-01 is from its end. ``None`` is no limit.
    """

    column: str
    low: str | None = None
    high: str | None = None
    low_closed: bool = True
    high_closed: bool = False

    def resolve(self, columns: Columns) -> Mask:
        """Return the mask over the rows of ``columns``."""
        moments = columns.dates(self.column)
        if moments is None:
            found = self.low if self.low is not None else self.high
            raise EngineError("rows.not_dates", column=self.column, found=found)
        mask = moments.known.copy()
        if self.low is not None:
            start, end = span(self.low, self.column, moments.zone)
            mask &= moments.from_on(start if self.low_closed else end)
        if self.high is not None:
            start, end = span(self.high, self.column, moments.zone)
            mask &= ~moments.from_on(end if self.high_closed else start)
        return mask


class Values(_Recipe, frozen=True, tag="values"):
    """Rows whose label is one of ``labels``; of dates, within one of their spans.

    Texts that are usually read as missing mean the cells that hold them.
    """

    column: str
    labels: tuple[str, ...]

    def resolve(self, columns: Columns) -> Mask:
        """Return the mask over the rows of ``columns``."""
        found = self._among_values(columns)
        tokens = [label for label in self.labels if is_missing_token(label)]
        if not tokens:
            return found
        return found | columns.read_as_missing(self.column, tokens)

    def _among_values(self, columns: Columns) -> Mask:
        moments = columns.dates(self.column)
        if moments is not None:
            return self._on(moments)
        try:
            codes, known = columns.codes(self.column)
        except TypeError:  # numbers with too many values to be labels
            wanted_numbers = [n for n in map(_as_number, self.labels) if n is not None]
            return np.isin(columns.numbers(self.column), wanted_numbers)
        wanted = np.zeros(len(known) + 1, dtype=bool)
        for label in self.labels:
            if label in known:
                wanted[known.index(label)] = True
        mask: Mask = wanted[codes]  # code -1 (missing) looks up the last, always False
        return mask | self._equal_numbers(columns, known)

    def _equal_numbers(self, columns: Columns, known: tuple[str, ...]) -> Mask | bool:
        """Return where a number is written otherwise than its label: 3.0 for 3."""
        others = (_as_number(label) for label in self.labels if label not in known)
        wanted = [n for n in others if n is not None and abs(n) <= _EXACT]
        if not wanted:
            return False
        try:
            return np.isin(columns.numbers(self.column), wanted)
        except (TypeError, EngineError):  # labels, not numbers
            return False

    def _on(self, moments: Moments) -> Mask:
        mask = np.zeros(len(moments.ticks), dtype=bool)
        for label in self.labels:
            if is_missing_token(label):
                continue
            if not _YEAR.fullmatch(label) and not looks_like_date(label):
                raise EngineError(
                    "rows.date_expected",
                    column=self.column,
                    found=label,
                    example=moments.first() or "2024-02-01",
                )
            mask |= moments.within(label, self.column)
        return mask


class Missing(_Recipe, frozen=True, tag="missing"):
    """Rows without a value in the column."""

    column: str

    def resolve(self, columns: Columns) -> Mask:
        """Return the mask over the rows of ``columns``."""
        try:
            codes, _ = columns.codes(self.column)
        except TypeError:  # a numeric column has no codes
            return np.isnan(columns.numbers(self.column))
        return codes < 0


class Rows(_Recipe, frozen=True, tag="rows"):
    """Rows picked one by one, by number in the evaluation part."""

    indices: tuple[int, ...]

    def resolve(self, columns: Columns) -> Mask:
        """Return the mask over the rows of ``columns``."""
        mask = np.zeros(columns.n_rows, dtype=bool)
        picked = np.asarray(self.indices, dtype=np.int64)
        mask[picked[(picked >= 0) & (picked < columns.n_rows)]] = True
        return mask


class Saved(_Recipe, frozen=True, tag="saved"):
    """A bucket, by name."""

    name: str

    def resolve(self, columns: Columns) -> Mask:
        """Return the mask over the rows of ``columns``."""
        return columns.saved(self.name).resolve(columns)


class Not(_Recipe, frozen=True, tag="not"):
    """Every other row."""

    of: Selection

    def resolve(self, columns: Columns) -> Mask:
        """Return the mask over the rows of ``columns``."""
        return ~self.of.resolve(columns)


class And(_Recipe, frozen=True, tag="and"):
    """Rows in all of them."""

    of: tuple[Selection, ...]

    def resolve(self, columns: Columns) -> Mask:
        """Return the mask over the rows of ``columns``."""
        mask = np.ones(columns.n_rows, dtype=bool)
        for part in self.of:
            mask &= part.resolve(columns)
        return mask


class Or(_Recipe, frozen=True, tag="or"):
    """Rows in any of them."""

    of: tuple[Selection, ...]

    def resolve(self, columns: Columns) -> Mask:
        """Return the mask over the rows of ``columns``."""
        mask = np.zeros(columns.n_rows, dtype=bool)
        for part in self.of:
            mask |= part.resolve(columns)
        return mask


class Xor(_Recipe, frozen=True, tag="xor"):
    """Rows in exactly one of the two."""

    left: Selection
    right: Selection

    def resolve(self, columns: Columns) -> Mask:
        """Return the mask over the rows of ``columns``."""
        return self.left.resolve(columns) ^ self.right.resolve(columns)


Selection = Range | Dates | Values | Missing | Rows | Saved | Not | And | Or | Xor


def _as_number(label: str) -> float | None:
    try:
        return float(label)
    except ValueError:
        return None


def cell(truth: str, prediction: str) -> Selection:
    """Return the rows of one cell of the confusion matrix."""
    return And((Values("@truth", (truth,)), Values("@prediction", (prediction,))))


def columns_of(selection: Selection) -> set[str]:
    """Return every column name a recipe reads, pseudo-columns included.

    ``Saved`` counts as the pseudo-column ``@saved:name``.
    """
    match selection:
        case Range() | Dates() | Values() | Missing():
            return {selection.column}
        case Rows():
            return {"@row"}
        case Saved():
            return {f"@saved:{selection.name}"}
        case Not():
            return columns_of(selection.of)
        case And() | Or():
            return set().union(*(columns_of(part) for part in selection.of))
        case Xor():
            return columns_of(selection.left) | columns_of(selection.right)


def pack(mask: Mask) -> NDArray[np.uint8]:
    """Pack a mask to one bit a row, for sending."""
    return np.packbits(mask)


def unpack(packed: NDArray[np.uint8], n_rows: int) -> Mask:
    """Undo :func:`pack`."""
    return np.unpackbits(packed, count=n_rows).astype(bool)
