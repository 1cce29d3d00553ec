"""What thresholds would bring, as a table and as rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr

if TYPE_CHECKING:
    from engine.contracts.results import Thresholds
    from engine.contracts.tables import Cell, Table

N_THRESHOLDS = 101


def rate(part: float, whole: float) -> float | None:
    """Return a share, ``None`` of nothing."""
    return part / whole if whole > 0 else None


def threshold_table(result: Thresholds | None, now: float | None) -> Table:
    """Return rates at thresholds evenly over the scores, and at the one now.

    Parameters
    ----------
    now
        ``None`` for the model's own rule, which comes first then.
    """
    header = [
        tr("threshold"),
        tr("true positives"),
        tr("false positives"),
        tr("false negatives"),
        tr("true negatives"),
        tr("precision"),
        tr("recall"),
        tr("false-positive rate"),
    ]
    if result is None:
        return header, []
    low, high = (float(result.histogram_edges[end]) for end in (0, -1))
    places = {*np.linspace(low, high, N_THRESHOLDS).tolist()}
    order = [None, *sorted(places)] if now is None else sorted(places | {now})
    rows: list[list[Cell]] = []
    for threshold in order:
        tp, fp, fn, tn = result.counts_at(threshold)
        rows.append(
            [
                tr("the model's own rule") if threshold is None else threshold,
                *(tp, fp, fn, tn),
                rate(tp, tp + fp),
                rate(tp, tp + fn),
                rate(fp, fp + tn),
            ]
        )
    return header, rows
