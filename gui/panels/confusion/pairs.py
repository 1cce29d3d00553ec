"""The pairs of classes most often taken for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.item_models.metrics import Bar, Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.contracts.results import ConfusedPair


def pair_table(
    pairs: Sequence[ConfusedPair],
) -> tuple[list[str], list[tuple[Figure, ...]]]:
    """Return the pairs as a table, in the order given."""
    titles = [
        tr("true class"),
        tr("predicted class"),
        tr("rows"),
        tr("share of class"),
        tr("95 % CI"),
    ]
    top = max((pair.high for pair in pairs), default=1.0)
    rows: list[tuple[Figure, ...]] = []
    for pair in pairs:
        ends = numbers.percent_interval(pair.low, pair.high)
        rows.append(
            (
                Figure(pair.row, right=False),
                Figure(pair.column, right=False),
                Figure(numbers.count(pair.count), value=pair.count),
                Figure(
                    numbers.percent(pair.rate, pair.low, pair.high),
                    strong=True,
                    value=pair.rate,
                ),
                Figure(
                    ends,
                    interval=Bar(pair.low, pair.rate, pair.high, -1.0, top),
                    ends=(pair.low, pair.high),
                ),
            )
        )
    return titles, rows
