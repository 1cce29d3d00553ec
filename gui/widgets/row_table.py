"""A table that paints itself: any number of rows at the speed of the screen.

Qt asks a delegate for every cell through several calls into Python. Here one
``paintEvent`` walks over the cells in sight, which is what makes a million rows
by a hundred columns scroll smoothly. Everything else (keys, header, screen
readers) stays Qt's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QTableView,
    QWidget,
)

from gui.widgets.cell_painter import ROW_HEIGHT, CellPainter
from gui.widgets.column_widths import NARROWEST, WIDEST, ColumnWidths
from gui.widgets.row_grounds import RowGrounds
from gui.widgets.row_numbers import RowNumbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gui.services.theme import Tokens
    from gui.widgets.column_widths import Rows

Index = QModelIndex | QPersistentModelIndex
_NO_MODIFIER = Qt.KeyboardModifier.NoModifier
_PICKERS = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
)


class RowTable(QTableView):
    """Rows to look at, step through and pick.

    Signals
    -------
    stepped
        The user went to another row: its position and its number.
    picked
        Rows ``first … last`` (positions) were picked, with the keys held.
    chosen
        A row was clicked, or Enter pressed on it: its position.
    opened
        A row was double-clicked, or Enter pressed on it: its number.
    column_menu_wanted
        The menu of a column is wanted, at a place on the screen.
    seen
        First and last column in sight.
    resized
        Width and height of the table with its headings.
    """

    stepped = Signal(int, int)
    picked = Signal(int, int, object)
    chosen = Signal(int)
    opened = Signal(int)
    column_menu_wanted = Signal(int, QPoint)
    seen = Signal(int, int)
    resized = Signal(int, int)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setCornerWidget(QWidget())
        # every pixel is painted here: what was in sight is moved, not painted anew
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.numbers = RowNumbers()
        self.setVerticalHeader(self.numbers)
        self._colours: dict[str, QColor] = {}
        self._grounds = RowGrounds()
        self._anchor = 0
        self._quiet = False
        self._pending: int | None = None
        self._cells = CellPainter(self.font())
        self._widths = ColumnWidths(self, self._cells)

    # What the owner says

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self._cells.apply_theme(tokens)
        self._colours = self._grounds.colours = self._cells.colours
        self.numbers.apply_theme(tokens)
        self.viewport().update()

    def set_tinted(self, tinted: Callable[[int], bool] | None) -> None:
        """Say which row numbers are in the selection, to be tinted."""
        self._grounds.tinted = tinted
        self.viewport().update()

    def mark_row(self, number: int | None) -> None:
        """Highlight the current row, wherever it is."""
        self._grounds.marked = number
        self.viewport().update()

    def go_to(self, position: int, *, reveal: bool = True) -> None:
        """Move the cursor to a position without saying so."""
        model = self.model()
        if not 0 <= position < model.rowCount():
            return
        self._quiet = True
        self.setAutoScroll(reveal)
        column = max(self.currentIndex().column(), 0)
        self.setCurrentIndex(model.index(position, column))
        self.setAutoScroll(True)
        self._quiet = False

    def fit_columns(self, narrowest: int = NARROWEST, widest: int = WIDEST) -> None:
        """Give every column the width of its heading and of the rows in sight."""
        self._widths.start(self._rows(), narrowest, widest)
        self._fit_read_columns()
        self._tell_need()  # other columns are in the same places

    def _fit_read_columns(self) -> None:
        if self._rows().rowCount():
            top, bottom = self._rows_between(0, self.viewport().height())
            if self._widths.fit_read(self._rows(), top, bottom):
                self._tell_need()  # narrower ones let others come into sight

    # Qt

    def changeEvent(self, event: Any) -> None:
        """Follow the font of the program."""
        super().changeEvent(event)
        if event.type() == event.Type.FontChange:
            self._cells.set_font(self.font())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the rows that came into sight."""
        super().resizeEvent(event)
        self.resized.emit(self.width(), self.height())
        self._tell_need()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Ask for the rows that came into sight."""
        super().scrollContentsBy(dx, dy)
        if dx and self.hasFocus():
            self._repaint_focus()  # its frame ends where the view does
        self._tell_need()

    def _repaint_focus(self) -> None:
        y = self.visualRect(self.currentIndex()).y()
        self.viewport().update(0, y, self.viewport().width(), ROW_HEIGHT)

    def _tell_need(self) -> None:
        if self.model() is None:
            return
        top, bottom = self._rows_between(0, self.viewport().height())
        left, right = self._columns_between(0, self.viewport().width())
        self._rows().need(top, bottom, left, right)
        self.seen.emit(left, right)

    def _rows(self) -> Rows:
        return cast("Rows", self.model())

    def _rows_between(self, y0: int, y1: int) -> tuple[int, int]:
        first = max((y0 + self.verticalOffset()) // ROW_HEIGHT, 0)
        last = (y1 + self.verticalOffset()) // ROW_HEIGHT
        return first, min(last, self._rows().rowCount() - 1)

    def _columns_between(self, x0: int, x1: int) -> tuple[int, int]:
        count = self._rows().columnCount()
        first, last = self.columnAt(x0), self.columnAt(x1)
        return max(first, 0), (count - 1 if last < 0 else last)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells that came into sight, or changed."""
        painter = QPainter(self.viewport())
        for area in cast("Iterable[QRect]", event.region()):
            painter.setClipRect(area)
            self._paint_area(painter, area)

    def _paint_area(self, painter: QPainter, area: QRect) -> None:
        painter.fillRect(area, self._colours["panel"])
        if self.model() is None or not self._rows().columnCount():
            return
        first, last = self._rows_between(area.top(), area.bottom())
        left, right = self._columns_between(area.left(), area.right())
        rows, offset = self._rows(), self.verticalOffset()
        in_sight = (
            (place * ROW_HEIGHT - offset, place, rows.row_number(place))
            for place in range(first, last + 1)
        )
        self._grounds.paint(painter, in_sight, self.viewport().width())
        for column in range(left, right + 1):
            if self.isColumnHidden(column):
                continue
            cells = (
                (place * ROW_HEIGHT - offset, rows.cell(place, column))
                for place in range(first, last + 1)
            )
            x, width = self.columnViewportPosition(column), self.columnWidth(column)
            self._cells.paint_column(painter, cells, x, width)
        self._paint_focus(painter)

    def _paint_focus(self, painter: QPainter) -> None:
        index = self.currentIndex()
        if not self.hasFocus() or not index.isValid():
            return
        y = index.row() * ROW_HEIGHT - self.verticalOffset()
        painter.setPen(QPen(self._colours["accent"], 1))
        painter.drawRect(
            QRectF(0.5, y + 0.5, self.viewport().width() - 1, ROW_HEIGHT - 2)
        )
        # The cell the keyboard is in, for the menu of its column.
        x = self.columnViewportPosition(index.column())
        width = self.columnWidth(index.column())
        painter.fillRect(x, y + ROW_HEIGHT - 3, width, 2, self._colours["accent"])

    def _repaint_cells(self, top_left: Index, bottom_right: Index) -> None:
        """Repaint what is in sight of a range: more is read than is."""
        top, bottom = self._rows_between(0, self.viewport().height())
        top, bottom = max(top, top_left.row()), min(bottom, bottom_right.row())
        left, right = self._columns_between(0, self.viewport().width())
        left, right = max(left, top_left.column()), min(right, bottom_right.column())
        if top > bottom or left > right:
            return
        y, height = self.rowViewportPosition(top), (bottom - top + 1) * ROW_HEIGHT
        x = self.columnViewportPosition(left)
        width = self.columnViewportPosition(right) + self.columnWidth(right) - x
        self.viewport().update(x, y, width, height)
        numbers = self.verticalHeader().viewport()
        numbers.update(0, y, numbers.width(), height)

    # Mouse and keys

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which row is current now."""
        super().currentChanged(current, previous)
        self.viewport().update()
        if self._quiet or not current.isValid() or current.row() == previous.row():
            return
        self._step_to(current.row())

    def _step_to(self, position: int) -> None:
        number = self._rows().row_number(position)
        # After a long jump the row is not read yet: say it when it has come.
        self._pending = position if number is None else None
        if number is not None:
            self.stepped.emit(position, number)

    def dataChanged(
        self, top_left: Index, bottom_right: Index, roles: Any = ()
    ) -> None:
        """Repaint, fit new columns, and step to the row a jump was waiting for."""
        self._fit_read_columns()
        self._repaint_cells(top_left, bottom_right)
        if self._pending is not None:
            self._step_to(self._pending)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to a row, or begin to pick several."""
        position = self.rowAt(event.position().toPoint().y())
        held = event.modifiers() & _PICKERS
        if position < 0 or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        elif held:
            first = self._anchor if _shift(held) else position
            self._anchor = position
            self.go_to(position)
            self.picked.emit(min(first, position), max(first, position), held)
        else:
            self._anchor = position
            self._grounds.drag = (position, position)
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stretch the range that is being picked."""
        if self._grounds.drag is None:
            super().mouseMoveEvent(event)
            return
        place = event.position().toPoint()
        height = self.viewport().height()
        bar = self.verticalScrollBar()
        if place.y() < 0 or place.y() > height:
            step = -ROW_HEIGHT if place.y() < 0 else ROW_HEIGHT
            bar.setValue(bar.value() + step)
        position = self.rowAt(min(max(place.y(), 0), height - 1))
        if position >= 0 and position != self._grounds.drag[1]:
            self._grounds.drag = (self._grounds.drag[0], position)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Pick the rows the mouse went over."""
        drag, self._grounds.drag = self._grounds.drag, None
        super().mouseReleaseEvent(event)
        if drag is None:
            return
        self.viewport().update()
        if drag[0] == drag[1]:
            self.chosen.emit(drag[0])
        else:
            self.picked.emit(min(drag), max(drag), _NO_MODIFIER)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the row under the mouse."""
        self._grounds.drag = None
        self._open(self.rowAt(event.position().toPoint().y()))

    def _open(self, position: int) -> None:
        number = self._rows().row_number(position) if position >= 0 else None
        if number is not None:
            self.opened.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pick with Space and Shift+arrows, open with Enter, menu with Alt+Down."""
        index, key, held = self.currentIndex(), event.key(), event.modifiers()
        if not index.isValid():
            super().keyPressEvent(event)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.chosen.emit(index.row())
            self._open(index.row())
        elif key == Qt.Key.Key_Space:
            toggle = Qt.KeyboardModifier.ControlModifier
            self._anchor = index.row()
            self.picked.emit(index.row(), index.row(), toggle)
        elif key == Qt.Key.Key_Menu or (
            key == Qt.Key.Key_Down and held & Qt.KeyboardModifier.AltModifier
        ):
            self._ask_menu(index.column())
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.picked.emit(0, self._rows().rowCount() - 1, _NO_MODIFIER)
        elif _shift(held) and key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self._stretch(index.row(), -1 if key == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)
            if not _shift(held):
                self._anchor = max(self.currentIndex().row(), 0)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: Qt would read every row of the view to find a letter."""

    def _stretch(self, position: int, step: int) -> None:
        there = position + step
        if 0 <= there < self._rows().rowCount():
            self.setCurrentIndex(
                self.model().index(there, self.currentIndex().column())
            )
            low, high = sorted((self._anchor, there))
            self.picked.emit(low, high, Qt.KeyboardModifier.ShiftModifier)

    def _ask_menu(self, column: int) -> None:
        x = self.columnViewportPosition(column)
        header = self.horizontalHeader()
        place = header.mapToGlobal(QPoint(x, header.height()))
        self.column_menu_wanted.emit(column, place)


def _shift(held: Qt.KeyboardModifier) -> bool:
    return bool(held & Qt.KeyboardModifier.ShiftModifier)
