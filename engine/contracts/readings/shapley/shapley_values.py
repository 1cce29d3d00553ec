"""The readings of SHAP values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.dataset import Part
from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentences
from engine.contracts.readings.class_names import answer, class_name
from engine.contracts.readings.numbers import (
    count,
    decimals_of,
    figure,
    fixed,
    signed,
    significant,
)
from engine.contracts.readings.output_units import unit

if TYPE_CHECKING:
    from engine.contracts.results import Shapley


def read(result: Shapley, output: int = 0) -> str:
    """Return which features move the answer most, and how much of it is sure.

    Two features are set apart only where the intervals of their importance are.
    """
    weight = result.importance[:, output]
    order = np.argsort(-weight, kind="stable")
    first = int(order[0])
    if not weight[first] > 0:
        return tr("No feature contributes to the predictions of these rows.")
    if len(result.row_ids) == 1:
        sentence = tr(
            "{feature} contributes most to {answer} in this row: {size} (|SHAP|).",
            answer=answer(result.outputs, output, result.space),
            feature=result.feature_names[first],
            size=significant(weight[first], 3),
        )
        return " ".join((sentence, *sentences(result.notes)))
    sentence = tr(
        "{feature} contributes most to {answer}: mean |SHAP| {size} over {n} rows.",
        answer=answer(result.outputs, output, result.space),
        feature=result.feature_names[first],
        size=size(result, first, output),
        n=count(len(result.row_ids)),
    )
    if len(order) > 1:
        second = int(order[1])
        name = result.feature_names[second]
        apart = not (  # one row has no interval
            result.importance_low[first, output]
            <= result.importance_high[second, output]
        )
        if apart:
            follows = tr(
                "{feature} is second: {size}.",
                feature=name,
                size=size(result, second, output),
            )
        else:
            follows = tr(
                "{feature} is not clearly different ({size}).",
                feature=name,
                size=size(result, second, output),
            )
        sentence = f"{sentence} {follows}"
    return " ".join((sentence, *sentences(result.notes)))


def size(result: Shapley, feature: int, output: int) -> str:
    """Return a feature's mean absolute contribution in words."""
    value = float(result.importance[feature, output])
    low = float(result.importance_low[feature, output])
    high = float(result.importance_high[feature, output])
    if math.isnan(low):  # of one row
        return significant(value, 3)
    return figure(value, low, high)


def adds_up(result: Shapley, place: int, output: int) -> str:
    """Return the sum of a row's contributions held against the model's answer."""
    values = result.values if result.values.ndim == 2 else result.values[:, :, output]
    base, moved = float(result.base_values[output]), float(values[place].sum())
    answer = float(result.predictions[place, output])
    digits = decimals_of(max(abs(base), abs(answer)), 4)
    return tr(
        "base value {base} {moved} = {sum}; the model predicts {answer}, a "
        "difference of {gap}",
        base=fixed(base, digits),
        moved=signed(moved, digits),
        sum=fixed(base + moved, digits),
        answer=fixed(answer, digits),
        gap=significant(abs(base + moved - answer), 1),
    )


_PARTS = {
    Part.EVALUATION: mark("evaluation"),
    Part.REFERENCE: mark("training"),
    Part.CALIBRATION: mark("calibration"),
}
_CHOSEN = {
    "all": mark("all of them"),
    "sample": mark("drawn at random"),
    "kmeans": mark("each representing a cluster of similar rows"),
}


def start(result: Shapley, output: int = 0) -> str:
    """Return what the base is: number, rows, unit; and what are no Shapley values."""
    told = _base(result, output)
    if result.method != "gradients":
        return told
    return " ".join((told, tr("Gradient attributions, not SHAP values.")))


def _base(result: Shapley, output: int) -> str:
    number = float(result.base_values[output])
    base = fixed(number, decimals_of(number))
    space = unit(result.space)
    background = result.background
    if background is None:
        return tr(
            "Base value {base} {space}: the mean over the rows the trees were "
            "trained on.",
            base=base,
            space=space,
        )
    n, available = count(len(background.rows)), count(background.n_available)
    part = tr(_PARTS[background.part])
    if background.chosen == "bucket":
        which = tr("of the group {name}", name=background.of)
    elif background.chosen == "class":
        which = tr("decided {name}", name=class_name(background.of))
    else:
        which = tr(_CHOSEN.get(background.chosen, background.chosen))
    return tr(
        "Base value {base} {space}: the mean over {n} of {available} {part} rows, "
        "{which}.",
        base=base,
        space=space,
        n=n,
        available=available,
        part=part,
        which=which,
    )
