"""How sure a figure is: 95 % intervals that cost little at any number of rows.

Proportions get Wilson's interval (:mod:`engine.contracts.metrics`), means Student's.
Smooth functions of the weighted rows get the infinitesimal jackknife: the variance
is the sum over rows of the squared derivative of the figure by the row's weight,
which one pass over sorted scores yields; it is taken on a scale (logit, log) on
which the figure is unbounded. Tables of counts are resampled as what they are, a
multinomial over cells, which is the row bootstrap at a cost that does not grow
with the rows.

References
----------
L. A. Jaeckel (1972). The infinitesimal jackknife. Bell Labs memorandum.
B. Efron (1982). The Jackknife, the Bootstrap and Other Resampling Plans. SIAM.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from engine.contracts.dataset import Note
from engine.contracts.metrics import Z95, Rate, wilson
from engine.contracts.results import Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from engine.contracts.errors import Param
    from engine.contracts.progress import Progress

_ROUNDING = 1e-12  # of a mean: a smaller error is that of the sum itself
_DRAWS = 4_000_000  # cells drawn at once: bounds the memory of the bootstrap


def undefined(code: str, **params: Param) -> Metric:
    """Return a metric without a value, and why."""
    return Metric(value=None, why=Note(code=code, params=params))


def of_rate(rate: Rate | None, why: str) -> Metric:
    """Return a proportion as a metric; ``why`` is its reason to be undefined."""
    if rate is None:
        return undefined(why)
    return Metric(value=rate.value, low=rate.low, high=rate.high, interval="wilson")


def effective_rows(weights: NDArray[np.float64] | None, n: int) -> float:
    """Return Kish's effective number of rows."""
    if weights is None:
        return float(n)
    return float(weights.sum()) ** 2 / float(np.dot(weights, weights))


def of_mean(
    values: NDArray[np.floating],
    weights: NDArray[np.float64] | None,
    value: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Metric:
    """Return a (weighted) mean with Student's interval.

    Where all numbers are the same, they tell nothing of how they vary: a mean at the
    lower of two bounds then has the upper end of Wilson's interval, which holds for
    whatever lies between the bounds; any other has none.

    Parameters
    ----------
    values
        One number a row, ``(n,)``.
    value
        The mean where it is already known (else computed).
    at_least, at_most
        Bounds that no number can cross.
    """
    mean = float(np.average(values, weights=weights))
    shown = mean if value is None else value
    if not math.isfinite(shown):
        return undefined("evaluate.not_finite")
    n = effective_rows(weights, len(values))
    if n <= 1:
        return Metric(value=shown, why=Note(code="evaluate.one_row"))
    with np.errstate(over="ignore"):
        spread = float(np.average((values - mean) ** 2, weights=weights))
    error = math.sqrt(spread / (n - 1))
    if error <= _ROUNDING * abs(mean):
        if at_least is not None and at_most is not None and shown <= at_least:
            high = at_least + (at_most - at_least) * wilson(0, n)[1]
            return Metric(value=shown, low=at_least, high=high, interval="wilson")
        return Metric(value=shown, why=Note(code="evaluate.no_variation"))
    reach = float(stats.t.ppf(0.975, n - 1)) * error
    if not math.isfinite(reach):
        return Metric(value=shown, why=Note(code="evaluate.not_finite"))
    low = shown - reach if at_least is None else max(shown - reach, at_least)
    high = shown + reach if at_most is None else min(shown + reach, at_most)
    return Metric(value=shown, low=low, high=high, interval="t")


def on_logit(value: float, variance: float, n: float, method: str) -> Metric:
    """Return a figure of [0, 1] with a normal interval on the logit scale.

    Parameters
    ----------
    variance
        Variance of ``value``.
    n
        Rows of the smaller class: where every resample gives the same figure (a
        perfect ranking), Wilson's interval of that many trials is the honest one.
    """
    if n < 1:
        return Metric(value=value, why=Note(code="evaluate.no_variation"))
    if not 0 < value < 1 or variance <= 0:
        low, high = wilson(min(max(value, 0.0), 1.0) * n, n)
        return Metric(value=value, low=low, high=high, interval="wilson")
    centre = math.log(value / (1 - value))
    reach = Z95 * math.sqrt(variance) / (value * (1 - value))
    low, high = (
        1 / (1 + math.exp(-min(max(e, -700), 700)))
        for e in (centre - reach, centre + reach)
    )
    return Metric(value=value, low=low, high=high, interval=method)


def on_log(value: float, influence: float, degrees: float) -> tuple[float, float]:
    """Return the interval of a positive figure whose logarithm has that deviation.

    Parameters
    ----------
    influence
        Standard error of ``log(value)``.
    degrees
        Degrees of freedom of Student's distribution.
    """
    reach = min(float(stats.t.ppf(0.975, max(degrees, 1.0))) * influence, 700.0)
    return value * math.exp(-reach), value * math.exp(reach)


def of_median(
    values: NDArray[np.floating], weights: NDArray[np.float64] | None, value: float
) -> Metric:
    """Return a median with the interval between two order statistics.

    Free of any assumption on the distribution (Woodruff, 1952, under weights).

    References
    ----------
    R. S. Woodruff (1952). Confidence intervals for medians and other position
    measures. J. Am. Stat. Assoc. 47.
    """
    if not math.isfinite(value):
        return undefined("evaluate.not_finite")
    n = effective_rows(weights, len(values))
    reach = Z95 * 0.5 / math.sqrt(n)
    if 0.5 - reach <= 0:
        return Metric(value=value, why=Note(code="evaluate.few_rows"))
    if weights is None:
        ends = np.clip(
            [math.floor(n * (0.5 - reach)) - 1, math.ceil(n * (0.5 + reach))],
            0,
            len(values) - 1,
        ).astype(np.int64)
        found = np.partition(values, ends)[ends]
    else:
        order = np.argsort(values)
        below = np.cumsum(weights[order])
        places = np.searchsorted(below / below[-1], [0.5 - reach, 0.5 + reach])
        found = values[order][np.minimum(places, len(values) - 1)]
    low, high = min(float(found[0]), value), max(float(found[1]), value)
    if low == high:
        return Metric(value=value, why=Note(code="evaluate.no_variation"))
    return Metric(value=value, low=low, high=high, interval="order")


class CellBootstrap:
    """Resamples of a confusion matrix, as its margins and diagonal.

    Resamples of a class without errors have none either. The smallest such class
    therefore gets one wrong row, spread over the other classes, and the smallest that
    is never found a right one: 97.5 % of the resamples then have 3 of them at most,
    which is the exact upper end of 0 of n rows.

    Parameters
    ----------
    table
        ``(k, k)`` weighted counts.
    effective
        Effective rows per unit of weight.
    resamples
        Wanted number; large tables get fewer, at least 200.
    """

    def __init__(
        self, table: NDArray[np.float64], effective: float, resamples: int
    ) -> None:
        self._k = len(table)
        self._n = max(round(float(table.sum()) * effective), 1)
        table = _never_certain(table, effective)
        self._row, self._column = np.nonzero(table)
        mass = table[self._row, self._column]
        self._share = mass / mass.sum()
        cells = len(mass)
        self.resamples = int(min(resamples, max(200, 40_000_000 // cells)))
        self._block = max(1, min(self.resamples, _DRAWS // cells))

    def run(
        self,
        figures: Callable[..., dict[str, NDArray[np.float64]]],
        rng: np.random.Generator,
        progress: Progress,
    ) -> dict[str, tuple[float, float]]:
        """Return the percentile interval of each figure.

        Parameters
        ----------
        figures
            Takes ``(diagonal, rows, columns)``, each ``(b, k)``, and returns each
            figure as ``(b,)``, ``nan`` where undefined.
        """
        drawn: dict[str, list[NDArray[np.float64]]] = {}
        for diagonal, rows, columns in self._resampled(rng):
            progress.raise_if_cancelled()
            for name, values in figures(diagonal, rows, columns).items():
                drawn.setdefault(name, []).append(values)
        ends = {}
        for name, parts in drawn.items():
            values = np.concatenate(parts)
            values = values[~np.isnan(values)]
            if len(values) and np.ptp(values) > 0:
                low, high = np.quantile(values, [0.025, 0.975])
                ends[name] = (float(low), float(high))
        return ends

    def _resampled(
        self, rng: np.random.Generator
    ) -> Iterator[tuple[NDArray[np.float64], ...]]:
        on_diagonal = np.flatnonzero(self._row == self._column)
        by_column = np.argsort(self._column, kind="stable")
        for start in range(0, self.resamples, self._block):
            size = min(self._block, self.resamples - start)
            cells = rng.multinomial(self._n, self._share, size=size).astype(np.float64)
            diagonal = np.zeros((size, self._k))
            diagonal[:, self._row[on_diagonal]] = cells[:, on_diagonal]
            yield (
                diagonal,
                self._summed(cells, self._row),
                self._summed(cells[:, by_column], self._column[by_column]),
            )

    def _summed(
        self, cells: NDArray[np.float64], label: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        starts = np.flatnonzero(np.diff(label, prepend=-1))
        total = np.zeros((len(cells), self._k))
        total[:, label[starts]] = np.add.reduceat(cells, starts, axis=1)
        return total


def _never_certain(table: NDArray[np.float64], effective: float) -> NDArray[np.float64]:
    """Return a table in which some row is wrong and some is right."""
    found = table.copy()
    rows, right = table.sum(axis=1), np.diag(table)
    known = rows > 0
    perfect = np.flatnonzero(known & (rows - right <= _ROUNDING * rows))
    if len(perfect) and len(table) > 1:
        smallest = perfect[np.argmin(rows[perfect])]
        others = np.arange(len(table)) != smallest
        if (known & others).any():
            others &= known
        found[smallest, others] += 1 / effective / others.sum()
    missed = np.flatnonzero(known & (right <= 0))
    if len(missed):
        smallest = missed[np.argmin(rows[missed])]
        found[smallest, smallest] += 1 / effective
    return found
