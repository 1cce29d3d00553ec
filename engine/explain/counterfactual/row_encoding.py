"""Row encoding: a model's inputs as numbers, and back as cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from engine.data.table import text_of
from engine.explain.feature_names import by_name
from engine.explain.subject import cells_as_numbers, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.results.counterfactual import Cell

    Floats = NDArray[np.float64]

_MOST_DECIMALS = 9
_FINE = 1e-3  # of the spread: finer differences of a number without end are not told


class RowEncoding:
    """The columns of some rows, each as numbers or as labels.

    A number stands for itself; a label for its place among the column's labels, in
    the order of their names; a missing value is ``nan``.

    Parameters
    ----------
    real
        The model's inputs of the rows from which spread and decimals are taken.
    others
        Further rows that are to be told.

    Attributes
    ----------
    points
        ``(n, d)`` the rows, those of ``others`` last.
    labels
        For each column its labels; ``()`` for numbers.
    spread
        ``(d,)`` the unit in which differences of a number are told: the
        inter-quartile range, where that is 0 the standard deviation, where that is 0
        too, 1. Of labels 1.
    decimals
        ``(d,)`` decimals of a number: as many as the rows have, and no finer than a
        thousandth of the spread. Of whole numbers 0.
    """

    def __init__(self, real: pa.Table, *others: pa.Table) -> None:
        table = pa.concat_tables([real, *others], promote_options="permissive")
        self._n_real = real.num_rows
        self.names = tuple(table.column_names)
        self._columns = [whole(column) for column in table.columns]
        points, labels = cells_as_numbers(table)
        self.labels: tuple[tuple[str, ...], ...] = ()
        self._cells: list[pa.Array] = []
        for j, found in enumerate(labels):
            number = _is_number(self._columns[j])
            ordered, cells = ((), None) if number else self._of_labels(j, found, points)
            self.labels += (ordered,)
            self._cells.append(cells)
        self.points: Floats = points
        self.is_number = np.array([_is_number(column) for column in self._columns])
        self.spread = np.array([self._spread_of(j) for j in range(points.shape[1])])
        self.decimals = np.array([self._decimals_of(j) for j in range(points.shape[1])])

    def table(self, points: Floats) -> pa.Table:
        """Return rows of the model's inputs, of the columns' own types."""
        made = [self._column(j, points[:, j]) for j in range(points.shape[1])]
        return pa.table(made, names=list(self.names))

    def cell(self, column: int, code: float) -> Cell:
        """Return one cell for people: a number, a label, ``None`` where missing."""
        if np.isnan(code):
            return None
        if not self.is_number[column]:
            return self.labels[column][int(code)]
        kind = self._columns[column].type
        if pa.types.is_integer(kind):
            return int(code)
        if pa.types.is_float32(kind):
            return float(str(np.float32(code)))
        return float(code)

    def code(self, column: int, cell: Cell) -> float:
        """Return the number of a cell.

        Raises
        ------
        ValueError
            For what is no number, or no label of the column.
        """
        if cell is None:
            return float("nan")
        if self.is_number[column]:
            return float(self.rounded_as_type(column, np.array([float(cell)]))[0])
        return float(self.labels[column].index(text_of(cell)))

    def rounded(self, column: int, values: Floats) -> Floats:
        """Return numbers as the column could have them."""
        found = np.round(values, int(self.decimals[column]))
        return self.rounded_as_type(column, found)

    def rounded_as_type(self, column: int, values: Floats) -> Floats:
        """Return numbers as the column's type holds them."""
        kind = self._columns[column].type
        if pa.types.is_integer(kind):
            return np.rint(values)
        if pa.types.is_floating(kind) and not pa.types.is_float64(kind):
            return values.astype(kind.to_pandas_dtype()).astype(np.float64)
        return values

    def _of_labels(
        self, column: int, found: tuple[str, ...], points: Floats
    ) -> tuple[tuple[str, ...], pa.Array]:
        """Return the labels in use in order, with a cell of each; recode ``points``."""
        codes = points[:, column]
        used, first = np.unique(codes[~np.isnan(codes)].astype(int), return_index=True)
        where = np.flatnonzero(~np.isnan(codes))[first]
        order = sorted(range(len(used)), key=lambda i: by_name(found[used[i]]))
        place = np.full(len(found) + 1, np.nan)
        place[used[order]] = np.arange(len(order))
        points[:, column] = place[np.where(np.isnan(codes), -1, codes).astype(int)]
        cells = self._columns[column].take(pa.array(where[order]))
        return tuple(found[used[i]] for i in order), cells

    def _column(self, j: int, codes: Floats) -> pa.Array:
        kind, unknown = self._columns[j].type, np.isnan(codes)
        if not self.is_number[j]:
            places = pa.array(
                np.where(unknown, 0, codes).astype(np.int64), mask=unknown
            )
            return self._cells[j].take(places)
        nulls = self._columns[j].null_count > 0 or not pa.types.is_floating(kind)
        return pa.array(codes, mask=unknown if nulls else None).cast(kind, safe=False)

    def _known(self, j: int) -> Floats:
        values = self.points[: self._n_real, j]
        found: Floats = values[np.isfinite(values)]
        return found

    def _spread_of(self, j: int) -> float:
        known = self._known(j)
        if not self.is_number[j] or not len(known):
            return 1.0
        low, high = np.quantile(known, (0.25, 0.75))
        return float(high - low) or float(known.std()) or 1.0

    def _decimals_of(self, j: int) -> int:
        if not self.is_number[j] or pa.types.is_integer(self._columns[j].type):
            return 0
        known = self._known(j)
        grain = 2 * np.finfo(self._columns[j].type.to_pandas_dtype()).eps
        fine = int(np.clip(np.ceil(-np.log10(self.spread[j] * _FINE)), 0, 15))
        for decimals in range(min(fine, _MOST_DECIMALS)):
            close = np.abs(known - np.round(known, decimals))
            if (close <= grain * np.abs(known)).all():
                return decimals
        return fine


def _is_number(column: pa.Array) -> bool:
    kind = column.type
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))
