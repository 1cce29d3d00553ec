"""Widths of columns that follow what is in them, as it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt

from gui.widgets.cell_painter import PADDING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QTableView

    from gui.widgets.cell_painter import Cell, CellPainter

NARROWEST = 52
WIDEST = 230


class Rows(Protocol):
    """What a table of rows asks of the model behind it."""

    def rowCount(self) -> int: ...
    def columnCount(self) -> int: ...
    def cell(self, position: int, column: int) -> Cell: ...
    def is_read(self, position: int, column: int) -> bool: ...
    def row_number(self, position: int) -> int | None: ...
    def need(self, top: int, bottom: int, left: int, right: int) -> None: ...


class ColumnWidths:
    """Fits each column once: to its heading, and to its cells when they are read.

    Columns are read before they come into sight, so that nothing jumps.
    """

    def __init__(self, table: QTableView, cells: CellPainter) -> None:
        self._table, self._cells = table, cells
        self._limits = (NARROWEST, WIDEST)
        self._unfitted: set[int] = set()

    def start(self, rows: Rows, narrowest: int, widest: int) -> None:
        """Fit all columns anew, to their headings at first."""
        self._limits = (narrowest, widest)
        self._unfitted = set(range(rows.columnCount()))
        for column in self._unfitted:
            self._fit(column, ())

    def fit_read(self, rows: Rows, top: int, bottom: int) -> bool:
        """Fit the columns that have been read since; return whether there were any."""
        if not self._unfitted:
            return False
        read = {column for column in self._unfitted if rows.is_read(top, column)}
        self._unfitted -= read
        for column in read:
            places = range(top, bottom + 1)
            self._fit(column, [rows.cell(place, column) for place in places])
        return bool(read)

    def _fit(self, column: int, cells: Iterable[Cell]) -> None:
        model = self._table.model()
        title = str(model.headerData(column, Qt.Orientation.Horizontal))
        narrowest, widest = self._limits
        width = self._cells.width_of(title, cells) + 2 * PADDING
        self._table.setColumnWidth(column, min(max(width, narrowest), widest))
