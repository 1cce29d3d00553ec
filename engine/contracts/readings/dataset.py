"""The sentence above the rows of a data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.dataset import Part
from engine.contracts.i18n import tr, trn
from engine.contracts.readings.numbers import percent

if TYPE_CHECKING:
    from engine.contracts.dataset import DatasetInfo


def read(data: DatasetInfo, part: Part) -> str:
    """Return how much there is, and where most of it is missing.

    Missing values are those of the evaluation part, as columns count them.
    """
    loaded = data.part(part)
    n_rows = loaded.n_rows if loaded is not None else 0
    rows = trn("{n} row", "{n} rows", n_rows)
    columns = trn("{n} column", "{n} columns", len(data.columns))
    evaluation = data.part(Part.EVALUATION)
    gaps = [column for column in data.columns if column.n_missing]
    if evaluation is None or loaded is not evaluation:
        return tr("{rows} and {columns}.", rows=rows, columns=columns)
    if not gaps:
        return tr(
            "{rows} and {columns}; no value is missing.", rows=rows, columns=columns
        )
    worst = max(gaps, key=lambda column: column.n_missing)
    return tr(
        "{rows} and {columns}; {gaps}, most in {worst} ({share}).",
        rows=rows,
        columns=columns,
        gaps=trn("{n} has missing values", "{n} have missing values", len(gaps)),
        worst=worst.name,
        share=percent(worst.n_missing / max(evaluation.n_rows, 1)),
    )
