"""The table of buckets: how each fares beside the rest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from engine.contracts.i18n import mark, tr
from engine.contracts.model import Task
from engine.contracts.readings import numbers
from gui.item_models.cell_format import one_line
from gui.item_models.cells import Cell, Interval

if TYPE_CHECKING:
    from engine.contracts.results import Bucket, Buckets
    from engine.contracts.tables import Cell as Value
    from engine.contracts.tables import Table
    from gui.item_models.rows import Index

NAME, N, RATE, INTERVAL, RATIO, SHARE = range(6)
HEADINGS = (
    mark("group"),
    mark("n"),
    mark("error rate"),
    mark("95 % CI"),
    mark("× rest"),
    mark("of errors"),
)
_RIGHT = frozenset({N, RATE, RATIO, SHARE})
ROUND_ENDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
_NOWHERE = QModelIndex()


class BucketsModel(QAbstractTableModel):
    """One row a bucket, and all rows of the part at the end for comparison."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._result: Buckets | None = None
        self._rows: tuple[Bucket, ...] = ()
        self._top = 1.0
        self._widest = ""

    @property
    def result(self) -> Buckets | None:
        """What is shown."""
        return self._result

    def set_result(self, result: Buckets) -> None:
        """Show another table; rows come or go at the end."""
        rows = (*result.buckets, result.overall)
        before, after = len(self._rows), len(rows)
        if after > before:
            self.beginInsertRows(QModelIndex(), before, after - 1)
        elif after < before:
            self.beginRemoveRows(QModelIndex(), after, before - 1)
        self._result, self._rows = result, rows
        self._top = self._scale(result)
        self._widest = max((self._interval(row) for row in rows), key=len)
        if after > before:
            self.endInsertRows()
        elif after < before:
            self.endRemoveRows()
        self.dataChanged.emit(self.index(0, 0), self.index(after - 1, SHARE))

    def forget(self) -> None:
        """Show nothing."""
        self.beginResetModel()
        self._result, self._rows = None, ()
        self.endResetModel()

    def _scale(self, result: Buckets) -> float:
        highs = [b.high for b in self._rows if math.isfinite(b.high) and not b.small]
        top = max(highs, default=1.0)
        if result.task is Task.REGRESSION:
            return top or 1.0
        # A round end of the scale that holds still while the threshold moves.
        return next((end for end in ROUND_ENDS if top <= end), 1.0)

    def bucket(self, position: int) -> Bucket | None:
        """Return the bucket in a row; ``None`` for *all rows*."""
        if self._result is None or not 0 <= position < len(self._result.buckets):
            return None
        return self._result.buckets[position]

    def position_of(self, name: str) -> int:
        """Return the row of a bucket, ``-1`` if it is not there."""
        names = [bucket.name for bucket in self._rows[:-1]]
        return names.index(name) if name in names else -1

    # What the painting table asks

    def is_read(self, position: int, column: int) -> bool:
        """Return that everything is here already."""
        return True

    def row_number(self, position: int) -> int | None:
        """Return the row itself: buckets have no other number."""
        return position

    def need(self, top: int, bottom: int, left: int, right: int) -> None:
        """Everything is here already."""

    def cell(self, position: int, column: int) -> Cell:
        """Return what to paint at a place."""
        bucket = self._rows[position]
        overall = position == len(self._rows) - 1
        dimmed = bucket.small or bucket.n == 0 or overall
        text = self._text(bucket, column, overall=overall)
        if column == INTERVAL and math.isfinite(bucket.low):
            assert self._result is not None
            reference = self._result.overall.rate
            low, value, high = (
                min(end, self._top) for end in (bucket.low, bucket.rate, bucket.high)
            )
            interval = Interval(low, value, high, reference, self._top, self._widest)
            return Cell(text, muted=dimmed, interval=interval)
        bold = column == RATE and not dimmed
        return Cell(text, right=column in _RIGHT, muted=dimmed, bold=bold)

    def _text(self, bucket: Bucket, column: int, *, overall: bool) -> str:
        if column == NAME:
            return self._name(bucket, overall=overall)
        if column == N:
            return numbers.count(bucket.n)
        if column == RATE:
            return self._rate(bucket)
        if column == INTERVAL:
            return self._interval(bucket)
        if column == RATIO:
            return "" if overall else _ratio(bucket)
        if overall or bucket.share is None or not math.isfinite(bucket.share):
            return ""
        return numbers.percent(bucket.share)

    def _name(self, bucket: Bucket, *, overall: bool) -> str:
        if overall:
            return tr("all rows")
        name = one_line(bucket.name)
        if bucket.n == 0:
            return tr("{bucket} (no rows)", bucket=name)
        return tr("{bucket} (few rows)", bucket=name) if bucket.small else name

    def _rate(self, bucket: Bucket) -> str:
        write = numbers.figure if self._regression else numbers.percent
        return write(bucket.rate, bucket.low, bucket.high)

    @property
    def _regression(self) -> bool:
        return self._result is not None and self._result.task is Task.REGRESSION

    def _interval(self, bucket: Bucket) -> str:
        if not (math.isfinite(bucket.low) and math.isfinite(bucket.high)):
            return "–"
        write = numbers.interval if self._regression else numbers.percent_interval
        return write(bucket.low, bucket.high)

    # Qt's interface

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of buckets, and one for *all rows*."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(HEADINGS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a cell, and the rule of a bucket as its tip."""
        if not index.isValid():
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self._rows[index.row()].rule
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's heading."""
        if role != Qt.ItemDataRole.DisplayRole or section < 0:
            return None
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1)
        return self.titles()[section] if section < len(HEADINGS) else None

    def titles(self) -> list[str]:
        """Return the headings."""
        titles = [tr(heading) for heading in HEADINGS]
        if self._regression:
            titles[RATE] = tr("mean error")
            titles[SHARE] = tr("of error")
        return titles

    def as_table(self) -> Table:
        """Return the whole table, with each bucket's rule and ends of intervals."""
        titles = self.titles()
        header = [
            titles[NAME],
            titles[N],
            titles[RATE],
            tr("lower limit"),
            tr("upper limit"),
        ]
        header += [
            titles[RATIO],
            tr("lower limit"),
            tr("upper limit"),
            titles[SHARE],
            tr("rule"),
        ]
        rows: list[list[Value]] = []
        for place, one in enumerate(self._rows):
            name = self._name(one, overall=place == len(self._rows) - 1)
            ratio = (one.ratio, one.ratio_low, one.ratio_high)
            figures = (one.n, one.rate, one.low, one.high, *ratio, one.share)
            rows.append([name, *figures, one.rule])
        return header, rows


def _ratio(bucket: Bucket) -> str:
    ends = (bucket.ratio_low, bucket.ratio_high)
    if any(end is not None and not math.isfinite(end) for end in ends):
        return numbers.figure(bucket.ratio)
    return numbers.figure_with_interval(bucket.ratio, *ends)
