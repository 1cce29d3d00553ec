"""A table of counts to click: from two labels to a thousand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip

from engine.contracts.i18n import tr
from gui.services.literal import literal
from gui.widgets.matrix.content import MatrixContent, count_text, share_text
from gui.widgets.matrix.layout import (
    HEAD,
    LEAST,
    MOST_HIGH,
    MOST_WIDE,
    TAIL,
    WORDS_WIDE,
    MatrixLayout,
)
from gui.widgets.matrix.painter import MatrixPainter

if TYPE_CHECKING:
    import numpy as np
    from PySide6.QtGui import (
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QWheelEvent,
    )

    from gui.services.theme import Tokens

HEAD_HIGH, UPRIGHT_HIGH, TAIL_HIGH = 30.0, 72.0, 30.0
TIGHT_HEAD, TIGHT_HIGH = 24.0, 19.0
UPRIGHT_BELOW = 36.0
FLAT = 0.62
READABLE, READABLE_WIDE, READABLE_HIGH = 30, 36.0, 21.0
ZOOM = 1.25
LARGEST = 96.0


class MatrixView(QAbstractScrollArea):
    """Paints only the visible cells; every cell, label and rate can be chosen.

    Signals
    -------
    chosen(int, int, Qt.KeyboardModifier)
        Row and column in the order of display; ``HEAD`` for a whole row or
        column, and for both where all that is right was asked for.
    """

    chosen = Signal(int, int, Qt.KeyboardModifier)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setMinimumSize(150, 66)
        self._content = MatrixContent()
        self._painter = MatrixPainter(self.font())
        self._side: float | None = None
        self._cursor = (0, 0)

    @property
    def content(self) -> MatrixContent:
        """What is shown."""
        return self._content

    @property
    def cursor_cell(self) -> tuple[int, int]:
        """Where the keys stand."""
        return self._cursor

    def set_content(self, content: MatrixContent) -> None:
        """Show another table; a table of the same shape keeps zoom and cursor."""
        if content.counts.shape != self._content.counts.shape:
            self._side = None
            self._cursor = (0, 0)
        self._content = content
        self._arrange()

    def set_selected(self, selected: np.ndarray | None) -> None:
        """Show which part of each cell is selected."""
        self._content.selected = selected
        self.viewport().update()

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self._painter.tokens = tokens
        self.viewport().setStyleSheet(f"background: {tokens.panel};")
        self.viewport().update()

    # Geometry

    @property
    def layout_now(self) -> MatrixLayout:
        """Where everything lies now."""
        plain = self._unscrolled()
        return replace(
            plain,
            scroll_x=float(self.horizontalScrollBar().value()),
            scroll_y=float(self.verticalScrollBar().value()),
        )

    def _unscrolled(self) -> MatrixLayout:
        content = self._content
        n_rows, n_columns = (max(n, 1) for n in content.counts.shape)
        room = self.viewport().size()
        head_wide = self._painter.head_wide(content, max(room.width() * 0.3, 60.0))
        tail_wide = self._painter.tail_wide(content)
        tight = self._tight(n_rows, room.height())
        head_high = TIGHT_HEAD if tight else HEAD_HIGH
        tail_high = TAIL_HIGH if content.row_rates and not tight else 0.0
        wide = (room.width() - head_wide - tail_wide - 2) / n_columns
        high = (room.height() - head_high - tail_high - 2) / n_rows
        if self._side is not None:
            wide, high = self._side, self._side * FLAT
        elif max(n_rows, n_columns) <= READABLE:
            least = TIGHT_HIGH if tight else READABLE_HIGH
            wide, high = max(wide, READABLE_WIDE), max(high, least)
        else:
            wide = high = max(min(wide, high), LEAST)
        if wide < WORDS_WIDE:  # a picture without numbers has no rates either
            high = wide
            tail_wide = tail_high = 0.0
        upright = 12 <= wide < UPRIGHT_BELOW
        if upright:
            head_high = min(UPRIGHT_HIGH, room.height() * 0.3)
        return MatrixLayout(
            n_rows=n_rows,
            n_columns=n_columns,
            head_wide=head_wide,
            head_high=head_high,
            cell_wide=min(max(wide, LEAST), MOST_WIDE),
            cell_high=min(max(high, LEAST), MOST_HIGH),
            tail_wide=tail_wide,
            tail_high=tail_high,
            room_wide=float(room.width()) - 1,
            room_high=float(room.height()) - 1,
        )

    def _tight(self, n_rows: int, room: int) -> bool:
        """Whether a few rows have to do without rates, or some were out of sight."""
        if self._side is not None or n_rows > READABLE:
            return False
        rates = TAIL_HIGH if self._content.row_rates else 0.0
        wanted = HEAD_HIGH + n_rows * READABLE_HIGH + rates + 2
        return TIGHT_HEAD + n_rows * TIGHT_HIGH + 2 <= room < wanted

    def _arrange(self) -> None:
        layout = self._unscrolled()
        across, down = layout.hidden
        for bar, hidden, page in (
            (self.horizontalScrollBar(), across, layout.cells.width()),
            (self.verticalScrollBar(), down, layout.cells.height()),
        ):
            bar.setRange(0, round(hidden))
            bar.setPageStep(max(round(page), 1))
            bar.setSingleStep(max(round(layout.cell_high), 8))
        self.viewport().update()

    def zoom(self, factor: float) -> None:
        """Make the cells larger or smaller; never smaller than all at once."""
        layout = self._unscrolled()
        wanted = layout.cell_wide * factor
        self._side = min(max(wanted, LEAST), LARGEST)
        self._arrange()
        self._show_cursor()

    def fit(self) -> None:
        """Show as much as there is room for."""
        self._side = None
        self._arrange()

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what is visible."""
        if not self._content.counts.size:
            return
        painter = QPainter(self.viewport())
        self.paint_on(painter)
        if self.hasFocus():
            room = self.layout_now.rect(*self._cursor).adjusted(1.5, 1.5, -1.5, -1.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(
                QPen(QColor(self._painter.tokens.text), 1, Qt.PenStyle.DashLine)
            )
            painter.drawRect(room)
        painter.end()

    def paint_on(self, painter: QPainter) -> None:
        """Paint what is in sight, without the place of the keys."""
        if self._content.counts.size:
            self._painter.paint(painter, self.layout_now, self._content)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self._arrange()

    def focusInEvent(self, event: object) -> None:
        """Show where the keys stand."""
        super().focusInEvent(event)  # type: ignore[arg-type]
        self.viewport().update()

    def focusOutEvent(self, event: object) -> None:
        """Hide where the keys stand."""
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self.viewport().update()

    # Pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what is under the pointer."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        found = self.layout_now.at(event.position())
        if found is not None:
            self._cursor = found
            self._choose(event.modifiers())

    def _choose(self, modifiers: Qt.KeyboardModifier) -> None:
        row, column = (HEAD if place == TAIL else place for place in self._cursor)
        self._describe()
        self.viewport().update()
        self.chosen.emit(row, column, modifiers)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl; else scroll, or leave the wheel to what is around."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(ZOOM if event.angleDelta().y() > 0 else 1 / ZOOM)
            event.accept()
        elif any(self._unscrolled().hidden):
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, choose and zoom."""
        n_rows, n_columns = self._content.counts.shape
        row, column = self._cursor
        match event.key():
            case Qt.Key.Key_Left:
                column = max(column - 1, HEAD) if column != TAIL else n_columns - 1
            case Qt.Key.Key_Right:
                column = self._onward(column, n_columns)
            case Qt.Key.Key_Up:
                row = max(row - 1, HEAD) if row != TAIL else n_rows - 1
            case Qt.Key.Key_Down:
                row = self._onward(row, n_rows)
            case Qt.Key.Key_Home:
                column = 0
            case Qt.Key.Key_End:
                column = n_columns - 1
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self._choose(event.modifiers())
                return
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(ZOOM)
                return
            case Qt.Key.Key_Minus:
                self.zoom(1 / ZOOM)
                return
            case Qt.Key.Key_0:
                self.fit()
                return
            case _:
                super().keyPressEvent(event)
                return
        self._cursor = (row, column)
        self._show_cursor()
        self._describe()
        self.viewport().update()

    def _onward(self, place: int, count: int) -> int:
        if place == TAIL or (place == count - 1 and not self._content.row_rates):
            return place
        return TAIL if place == count - 1 else place + 1

    def _show_cursor(self) -> None:
        layout = self._unscrolled()
        row, column = self._cursor
        for bar, place, side, room in (
            (
                self.horizontalScrollBar(),
                column,
                layout.cell_wide,
                layout.cells.width(),
            ),
            (self.verticalScrollBar(), row, layout.cell_high, layout.cells.height()),
        ):
            if place < 0:
                continue
            start, stop = place * side, (place + 1) * side
            if start < bar.value():
                bar.setValue(int(start))
            elif stop > bar.value() + room:
                bar.setValue(round(stop - room))

    def _describe(self) -> None:
        self.setAccessibleDescription(self.words(*self._cursor))

    def viewportEvent(self, event: QEvent) -> bool:
        """Say what a cell holds in full."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self.layout_now.at(QPointF(event.pos()))
            text = "" if found is None else self.words(*found)
            QToolTip.showText(event.globalPos(), literal(text), self.viewport())
            return True
        return super().viewportEvent(event)

    def words(self, row: int, column: int) -> str:
        """Return a cell, row or column in words."""
        content = self._content
        in_row, in_column = row >= 0, column >= 0
        if not in_row and not in_column:
            return tr("All that is right") if content.square else tr("All rows")
        if not in_row or not in_column:
            names = content.row_labels if in_row else content.column_labels
            totals = content.totals[0 if in_row else 1]
            place = row if in_row else column
            return tr(
                "{name}: {n} rows", name=names[place], n=count_text(totals[place])
            )
        text = tr(
            "{row}, {column}: {n} rows, {of_row} of the row, {of_column} of the column",
            row=content.row_labels[row],
            column=content.column_labels[column],
            n=count_text(float(content.counts[row, column])),
            of_row=share_text(content.share(row, column, "rows")),
            of_column=share_text(content.share(row, column, "columns")),
        )
        if content.selected is not None:
            chosen = count_text(float(content.selected[row, column]))
            text += tr(", {n} selected", n=chosen)
        return text
