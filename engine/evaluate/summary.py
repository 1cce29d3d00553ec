"""How good the model is, in the figures that fit its task, beside what is cheap."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.counts import counts
from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.model import Task
from engine.contracts.results import PartMetrics, Summary
from engine.evaluate import classification, regression
from engine.evaluate.sample import provenance, take, unsupported

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress
    from engine.contracts.results import Metric
    from engine.evaluate.sample import Sample


class SummaryParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the summary: bootstrap resamples of the confusion cells."""

    resamples: int = 1000


class SummaryAnalysis:
    """The metrics with 95 % intervals, the other parts and a baseline beside them."""

    id = "summary"
    title = mark("Summary")
    Params = SummaryParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why there are no metrics, or ``None``."""
        return unsupported(facts, (Task.BINARY, Task.MULTICLASS, Task.REGRESSION))

    def run(self, inputs: Inputs, params: SummaryParams, progress: Progress) -> Summary:
        """Compute the metrics of every loaded part."""
        started = time.perf_counter()
        rng = inputs.generator()
        sample = take(inputs)
        table = _table(sample)
        found = _metrics(sample, table, params, rng, progress)
        rule = sample.rule(inputs.decision)
        notes = [*sample.notes(), *sample.of_decision(inputs.decision)]
        others = []
        for part in inputs.predictions:
            if part is Part.EVALUATION:
                continue
            progress.raise_if_cancelled()
            try:
                other = take(inputs, part)
            except EngineError as error:  # one empty part costs its own column only
                notes.append(Note(code=error.code, params=error.params))
                continue
            others.append(
                PartMetrics(
                    part=part.value,
                    n_rows=other.n,
                    metrics=_metrics(other, _table(other), params, rng, progress),
                    skipped_rows=other.skipped,
                )
            )
        binary = sample.task is Task.BINARY
        return Summary(
            task=sample.task,
            n_rows=sample.n,
            classes=sample.classes,
            positive=sample.classes[sample.positive] if binary else "",
            rule=rule,
            score_kind=sample.score_kind,
            metrics=found,
            per_class=() if table is None else classification.per_class(sample, table),
            confusion=table,
            baseline=baseline(sample, table),
            others=tuple(others),
            skipped_rows=sample.skipped,
            weighted=sample.weights is not None,
            notes=tuple(notes),
            provenance=provenance(inputs, sample, params, started, "metrics"),
        )


def baseline(sample: Sample, table: NDArray[np.float64] | None) -> dict[str, float]:
    """Return the metrics of a model that has seen the target alone.

    For classes it answers the most frequent one with the class frequencies as
    scores; for numbers, the mean. Undefined figures are left out.
    """
    if table is None:
        truth = np.asarray(sample.truth, dtype=np.float64)
        constant = np.full_like(truth, np.average(truth, weights=sample.weights))
        found = regression.evaluate(truth, constant, sample.weights)
        named = {name: metric.value for name, metric in found.items()}
        return {name: value for name, value in named.items() if value is not None}
    return _majority(sample, table.sum(axis=1))


def _majority(sample: Sample, rows: NDArray[np.float64]) -> dict[str, float]:
    frequency = rows / rows.sum()
    most = int(np.argmax(frequency))
    diagonal, columns = np.zeros_like(rows), np.zeros_like(rows)
    diagonal[most], columns[most] = rows[most], rows.sum()
    figures = classification.table_figures(diagonal[None], rows[None], columns[None])
    found = {"accuracy": float(frequency[most])}
    found |= {name: float(values[0]) for name, values in figures.items()}
    several = int(np.count_nonzero(rows)) > 1
    if sample.task is Task.BINARY:
        share, right = float(frequency[sample.positive]), most == sample.positive
        found["recall"] = float(right) if share > 0 else math.nan
        found["precision"] = share if right else math.nan
        found["f1"] = 2 * share / (1 + share) if right else 0.0
    if sample.scored and several:
        share = float(frequency[sample.positive])
        found["roc_auc"] = 0.5
        found["average_precision"] = (
            share if sample.task is Task.BINARY else float(frequency.mean())
        )
    if sample.probabilities:
        told = frequency[frequency > 0]
        impurity = 1.0 - float(np.dot(frequency, frequency))
        found["log_loss"] = float(-np.dot(told, np.log(told)))
        halved = sample.task is Task.BINARY
        found["brier_score"] = impurity / 2 if halved else impurity
        found["expected_calibration_error"] = 0.0
    order = {name: place for place, name in enumerate(classification.NAMES)}
    return {
        name: found[name]
        for name in sorted(found, key=order.__getitem__)
        if not math.isnan(found[name])
    }


def _table(sample: Sample) -> NDArray[np.float64] | None:
    if sample.task is Task.REGRESSION:
        return None
    k = len(sample.classes)
    return counts(sample.truth, sample.decided, k, weights=sample.weights)


def _metrics(
    sample: Sample,
    table: NDArray[np.float64] | None,
    params: SummaryParams,
    rng: np.random.Generator,
    progress: Progress,
) -> dict[str, Metric]:
    if table is None:
        progress.advance(0, 1, "evaluate.probabilities")
        truth = np.asarray(sample.truth, dtype=np.float64)
        predicted = np.asarray(sample.decided, dtype=np.float64)
        return regression.evaluate(truth, predicted, sample.weights)
    return classification.evaluate(sample, table, params.resamples, rng, progress)
