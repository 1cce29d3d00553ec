"""The sentence above the threshold panel; it follows the slider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.i18n import tr
from engine.contracts.readings.class_names import class_name
from engine.contracts.readings.numbers import about, fixed, percent, percent_interval
from engine.contracts.readings.numbers import threshold as written_threshold

if TYPE_CHECKING:
    from engine.contracts.decision import Decision
    from engine.contracts.results import Thresholds

SKEWED = 0.35
WIDE = 0.3


def read(result: Thresholds, decision: Decision) -> str:
    """Return what the threshold in force brings, and which curve to read first."""
    sentences = [_at(result, decision.threshold), _balance(result)]
    return " ".join(sentence for sentence in sentences if sentence)


def _at(result: Thresholds, threshold: float | None) -> str:
    rates = result.metrics_at(threshold)
    precision, missed = rates["precision"], rates["false_negative_rate"]
    cut = result.own_cut if threshold is None else threshold
    at = tr("the model's own rule") if cut is None else written_threshold(cut)
    if missed is None:
        return tr(
            "No row has the true class {positive}.",
            positive=class_name(result.positive),
        )
    if precision is None:
        return tr(
            "At threshold {threshold}, no row is predicted {positive}: all are missed.",
            threshold=at,
            positive=class_name(result.positive),
        )
    values = {
        "threshold": at,
        "right": percent(precision.value, precision.low, precision.high),
        "right_interval": percent_interval(precision.low, precision.high),
        "missed": about(missed.value),
        "missed_interval": percent_interval(missed.low, missed.high),
        "positive": class_name(result.positive),
    }
    wide = max(precision.high - precision.low, missed.high - missed.low) > WIDE
    if wide:
        return tr(
            "At threshold {threshold}, there are too few rows to be sure: precision "
            "{right_interval}, {positive} missed {missed_interval}.",
            **values,
        )
    return tr(
        "At threshold {threshold}, {missed} of {positive} are missed "
        "({missed_interval}). Precision: {right} ({right_interval}).",
        **values,
    )


def _balance(result: Thresholds) -> str:
    total = result.positives + result.negatives
    share = result.positives / total if total > 0 else 0.5
    if SKEWED <= share <= 1 - SKEWED:
        return ""
    return tr(
        "Classes are {negative} : {positive}; read precision–recall first.",
        negative=_part(1 - share),
        positive=_part(share),
    )


def _part(share: float) -> str:
    digits = 0 if 0.01 <= share <= 0.99 else 2
    return fixed(100 * share, digits)
