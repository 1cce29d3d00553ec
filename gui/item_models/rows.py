"""Rows of a view, read a window at a time from the engine.

The model holds the rows in sight and a little more, whatever the size of the
view. At most one request is under way: while the user scrolls, only the place
where the eye is now is asked for next, so a long scroll asks for little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from engine.contracts.i18n import tr, trn
from engine.contracts.readings import numbers
from engine.contracts.requests import ReadRows
from gui.item_models.blocks import (
    BLOCK_COLUMNS,
    BLOCK_ROWS,
    Blocks,
    blocks_between,
    columns_of,
)
from gui.item_models.cells import WAITING, Cell, CellMaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.results import RowsWindow, ViewInfo
    from engine.contracts.tables import Cell as Value
    from engine.contracts.tables import Table
    from gui.item_models.cells import Answers
    from gui.item_models.shown_columns import ShownColumn

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Engine(Protocol):
    """The part of the engine client that a table needs."""

    def submit(
        self,
        request: Any,
        *,
        on_result: Callable[[Any], None] | None = None,
        on_error: Callable[[Any], None] | None = None,
        on_cancelled: Callable[[], None] | None = None,
        label: str = "",
    ) -> Any:
        """Send a request; callbacks run in the window's thread."""


class RowsModel(QAbstractTableModel):
    """A view of any size as a table. Cells not read yet show ``…``.

    Signals
    -------
    adopted
        A new view is shown from now on.
    filled
        Cells have arrived.
    failed
        The engine could not read (an ``ErrorInfo``).
    """

    adopted = Signal(object)
    filled = Signal()
    failed = Signal(object)

    def __init__(self, engine: Engine, parent: Any = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._columns: tuple[ShownColumn, ...] = ()
        self._view: ViewInfo | None = None
        self._next: ViewInfo | None = None
        self._blocks = Blocks()
        self._wanted = (0, 32, 0, BLOCK_COLUMNS - 1)
        self._asking = False
        self._held = False
        self._maker = CellMaker()

    # What is shown

    @property
    def columns(self) -> tuple[ShownColumn, ...]:
        """The columns, in order."""
        return self._columns

    @property
    def view(self) -> ViewInfo | None:
        """The view that is shown, ``None`` before the first."""
        return self._view

    def set_columns(self, columns: tuple[ShownColumn, ...]) -> None:
        """Show other columns; a view must follow, to read their rows from."""
        if columns == self._columns:
            return
        self.beginResetModel()
        self._held = True
        self._columns = columns
        self._blocks.clear()
        self._maker.forget_formats()
        self.endResetModel()

    def show_view(self, info: ViewInfo) -> None:
        """Change to another view, once the rows in sight have arrived.

        Until then the old rows stay, so that nothing flickers.
        """
        self._next = info
        self._ask()

    def hold(self) -> None:
        """Read no more of this view: the engine that had it is gone."""
        self._held = True
        self._next = None

    def forget(self) -> None:
        """Show nothing."""
        self.beginResetModel()
        self._view = self._next = None
        self._blocks.clear()
        self._maker.forget_formats()
        self.endResetModel()

    @property
    def answers(self) -> Answers | None:
        """What the model answered, for the cells that nobody need be asked for."""
        return self._maker.answers

    @answers.setter
    def answers(self, answers: Answers | None) -> None:
        """Take answers that a view yet to come is shown with."""
        self._maker.answers = answers

    def set_answers(self, answers: Answers | None) -> None:
        """Take other answers (a moved threshold); cells in sight follow at once."""
        self.answers = answers
        self._blocks.make_again()
        self._all_changed()

    # Asking the engine

    def need(self, top: int, bottom: int, left: int, right: int) -> None:
        """Say which cells are in sight; they and their neighbours are read."""
        self._wanted = (top, bottom, left, right)
        self._ask()

    def _ask(self) -> None:
        if self._asking or not self._columns:
            return
        if self._next is not None:
            self._ask_first_window(self._next)
        elif self._view is not None and not self._held:
            self._ask_missing(self._view)

    def _ask_first_window(self, info: ViewInfo) -> None:
        if info.n_rows == 0:
            self._adopt(info)
            return
        top, bottom, left, right = self._wanted
        last = (info.n_rows - 1) // BLOCK_ROWS
        first_block = min(top // BLOCK_ROWS, last)
        last_block = min(max(bottom // BLOCK_ROWS, first_block), last)
        rows = range(first_block, last_block + 1)
        self._read(info, rows, self._column_blocks(left, right))

    def _ask_missing(self, info: ViewInfo) -> None:
        if info.n_rows == 0:
            return
        top, bottom, left, right = self._wanted
        span = max(bottom - top, 1)
        # In sight first; then as much again above, below and to both sides.
        for rows, columns in (
            ((top, bottom), (left, right)),
            ((top - span, bottom + span), (left, right)),
            ((top, bottom), (left - BLOCK_COLUMNS, right + BLOCK_COLUMNS)),
        ):
            if self._ask_span(info, rows, self._column_blocks(*columns)):
                return

    def _ask_span(
        self, info: ViewInfo, rows: tuple[int, int], column_blocks: range
    ) -> bool:
        first, last = max(rows[0], 0), min(max(rows[1], 0), info.n_rows - 1)
        missing = self._blocks.missing(first, last, column_blocks)
        if missing[0]:
            self._read(info, *missing)
        return bool(missing[0])

    def _column_blocks(self, left: int, right: int) -> range:
        return blocks_between(left, right, len(self._columns))

    def _read(self, info: ViewInfo, row_blocks: range, column_blocks: range) -> None:
        start = row_blocks.start * BLOCK_ROWS
        stop = min(row_blocks.stop * BLOCK_ROWS, info.n_rows)
        shown = self._columns
        names = tuple(
            dict.fromkeys(
                column.name
                for block in column_blocks
                for column in columns_of(shown, block)
                if not self._maker.is_local(column)
            )
        )
        self._asking = True

        def arrived(window: RowsWindow) -> None:
            self._asking = False
            self._take(info, window, shown, column_blocks)
            self._ask()

        def failed(error: object) -> None:
            self._asking = False
            if info in (self._view, self._next):
                self._next = None if info is self._next else self._next
                self.failed.emit(error)
            elif self._next is not None:
                self._ask()

        request = ReadRows(view=info.view, start=start, stop=stop, columns=names)
        self._engine.submit(
            request,
            on_result=arrived,
            on_error=failed,
            on_cancelled=lambda: failed(None),
        )

    def _take(
        self,
        info: ViewInfo,
        window: RowsWindow,
        shown: tuple[ShownColumn, ...],
        column_blocks: range,
    ) -> None:
        if shown is not self._columns or info not in (self._view, self._next):
            return
        if info is self._next:
            self._adopt(info)
        self._blocks.take(window, shown, column_blocks)
        last = window.start + len(window.rows) - 1
        left = column_blocks.start * BLOCK_COLUMNS
        right = min(column_blocks.stop * BLOCK_COLUMNS, len(shown)) - 1
        self.dataChanged.emit(self.index(window.start, left), self.index(last, right))
        self.filled.emit()

    def _adopt(self, info: ViewInfo) -> None:
        """Show ``info``; rows come or go at the end, so the place is kept."""
        self._next, self._held = None, False
        before = self._view.n_rows if self._view is not None else 0
        if info.n_rows > before:
            self.beginInsertRows(QModelIndex(), before, info.n_rows - 1)
        elif info.n_rows < before:
            self.beginRemoveRows(QModelIndex(), info.n_rows, before - 1)
        self._view = info
        self._blocks.clear()
        if info.n_rows > before:
            self.endInsertRows()
        elif info.n_rows < before:
            self.endRemoveRows()
        self.adopted.emit(info)

    def _all_changed(self) -> None:
        if self._view is not None and self._view.n_rows and self._columns:
            self.dataChanged.emit(
                self.index(0, 0),
                self.index(self._view.n_rows - 1, len(self._columns) - 1),
            )
        self.filled.emit()

    # Cells

    def row_number(self, position: int) -> int | None:
        """Return the number in the part of the row at ``position``, if read."""
        in_sight = self._column_blocks(*self._wanted[2:])
        block = self._blocks.of_rows(position, in_sight)
        offset = position % BLOCK_ROWS
        if block is None or offset >= len(block.rows):
            return None
        return int(block.rows[offset])

    def is_read(self, position: int, column: int) -> bool:
        """Return whether a cell has arrived."""
        return self._blocks.at(position, column) is not None

    def cell(self, position: int, column: int) -> Cell:
        """Return what to paint at a place. Cheap: called for every cell in sight."""
        block = self._blocks.at(position, column)
        if block is None:
            return Cell(WAITING, muted=True, right=self._columns[column].right)
        place = (position % BLOCK_ROWS, column)
        cell = block.cells.get(place)
        if cell is None:
            cell = self._maker.make(block, place[0], self._columns[column])
            block.cells[place] = cell
        return cell

    def as_table(self) -> Table:
        """Return the rows read so far round the place in sight."""
        first = last = self._wanted[0]
        while first > 0 and self.row_number(first - 1) is not None:
            first -= 1
        while self.row_number(last) is not None:
            last += 1
        titles = [column.title for column in self._columns]
        rows: list[list[Value]] = [
            [self._value(place, column) for column in range(len(titles))]
            for place in range(first, last)
        ]
        left_out = self.rowCount() - len(rows)
        if left_out:
            note = trn(
                "… {n} row more: use Export", "… {n} rows more: use Export", left_out
            )
            rows.append([note, *[None] * (len(titles) - 1)])
        return titles, rows

    def _value(self, position: int, column: int) -> Value:
        block = self._blocks.at(position, column)
        if block is None:
            return WAITING
        offset = position % BLOCK_ROWS
        return self._maker.value(block, offset, self._columns[column])

    # Qt's interface: screen readers, tests and headers come through here

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of rows of the view."""
        return 0 if parent.isValid() or self._view is None else self._view.n_rows

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a cell, its alignment, and what it says aloud."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight
                if self._columns[index.column()].right
                else Qt.AlignmentFlag.AlignLeft
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            cell = self.cell(index.row(), index.column())
            return tr("{label}, wrong", label=cell.text) if cell.wrong else cell.text
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's heading or a row's number."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Horizontal:
            return self._columns[section].title if section < len(self._columns) else ""
        number = self.row_number(section)
        return WAITING if number is None else numbers.count(number)
