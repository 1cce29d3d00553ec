"""Gaps between what scores say and what happens, in bins.

Bins are closed on the right, the first on both sides: a confidence of exactly 0.6
belongs to (0.533, 0.6] of fifteen equal bins, as in the paper's own code.

References
----------
C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017). On calibration of modern neural
networks. ICML.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.metrics import Z95, wilson_array
from engine.contracts.results import Metric, ReliabilityBins

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1 << 20
_RESAMPLES = 2000


@dataclass(frozen=True, kw_only=True)
class BinSums:
    """Sums over the rows of each bin, ``(b,)`` float64.

    ``gap`` sums ``w · (score − outcome)``, ``gap_squares`` its squares, ``squares``
    the squared weights.
    """

    weight: NDArray[np.float64]
    score: NDArray[np.float64]
    outcome: NDArray[np.float64]
    squares: NDArray[np.float64]
    gap_squares: NDArray[np.float64]

    @property
    def gap(self) -> NDArray[np.float64]:
        """Summed score minus summed outcome."""
        return self.score - self.outcome


@dataclass(frozen=True, kw_only=True)
class CalibrationError:
    """Expected and maximum calibration error over the same bins."""

    expected: Metric
    maximum: Metric


def top_label(
    truth: NDArray[np.int32], scores: NDArray[np.floating]
) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    """Return the highest score of each row and whether its class is the true one."""
    confidence = np.empty(len(truth), dtype=scores.dtype)
    right = np.empty(len(truth), dtype=bool)
    for start in range(0, len(truth), _BLOCK):
        block = slice(start, start + _BLOCK)
        best = scores[block].argmax(axis=1)
        confidence[block] = scores[block].max(axis=1)
        right[block] = best == truth[block]
    return confidence, right


def bin_sums(
    score: NDArray[np.floating],
    outcome: NDArray[np.bool_],
    weights: NDArray[np.float64] | None,
    edges: NDArray[np.float64],
) -> BinSums:
    """Sum the rows of each bin; scores beyond the edges fall in the outer bins."""
    bins = len(edges) - 1
    sums = np.zeros((5, bins))
    for start in range(0, len(score), _BLOCK):
        block = slice(start, start + _BLOCK)
        said = score[block].astype(np.float64)
        place = np.searchsorted(edges[1:-1], said, side="left")
        happened = outcome[block].astype(np.float64)
        weight = None if weights is None else weights[block]
        gap = said - happened
        if weight is not None:
            said, happened, gap = said * weight, happened * weight, gap * weight
        squares = None if weight is None else weight * weight
        for row, values in enumerate((weight, said, happened, squares, gap * gap)):
            sums[row] += np.bincount(place, weights=values, minlength=bins)
    return BinSums(
        weight=sums[0],
        score=sums[1],
        outcome=sums[2],
        squares=sums[3],
        gap_squares=sums[4],
    )


def calibration_error(
    score: NDArray[np.floating],
    outcome: NDArray[np.bool_],
    weights: NDArray[np.float64] | None,
    bins: int,
    rng: np.random.Generator,
) -> CalibrationError:
    """Return the calibration errors over equal-width bins of [0, 1].

    Parameters
    ----------
    score, outcome
        What was said, ``(n,)``, and whether it happened.
    """
    sums = bin_sums(score, outcome, weights, np.linspace(0.0, 1.0, bins + 1))
    return error_of_bins(sums, rng)


def error_of_bins(sums: BinSums, rng: np.random.Generator) -> CalibrationError:
    """Return the calibration errors of binned rows.

    The interval resamples the gap of every bin from its normal limit and is
    reflected about the estimate (the basic bootstrap), because taking absolute
    values biases a resample upwards once more; it always holds the estimate.

    In a bin where everything happened, or nothing, outcomes do not vary; there they
    vary as Agresti and Coull's, and the upper end lies at least as far above the
    estimate as those bins alone leave open.

    References
    ----------
    A. Agresti, B. A. Coull (1998). Approximate is better than exact for interval
    estimation of binomial proportions. Am. Stat. 52.
    """
    total = float(sums.weight.sum())
    gaps = sums.gap
    value = float(np.abs(gaps).sum()) / total
    share = sums.squares.sum()
    unseen = _unseen_variance(sums)
    spread = np.maximum(sums.gap_squares - gaps**2 / total**2 * share, 0.0)
    spread = np.maximum(spread, unseen)
    drawn = rng.normal(gaps, np.sqrt(spread), size=(_RESAMPLES, len(gaps)))
    errors = np.abs(drawn).sum(axis=1) / total
    lower, upper = np.quantile(errors, [0.025, 0.975])
    above = value + Z95 * math.sqrt(unseen.sum()) / total
    expected = Metric(
        value=value,
        low=min(max(2 * value - float(upper), 0.0), value),
        high=min(max(2 * value - float(lower), above), 1.0),
        interval="bins",
    )
    filled = sums.weight > 0
    largest = float(np.max(np.abs(gaps[filled]) / sums.weight[filled]))
    return CalibrationError(expected=expected, maximum=Metric(value=largest))


def _unseen_variance(sums: BinSums) -> NDArray[np.float64]:
    """Return ``(b,)`` variances of the summed outcomes of bins where all are alike."""
    room = 1e-12 * sums.weight  # weights are summed in two orders
    alike = (sums.outcome <= 0) | (sums.outcome >= sums.weight - room)
    with np.errstate(divide="ignore", invalid="ignore"):
        n = np.where(sums.weight > 0, sums.weight**2 / sums.squares, 0.0)
    other = Z95**2 / 2 / (n + Z95**2)
    return np.where(alike & (n > 0), sums.squares * other * (1 - other), 0.0)


def as_bins(
    strategy: str, edges: NDArray[np.float64], sums: BinSums
) -> ReliabilityBins:
    """Return the points of a reliability diagram with Wilson intervals."""
    with np.errstate(divide="ignore", invalid="ignore"):
        predicted = sums.score / sums.weight
        observed = sums.outcome / sums.weight
        effective = sums.weight**2 / sums.squares
    low, high = wilson_array(observed * effective, effective)
    return ReliabilityBins(
        strategy=strategy,
        edges=edges,
        count=sums.weight,
        predicted=predicted,
        observed=observed,
        low=low,
        high=high,
    )


def quantile_edges(
    score: NDArray[np.floating], weights: NDArray[np.float64] | None, bins: int
) -> NDArray[np.float64]:
    """Return edges of bins of equal mass; equal edges are merged."""
    steps = np.linspace(0.0, 1.0, bins + 1)
    if weights is None:
        edges = np.quantile(score.astype(np.float64), steps)
    else:
        order = np.argsort(score)
        below = np.cumsum(weights[order])
        places = np.searchsorted(below, steps * below[-1], side="left")
        edges = score[order][np.minimum(places, len(score) - 1)].astype(np.float64)
    distinct = np.unique(edges)
    return distinct if len(distinct) > 1 else np.array([distinct[0], distinct[0]])
