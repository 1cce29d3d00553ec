"""The sentence above the summary."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.model import Task
from engine.contracts.readings.class_names import class_name
from engine.contracts.readings.numbers import (
    count,
    figure,
    figure_with_interval,
    fixed,
    percent,
    percent_with_interval,
    threshold,
)

if TYPE_CHECKING:
    from engine.contracts.results import Metric, Summary

WIDE = 0.2
# A gap between training data and other rows that is spoken of, and one that nobody
# would act on, as shares (of right rows, or of explained variance). Our own line, no
# norm: a model has seen its training data, so that some gap is to be expected, and two
# points are about what another random split of a thousand rows moves accuracy by.
MATERIAL_GAP, SLIGHT_GAP = 0.02, 0.01


def read(result: Summary) -> str:
    """Return how good the model is, beside the baseline and the other parts."""
    if result.task is Task.REGRESSION:
        sentences = [_errors(result), _bias(result)]
    else:
        sentences = [_one_sided(result), _accuracy(result), _recall(result)]
    sentences += [_gap(result), _caution(result)]
    return " ".join(sentence for sentence in sentences if sentence)


def _accuracy(result: Summary) -> str:
    found = result.metrics["accuracy"]
    rate = percent_with_interval(found.value, found.low, found.high)
    cheap = result.baseline.get("accuracy")
    if cheap is None or result.confusion is None or found.low is None:
        return tr("Accuracy {rate} on {n} rows.", rate=rate, n=count(result.n_rows))
    most = result.classes[int(result.confusion.sum(axis=1).argmax())]
    values = {
        "rate": rate,
        "n": count(result.n_rows),
        "most": class_name(most),
        "cheap": percent(cheap, found.low, found.high),
    }
    if found.low > cheap:
        return tr(
            "Accuracy {rate} on {n} rows; always predicting {most} would reach "
            "{cheap}.",
            **values,
        )
    if found.high is not None and found.high < cheap:
        return tr(
            "Accuracy {rate} on {n} rows: worse than always predicting {most} "
            "({cheap}).",
            **values,
        )
    return tr(
        "Accuracy {rate} on {n} rows: not clearly better than always predicting "
        "{most} ({cheap}).",
        **values,
    )


def _one_sided(result: Summary) -> str:
    """Return a warning where the decision puts every row on one side."""
    if result.rule is None or result.confusion is None:
        return ""
    decided = result.confusion.sum(axis=0)
    if np.count_nonzero(decided) != 1:
        return ""
    label = class_name(result.classes[int(decided.argmax())])
    if result.rule.own:
        return tr(
            "By the model's own rule every row is predicted {label}.", label=label
        )
    return tr(
        "At threshold {threshold} every row is predicted {label}: choose a threshold "
        "within the range of the scores.",
        label=label,
        threshold=threshold(result.rule.boundary),
    )


def _recall(result: Summary) -> str:
    if result.task is Task.BINARY:
        found = result.metrics["recall"]
        if found.value is None:
            return ""
        return tr(
            "Recall of {positive}: {rate}.",
            rate=percent_with_interval(found.value, found.low, found.high),
            positive=class_name(result.positive),
        )
    known = [c for c in result.per_class if c.recall.value is not None]
    if not known:
        return ""
    worst = min(known, key=lambda c: c.recall.value or 0.0)
    recall = worst.recall
    return tr(
        "Lowest recall: {label}, {rate}.",
        label=class_name(worst.label),
        rate=percent_with_interval(recall.value, recall.low, recall.high),
    )


def _errors(result: Summary) -> str:
    size = result.metrics["mean_absolute_error"]
    explained = result.metrics["r2"]
    cheap = result.baseline.get("mean_absolute_error")
    if explained.value is None or explained.value <= 0:
        return tr(
            "Mean absolute error {size}: no better than always predicting the mean "
            "({cheap}).",
            size=figure_with_interval(size.value, size.low, size.high),
            cheap=figure(cheap, size.low, size.high),
        )
    return tr(
        "Mean absolute error {size}; always predicting the mean would give {cheap}. "
        "The model explains {share} of the variance.",
        size=figure_with_interval(size.value, size.low, size.high),
        cheap=figure(cheap, size.low, size.high),
        share=percent_with_interval(explained.value, explained.low, explained.high),
    )


def _bias(result: Summary) -> str:
    error, size = result.metrics["mean_error"], result.metrics["mean_absolute_error"]
    if error.low is None or error.high is None or not size.value:
        return ""
    if error.low <= 0 <= error.high or abs(error.value or 0) < 0.1 * size.value:
        return ""
    if error.low > 0:
        shown = figure_with_interval(error.value, error.low, error.high)
        return tr("Predictions are {bias} too high on average.", bias=shown)
    shown = figure_with_interval(-(error.value or 0), -error.high, -error.low)
    return tr("Predictions are {bias} too low on average.", bias=shown)


def _gap(result: Summary) -> str:
    """Compare with the training data where the gap is one to speak of."""
    found = over_fitted(result)
    if found is None:
        return ""
    name, there = found
    return tr(
        "On the training data it is {there}: the difference of {points} pp suggests "
        "over-fitting.",
        there=percent(there.value, there.low, there.high),
        points=fixed(100 * ((there.value or 0) - (result.metrics[name].value or 0)), 0),
    )


def over_fitted(result: Summary) -> tuple[str, Metric] | None:
    """Return the metric whose gap is a sign of over-fitting, with its training figure.

    The sentence and the colour in the table both ask here.
    """
    name = "r2" if result.task is Task.REGRESSION else "accuracy"
    for other in result.others:
        there = other.metrics.get(name)
        if other.part == "reference" and there is not None:
            return (name, there) if overfits(there, result.metrics[name]) else None
    return None


def overfits(there: Metric, here: Metric) -> bool:
    """Return whether a gap between training data and other rows is a material one.

    The gap must reach :data:`MATERIAL_GAP`, and the 95 % interval of the difference
    must lie above :data:`SLIGHT_GAP`: of very many rows a gap that matters to nobody
    is significant too. The interval is put together from those of the two figures.

    References
    ----------
    R. G. Newcombe (1998). Interval estimation for the difference between independent
    proportions: comparison of eleven methods. Statistics in Medicine 17 (method 10).
    """
    if there.value is None or here.value is None:
        return False
    if there.low is None or here.high is None:
        return False
    gap = there.value - here.value
    reach = math.hypot(there.value - there.low, here.high - here.value)
    # rounding must not decide about a gap of exactly so much
    return gap >= MATERIAL_GAP - 1e-9 and gap - reach > SLIGHT_GAP


def _caution(result: Summary) -> str:
    found = result.metrics.get("accuracy")
    if found is None or found.low is None or found.high is None:
        return ""
    if found.high - found.low < WIDE:
        return ""
    return tr("There are few rows: read the intervals rather than the figures.")
