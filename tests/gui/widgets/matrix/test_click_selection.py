"""What a click on a matrix selects."""

from __future__ import annotations

import numpy as np

from engine.contracts.provenance import Provenance
from engine.contracts.results import Confusion
from engine.contracts.selection import And, Missing, Not, Saved, Values
from gui.widgets.matrix.click_selection import selection_of


def table(rows: str, columns: str, row_labels, column_labels) -> Confusion:
    return Confusion(
        row_column=rows,
        column_column=columns,
        row_labels=row_labels,
        column_labels=column_labels,
        counts=np.ones((len(row_labels), len(column_labels))),
        order=np.arange(len(row_labels)),
        provenance=Provenance(n_used=4, n_total=4),
    )


BY_BUCKET = table("@bucket low", "home", ("in", "not in"), ("own", "rent", "other"))


def test_the_row_of_a_bucket_is_the_bucket_and_the_other_row_the_rest() -> None:
    assert selection_of(BY_BUCKET, 0, None) == Saved("low")
    assert selection_of(BY_BUCKET, 1, None) == Not(Saved("low"))


def test_a_cell_joins_the_bucket_and_the_label_of_the_other_axis() -> None:
    expected = And((Not(Saved("low")), Values("home", ("rent",))))
    assert selection_of(BY_BUCKET, 1, 1) == expected


def test_every_row_is_in_a_bucket_or_not_so_only_the_other_axis_can_be_missing() -> (
    None
):
    assert selection_of(BY_BUCKET, None, None) == And((Not(Missing("home")),))
