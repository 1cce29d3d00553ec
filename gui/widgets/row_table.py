"""A table that paints itself: any number of rows at the speed of the screen.

Qt asks a delegate for every cell through several calls into Python. Here one
``paintEvent`` walks over the cells in sight, which is what makes a million rows
by a hundred columns scroll smoothly. Everything else (keys, header, screen
readers) stays Qt's.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, cast

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from gui.widgets.interval_bar import paint_interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from gui.widgets.interval_bar import Interval

ROW_HEIGHT = 26
PADDING = 8
BAR_WIDTH = 44
_NO_MODIFIER = Qt.KeyboardModifier.NoModifier
_PICKERS = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
)


class Cell(Protocol):
    """What is painted in one cell."""

    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def right(self) -> bool: ...  # noqa: D102
    @property
    def muted(self) -> bool: ...  # noqa: D102
    @property
    def bold(self) -> bool: ...  # noqa: D102
    @property
    def wrong(self) -> bool: ...  # noqa: D102
    @property
    def bar(self) -> float | None: ...  # noqa: D102
    @property
    def interval(self) -> Interval | None: ...  # noqa: D102


class Rows(Protocol):
    """The model behind the table."""

    def rowCount(self) -> int: ...  # noqa: D102
    def columnCount(self) -> int: ...  # noqa: D102
    def cell(self, position: int, column: int) -> Cell: ...  # noqa: D102
    def row_number(self, position: int) -> int | None: ...  # noqa: D102
    def need(self, top: int, bottom: int, left: int, right: int) -> None: ...  # noqa: D102


class Tokens(Protocol):
    """The colours of the theme that a table uses."""

    @property
    def panel(self) -> str: ...  # noqa: D102
    @property
    def line(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def muted(self) -> str: ...  # noqa: D102
    @property
    def accent(self) -> str: ...  # noqa: D102
    @property
    def accent_soft(self) -> str: ...  # noqa: D102
    @property
    def warning(self) -> str: ...  # noqa: D102
    @property
    def selection(self) -> str: ...  # noqa: D102


class RowTable(QTableView):
    """Rows to look at, step through and pick.

    Signals
    -------
    stepped
        The user went to another row: its position and its number.
    picked
        Rows ``first … last`` (positions) were picked, with the keys held.
    opened
        A row was double-clicked, or Enter pressed on it: its number.
    column_menu_wanted
        The menu of a column is wanted, at a place on the screen.
    """

    stepped = Signal(int, int)
    picked = Signal(int, int, object)
    opened = Signal(int)
    column_menu_wanted = Signal(int, QPoint)

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
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setMinimumSectionSize(ROW_HEIGHT)
        rows.setSectionsClickable(False)
        self._colours: dict[str, QColor] = {}
        self._tinted: Callable[[int], bool] | None = None
        self._marked: int | None = None
        self._drag: tuple[int, int] | None = None
        self._anchor = 0
        self._quiet = False
        self._pending: int | None = None
        self._set_fonts()

    # What the owner says

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        names = ("panel", "line", "text", "muted", "accent", "accent_soft")
        for name in (*names, "warning", "selection"):
            self._colours[name] = QColor(getattr(tokens, name))
        self._colours["bar"] = _mixed(tokens.accent, tokens.panel, 0.75)
        self._colours["wrong_bar"] = _mixed(tokens.warning, tokens.panel, 0.75)
        self.viewport().update()

    def set_tinted(self, tinted: Callable[[int], bool] | None) -> None:
        """Say which row numbers are in the selection, to be tinted."""
        self._tinted = tinted
        self.viewport().update()

    def mark_row(self, number: int | None) -> None:
        """Highlight the current row, wherever it is."""
        self._marked = number
        self.viewport().update()

    def go_to(self, position: int) -> None:
        """Move the cursor to a position without saying so."""
        model = self.model()
        if not 0 <= position < model.rowCount():
            return
        self._quiet = True
        column = max(self.currentIndex().column(), 0)
        self.setCurrentIndex(model.index(position, column))
        self._quiet = False

    # Qt

    def changeEvent(self, event: Any) -> None:
        """Follow the font of the program."""
        super().changeEvent(event)
        if event.type() == event.Type.FontChange:
            self._set_fonts()

    def _set_fonts(self) -> None:
        font = QFont(self.font())
        font.setFeature(QFont.Tag("tnum"), 1)
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        self._font, self._bold = font, bold
        metrics, bold_metrics = QFontMetrics(font), QFontMetrics(bold)
        self._ascent = metrics.ascent()
        self._text_height = metrics.height()
        # Widths and cuts of texts repeat a lot from frame to frame.
        self._fit = lru_cache(8192)(_fitter(metrics))
        self._fit_bold = lru_cache(2048)(_fitter(bold_metrics))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the rows that came into sight."""
        super().resizeEvent(event)
        self._tell_need()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Ask for the rows that came into sight."""
        super().scrollContentsBy(dx, dy)
        self._tell_need()

    def _tell_need(self) -> None:
        if self.model() is None:
            return
        top, bottom = self._rows_between(0, self.viewport().height())
        left, right = self._columns_between(0, self.viewport().width())
        self._rows().need(top, bottom, left, right)

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
        """Paint the cells in sight."""
        painter = QPainter(self.viewport())
        area = event.rect()
        painter.fillRect(area, self._colours["panel"])
        if self.model() is None or not self._rows().columnCount():
            return
        first, last = self._rows_between(area.top(), area.bottom())
        self._paint_grounds(painter, first, last)
        left, right = self._columns_between(area.left(), area.right())
        painter.setFont(self._font)
        for column in range(left, right + 1):
            if not self.isColumnHidden(column):
                self._paint_column(painter, column, first, last)
        self._paint_focus(painter)

    def _paint_grounds(self, painter: QPainter, first: int, last: int) -> None:
        width = self._used_width()
        rows = self._rows()
        line = self._colours["line"]
        for position in range(first, last + 1):
            y = position * ROW_HEIGHT - self.verticalOffset()
            ground = self._ground(position, rows.row_number(position))
            if ground is not None:
                painter.fillRect(0, y, width, ROW_HEIGHT - 1, ground)
            painter.fillRect(0, y + ROW_HEIGHT - 1, width, 1, line)

    def _used_width(self) -> int:
        header = self.horizontalHeader()
        return min(header.length() - header.offset(), self.viewport().width())

    def _ground(self, position: int, number: int | None) -> QColor | None:
        if self._drag is not None:
            low, high = sorted(self._drag)
            if low <= position <= high:
                return self._colours["selection"]
        if number is None:
            return None
        if number == self._marked:
            return self._colours["accent_soft"]
        if self._tinted is not None and self._tinted(number):
            return self._colours["selection"]
        return None

    def _paint_column(
        self, painter: QPainter, column: int, first: int, last: int
    ) -> None:
        x = self.columnViewportPosition(column)
        width = self.columnWidth(column)
        offset = self.verticalOffset()
        baseline = (ROW_HEIGHT - 1 - self._text_height) // 2 + self._ascent
        rows, colours = self._rows(), self._colours
        text_colour, muted_colour = colours["text"], colours["muted"]
        painter.setPen(text_colour)
        pen_is_muted = False
        for position in range(first, last + 1):
            cell = rows.cell(position, column)
            y = position * ROW_HEIGHT - offset
            room = width - 2 * PADDING
            if cell.interval is not None:
                frame = QRectF(x + PADDING, y, room, ROW_HEIGHT - 1)
                paint_interval(
                    painter, frame, cell.interval, cell.text, colours, dimmed=cell.muted
                )
                painter.setPen(text_colour)
                pen_is_muted = False
                continue
            if cell.bar is not None and room > BAR_WIDTH + 30:
                self._paint_bar(painter, cell, x + width - PADDING - BAR_WIDTH, y)
                room -= BAR_WIDTH + 6
            if cell.bold:
                painter.setPen(muted_colour if cell.muted else text_colour)
                pen_is_muted = cell.muted
                self._paint_bold(painter, cell, x + PADDING, y + baseline, room)
                continue
            text, used = self._fit(cell.text, room)
            if cell.muted is not pen_is_muted:
                pen_is_muted = cell.muted
                painter.setPen(muted_colour if pen_is_muted else text_colour)
            start = x + PADDING + (room - used if cell.right else 0)
            painter.drawText(start, y + baseline, text)

    def _paint_bold(
        self, painter: QPainter, cell: Cell, x: int, baseline: int, room: int
    ) -> None:
        mark = 16 if cell.wrong else 0
        text, used = self._fit_bold(cell.text, room - mark)
        start = x + (room - mark - used if cell.right else 0)
        painter.setFont(self._bold)
        painter.drawText(start, baseline, text)
        painter.setFont(self._font)
        if cell.wrong:
            pen = painter.pen()
            painter.setPen(QPen(self._colours["warning"], 1.5))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _cross(painter, start + used + 6, baseline - 8, 7)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setPen(pen)

    def _paint_bar(self, painter: QPainter, cell: Cell, x: int, y: int) -> None:
        frame = QRect(x, y + (ROW_HEIGHT - 9) // 2, BAR_WIDTH, 8)
        painter.fillRect(frame, self._colours["line"])
        frame.setWidth(round(BAR_WIDTH * (cell.bar or 0.0)))
        painter.fillRect(frame, self._colours["wrong_bar" if cell.wrong else "bar"])

    def _paint_focus(self, painter: QPainter) -> None:
        index = self.currentIndex()
        if not self.hasFocus() or not index.isValid():
            return
        y = index.row() * ROW_HEIGHT - self.verticalOffset()
        painter.setPen(QPen(self._colours["accent"], 1))
        painter.drawRect(QRectF(0.5, y + 0.5, self._used_width() - 1, ROW_HEIGHT - 2))
        # The cell the keyboard is in, for the menu of its column.
        x = self.columnViewportPosition(index.column())
        width = self.columnWidth(index.column())
        painter.fillRect(x, y + ROW_HEIGHT - 3, width, 2, self._colours["accent"])

    # Mouse and keys

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
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
        self, top_left: QModelIndex, bottom_right: QModelIndex, roles: Any = ()
    ) -> None:
        """Repaint, and step to the row a jump was waiting for."""
        self.viewport().update()
        self.verticalHeader().viewport().update()
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
            self._drag = (position, position)
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stretch the range that is being picked."""
        if self._drag is None:
            super().mouseMoveEvent(event)
            return
        place = event.position().toPoint()
        height = self.viewport().height()
        bar = self.verticalScrollBar()
        if place.y() < 0 or place.y() > height:
            step = -ROW_HEIGHT if place.y() < 0 else ROW_HEIGHT
            bar.setValue(bar.value() + step)
        position = self.rowAt(min(max(place.y(), 0), height - 1))
        if position >= 0 and position != self._drag[1]:
            self._drag = (self._drag[0], position)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Pick the rows the mouse went over."""
        drag, self._drag = self._drag, None
        super().mouseReleaseEvent(event)
        if drag is not None and drag[0] != drag[1]:
            self.viewport().update()
            self.picked.emit(min(drag), max(drag), _NO_MODIFIER)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the row under the mouse."""
        self._drag = None
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
            self._open(index.row())
        elif key == Qt.Key.Key_Space:
            toggle = Qt.KeyboardModifier.ControlModifier
            self._anchor = index.row()
            self.picked.emit(index.row(), index.row(), toggle)
        elif key == Qt.Key.Key_Menu or (
            key == Qt.Key.Key_Down and held & Qt.KeyboardModifier.AltModifier
        ):
            self._ask_menu(index.column())
        elif _shift(held) and key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self._stretch(index.row(), -1 if key == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)
            if not _shift(held):
                self._anchor = max(self.currentIndex().row(), 0)

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


def _fitter(metrics: QFontMetrics) -> Callable[[str, int], tuple[str, int]]:
    def fit(text: str, room: int) -> tuple[str, int]:
        used = metrics.horizontalAdvance(text)
        if used <= room:
            return text, used
        cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0))
        return cut, metrics.horizontalAdvance(cut)

    return fit


def _cross(painter: QPainter, x: float, y: float, size: float) -> None:
    painter.drawLine(QPointF(x, y), QPointF(x + size, y + size))
    painter.drawLine(QPointF(x + size, y), QPointF(x, y + size))


def _shift(held: Qt.KeyboardModifier) -> bool:
    return bool(held & Qt.KeyboardModifier.ShiftModifier)


def _mixed(colour: str, ground: str, share: float) -> QColor:
    over, under = QColor(colour), QColor(ground)
    return QColor.fromRgbF(
        *(
            share * a + (1 - share) * b
            for a, b in (
                (over.redF(), under.redF()),
                (over.greenF(), under.greenF()),
                (over.blueF(), under.blueF()),
            )
        )
    )
