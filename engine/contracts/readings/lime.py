"""The sentences above the straight line that stands for the model about a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentences
from engine.contracts.readings.class_names import answer
from engine.contracts.readings.numbers import (
    count,
    decimals_of,
    fixed,
    percent,
    signed,
    significant,
)
from engine.contracts.readings.row_names import row_text
from engine.contracts.results.lime import POOR_FIT

if TYPE_CHECKING:
    from engine.contracts.results import Condition, Lime, LimeRows

_TOLD = 2  # conditions that are named
_VERDICTS = {
    "usable": mark("Stable across the {n} seeds tried: it can be used near this row."),
    "direction": mark("Use it only for the direction of the main conditions."),
    "unusable": mark("Do not use this explanation."),
}


def read(result: Lime) -> str:
    """Return which conditions move the answer most, and whether to believe it."""
    if result.verdict == "flat":
        told = tr(
            "Around row {row} the prediction does not change in any random row, so "
            "there is nothing to explain.",
            row=row_text(result.row, result.provenance),
        )
        return " ".join((told, *sentences(result.notes)))
    digits = decimals_of(float(np.abs(result.weights).max()))
    named = [
        f"{condition_text(term, result.feature_names)} ({signed(weight, digits)})"
        for term, weight in zip(
            result.terms[:_TOLD], result.weights.tolist(), strict=False
        )
    ]
    told = tr(
        "Row {row}: the conditions that contribute most to {answer} are {conditions}.",
        row=row_text(result.row, result.provenance),
        answer=answer((result.output,), 0, result.space),
        conditions=", ".join(named),
    )
    line = tr(
        "The linear model predicts {line}, the model {model}; local fit R² {fidelity}.",
        line=fixed(result.local_prediction, max(digits, 2)),
        model=fixed(result.model_prediction, max(digits, 2)),
        fidelity=fixed(result.r2, 2),
    )
    judged = verdict(result)
    why = [note for note in result.reasons if note.code != "explain.poor_line"]
    said = [told, line, judged, *sentences(why), suggestion(result)]
    return " ".join(part for part in said if part)


def verdict(result: Lime) -> str:
    """Return what the explanation can be used for; nothing if there is none."""
    words = _VERDICTS.get(result.verdict)
    return "" if words is None else tr(words, n=count(len(result.stability.seeds)))


def suggestion(result: Lime) -> str:
    """Return a better setting, where the explanation is not to be used as it is."""
    tried = result.settings
    if tried is None or result.verdict in ("usable", "flat"):
        return ""
    a, b = tried.suggested
    width = float(tried.kernel_widths[a])
    same = np.isclose(width, result.kernel_width)
    if same and tried.num_samples[b] == len(result.predictions):
        return tr("None of the other settings tried is better.")
    return tr(
        "Best of the settings tried: kernel width {width} with {n} random rows "
        "(local fit R² {fidelity}, weights vary by {moves}).",
        width=significant(width, 3),
        n=count(int(tried.num_samples[b])),
        fidelity=fixed(float(tried.r2[a, b]), 2),
        moves=percent(float(tried.instability[a, b])),
    )


def read_rows(result: LimeRows) -> str:
    """Return in how many rows a straight line may stand for the model."""
    n, poor = len(result.r2), int(np.count_nonzero(result.r2 < POOR_FIT))
    told = tr(
        "Around {n} of {total} rows, the median local fit is R² {fidelity}.",
        n=count(n),
        total=count(result.provenance.n_total),
        fidelity=fixed(float(np.quantile(result.r2, 0.5)), 2),
    )
    few = tr(
        "In {n} of them it is below {least}: do not use LIME there.",
        n=count(poor),
        least=fixed(POOR_FIT, 2),
    )
    return " ".join((told, few if poor else "", *sentences(result.notes)))


def condition_text(term: Condition, names: tuple[str, ...]) -> str:
    """Return a condition for people."""
    name = names[term.feature]
    if term.missing:
        return tr("{feature} is missing", feature=name)
    if term.label is not None:
        return f"{name} = {term.label}"
    low, high = term.low, term.high
    above = "" if low is None else f"{figure_text(low)} < "
    if high is None:
        return name if low is None else f"{name} > {figure_text(low)}"
    return f"{above}{name} ≤ {figure_text(high)}"


def figure_text(value: float) -> str:
    """Return a number in full, with about four figures and no needless zeros."""
    least = 0 if value == 0 else int(np.floor(np.log10(abs(value))))
    most = min(max(3 - least, 0), 9)
    digits = next(n for n in range(most + 1) if round(value, n) == round(value, most))
    return fixed(value, digits)
