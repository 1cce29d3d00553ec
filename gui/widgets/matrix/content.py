"""What a matrix shows: numbers, labels and rates, in the order of display."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.selection import BUCKET, IN_BUCKET

if TYPE_CHECKING:
    from engine.contracts.results import Confusion
    from engine.contracts.tables import Cell, Table

TRUTH, PREDICTION = "@truth", "@prediction"
MOST_WORDED = 6
"""With more classes, labels stand alone: "true" before each would only repeat."""


@dataclass
class MatrixContent:
    """What a matrix shows, already in the order of display.

    Attributes
    ----------
    counts, selected
        ``(rows, columns)``; ``selected`` is ``None`` where nothing is.
    show
        ``counts``, ``rows`` or ``columns``: what the large number is a share of.
    totals
        Sums of the rows and of the columns.
    row_rates, column_rates, overall, rate_titles
        Rates (``nan`` where undefined) and their names, empty where there are none.
    """

    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    counts: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    selected: np.ndarray | None = None
    square: bool = False
    show: str = "counts"
    row_title: str = ""
    column_title: str = ""
    row_rates: tuple[float, ...] = ()
    column_rates: tuple[float, ...] = ()
    rate_titles: tuple[str, str] = ("", "")
    overall: float = float("nan")
    totals: tuple[np.ndarray, np.ndarray] = (np.zeros(0), np.zeros(0))

    def share(self, row: int, column: int, how: str) -> float:
        """Return a cell's share of its row or its column, 0 of nothing."""
        total = self.totals[0][row] if how == "rows" else self.totals[1][column]
        return float(self.counts[row, column] / total) if total > 0 else 0.0

    def lines(self, row: int, column: int) -> tuple[str, str]:
        """Return the large and the small text of a cell."""
        number = count_text(float(self.counts[row, column]))
        if self.show == "counts":
            return number, share_text(self.share(row, column, "rows"))
        return share_text(self.share(row, column, self.show)), number

    def as_table(self) -> Table:
        """Return the header and the rows, counts or shares, with their rates."""
        header = ["", *self.column_labels]
        rows: list[list[Cell]] = []
        for place, label in enumerate(self.row_labels):
            cells = range(len(self.column_labels))
            rows.append([label, *(self._value(place, c) for c in cells)])
        if self.row_rates:
            header.append(self.rate_titles[0])
            for row, rate in zip(rows, self.row_rates, strict=True):
                row.append(rate)
            rows.append([self.rate_titles[1], *self.column_rates, self.overall])
        return header, rows

    def _value(self, row: int, column: int) -> float:
        if self.show == "counts":
            return float(self.counts[row, column])
        return self.share(row, column, self.show)


def count_text(number: float) -> str:
    """Return a count; weighted ones with one decimal."""
    return numbers.count(number)


def share_text(share: float) -> str:
    """Return a share in percent, never rounded to all or nothing."""
    if share != share:
        return "–"
    if 0 < share < 0.0005:
        return f"<{numbers.fixed(0.1, 1)}\u202f%"
    if 0.9995 < share < 1:
        return f">{numbers.fixed(99.9, 1)}\u202f%"
    digits = 0 if share in (0.0, 1.0) else 1
    return f"{numbers.fixed(100 * share, digits)}\u202f%"


def arranged(table: np.ndarray, order: np.ndarray | None) -> np.ndarray:
    """Return a table with rows and columns in an order, as it is for ``None``."""
    if order is None:
        return table
    moved: np.ndarray = table[np.ix_(order, order)]
    return moved


def content_of(
    shown: Confusion,
    selected: np.ndarray | None,
    order: np.ndarray | None,
    *,
    show: str,
    titles: tuple[str, str],
) -> MatrixContent:
    """Return a table of counts as a matrix shows it.

    Parameters
    ----------
    selected
        Counts of the selected rows, ``None`` where nothing is selected.
    order
        Places of the classes in the order of display, ``None`` as they come.
    show
        ``counts``, ``rows`` or ``columns``.
    titles
        Names of the axis of rows and of the axis of columns.
    """
    table = arranged(shown.counts, order)
    totals = table.sum(axis=1), table.sum(axis=0)
    axes = (shown.row_column, shown.column_column)
    content = MatrixContent(
        row_labels=_labels(shown.row_labels, shown.row_column, order),
        column_labels=_labels(shown.column_labels, shown.column_column, order),
        counts=table,
        selected=None if selected is None else arranged(selected, order),
        square=shown.square and set(axes) == {TRUTH, PREDICTION},
        show=show,
        row_title=titles[0],
        column_title=titles[1],
        totals=totals,
    )
    if shown.square and axes == (TRUTH, PREDICTION):
        right = np.diag(table)
        content.row_rates = _rates(right, totals[0])
        content.column_rates = _rates(right, totals[1])
        content.rate_titles = (tr("recall"), tr("precision"))
        content.overall = _rates([right.sum()], [table.sum()])[0]
    return content


def _labels(
    labels: tuple[str, ...], axis: str, order: np.ndarray | None
) -> tuple[str, ...]:
    if order is not None:
        labels = tuple(labels[place] for place in order)
    if len(labels) > MOST_WORDED:
        return labels
    if axis == TRUTH:
        return tuple(tr("true {label}", label=name) for name in labels)
    if axis == PREDICTION:
        return tuple(tr("predicted {label}", label=name) for name in labels)
    if axis.startswith(BUCKET):
        return tuple(
            tr("in the group") if name == IN_BUCKET else tr("the rest")
            for name in labels
        )
    return labels


def _rates(right: Any, totals: Any) -> tuple[float, ...]:
    return tuple(
        float(hit / total) if total > 0 else float("nan")
        for hit, total in zip(right, totals, strict=True)
    )
