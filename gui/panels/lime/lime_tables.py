"""A local line as tables, and the random rows nearest to its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtGui import QFont

from engine.contracts.i18n import tr
from engine.contracts.readings import lime as reading_of
from engine.contracts.readings import numbers
from engine.contracts.selection import Missing, Range, Values

if TYPE_CHECKING:
    from PySide6.QtCore import QPersistentModelIndex

    from engine.contracts.results import Condition, Lime, LimeRows
    from engine.contracts.selection import Selection
    from engine.contracts.tables import Cell, Table

    Index = QModelIndex | QPersistentModelIndex

_NO_INDEX = QModelIndex()
_FIRST = 3  # columns before the features
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def recipe(term: Condition, column: str) -> Selection:
    """Return the rows that meet a condition."""
    if term.missing:
        return Missing(column)
    if term.label is not None:
        return Values(column, (term.label,))
    return Range(column, term.low, term.high, low_closed=False, high_closed=True)


def weights_table(shown: Lime) -> Table:
    """Return conditions, weights and how steady they are."""
    header = [
        tr("condition"),
        tr("weight"),
        tr("standard deviation"),
        tr("other sign"),
        tr("best rank"),
        tr("worst rank"),
    ]
    steady = shown.stability
    return header, [
        [
            shown.conditions[m],
            float(shown.weights[m]),
            float(steady.spread[m]),
            float(steady.sign_flips[m]),
            int(steady.rank_low[m]),
            int(steady.rank_high[m]),
        ]
        for m in range(len(shown.weights))
    ]


def settings_table(shown: Lime) -> Table:
    """Return every setting that was tried."""
    header = [
        tr("kernel width"),
        tr("random rows"),
        "R²",
        tr("weights vary by"),
        tr("effective sample size"),
    ]
    tried = shown.settings
    if tried is None:
        return header, []
    return header, [
        [
            float(width),
            int(n),
            *(
                float(part[a, b])
                for part in (tried.r2, tried.instability, tried.n_effective)
            ),
        ]
        for a, width in enumerate(tried.kernel_widths.tolist())
        for b, n in enumerate(tried.num_samples.tolist())
    ]


def rows_table(shown: LimeRows) -> Table:
    """Return fidelity and weights of many rows."""
    header = [tr("row"), "R²", tr("model"), tr("linear model"), *shown.feature_names]
    return header, [
        [
            int(row),
            float(shown.r2[i]),
            float(shown.model_predictions[i]),
            float(shown.local_predictions[i]),
            *(float(value) for value in shown.values[i].tolist()),
        ]
        for i, row in enumerate(shown.row_ids.tolist())
    ]


class NearRows(QAbstractTableModel):
    """Random rows that share most conditions with the explained one.

    What they do not share is written in bold.
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: Lime | None = None
        self._bold = QFont()
        self._bold.setBold(True)

    def show(self, shown: Lime | None) -> None:
        """Show the neighbours of another row."""
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many rows there are."""
        return (
            0 if self._shown is None or parent.isValid() else len(self._shown.nearest)
        )

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return three figures and the features."""
        if self._shown is None or parent.isValid():
            return 0
        return _FIRST + len(self._shown.feature_names)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = 0
    ) -> Any:
        """Return what a column is."""
        if self._shown is None or role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1)
        heads = (tr("weight"), tr("model"), tr("linear model"))
        if section < _FIRST:
            return heads[section]
        return self._shown.feature_names[section - _FIRST]

    def data(self, index: Index, role: int = 0) -> Any:
        """Return a figure or a value."""
        if self._shown is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(_RIGHT)
        feature = index.column() - _FIRST
        if role == Qt.ItemDataRole.FontRole and feature >= 0:
            shared = self._shown.nearest_shared[index.row(), feature]
            return None if shared else self._bold
        return None

    def value(self, row: int, column: int) -> Cell:
        """Return one cell: a number, a label, or ``None`` where it is missing."""
        shown = self._shown
        assert shown is not None
        place = int(shown.nearest[row])
        if column < _FIRST:
            parts = (shown.kernel_weights, shown.predictions, shown.local_predictions)
            return float(parts[column][place])
        value = float(shown.nearest_data[row, column - _FIRST])
        if np.isnan(value):
            return None
        labels = shown.nearest_categories[column - _FIRST]
        return labels[int(value)] if labels else value

    def text(self, row: int, column: int) -> str:
        """Return one cell as it is shown."""
        value = self.value(row, column)
        if value is None:
            return tr("missing")
        if not isinstance(value, float):
            return str(value)
        if column < _FIRST:
            return numbers.fixed(value, 3)
        return reading_of.figure_text(value)

    def as_table(self) -> Table:
        """Return all of it."""
        across = range(self.columnCount())
        head = Qt.Orientation.Horizontal
        role = Qt.ItemDataRole.DisplayRole
        return [str(self.headerData(c, head, role)) for c in across], [
            [self.value(r, c) for c in across] for r in range(self.rowCount())
        ]
