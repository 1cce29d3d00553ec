"""The metrics of a classifier, by scikit-learn's names and to its last digits.

Values follow scikit-learn's definitions and defaults, with one difference: a rate
that nothing defines (the precision of a class that is never predicted) has no
value here and says why, where scikit-learn warns and returns 0. Macro averages
keep scikit-learn's convention, since an average must be of something: they run
over the classes that occur in truth or prediction, undefined terms counting 0.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts import metrics
from engine.contracts.dataset import Note
from engine.contracts.model import Task
from engine.contracts.results import ClassMetrics, Metric
from engine.evaluate import ranking
from engine.evaluate.calibration_error import calibration_error, top_label
from engine.evaluate.intervals import (
    CellBootstrap,
    of_mean,
    of_rate,
    on_logit,
    undefined,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.evaluate.sample import Sample

NAMES = (
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier_score",
    "matthews_corrcoef",
    "cohen_kappa",
    "expected_calibration_error",
)
_BLOCK = 1 << 18


def evaluate(
    sample: Sample,
    table: NDArray[np.float64],
    resamples: int,
    rng: np.random.Generator,
    progress: Progress,
) -> dict[str, Metric]:
    """Return every metric that fits, in the order of :data:`NAMES`.

    Parameters
    ----------
    table
        ``(k, k)`` confusion counts of ``sample``.
    resamples
        Bootstrap resamples of the confusion cells.
    """
    found = _of_table(sample, table, resamples, rng, progress)
    found.update(_of_ranking(sample, progress))
    found.update(_of_probabilities(sample, rng, progress))
    return {name: found[name] for name in NAMES if name in found}


def per_class(sample: Sample, table: NDArray[np.float64]) -> tuple[ClassMetrics, ...]:
    """Return precision, recall and F1 of each class, with Wilson intervals."""
    total = float(table.sum())
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    found = []
    for code, label in enumerate(sample.classes):
        tp = float(table[code, code])
        fn, fp = float(rows[code]) - tp, float(columns[code]) - tp
        rates = metrics.metrics_at(tp, fp, fn, total - tp - fn - fp, sample.effective)
        found.append(
            ClassMetrics(
                label=label,
                precision=of_rate(rates["precision"], "evaluate.never_predicted"),
                recall=of_rate(rates["recall"], "evaluate.no_positives"),
                f1=of_rate(rates["f1"], "evaluate.neither"),
                support=float(rows[code]),
            )
        )
    return tuple(found)


def table_figures(
    diagonal: NDArray[np.float64],
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]:
    """Return the metrics that follow from margins and diagonal of a confusion table.

    Parameters
    ----------
    diagonal, rows, columns
        ``(b, k)``: right rows, true rows and predicted rows of each class, for
        ``b`` tables at once.

    Returns
    -------
    dict
        Each ``(b,)``; ``nan`` where undefined.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        recall = diagonal / rows
        precision = diagonal / columns
        f1 = 2 * diagonal / (rows + columns)
        present = (rows + columns) > 0
        n_present = present.sum(axis=1)
        balanced = _mean_where(recall, rows > 0)
        total = rows.sum(axis=1)
        right = diagonal.sum(axis=1)
        by_chance = (rows * columns).sum(axis=1)
        truth_spread = total**2 - (rows * rows).sum(axis=1)
        answer_spread = total**2 - (columns * columns).sum(axis=1)
        root = np.sqrt(truth_spread * answer_spread)
        covariance = right * total - by_chance
        matthews = np.where(root > 0, covariance / root, np.nan)
        kappa = 1.0 - (total - right) / (total - by_chance / total)
        one_label = (present.sum(axis=1) <= 1) | (total - by_chance / total <= 0)
    return {
        "balanced_accuracy": balanced,
        "precision_macro": np.nan_to_num(precision).sum(axis=1) / n_present,
        "recall_macro": np.nan_to_num(recall).sum(axis=1) / n_present,
        "f1_macro": np.nan_to_num(f1).sum(axis=1) / n_present,
        "matthews_corrcoef": matthews,
        "cohen_kappa": np.where(one_label, np.nan, kappa),
    }


def brier_losses(
    truth: NDArray[np.int32], scores: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Return ``Σ (one-hot − p)²`` of each row, in the float type of the scores."""
    losses = np.empty(len(truth), dtype=scores.dtype)
    for start in range(0, len(truth), _BLOCK):
        block = slice(start, start + _BLOCK)
        target = truth[block]
        one_hot = np.zeros((len(target), scores.shape[1]), dtype=scores.dtype)
        one_hot[np.arange(len(target)), target] = 1
        losses[block] = np.sum((one_hot - scores[block]) ** 2, axis=1)
    return losses


def log_losses(
    truth: NDArray[np.int32], scores: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Return ``−log p(truth)`` of each row, clipped as scikit-learn clips."""
    eps = np.finfo(scores.dtype).eps
    said = np.take_along_axis(scores, truth[:, None].astype(np.int64), axis=1)[:, 0]
    said = np.clip(said, eps, 1 - eps)
    losses: NDArray[np.floating] = -np.log(said)
    return losses


def full_scores(sample: Sample) -> NDArray[np.floating]:
    """Return ``(n, k)`` probabilities, the other class filled in where one is given."""
    if sample.scores.shape[1] > 1:
        return sample.scores
    given = sample.scores[:, 0]
    pair = (1 - given, given) if sample.positive == 1 else (given, 1 - given)
    return np.column_stack(pair)


def _of_table(
    sample: Sample,
    table: NDArray[np.float64],
    resamples: int,
    rng: np.random.Generator,
    progress: Progress,
) -> dict[str, Metric]:
    progress.advance(0, 4, "evaluate.intervals")
    effective = sample.effective
    right, total = float(np.trace(table)), float(table.sum())
    found = {
        "accuracy": of_rate(
            metrics.rate(right, total, effective), "evaluate.no_positives"
        )
    }
    if sample.task is Task.BINARY:
        return found | _of_two(sample, table)
    margins = (np.diag(table), table.sum(axis=1), table.sum(axis=0))
    figures = table_figures(*(values[None, :] for values in margins))
    ends = CellBootstrap(table, effective, resamples).run(table_figures, rng, progress)
    notes = _table_notes(sample, *margins)
    for name, values in figures.items():
        value = float(values[0])
        if math.isnan(value):
            found[name] = undefined("evaluate.one_label")
        elif name in ends:
            low, high = ends[name]
            found[name] = Metric(
                value=value,
                low=min(low, value),
                high=max(high, value),
                interval="cells",
                why=notes.get(name),
            )
        else:
            found[name] = Metric(
                value=value,
                why=notes.get(name) or Note(code="evaluate.no_variation"),
            )
    return found


def _of_two(sample: Sample, table: NDArray[np.float64]) -> dict[str, Metric]:
    """Return the figures that the window too looks up on every threshold move."""
    mine = per_class(sample, table)[sample.positive]
    found = {"precision": mine.precision, "recall": mine.recall, "f1": mine.f1}
    yes, no = sample.positive, 1 - sample.positive
    rates = metrics.metrics_at(
        float(table[yes, yes]),
        float(table[no, yes]),
        float(table[yes, no]),
        float(table[no, no]),
        sample.effective,
    )
    margins = (np.diag(table), table.sum(axis=1), table.sum(axis=0))
    notes = _table_notes(sample, *margins)
    for name in NAMES:
        if name in found or name not in rates or name == "accuracy":
            continue
        rate = rates[name]
        if rate is None:
            found[name] = undefined("evaluate.one_label")
        elif rate.high <= rate.low:
            why = notes.get(name) or Note(code="evaluate.no_variation")
            found[name] = Metric(value=rate.value, why=why)
        else:
            found[name] = Metric(
                value=rate.value,
                low=rate.low,
                high=rate.high,
                interval="delta",
                why=notes.get(name),
            )
    return found


def _table_notes(
    sample: Sample,
    diagonal: NDArray[np.float64],
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
) -> dict[str, Note]:
    notes = {}
    silent = [
        c
        for c, r, p in zip(sample.classes, rows, columns, strict=True)
        if r > 0 and p == 0
    ]
    absent = [
        c
        for c, r, p in zip(sample.classes, rows, columns, strict=True)
        if r == 0 and p > 0
    ]
    if silent:
        note = Note(
            code="evaluate.counted_as_zero_precision", params={"classes": tuple(silent)}
        )
        notes["precision_macro"] = note
    if absent:
        note = Note(
            code="evaluate.counted_as_zero_recall", params={"classes": tuple(absent)}
        )
        notes["recall_macro"] = note
        notes["balanced_accuracy"] = Note(
            code="evaluate.classes_without_rows", params={"classes": tuple(absent)}
        )
    return notes


def _of_ranking(sample: Sample, progress: Progress) -> dict[str, Metric]:
    progress.advance(1, 4, "evaluate.ranking")
    if not sample.scored:
        why = "evaluate.no_scores"
        return {"roc_auc": undefined(why), "average_precision": undefined(why)}
    if sample.task is Task.BINARY:
        found = ranking.curve(
            sample.positive_scores(),
            sample.truth == sample.positive,
            sample.weights,
            progress,
        )
        return {
            "roc_auc": ranking.roc_auc(found),
            "average_precision": ranking.mean_precision(found),
        }
    return _one_vs_rest(sample, progress)


def _one_vs_rest(sample: Sample, progress: Progress) -> dict[str, Metric]:
    """Macro averages, their variance from the summed influence of every row."""
    present = np.bincount(
        sample.truth, weights=sample.weights, minlength=len(sample.classes)
    )
    if not present.all():
        absent = tuple(
            c for c, n in zip(sample.classes, present, strict=True) if n <= 0
        )
        metric = undefined("evaluate.classes_without_rows", classes=absent)
        return {"roc_auc": metric, "average_precision": metric}
    k = len(sample.classes)
    values = np.zeros((2, k))
    influence = np.zeros((2, sample.n))
    for code in range(k):
        progress.advance(1 + code / k, 4, "evaluate.ranking")
        hit = sample.truth == code
        found = ranking.curve(
            sample.scores[:, code], hit, sample.weights, progress, by_row=True
        )
        area = ranking.area(found)
        precision = ranking.average_precision(found)
        values[:, code] = area, precision
        for row, derivative in enumerate(
            (
                ranking.area_influence(found, area),
                ranking.average_precision_influence(found, precision),
            )
        ):
            influence[row] += ranking.row_influence(found, derivative, hit) / k
    if sample.weights is not None:
        influence *= sample.weights
    variance = (influence**2).sum(axis=1)
    smallest = float(present.min()) * sample.effective
    correction = smallest / (smallest - 1) if smallest > 1 else 1.0
    means = values.mean(axis=1)
    return {
        name: on_logit(float(mean), float(spread) * correction, smallest, "jackknife")
        for name, mean, spread in zip(
            ("roc_auc", "average_precision"), means, variance, strict=True
        )
    }


def _of_probabilities(
    sample: Sample, rng: np.random.Generator, progress: Progress
) -> dict[str, Metric]:
    progress.advance(2, 4, "evaluate.probabilities")
    names = ("log_loss", "brier_score", "expected_calibration_error")
    if not sample.probabilities:
        why = "evaluate.not_probabilities" if sample.scored else "evaluate.no_scores"
        return {name: undefined(why) for name in names}
    scores = full_scores(sample)
    found = proper_scores(sample, scores)
    progress.advance(3, 4, "evaluate.probabilities")
    progress.raise_if_cancelled()
    confidence, right = top_label(sample.truth, scores)
    error = calibration_error(confidence, right, sample.weights, 15, rng)
    return found | {"expected_calibration_error": error.expected}


def proper_scores(sample: Sample, scores: NDArray[np.floating]) -> dict[str, Metric]:
    """Return log loss and Brier score; binary Brier scores are halved."""
    losses = log_losses(sample.truth, scores)
    value = float(np.average(losses, weights=sample.weights))
    log_loss = of_mean(
        losses.astype(np.float64, copy=False), sample.weights, value, 0.0
    )
    losses = brier_losses(sample.truth, scores)
    value = float(np.average(losses, weights=sample.weights))
    scale = 0.5 if scores.shape[1] == 2 else 1.0
    losses = losses.astype(np.float64, copy=False) * scale
    most = 2 * scale
    brier = of_mean(losses, sample.weights, value * scale, 0.0, most)
    return {"log_loss": log_loss, "brier_score": brier}


def _mean_where(
    values: NDArray[np.float64], where: NDArray[np.bool_]
) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = np.where(where, values, 0.0).sum(axis=1)
    mean /= where.sum(axis=1)
    return mean
