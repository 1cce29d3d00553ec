"""One metric of many answers to the same rows, and the pull of every row on it.

The values are those of :mod:`engine.evaluate.classification` and
:mod:`engine.evaluate.regression`, without their intervals: who compares hundreds of
answers to the same rows wants a number each, and for an interval of differences the
derivative of the metric by each row's weight. What nothing defines (the precision of
no alarm) counts 0, as in scikit-learn.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine.contracts.counts import counts
from engine.contracts.errors import EngineError
from engine.contracts.model import Task
from engine.evaluate import ranking
from engine.evaluate.classification import (
    brier_losses,
    full_scores,
    log_losses,
    table_figures,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.evaluate.sample import Sample

    Floats = NDArray[np.float64]

CLASSIFICATION = (
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier_score",
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "matthews_corrcoef",
    "cohen_kappa",
    "cost",
)
REGRESSION = (
    "r2",
    "mean_absolute_error",
    "root_mean_squared_error",
    "median_absolute_error",
)
LOWER_IS_BETTER = frozenset(
    {
        "log_loss",
        "brier_score",
        "cost",
        "mean_absolute_error",
        "root_mean_squared_error",
        "median_absolute_error",
    }
)
_OF_ONE_CLASS = ("precision", "recall", "f1", "cost")
_RANKED = ("roc_auc", "average_precision")
_PROPER = ("log_loss", "brier_score")
_STEP = 1e-6
_MOST_CELLS = 4096  # of a table whose derivatives are taken one cell at a time


class Scored(NamedTuple):
    """A metric's value, and each row's weight times its derivative by that weight.

    ``influence`` sums to zero; ``None`` where it is not known.
    """

    value: float
    influence: Floats | None


def metric_names(sample: Sample) -> tuple[str, ...]:
    """Return the metrics that fit a sample, the one taken by default first."""
    if sample.task is Task.REGRESSION:
        return REGRESSION
    names = [n for n in CLASSIFICATION if sample.scored or n not in _RANKED]
    if not sample.probabilities:
        names = [n for n in names if n not in _PROPER]
    if sample.task is not Task.BINARY:
        names = [n for n in names if n not in _OF_ONE_CLASS]
    return tuple(names)


class Scorer:
    """Computes one metric of any answers to the rows of a sample.

    Parameters
    ----------
    name
        One of :func:`metric_names`.
    costs
        Of one false alarm and one miss.

    Raises
    ------
    EngineError
        ``evaluate.unknown_metric``, or why the metric is undefined on these rows.
    """

    def __init__(
        self, name: str, sample: Sample, costs: tuple[float, float] = (1.0, 1.0)
    ) -> None:
        known = metric_names(sample)
        if name not in known:
            raise EngineError("evaluate.unknown_metric", name=name, choices=known)
        self.name = name
        self._sample, self._costs = sample, costs
        _check(name, sample)

    def score(
        self, scores: NDArray[np.floating], decided: NDArray[Any], progress: Progress
    ) -> Scored:
        """Return the metric of ``(n, k)`` scores and ``(n,)`` decisions."""
        sample = replace(self._sample, scores=scores, decided=decided)
        if self.name in _RANKED:
            return _ranked(self.name, sample, progress)
        if sample.task is Task.REGRESSION:
            return _of_numbers(self.name, sample)
        losses = self._losses(sample)
        if losses is not None:
            return _mean(losses, sample.weights)
        return _of_table(self.name, sample)

    def _losses(self, sample: Sample) -> Floats | None:
        """Return what the metric is the mean of, if it is a mean."""
        if self.name == "accuracy":
            right: NDArray[np.float64] = (sample.decided == sample.truth) * 1.0
            return right
        if self.name == "log_loss":
            return log_losses(sample.truth, full_scores(sample)).astype(np.float64)
        if self.name == "brier_score":
            scores = full_scores(sample)
            scale = 0.5 if scores.shape[1] == 2 else 1.0
            return brier_losses(sample.truth, scores).astype(np.float64) * scale
        if self.name == "cost":
            alarm = sample.decided == sample.positive
            wrong = sample.decided != sample.truth
            costs: NDArray[np.float64] = np.where(alarm, *self._costs) * wrong
            return costs
        return None


def _check(name: str, sample: Sample) -> None:
    if sample.task is Task.REGRESSION:
        truth = np.asarray(sample.truth, dtype=np.float64)
        if name == "r2" and not np.ptp(truth) > 0:
            raise EngineError("evaluate.constant_target")
        return
    k = len(sample.classes)
    present = np.bincount(sample.truth, weights=sample.weights, minlength=k)
    if sample.task is Task.BINARY:
        needs_both = name == "roc_auc"
        if present[sample.positive] <= 0 and (
            needs_both or name in ("average_precision", "precision", "recall", "f1")
        ):
            raise EngineError("evaluate.no_positives")
        if needs_both and present[1 - sample.positive] <= 0:
            raise EngineError("evaluate.no_negatives")
    elif name in _RANKED and not present.all():
        absent = zip(sample.classes, present, strict=True)
        raise EngineError(
            "evaluate.classes_without_rows",
            classes=tuple(label for label, n in absent if n <= 0),
        )


def _mean(losses: Floats, weights: Floats | None) -> Scored:
    value = float(np.average(losses, weights=weights))
    apart = losses - value
    if weights is None:
        return Scored(value, apart / len(losses))
    return Scored(value, apart * weights / weights.sum())


def _of_numbers(name: str, sample: Sample) -> Scored:
    truth = np.asarray(sample.truth, dtype=np.float64)
    error = np.asarray(sample.decided, dtype=np.float64) - truth
    weights = sample.weights
    if name == "mean_absolute_error":
        return _mean(np.abs(error), weights)
    if name == "median_absolute_error":
        if weights is None:
            return Scored(float(np.median(np.abs(error))), None)
        from sklearn.metrics import median_absolute_error  # noqa: PLC0415 - slow

        nothing = np.zeros_like(error)
        return Scored(
            float(median_absolute_error(nothing, error, sample_weight=weights)), None
        )
    squares = _mean(error * error, weights)
    pull = squares.influence
    assert pull is not None
    if name == "root_mean_squared_error":
        root = math.sqrt(squares.value)
        return Scored(root, pull / (2 * root) if root > 0 else pull)
    around = _mean((truth - np.average(truth, weights=weights)) ** 2, weights)
    assert around.influence is not None
    ratio = squares.value / around.value
    return Scored(1.0 - ratio, (ratio * around.influence - pull) / around.value)


def _ranked(name: str, sample: Sample, progress: Progress) -> Scored:
    weights = sample.weights
    if sample.task is Task.BINARY:
        sides = [(sample.positive_scores(), sample.truth == sample.positive)]
    else:
        sides = [
            (sample.scores[:, code], sample.truth == code)
            for code in range(len(sample.classes))
        ]
    values, influence = [], np.zeros(sample.n)
    for scores, hit in sides:
        found = ranking.curve(scores, hit, weights, progress, by_row=True)
        if name == "roc_auc":
            value = ranking.area(found)
            derivative = ranking.area_influence(found, value)
        else:
            value = ranking.average_precision(found)
            derivative = ranking.average_precision_influence(found, value)
        values.append(value)
        influence += ranking.row_influence(found, derivative, hit) / len(sides)
    if weights is not None:
        influence *= weights
    return Scored(float(np.mean(values)), influence)


def _of_table(name: str, sample: Sample) -> Scored:
    k = len(sample.classes)
    table = counts(sample.truth, sample.decided, k, weights=sample.weights)
    value = float(_figure(name, table[None], sample.positive)[0])
    cells = np.flatnonzero(table)
    if len(cells) > _MOST_CELLS:
        return Scored(value, None)
    # the derivative by the weight in each cell, where there is any
    derivative = np.zeros(k * k)
    width = max(1, (1 << 20) // (k * k))
    for start in range(0, len(cells), width):
        some = cells[start : start + width]
        moved = np.repeat(table.reshape(1, -1), 2 * len(some), axis=0)
        step = _STEP * table.sum()
        step = np.minimum(step, 0.5 * table.ravel()[some])
        at = np.arange(len(some))
        moved[at, some] += step
        moved[len(some) + at, some] -= step
        figures = _figure(name, moved.reshape(-1, k, k), sample.positive)
        derivative[some] = (figures[: len(some)] - figures[len(some) :]) / (2 * step)
    inside = (sample.truth >= 0) & (sample.decided >= 0)
    place = np.where(inside, sample.truth.astype(np.int64) * k + sample.decided, 0)
    pull = np.where(inside, derivative[place], 0.0)
    return Scored(value, pull if sample.weights is None else pull * sample.weights)


def _figure(name: str, tables: Floats, positive: int) -> Floats:
    """Return one figure of ``(b, k, k)`` tables; 0 where nothing defines it."""
    diagonal = np.diagonal(tables, axis1=1, axis2=2)
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    if name in ("precision", "recall", "f1"):
        hits = diagonal[:, positive]
        called, there = columns[:, positive], rows[:, positive]
        below = {"precision": called, "recall": there, "f1": (called + there) / 2}
        shares: NDArray[np.float64] = np.divide(
            hits, below[name], out=np.zeros_like(hits), where=below[name] > 0
        )
        return shares
    return np.nan_to_num(table_figures(diagonal, rows, columns)[name])
