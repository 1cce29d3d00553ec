"""Where the cells of a matrix lie, at any zoom and scroll."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

LEAST, MOST_WIDE, MOST_HIGH = 3.0, 160.0, 96.0
WORDS_WIDE, WORDS_HIGH = 34.0, 18.0
TWO_LINES_WIDE, TWO_LINES_HIGH = 52.0, 40.0
HEAD, TAIL = -1, -2


@dataclass(frozen=True)
class MatrixLayout:
    """The geometry of heads, cells and, after them, the rates of rows and columns.

    Lengths are in pixels of the viewport. ``TAIL`` stands for the row or column
    of rates, ``HEAD`` for the labels.
    """

    n_rows: int
    n_columns: int
    head_wide: float
    head_high: float
    cell_wide: float
    cell_high: float
    tail_wide: float
    tail_high: float
    room_wide: float
    room_high: float
    scroll_x: float = 0.0
    scroll_y: float = 0.0

    @property
    def worded(self) -> bool:
        """Whether a number fits into a cell."""
        return self.cell_wide >= WORDS_WIDE and self.cell_high >= WORDS_HIGH

    @property
    def two_lines(self) -> bool:
        """Whether a second line fits under the number."""
        return self.cell_wide >= TWO_LINES_WIDE and self.cell_high >= TWO_LINES_HIGH

    @property
    def cells(self) -> QRectF:
        """The visible area of the cells."""
        wide = min(
            self.n_columns * self.cell_wide,
            max(self.room_wide - self.head_wide - self.tail_wide, 0.0),
        )
        high = min(
            self.n_rows * self.cell_high,
            max(self.room_high - self.head_high - self.tail_high, 0.0),
        )
        return QRectF(self.head_wide, self.head_high, wide, high)

    @property
    def hidden(self) -> tuple[float, float]:
        """Pixels of the cells beyond the visible area, across and down."""
        area = self.cells
        return (
            max(self.n_columns * self.cell_wide - area.width(), 0.0),
            max(self.n_rows * self.cell_high - area.height(), 0.0),
        )

    def visible_rows(self) -> range:
        """Return the rows that show."""
        first = int(self.scroll_y // self.cell_high)
        last = int((self.scroll_y + self.cells.height()) // self.cell_high) + 1
        return range(first, min(last, self.n_rows))

    def visible_columns(self) -> range:
        """Return the columns that show."""
        first = int(self.scroll_x // self.cell_wide)
        last = int((self.scroll_x + self.cells.width()) // self.cell_wide) + 1
        return range(first, min(last, self.n_columns))

    def rect(self, row: int, column: int) -> QRectF:
        """Return the area of a cell, a label (``HEAD``) or a rate (``TAIL``)."""
        x, wide = self._across(column)
        y, high = self._down(row)
        return QRectF(x, y, wide, high)

    def at(self, place: QPointF) -> tuple[int, int] | None:
        """Return row and column under a place, ``None`` outside of all."""
        area = self.cells
        column = self._index(
            place.x(), area.left(), area.right(), self.tail_wide,
            (self.scroll_x, self.cell_wide, self.n_columns),
        )  # fmt: skip
        row = self._index(
            place.y(), area.top(), area.bottom(), self.tail_high,
            (self.scroll_y, self.cell_high, self.n_rows),
        )  # fmt: skip
        return None if row is None or column is None else (row, column)

    def _across(self, column: int) -> tuple[float, float]:
        if column == HEAD:
            return 0.0, self.head_wide
        if column == TAIL:
            return self.cells.right(), self.tail_wide
        return self.head_wide + column * self.cell_wide - self.scroll_x, self.cell_wide

    def _down(self, row: int) -> tuple[float, float]:
        if row == HEAD:
            return 0.0, self.head_high
        if row == TAIL:
            return self.cells.bottom(), self.tail_high
        return self.head_high + row * self.cell_high - self.scroll_y, self.cell_high

    @staticmethod
    def _index(
        place: float,
        low: float,
        high: float,
        tail: float,
        cells: tuple[float, float, int],
    ) -> int | None:
        scroll, side, count = cells
        if place < 0 or place >= high + tail:
            return None
        if place < low:
            return HEAD
        if place >= high:
            return TAIL
        return min(int((place - low + scroll) // side), count - 1)
