"""The sentence above drop-column importance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.messages import sentences
from engine.contracts.readings.metric_names import title
from engine.contracts.readings.numbers import count, decimals_of, figure, fixed

if TYPE_CHECKING:
    from engine.contracts.results import DropColumn


def read(result: DropColumn) -> str:
    """Return without which feature a model fitted anew is worst."""
    first = int(np.argmax(result.importances_mean))
    lost = float(result.importances_mean[first])
    fitted = tr(
        "Fitted anew on {n} reference rows, the {metric} is {baseline}; that of yours "
        "is {own}.",
        n=count(result.n_training),
        metric=title(result.metric),
        baseline=figure(result.baseline),
        own=figure(result.own),
    )
    if lost > 0:
        said = tr(
            "Without {feature} it loses most, {lost}.",
            feature=result.feature_names[first],
            lost=fixed(lost, decimals_of(lost)),
        )
    else:
        said = tr("It loses nothing without any one feature.")
    caveat = tr(
        "What goes together with a feature steps in for it: little lost does not say "
        "that your model does without it."
    )
    return " ".join((fitted, said, caveat, *sentences(result.notes)))
