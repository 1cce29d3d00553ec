"""Figures of a summary as cells of a table."""

from __future__ import annotations

import pytest

from engine.contracts.metrics import rate
from engine.contracts.model import Task
from engine.contracts.provenance import Provenance
from engine.contracts.readings import summary as reading
from engine.contracts.results import Metric, PartMetrics, Summary
from gui.item_models.metrics import summary_table


def share(right, n):
    found = rate(right, n)
    return Metric(value=found.value, low=found.low, high=found.high)


def compared(part, there, here):
    names = ("accuracy", "recall", "f1")
    return Summary(
        task=Task.BINARY,
        n_rows=here[1],
        classes=("no", "yes"),
        positive="yes",
        metrics={name: share(*here) for name in names},
        others=(
            PartMetrics(
                part=part,
                n_rows=there[1],
                metrics={name: share(*there) for name in names},
            ),
        ),
        provenance=Provenance(n_used=here[1], n_total=here[1], method="summary"),
    )


@pytest.mark.parametrize(
    ("part", "there", "here", "coloured"),
    [
        # certain, but half a point: no interval overlaps
        ("reference", (777_500, 1_000_000), (773_000, 1_000_000), False),
        ("reference", (8_000, 10_000), (7_700, 10_000), True),
        ("reference", (4_000, 5_000), (770, 1_000), False),  # may be chance
        ("reference", (600, 1_000), (900, 1_000), False),  # better on the others
        ("calibration", (8_000, 10_000), (7_000, 10_000), False),  # not trained on
    ],
)
def test_a_gap_is_coloured_where_the_reading_calls_it_over_fitting(
    part, there, here, coloured
):
    found = compared(part, there, here)
    titles, rows = summary_table(found)
    cells = {
        name: row[titles.index("gap")]
        for name, row in zip(found.metrics, rows, strict=True)
    }
    assert cells["accuracy"].warns is coloured
    assert ("suggests over-fitting" in reading.read(found)) is coloured
    assert ("over-fitting" in cells["accuracy"].tip) is coloured
    assert not cells["recall"].warns  # of which the reading says nothing
    assert not cells["f1"].warns


def test_a_gap_that_is_not_coloured_says_still_that_it_is_no_chance():
    found = compared("reference", (777_500, 1_000_000), (773_000, 1_000_000))
    titles, rows = summary_table(found)
    assert rows[0][titles.index("gap")].tip == "The intervals do not overlap."
