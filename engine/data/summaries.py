"""What a table's header shows of each column, over all its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.dataset import Kind
from engine.contracts.errors import EngineError
from engine.contracts.results import ColumnSummary
from engine.data.table import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.data.table import Table

MOST_SHOWN = 12
_QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


def summarise(
    table: Table, columns: Sequence[str], bins: int = 24
) -> tuple[ColumnSummary, ...]:
    """Return histograms or top values, missing and distinct counts.

    Raises
    ------
    EngineError
        ``rows.no_such_column``.
    """
    for name in columns:
        if name not in table.names:
            raise EngineError("rows.no_such_column", column=name)
    return tuple(_summary(table, name, bins) for name in columns)


def _summary(table: Table, name: str, bins: int) -> ColumnSummary:
    column = table.arrow.column(name)
    temporal = pa.types.is_temporal(column.type)
    if temporal or table.is_numeric(name):
        return _of_numbers(table, name, bins, temporal=temporal)
    counts = pc.value_counts(column)
    values = counts.field("values").to_pylist()
    n = np.asarray(counts.field("counts"))
    present = [i for i, value in enumerate(values) if value is not None]
    first = sorted(present, key=lambda i: (-n[i], str(values[i])))[:MOST_SHOWN]
    top = tuple((text_of(values[i]), int(n[i])) for i in first)
    n_present = int(sum(n[i] for i in present))
    return ColumnSummary(
        name=name,
        kind=Kind.BOOLEAN if pa.types.is_boolean(column.type) else Kind.CATEGORICAL,
        n_rows=table.n_rows,
        n_missing=table.n_rows - n_present,
        n_distinct=len(present),
        top=top,
        n_other=n_present - sum(count for _, count in top),
    )


def _of_numbers(table: Table, name: str, bins: int, *, temporal: bool) -> ColumnSummary:
    values = table.shown_numbers(name)
    finite = values[np.isfinite(values)]
    n_missing = int(np.isnan(values).sum())
    shown: dict[str, object] = {}
    if len(finite):
        low, high = float(finite.min()), float(finite.max())
        # halves keep the width finite for columns that reach the largest float
        width = high / 2 - low / 2
        if width > 0 and np.isfinite(2 * width):
            counts, edges = np.histogram(finite, bins=bins, range=(low, high))
        else:
            counts, edges = np.array([len(finite)]), np.array([low, high])
        with np.errstate(over="ignore", invalid="ignore"):
            mean, deviation = float(finite.mean()), float(finite.std())
        shown = {
            "edges": edges.astype(np.float64),
            "counts": counts.astype(np.int64),
            "quantiles": tuple(float(q) for q in np.quantile(finite, _QUANTILES)),
            "mean": mean,
            "deviation": deviation,
        }
    n_distinct = len(np.unique(values[~np.isnan(values)]))
    return ColumnSummary(
        name=name,
        kind=Kind.DATETIME if temporal else Kind.NUMERIC,
        n_rows=table.n_rows,
        n_missing=n_missing,
        n_infinite=int(np.isinf(values).sum()),
        n_distinct=n_distinct,
        **shown,  # type: ignore[arg-type]
    )
