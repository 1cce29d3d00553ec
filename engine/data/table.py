"""One part's rows, column by column, on Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.dates import Moments
from engine.contracts.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from engine.contracts.dataset import ReadOptions
    from engine.contracts.progress import Progress
    from engine.data.written import WrittenRows

MOST_CODES = 1000
_OF_TYPED_CELLS = frozenset(["arrow", "arrow stream", "json", "jsonl", "parquet"])


class Table:
    """Rows of a part.

    Parameters
    ----------
    arrow
        The columns, already of the types of their kinds: text columns that hold
        numbers, dates or truth values have been turned into those.
    written
        The cells as their files have them, if they came from files.
    """

    def __init__(self, arrow: pa.Table, written: WrittenRows | None = None) -> None:
        self.arrow = arrow
        self._written = written
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._codes: dict[str, tuple[NDArray[np.int32], tuple[str, ...]]] = {}
        self._dates: dict[str, Moments] = {}
        self._clocks: dict[str, NDArray[np.float64]] = {}

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.arrow.num_rows)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names."""
        return tuple(self.arrow.column_names)

    def take(self, rows: NDArray[np.int64]) -> Table:
        """Return some rows, in the order asked for."""
        return self._rows(pa.array(rows, pa.int64()))

    def filter(self, mask: NDArray[np.bool_]) -> Table:
        """Return the rows where ``mask`` is true."""
        return self._rows(pa.array(np.flatnonzero(mask), pa.int64()))

    def _rows(self, rows: pa.Array) -> Table:
        written = None if self._written is None else self._written.take(rows)
        return Table(self.arrow.take(rows), written)

    def read_written(self, names: Sequence[str], progress: Progress = SILENT) -> None:
        """Make :meth:`written` ready for several columns at once.

        Raises
        ------
        EngineError
            ``data.changed_since`` if a file is no longer what was read.
        """
        if self._written is not None:
            self._written.of.read(names, progress)

    def written(self, name: str) -> pa.ChunkedArray | None:
        """Return a column as its file has it, a dictionary of texts.

        ``None`` if no text of it is known; missing where none is known of a cell, as
        where the user called its text missing. Blanks are ``""``.
        """
        return None if self._written is None else self._written.column(name)

    def read_as_missing(self, name: str, texts: Collection[str]) -> NDArray[np.bool_]:
        """Return where a cell holds one of these texts and was read as missing.

        Blanks round them or not. The empty text is that of a blank cell.
        """
        column = self.arrow.column(name)
        written = self.written(name) if column.null_count else None
        if written is None:
            return np.zeros(self.n_rows, dtype=bool)
        bare = pc.utf8_trim_whitespace(written.cast(pa.string()))
        wanted = pa.array([text.strip() for text in texts], pa.string())
        found = pc.and_(pc.is_null(column), pc.is_in(bare, wanted))
        return np.asarray(found.to_numpy(), dtype=bool)

    def has_untyped_cells(self, name: str) -> bool:
        """Whether a column comes from files whose readers guess what is missing.

        In JSON, Parquet and Arrow files a missing value is one, and a text is one.
        """
        kinds = {one.format or "text" for one in self._options(name)}
        return not kinds & _OF_TYPED_CELLS

    def decimal(self, name: str) -> str:
        """Return the decimal sign of the files that a column comes from."""
        signs = (one.decimal for one in self._options(name))
        return next((sign for sign in signs if sign), ".")

    def _options(self, name: str) -> tuple[ReadOptions, ...]:
        return () if self._written is None else self._written.of.options(name)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a numeric, boolean or date-time column, ``nan`` where missing.

        Date-times are seconds since 1970 (UTC).

        Raises
        ------
        TypeError
            If the column holds text.
        """
        if name not in self._numbers:
            self._numbers[name] = _as_numbers(self.arrow.column(name), name)
        return self._numbers[name]

    def shown_numbers(self, name: str) -> NDArray[np.float64]:
        """Return :meth:`numbers`, dates of a zone as seconds on that zone's clock."""
        kind = self.arrow.schema.field(name).type
        if not pa.types.is_timestamp(kind) or kind.tz is None:
            return self.numbers(name)
        if name not in self._clocks:
            walls = pc.local_timestamp(self.arrow.column(name))
            self._clocks[name] = _as_numbers(walls, name)
        return self._clocks[name]

    def dates(self, name: str) -> Moments | None:
        """Return the moments of a date-time column, ``None`` of any other."""
        kind = self.arrow.schema.field(name).type
        if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
            return None
        if name not in self._dates:
            self._dates[name] = _as_moments(self.arrow.column(name))
        return self._dates[name]

    def codes(self, name: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Return category codes, ``-1`` where missing, and their labels in order.

        Raises
        ------
        TypeError
            If the column is numeric with more than 1,000 distinct values.
        """
        if name not in self._codes:
            self._codes[name] = _as_codes(self.arrow.column(name), name)
        return self._codes[name]

    def texts(self, name: str, rows: NDArray[np.int64]) -> list[str | None]:
        """Return some cells as text, ``None`` where missing."""
        cells = self.arrow.column(name).take(pa.array(rows))
        return [None if v is None else text_of(v) for v in cells.to_pylist()]

    def is_numeric(self, name: str) -> bool:
        """Whether a column holds plain numbers."""
        kind = self.arrow.schema.field(name).type
        return bool(
            pa.types.is_integer(kind)
            or pa.types.is_floating(kind)
            or pa.types.is_decimal(kind)
        )


def text_of(value: object) -> str:
    """Return one value as the text by which it is labelled."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return (
            str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        )
    return str(value)


def labels_of(values: Sequence[object]) -> tuple[str, ...]:
    """Return values as labels."""
    return tuple(text_of(value) for value in values)


def _as_numbers(column: pa.ChunkedArray, name: str) -> NDArray[np.float64]:
    kind = column.type
    if (
        pa.types.is_dictionary(kind)
        or pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
    ):
        raise TypeError(name)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        found = _as_moments(column)
        seconds = found.ticks / found.per_second
        seconds[~found.known] = np.nan
        seconds.flags.writeable = False
        return seconds
    if pa.types.is_boolean(kind):
        column = pc.cast(column, pa.int8())
    try:
        return _plain(pc.cast(column, pa.float64(), safe=False))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise TypeError(name) from error


def _as_moments(column: pa.ChunkedArray) -> Moments:
    kind = column.type
    known = np.asarray(column.is_valid().to_numpy(), dtype=bool)
    fine = pa.types.is_timestamp(kind) and kind.unit == "ns"
    if not fine:
        column = pc.cast(column, pa.timestamp("us"))
    ticks = pc.cast(column, pa.int64())
    if ticks.null_count:
        ticks = pc.fill_null(ticks, 0)
    return Moments(
        ticks=np.asarray(ticks.to_numpy(), dtype=np.int64),
        per_second=10**9 if fine else 10**6,
        known=known,
        zone=(kind.tz or "") if pa.types.is_timestamp(kind) else "",
    )


def _plain(column: pa.ChunkedArray) -> NDArray[np.float64]:
    if column.null_count:
        column = pc.fill_null(column, np.nan)
    found = np.asarray(column.to_numpy(), dtype=np.float64)
    if found.flags.writeable:
        found.flags.writeable = False
    return found


def _as_codes(
    column: pa.ChunkedArray, name: str
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    if pa.types.is_floating(column.type):
        column = pc.add(column, 0.0)  # one nought, not two of different signs
    encoded = column.combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = (
            pa.concat_arrays(encoded.chunks)
            if encoded.num_chunks
            else pa.array([], encoded.type)
        )
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    values = encoded.dictionary
    numeric = not (
        pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    )
    if numeric and len(values) > MOST_CODES:
        raise TypeError(name)
    codes = encoded.indices
    if codes.null_count:
        codes = pc.fill_null(codes, -1)
    codes = np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.int32)
    if numeric or len(values) <= MOST_CODES:
        order = np.asarray(pc.array_sort_indices(values), dtype=np.int64)
        rank = np.empty(len(order) + 1, dtype=np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        rank[-1] = -1  # code -1 stays missing
        codes = rank[codes]
        values = values.take(pa.array(order))
    codes.flags.writeable = False
    return codes, labels_of(values.to_pylist())
