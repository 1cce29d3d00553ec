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
        "{metric} of the model refitted on {n} training rows: {baseline}; of your "
        "model: {own}.",
        n=count(result.n_training),
        metric=title(result.metric),
        baseline=figure(result.baseline),
        own=figure(result.own),
    )
    if lost > 0:
        said = tr(
            "The largest drop is without {feature}: {lost}.",
            feature=result.feature_names[first],
            lost=fixed(lost, decimals_of(lost)),
        )
    else:
        said = tr("There is no drop without any single feature.")
    caveat = tr(
        "Correlated features can replace a dropped one: a small drop does not mean "
        "that your model ignores it."
    )
    return " ".join((fitted, said, caveat, *sentences(result.notes)))
