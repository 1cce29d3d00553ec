"""How predictions of a number miss: the metrics and the residual pictures."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.model import Task
from engine.contracts.results import Metric, Residuals
from engine.evaluate.calibration_error import quantile_edges
from engine.evaluate.intervals import (
    effective_rows,
    of_mean,
    of_median,
    on_log,
    undefined,
)
from engine.evaluate.sample import provenance, take, unsupported

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress

NAMES = (
    "mean_absolute_error",
    "root_mean_squared_error",
    "median_absolute_error",
    "r2",
    "mean_error",
)
_BLOCK = 1 << 20


class ResidualsParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the residual pictures: cells a side, points of the trend."""

    bins: int = 64
    trend: int = 20


class ResidualsAnalysis:
    """Predicted against actual, residuals against predicted, and their trend."""

    id = "residuals"
    title = mark("Residuals")
    Params = ResidualsParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why there are no residuals, or ``None``."""
        return unsupported(facts, (Task.REGRESSION,))

    def run(
        self, inputs: Inputs, params: ResidualsParams, progress: Progress
    ) -> Residuals:
        """Compute the metrics and bin the rows.

        Raises
        ------
        EngineError
            ``evaluate.too_far_apart`` if the values span more than can be drawn.
        """
        started = time.perf_counter()
        progress.advance(0, 4, "evaluate.probabilities")
        sample = take(inputs)
        truth = np.asarray(sample.truth, dtype=np.float64)
        predicted = np.asarray(sample.decided, dtype=np.float64)
        low = min(float(truth.min()), float(predicted.min()))
        high = max(float(truth.max()), float(predicted.max()))
        if not math.isfinite(high - low):
            raise EngineError("evaluate.too_far_apart", low=low, high=high)
        residual = truth - predicted
        found = evaluate(truth, predicted, sample.weights)
        progress.advance(1, 4, "evaluate.counting")
        progress.raise_if_cancelled()
        edges = _edges(low, high, params.bins)
        beyond = _edges(float(residual.min()), float(residual.max()), params.bins)
        weights = sample.weights
        density = _density(predicted, truth, edges, edges, weights, progress)
        progress.advance(2, 4, "evaluate.counting")
        residual_density = _density(
            predicted, residual, edges, beyond, weights, progress
        )
        progress.advance(3, 4, "evaluate.counting")
        trend = _trend(predicted, residual, weights, params.trend)
        return Residuals(
            density=density,
            x_edges=edges,
            y_edges=edges,
            residual_density=residual_density,
            residual_edges=beyond,
            trend_x=trend[0],
            trend_mean=trend[1],
            trend_low=trend[2],
            trend_high=trend[3],
            histogram_edges=beyond,
            histogram=residual_density.sum(axis=0),
            metrics=found,
            weighted=weights is not None,
            skipped_rows=sample.skipped,
            notes=sample.notes(),
            provenance=provenance(inputs, sample, params, started, "binned"),
        )


def evaluate(
    truth: NDArray[np.float64],
    predicted: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
) -> dict[str, Metric]:
    """Return every metric in the order of :data:`NAMES`.

    ``mean_error`` is the mean of prediction − truth: positive where the model
    says too much. The intervals of RMSE and R² are the jackknife's on the
    logarithm of the squared error and of ``1 − R²``.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        error = predicted - truth
        size = np.abs(error)
        squares = error * error
        median = _median(size, weights)
        return {
            "mean_absolute_error": of_mean(size, weights, at_least=0.0),
            "root_mean_squared_error": _root(squares, weights),
            "median_absolute_error": of_median(size, weights, median),
            "r2": _determination(squares, truth, weights),
            "mean_error": of_mean(error, weights),
        }


def _median(size: NDArray[np.float64], weights: NDArray[np.float64] | None) -> float:
    if weights is None:
        return float(np.median(size))
    from sklearn.metrics import median_absolute_error  # noqa: PLC0415 - slow import

    return float(
        median_absolute_error(np.zeros_like(size), size, sample_weight=weights)
    )


def _root(squares: NDArray[np.float64], weights: NDArray[np.float64] | None) -> Metric:
    mean = float(np.average(squares, weights=weights))
    if not math.isfinite(mean):
        return undefined("evaluate.not_finite")
    value = math.sqrt(mean)
    n = effective_rows(weights, len(squares))
    if n <= 1 or value == 0:
        return Metric(value=value, why=Note(code="evaluate.no_variation"))
    deviation = _spread(squares / mean - 1.0, weights)
    low, high = on_log(value, 0.5 * deviation / math.sqrt(n - 1), n - 1)
    return Metric(value=value, low=low, high=high, interval="jackknife")


def _determination(
    squares: NDArray[np.float64],
    truth: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
) -> Metric:
    centred = truth - np.average(truth, weights=weights)
    around = centred * centred
    unexplained = float(np.average(squares, weights=weights))
    total = float(np.average(around, weights=weights))
    if not (math.isfinite(unexplained) and math.isfinite(total)):
        return undefined("evaluate.not_finite")
    if total <= 0 or len(truth) < 2:
        return undefined("evaluate.constant_target")
    ratio = unexplained / total
    n = effective_rows(weights, len(truth))
    if ratio == 0 or n <= 1:
        return Metric(value=1.0 - ratio, why=Note(code="evaluate.no_variation"))
    deviation = _spread(squares / unexplained - around / total, weights)
    low, high = on_log(ratio, deviation / math.sqrt(n - 1), n - 1)
    return Metric(value=1.0 - ratio, low=1 - high, high=1 - low, interval="jackknife")


def _spread(
    influence: NDArray[np.float64], weights: NDArray[np.float64] | None
) -> float:
    """Return the root mean square of influences whose mean is zero."""
    return math.sqrt(float(np.average(influence * influence, weights=weights)))


def _edges(low: float, high: float, bins: int) -> NDArray[np.float64]:
    if not high > low:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1)


def _cells(
    values: NDArray[np.float64], edges: NDArray[np.float64]
) -> NDArray[np.int64]:
    bins = len(edges) - 1
    scale = bins / (float(edges[-1]) / 2 - float(edges[0]) / 2) / 2
    place = ((values - edges[0]) * scale).astype(np.int64)
    inside: NDArray[np.int64] = np.clip(place, 0, bins - 1)
    return inside


def _density(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    x_edges: NDArray[np.float64],
    y_edges: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
    progress: Progress,
) -> NDArray[np.float64]:
    width = len(y_edges) - 1
    cells = (len(x_edges) - 1) * width
    total = np.zeros(cells)
    for start in range(0, len(x), _BLOCK):
        progress.raise_if_cancelled()
        block = slice(start, start + _BLOCK)
        place = _cells(x[block], x_edges) * width + _cells(y[block], y_edges)
        weight = None if weights is None else weights[block]
        total += np.bincount(place, weights=weight, minlength=cells)
    return total.reshape(-1, width)


def _trend(
    predicted: NDArray[np.float64],
    residual: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
    points: int,
) -> tuple[NDArray[np.float64], ...]:
    """Mean residual in bins of equal mass of the prediction, with 95 % intervals."""
    edges = quantile_edges(predicted, weights, points)
    place = np.searchsorted(edges[1:-1], predicted, side="left")
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=len(edges) - 1))
    found = []
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        rows = order[start:end]
        weight = None if weights is None else weights[rows]
        if len(rows) == 0 or (weight is not None and weight.sum() <= 0):
            continue
        mean = of_mean(residual[rows], weight)
        middle = float(np.average(predicted[rows], weights=weight))
        value = math.nan if mean.value is None else mean.value
        low = math.nan if mean.low is None else mean.low
        high = math.nan if mean.high is None else mean.high
        found.append((middle, value, low, high))
    return tuple(np.array(found, dtype=np.float64).T)
