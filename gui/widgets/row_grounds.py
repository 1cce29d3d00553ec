"""What lies behind the cells of a row: selected, current, being picked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.widgets.cell_painter import ROW_HEIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtGui import QColor, QPainter


class RowGrounds:
    """Paints the grounds of rows, and the lines between them.

    Attributes
    ----------
    tinted
        Says which row numbers are in the selection.
    marked
        Number of the current row.
    drag
        First and last position that the mouse goes over, in its order.
    """

    def __init__(self) -> None:
        self.colours: dict[str, QColor] = {}
        self.tinted: Callable[[int], bool] | None = None
        self.marked: int | None = None
        self.drag: tuple[int, int] | None = None

    def paint(
        self,
        painter: QPainter,
        rows: Iterable[tuple[int, int, int | None]],
        width: int,
    ) -> None:
        """Paint rows, each given by its top, its position and its number."""
        line = self.colours["line"]
        for y, position, number in rows:
            ground = self._of(position, number)
            if ground is not None:
                painter.fillRect(0, y, width, ROW_HEIGHT - 1, ground)
            painter.fillRect(0, y + ROW_HEIGHT - 1, width, 1, line)

    def _of(self, position: int, number: int | None) -> QColor | None:
        if self.drag is not None:
            low, high = sorted(self.drag)
            if low <= position <= high:
                return self.colours["selection"]
        if number is None:
            return None
        if number == self.marked:
            return self.colours["accent_soft"]
        if self.tinted is not None and self.tinted(number):
            return self.colours["selection"]
        return None
