"""The sentence above contributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.messages import sentences
from engine.contracts.readings.numbers import count, figure, significant

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
        return tr("No feature moves the answers of these rows.")
    if len(result.row_ids) == 1:
        sentence = tr(
            "{feature} moves the answer for this row most, by {size}.",
            feature=result.feature_names[first],
            size=significant(weight[first], 3),
        )
        caveat = tr("This is what the model does, not a cause.")
        return " ".join((sentence, caveat, *sentences(result.notes)))
    sentence = tr(
        "{feature} moves the answer most, by {size} on average over {n} rows.",
        feature=result.feature_names[first],
        size=size(result, first, output),
        n=count(len(result.row_ids)),
    )
    if len(order) > 1:
        second = int(order[1])
        name = result.feature_names[second]
        apart = (
            result.importance_low[first, output]
            > result.importance_high[second, output]
        )
        if apart:
            follows = tr(
                "{feature} follows with {size}.",
                feature=name,
                size=size(result, second, output),
            )
        else:
            follows = tr(
                "{feature} can hardly be told from it ({size}).",
                feature=name,
                size=size(result, second, output),
            )
        sentence = f"{sentence} {follows}"
    caveat = tr("This is what the model does, not a cause.")
    return " ".join((sentence, caveat, *sentences(result.notes)))


def size(result: Shapley, feature: int, output: int) -> str:
    """Return a feature's mean absolute contribution in words."""
    value = float(result.importance[feature, output])
    low = float(result.importance_low[feature, output])
    high = float(result.importance_high[feature, output])
    return figure(value, low, high)
