"""Cells of a view that have been read, in blocks; the least used make room."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from engine.contracts.results import ColumnWindow
from gui.item_models.cells import Block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.contracts.results import RowsWindow
    from gui.item_models.shown_columns import ShownColumn

BLOCK_ROWS = 128
BLOCK_COLUMNS = 16
MAX_BLOCKS = 256


class Blocks:
    """Blocks by the numbers of their rows and of their columns."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[tuple[int, int], Block] = OrderedDict()

    def __len__(self) -> int:
        return len(self._blocks)

    def clear(self) -> None:
        """Forget what was read."""
        self._blocks.clear()

    def make_again(self) -> None:
        """Keep what was read, and have its cells made anew."""
        for block in self._blocks.values():
            block.cells.clear()

    def at(self, position: int, column: int) -> Block | None:
        """Return the block of a cell, if it has been read."""
        return self._blocks.get((position // BLOCK_ROWS, column // BLOCK_COLUMNS))

    def of_rows(self, position: int, columns: range) -> Block | None:
        """Return any block of a row among blocks of columns."""
        row = position // BLOCK_ROWS
        found = (self._blocks.get((row, column)) for column in columns)
        return next((block for block in found if block is not None), None)

    def missing(self, first: int, last: int, columns: range) -> tuple[range, range]:
        """Return the block rows and columns that hold all that was not read yet."""
        asked = [
            (row, column)
            for row in range(first // BLOCK_ROWS, last // BLOCK_ROWS + 1)
            for column in columns
            if (row, column) not in self._blocks
        ]
        if not asked:
            return range(0), range(0)
        rows, wanted = zip(*asked, strict=True)
        return range(min(rows), max(rows) + 1), range(min(wanted), max(wanted) + 1)

    def take(
        self, window: RowsWindow, shown: Sequence[ShownColumn], columns: range
    ) -> None:
        """Keep what has arrived for blocks of the columns that are shown."""
        by_name = {column.name: column for column in window.columns}
        for start in range(window.start, window.start + len(window.rows), BLOCK_ROWS):
            rows = slice(start - window.start, start - window.start + BLOCK_ROWS)
            for block in columns:
                cut = {
                    column.name: _cut(by_name[column.name], rows)
                    for column in columns_of(shown, block)
                    if column.name in by_name
                }
                key = (start // BLOCK_ROWS, block)
                self._blocks[key] = Block(window.rows[rows], cut, {})
                self._blocks.move_to_end(key)
        while len(self._blocks) > MAX_BLOCKS:
            self._blocks.popitem(last=False)


def blocks_between(left: int, right: int, n_columns: int) -> range:
    """Return the blocks of the columns from ``left`` to ``right``."""
    last = n_columns - 1
    left, right = min(max(left, 0), last), min(max(right, 0), last)
    return range(left // BLOCK_COLUMNS, right // BLOCK_COLUMNS + 1)


def columns_of(shown: Sequence[ShownColumn], block: int) -> Sequence[ShownColumn]:
    """Return the columns of one block."""
    return shown[block * BLOCK_COLUMNS : (block + 1) * BLOCK_COLUMNS]


def _cut(window: ColumnWindow, rows: slice) -> ColumnWindow:
    cut = None if window.numbers is None else window.numbers[rows]
    return ColumnWindow(
        name=window.name, kind=window.kind, numbers=cut, texts=window.texts[rows]
    )
