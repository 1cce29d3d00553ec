"""The sentence above interactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.messages import sentences
from engine.contracts.readings.numbers import count, figure, percent

if TYPE_CHECKING:
    from engine.contracts.results import Interactions

_TWO = 2
_NOTHING = 1e-9  # of the strongest: what is left of adding up


def read(result: Interactions, output: int = 0) -> str:
    """Return which two features do most together, beside what each does alone."""
    d = len(result.feature_names)
    if d < _TWO:
        return tr("The model has only one feature, so there are no interactions.")
    strength = result.strength[:, :, output]
    apart = np.where(np.eye(d, dtype=bool), -1.0, strength)
    first, second = np.unravel_index(int(np.argmax(apart)), apart.shape)
    if not apart[first, second] > _NOTHING * strength.max():
        return tr("No two features interact: the model is additive.")
    told = figure(
        float(strength[first, second]),
        float(result.strength_low[first, second, output]),
        float(result.strength_high[first, second, output]),
    )
    share = float(np.triu(strength, 1).sum() / np.triu(strength).sum())
    names = result.feature_names[first], result.feature_names[second]
    if len(result.row_ids) == 1:
        sentence = tr(
            "{first} × {second} is the strongest interaction in this row: {size}.",
            first=names[0],
            second=names[1],
            size=told,
        )
    else:
        sentence = tr(
            "{first} × {second} is the strongest interaction: {size} on average over "
            "{n} rows.",
            first=names[0],
            second=names[1],
            size=told,
            n=count(len(result.row_ids)),
        )
    more = tr(
        "Interactions make up {share} of all contributions.",
        share=percent(share),
    )
    return " ".join((sentence, more, *sentences(result.notes)))
