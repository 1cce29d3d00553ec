"""Rates and their intervals from counts, pure numpy.

The window calls these on every move of a threshold or a brush and the engine
calls them for its results, so that a figure is the same wherever it is shown.
Under row weights an interval is that of Kish's effective number of rows,
``(Σw)² / Σw²``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Z95 = 1.959963984540054


def wilson(
    successes: float, trials: float, effective: float = 1.0
) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a proportion.

    Parameters
    ----------
    successes, trials
        (Weighted) counts; ``trials`` must be positive.
    effective
        Effective rows per unit of weight: ``n_eff / Σw``, 1 without weights.

    References
    ----------
    E. B. Wilson (1927). Probable inference, the law of succession, and
    statistical inference. J. Am. Stat. Assoc. 22.

    Examples
    --------
    >>> low, high = wilson(191, 361)
    >>> round(low, 3), round(high, 3)
    (0.478, 0.58)
    """
    rate = successes / trials
    n = trials * effective
    middle = rate + Z95**2 / (2 * n)
    reach = Z95 * math.sqrt(max(rate * (1 - rate), 0.0) / n + (Z95 / (2 * n)) ** 2)
    scale = 1 + Z95**2 / n
    low, high = (middle - reach) / scale, (middle + reach) / scale
    return min(max(low, 0.0), rate), max(min(high, 1.0), rate)


def wilson_array(
    successes: NDArray[np.float64], trials: NDArray[np.float64], effective: float = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return :func:`wilson` for arrays; ``nan`` where there are no trials."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = successes / trials
        n = trials * effective
        middle = rate + Z95**2 / (2 * n)
        spread = np.maximum(rate * (1 - rate), 0.0) / n + (Z95 / (2 * n)) ** 2
        reach = Z95 * np.sqrt(spread)
        scale = 1 + Z95**2 / n
        low = np.minimum(np.maximum((middle - reach) / scale, 0.0), rate)
        high = np.maximum(np.minimum((middle + reach) / scale, 1.0), rate)
    return low, high


def effective_share(weights: NDArray[np.float64] | None) -> float:
    """Return effective rows per unit of weight, ``Σw / Σw²`` (1 without weights).

    References
    ----------
    L. Kish (1965). Survey Sampling. Wiley.
    """
    if weights is None:
        return 1.0
    squares = float(np.dot(weights, weights))
    return float(weights.sum()) / squares if squares > 0 else 1.0


class Rate(tuple[float, float, float]):
    """A rate with its 95 % interval: ``(value, low, high)``."""

    __slots__ = ()

    @property
    def value(self) -> float:
        """The rate."""
        return self[0]

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self[1]

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self[2]


def rate(successes: float, trials: float, effective: float = 1.0) -> Rate | None:
    """Return a rate with its Wilson interval, ``None`` where there are no trials."""
    if trials <= 0:
        return None
    return Rate((successes / trials, *wilson(successes, trials, effective)))


def risk_ratio(
    errors: float, n: float, other_errors: float, other_n: float
) -> Rate | None:
    """Return how many times as often errors happen here as elsewhere.

    The interval is on the log scale. Without errors here the ratio is 0, and its
    upper end is that of half an error on either side. Where a side is wrong about
    every row, the scale sees no variation in it; its rate then varies as Agresti and
    Coull's does. ``None`` where either side is empty or there are no errors
    elsewhere.

    References
    ----------
    D. Katz, J. Baptista, S. P. Azen, M. C. Pike (1978). Obtaining confidence
    intervals for the risk ratio in cohort studies. Biometrics 34.
    A. Agresti, B. A. Coull (1998). Approximate is better than exact for interval
    estimation of binomial proportions. Am. Stat. 52.

    Examples
    --------
    >>> [round(end, 2) for end in risk_ratio(20, 100, 10, 100)]
    [2.0, 0.99, 4.05]
    """
    if n <= 0 or other_n <= 0 or other_errors <= 0:
        return None
    if errors <= 0:
        half, other = 0.5, other_errors + 0.5
        spread = math.sqrt(1 / half - 1 / (n + 0.5) + 1 / other - 1 / (other_n + 0.5))
        highest = half / (n + 0.5) / (other / (other_n + 0.5))
        return Rate((0.0, 0.0, highest * math.exp(Z95 * spread)))
    ratio = errors / n / (other_errors / other_n)
    spread = _log_variance(errors, n) + _log_variance(other_errors, other_n)
    reach = math.exp(min(Z95 * math.sqrt(spread), 700))
    return Rate((ratio, ratio / reach, ratio * reach))


def _log_variance(errors: float, n: float) -> float:
    """Return the variance of the logarithm of a rate above 0."""
    if errors >= n:
        errors, n = errors + Z95**2 / 2, n + Z95**2
    return 1 / errors - 1 / n


def metrics_at(
    tp: float, fp: float, fn: float, tn: float, effective: float = 1.0
) -> dict[str, Rate | None]:
    """Return what one threshold brings.

    Proportions carry Wilson intervals. F1 is ``2u / (1 + u)`` of a proportion
    ``u``, Jaccard's index, whose Wilson interval is carried over. The averages and
    coefficients over both classes carry the delta method's interval for four
    multinomial cells. It is blind to a cell that happens to be empty: there a row is
    added to each cell of the classes that have rows, as Agresti and Caffo do for
    differences of proportions, so that 0 errors of n rows are no certainty.

    Returns
    -------
    dict
        ``accuracy``, ``precision``, ``recall``, ``specificity``,
        ``false_positive_rate``, ``false_negative_rate``,
        ``negative_predictive_value``, ``f1``, ``alarm_rate`` (share decided
        positive), ``balanced_accuracy``, ``precision_macro``, ``recall_macro``,
        ``f1_macro``, ``matthews_corrcoef`` and ``cohen_kappa``; ``None`` where
        undefined.

    References
    ----------
    A. Agresti, B. Caffo (2000). Simple and effective confidence intervals for
    proportions and differences of proportions result from adding two successes and
    two failures. Am. Stat. 54.
    """
    total = tp + fp + fn + tn
    return _rates(tp, fp, fn, tn, effective) | _both(
        (tp, fp, fn, tn), total * effective
    )


def _rates(
    tp: float, fp: float, fn: float, tn: float, effective: float
) -> dict[str, Rate | None]:
    total = tp + fp + fn + tn
    return {
        "accuracy": rate(tp + tn, total, effective),
        "precision": rate(tp, tp + fp, effective),
        "recall": rate(tp, tp + fn, effective),
        "specificity": rate(tn, tn + fp, effective),
        "false_positive_rate": rate(fp, tn + fp, effective),
        "false_negative_rate": rate(fn, tp + fn, effective),
        "negative_predictive_value": rate(tn, tn + fn, effective),
        "f1": _f1(tp, fp + fn, effective),
        "alarm_rate": rate(tp + fp, total, effective),
    }


_BOTH = (
    "balanced_accuracy",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "matthews_corrcoef",
    "cohen_kappa",
)
_STEP = 1e-6


def _both(cells: tuple[float, ...], n: float) -> dict[str, Rate | None]:
    """Return the figures over both classes; ``n`` is the effective number of rows."""
    total = sum(cells)
    if total <= 0:
        return dict.fromkeys(_BOTH)
    here = figures_of_both(*cells)
    ends = _delta_ends(_without_empty_cells(cells, n), n)
    return {
        name: None
        if math.isnan(value)
        else Rate((value, min(low, value), max(high, value)))
        for name, value, (low, high) in zip(_BOTH, here, ends, strict=True)
    }


def _without_empty_cells(cells: tuple[float, ...], n: float) -> list[float]:
    """Return the shares of ``(tp, fp, fn, tn)``, a row added to each if one is empty.

    Parameters
    ----------
    n
        Effective number of rows.
    """
    tp, fp, fn, tn = cells
    total = sum(cells)
    present = (tp + fn > 0, tn + fp > 0, tp + fn > 0, tn + fp > 0)
    empty = any(there and cell <= 0 for cell, there in zip(cells, present, strict=True))
    more = [float(there and empty) for there in present]
    added = [cell / total * n + one for cell, one in zip(cells, more, strict=True)]
    return [cell / sum(added) for cell in added]


def _delta_ends(shares: list[float], n: float) -> list[tuple[float, float]]:
    """Return the ends of the delta method's intervals of the figures over both."""
    here = figures_of_both(*shares)
    spread = [0.0] * len(here)
    for place, share in enumerate(shares):
        if share == 0:
            continue
        step = _STEP * share
        moved = [
            figures_of_both(
                *(s + sign * step * (i == place) for i, s in enumerate(shares))
            )
            for sign in (1, -1)
        ]
        for which, (up, down) in enumerate(zip(*moved, strict=True)):
            spread[which] += share * ((up - down) / (2 * step)) ** 2
    found = []
    for name, value, square in zip(_BOTH, here, spread, strict=True):
        least = -1.0 if name in _BOTH[-2:] else 0.0
        reach = Z95 * math.sqrt(square / n)
        found.append((max(value - reach, least), min(value + reach, 1.0)))
    return found


def figures_of_both(tp: float, fp: float, fn: float, tn: float) -> tuple[float, ...]:
    """Return the figures named in :func:`metrics_at` that concern both classes.

    Balanced accuracy runs over the classes with true rows, macro averages over
    those in truth or answer with undefined terms counting 0, as in scikit-learn.
    ``nan`` where undefined.
    """
    total, right = tp + fp + fn + tn, tp + tn
    sides = ((tp, tp + fn, tp + fp), (tn, tn + fp, tn + fn))
    true = [(hit, rows) for hit, rows, _ in sides if rows > 0]
    present = [side for side in sides if side[1] + side[2] > 0]
    m = len(present)
    by_chance = sum(rows * called for _, rows, called in sides)
    product = (tp + fn) * (tn + fp) * (tp + fp) * (tn + fn)
    beyond = total - by_chance / total
    return (
        sum(hit / rows for hit, rows in true) / len(true),
        sum(hit / called for hit, _, called in present if called > 0) / m,
        sum(hit / rows for hit, rows, _ in present if rows > 0) / m,
        sum(2 * hit / (rows + called) for hit, rows, called in present) / m,
        (tp * tn - fp * fn) / math.sqrt(product) if product > 0 else math.nan,
        1.0 - (total - right) / beyond if m > 1 and beyond > 0 else math.nan,
    )


def _f1(tp: float, wrong: float, effective: float) -> Rate | None:
    jaccard = rate(tp, tp + wrong, effective)
    if jaccard is None:
        return None
    ends = (2 * u / (1 + u) for u in (jaccard.low, jaccard.high))
    return Rate((2 * tp / (2 * tp + wrong), *ends))
