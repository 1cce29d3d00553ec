"""The sentence above the rows of a data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.i18n import tr, trn

if TYPE_CHECKING:
    from engine.contracts.dataset import DatasetInfo, Part


def read(data: DatasetInfo, part: Part) -> str:
    """Return how much there is, and where most of it is missing."""
    loaded = data.part(part)
    rows = trn("{n} row", "{n} rows", loaded.n_rows if loaded is not None else 0)
    columns = trn("{n} column", "{n} columns", len(data.columns))
    gaps = [column for column in data.columns if column.n_missing]
    if not gaps:
        return tr(
            "{rows} and {columns}; no value is missing.", rows=rows, columns=columns
        )
    worst = max(gaps, key=lambda column: column.n_missing)
    return tr(
        "{rows} and {columns}; {gaps}, most in {worst}.",
        rows=rows,
        columns=columns,
        gaps=trn("{n} has missing values", "{n} have missing values", len(gaps)),
        worst=worst.name,
    )
