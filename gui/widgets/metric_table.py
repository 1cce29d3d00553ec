"""A quiet table of figures, some with their interval as a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from gui.services.theme import LIGHT
from gui.widgets.interval_bar import paint_interval

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent

    from gui.services.theme import Tokens
    from gui.widgets.interval_bar import Interval

ROW_HEIGHT = 24
PADDING = 7
LOOK_AT = 200
BAR_WIDTH, LEAST_BAR, MOST_BAR = 160, 84, 330


class FigureCell(Protocol):
    """What a model answers for ``cell(row, column)``."""

    @property
    def text(self) -> str: ...
    @property
    def right(self) -> bool: ...
    @property
    def strong(self) -> bool: ...
    @property
    def muted(self) -> bool: ...
    @property
    def warns(self) -> bool: ...
    @property
    def interval(self) -> Interval | None: ...


def _cell(index: QModelIndex | QPersistentModelIndex) -> FigureCell | None:
    model: Any = index.model()
    found: FigureCell | None = model.cell(index.row(), index.column())
    return found


class _Painter(QStyledItemDelegate):
    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        self.tokens: Tokens = LIGHT

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        cell = _cell(index)
        tokens = self.tokens
        room = QRectF(option.rect)
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(room, QColor(tokens.accent_soft if chosen else tokens.panel))
        painter.fillRect(
            QRectF(room.left(), room.bottom() - 1, room.width(), 1),
            QColor(tokens.line),
        )
        if cell is not None:
            self._paint_cell(painter, room.adjusted(PADDING, 0, -PADDING, -1), cell)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(tokens.accent))
            painter.drawRect(room.adjusted(0, 0, -1, -2))
        painter.restore()

    def _paint_cell(self, painter: QPainter, room: QRectF, cell: FigureCell) -> None:
        tokens = self.tokens
        if cell.interval is not None:
            painter.setClipRect(room)
            names = ("line", "muted", "accent", "panel", "text")
            colours = {name: QColor(getattr(tokens, name)) for name in names}
            paint_interval(painter, room, cell.interval, cell.text, colours)
            return
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold if cell.strong else QFont.Weight.Normal)
        painter.setFont(font)
        colour = (
            tokens.warning
            if cell.warns
            else (tokens.muted if cell.muted else tokens.text)
        )
        painter.setPen(QColor(colour))
        side = Qt.AlignmentFlag.AlignRight if cell.right else Qt.AlignmentFlag.AlignLeft
        text = painter.fontMetrics().elidedText(
            cell.text, Qt.TextElideMode.ElideRight, int(room.width())
        )
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), text)


class MetricTable(QTableView):
    """Figures in rows; the interval's column takes the room that is left.

    Signals
    -------
    chosen(int, Qt.KeyboardModifier)
        A row was clicked, or Enter was pressed on it.
    """

    chosen = Signal(int, Qt.KeyboardModifier)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._painter = _Painter(self)
        self.setItemDelegate(self._painter)
        self.setShowGrid(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setFixedHeight(ROW_HEIGHT + 1)
        self.setMinimumHeight(60)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show a model and lay its columns out whenever it changes shape."""
        super().setModel(model)
        if model is not None:
            model.modelReset.connect(self.fit)
            model.dataChanged.connect(self._make_room)
            self.fit()

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self._painter.tokens = tokens
        self.viewport().update()

    def fit(self) -> None:
        """Give each column what it needs and the interval the rest."""
        model: Any = self.model()
        if model is None or not model.columnCount():
            return
        needed, bars = self._needs(model)
        room = (
            self.viewport().width() - sum(needed) + (needed[bars] if bars >= 0 else 0)
        )
        least = BAR_WIDTH if bars >= 0 else 0
        gone = set()
        for column in model.spare:
            if room >= least:
                break
            gone.add(column)
            room += needed[column]
        for column, width in enumerate(needed):
            self.setColumnHidden(column, column in gone)
            wide = min(max(room, LEAST_BAR), MOST_BAR) if column == bars else width
            self.setColumnWidth(column, wide)

    def _make_room(self) -> None:
        """Fit again where a figure has outgrown its column; else let nothing jump."""
        needed, bars = self._needs(self.model())
        if any(
            width > self.columnWidth(column)
            for column, width in enumerate(needed)
            if column != bars and not self.isColumnHidden(column)
        ):
            self.fit()

    def _needs(self, model: Any) -> tuple[list[int], int]:
        """Return the width of each column, and which one holds bars (-1: none)."""
        metrics = self.horizontalHeader().fontMetrics()
        needed, bars = [], -1
        for column in range(model.columnCount()):
            title = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            wide = metrics.horizontalAdvance(title) + 2 * PADDING + 4
            for row in range(min(model.rowCount(), LOOK_AT)):
                cell: FigureCell = model.cell(row, column)
                if cell.interval is not None:
                    bars = column
                else:
                    text = metrics.horizontalAdvance(cell.text)
                    stretch = 1.12 if cell.strong else 1.0
                    wide = max(wide, int(text * stretch) + 2 * PADDING + 2)
            needed.append(wide)
        return needed, bars

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self.fit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the row under the pointer."""
        super().mouseReleaseEvent(event)
        row = self.rowAt(int(event.position().y()))
        if row >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(row, event.modifiers())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the current row with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            row = self.currentIndex().row()
            if row >= 0:
                self.chosen.emit(row, event.modifiers())
            return
        super().keyPressEvent(event)
