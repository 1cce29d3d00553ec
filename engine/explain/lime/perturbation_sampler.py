"""Random rows in the terms of LIME: numbers by quarters, labels as they are.

The rows are drawn column by column from how the values of a population lie, so they
are about no row in particular: what makes them a neighbourhood is the weight they get
by the conditions they share with a row. One draw, and one question to the model, serve
any number of rows.

Ribeiro, Singh and Guestrin (2016), and the tabular sampler of the authors' package,
whose draws are followed number by number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy.special import ndtr, ndtri

from engine.contracts.results import Condition
from engine.explain.subject import cells_as_numbers, whole

if TYPE_CHECKING:
    from numpy.random import RandomState
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]

DRAWS = ("normal", "package", "rows")
_QUARTERS = (25, 50, 75)
_LEAST_SPREAD = 1e-11  # added to every spread, as the package does
_UNSEEN = -1  # a label that the population does not have


class PerturbationSampler:
    """Draws random rows, coded by the conditions they meet.

    Parameters
    ----------
    population
        The model's inputs of the rows whose values count.
    drawn
        How a number is drawn within its quarter: ``normal`` (a normal distribution
        of the quarter's own mean and spread, cut off at its ends), ``package`` (the
        same, but 0 where the quarter holds one value alone, as the authors' package
        has it) or ``rows`` (a value that some row has).

    Attributes
    ----------
    columns
        What is known of each input.
    """

    def __init__(self, population: pa.Table, drawn: str, progress: Progress) -> None:
        self.names: list[str] = population.column_names
        self.columns: list[Numbers | Labels] = []
        for place, column in enumerate(population.columns):
            _, (labels,) = cells_as_numbers(population.select([place]))
            cells = whole(column)
            self.columns.append(Labels(cells) if labels else Numbers(cells, drawn))
            progress.raise_if_cancelled()

    def codes(self, rows: pa.Table) -> Codes:
        """Return ``(n, d)`` conditions that rows meet; -1 for one never drawn."""
        return np.column_stack(
            [
                column.codes_of(whole(cells))
                for cells, column in zip(rows.columns, self.columns, strict=True)
            ]
        )

    def conditions(self, row: pa.Table) -> tuple[Condition, ...]:
        """Return the condition that one row meets in each input."""
        return tuple(
            column.condition(place, whole(cells))
            for place, (cells, column) in enumerate(
                zip(row.columns, self.columns, strict=True)
            )
        )

    def draw(self, n: int, seed: int) -> tuple[Codes, pa.Table]:
        """Return the conditions ``(n, d)`` and the cells of random rows.

        They are what the package draws for ``n + 1`` samples, whose first it replaces
        by the explained row.
        """
        rng = np.random.RandomState(seed)
        drawn = [
            rng.choice(column.kinds, size=n + 1, replace=True, p=column.shares)[1:]
            for column in self.columns
        ]
        cells = [
            column.cells_of(codes, rng)
            for column, codes in zip(self.columns, drawn, strict=True)
        ]
        return np.column_stack(drawn), pa.table(cells, names=self.names)


class Labels:
    """An input with labels; condition ``i`` is to have ``labels[i]``.

    Attributes
    ----------
    labels
        Those that occur, sorted; missing values come after the last.
    kinds, shares
        Conditions that occur, ascending, and the share of the rows that meets each.
    """

    def __init__(self, cells: pa.Array) -> None:
        codes, known = _split(cells)
        occurring = np.unique(codes[~np.isnan(codes)]).astype(np.int64)
        self.labels = tuple(sorted(known[code] for code in occurring.tolist()))
        self.kinds, first, self.shares = _shares(self.codes_of(cells))
        self._cells = cells.take(pa.array(first))

    def codes_of(self, cells: pa.Array) -> Codes:
        """Return the condition that each cell meets."""
        codes, known = _split(cells)
        place = {label: i for i, label in enumerate(self.labels)}
        table = [place.get(label, _UNSEEN) for label in known]
        lookup = np.array([*table, len(self.labels)], dtype=np.int64)
        where = np.where(np.isnan(codes), len(known), codes).astype(np.int64)
        return lookup[where]

    def condition(self, feature: int, cell: pa.Array) -> Condition:
        """Return the condition that a cell meets; its own label if never drawn."""
        (code,), labels = _split(cell)
        if np.isnan(code):
            return Condition(feature=feature, missing=True)
        return Condition(feature=feature, label=labels[int(code)])

    def cells_of(self, codes: Codes, _rng: RandomState) -> pa.Array:
        """Return cells that meet conditions."""
        return self._cells.take(pa.array(np.searchsorted(self.kinds, codes)))


class Numbers:
    """An input with numbers; condition ``i`` is to lie in a quarter.

    Attributes
    ----------
    cuts
        Distinct quartiles: quarter ``i`` lies above ``cuts[i - 1]`` and goes up to
        ``cuts[i]``. Missing values come after the last quarter.
    kinds, shares
        As of :class:`Labels`.
    """

    def __init__(self, cells: pa.Array, drawn: str) -> None:
        values, _ = _split(cells)
        finite = values[np.isfinite(values)]
        self.cuts = (
            np.unique(np.percentile(finite, _QUARTERS)) if len(finite) else finite
        )
        codes = self.codes_of(cells)
        self.kinds, _, self.shares = _shares(codes)
        self._drawn = drawn
        if drawn == "rows":
            self._cells = cells.take(pa.array(np.argsort(codes, kind="stable")))
            self._ends = np.cumsum(np.unique(codes, return_counts=True)[1])
        else:
            self._quarters = _Quarters(values, codes, self.cuts)

    def codes_of(self, cells: pa.Array) -> Codes:
        """Return the condition that each cell meets."""
        values, _ = _split(cells)
        codes = np.searchsorted(self.cuts, values).astype(np.int64)
        codes[np.isnan(values)] = len(self.cuts) + 1
        return codes

    def condition(self, feature: int, cell: pa.Array) -> Condition:
        """Return the condition that a cell meets."""
        code, cuts = int(self.codes_of(cell)[0]), self.cuts
        if code > len(cuts):
            return Condition(feature=feature, missing=True)
        return Condition(
            feature=feature,
            low=float(cuts[code - 1]) if code > 0 else None,
            high=float(cuts[code]) if code < len(cuts) else None,
        )

    def cells_of(self, codes: Codes, rng: RandomState) -> pa.Array:
        """Return cells that meet conditions."""
        if self._drawn == "rows":
            place = np.searchsorted(self.kinds, codes)
            start = np.append(0, self._ends)[place]
            size = self._ends[place] - start
            some = start + (rng.uniform(size=len(codes)) * size).astype(np.int64)
            return self._cells.take(pa.array(some))
        known = codes <= len(self.cuts)
        values = np.full(len(codes), np.nan)
        values[known] = self._quarters.draw(
            codes[known], rng, of_one_value=0.0 if self._drawn == "package" else None
        )
        return pa.array(values, mask=~known)


class _Quarters:
    """Normal distributions that end where their quarters end."""

    def __init__(self, values: Floats, codes: Codes, cuts: Floats) -> None:
        n = len(cuts) + 1
        finite = np.isfinite(values)
        self._means, self._spreads = np.zeros(n), np.full(n, _LEAST_SPREAD)
        for code in range(n):
            own = values[finite & (codes == code)]
            if len(own):
                self._means[code] = own.mean()
                self._spreads[code] += own.std()
        outer = (values[finite].min(), values[finite].max()) if finite.any() else (0, 0)
        ends = np.array([outer[0], *cuts, outer[1]], dtype=np.float64)
        self._low = (ends[:-1] - self._means) / self._spreads
        self._high = (ends[1:] - self._means) / self._spreads

    def draw(
        self, codes: Codes, rng: RandomState, of_one_value: float | None
    ) -> Floats:
        """Return a number of each quarter asked for; its one value if it has no width.

        ``of_one_value`` is returned instead of that value, where given.
        """
        wide = self._low[codes] != self._high[codes]
        values = self._means[codes]
        if of_one_value is not None:
            values[~wide] = of_one_value
        own = codes[wide]
        away = _cut_off_normal(
            rng.uniform(size=len(own)), self._low[own], self._high[own]
        )
        values[wide] = away * self._spreads[own] + self._means[own]
        return values


def _cut_off_normal(share: Floats, low: Floats, high: Floats) -> Floats:
    """Return quantiles of a standard normal cut off at ``low`` ≤ 0 and ``high``."""
    below = ndtr(low)
    found: Floats = ndtri(below + share * (ndtr(high) - below))
    return np.clip(found, low, high)


def _split(cells: pa.Array) -> tuple[Floats, tuple[str, ...]]:
    numbers, (labels,) = cells_as_numbers(pa.table({"": cells}))
    return numbers[:, 0], labels


def _shares(codes: Codes) -> tuple[Codes, NDArray[np.intp], Floats]:
    """Return which codes occur, where each does first, and how often."""
    kinds, first, counts = np.unique(codes, return_index=True, return_counts=True)
    return kinds, first, counts / len(codes)
