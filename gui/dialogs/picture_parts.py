"""What of a panel belongs into a picture: plots, tables and words, no controls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPoint, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPalette,
    QPen,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QTableView,
    QWidget,
)

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.tables import shown_text
from gui.plots.plot import FONT_PIXELS, Plot
from gui.services.theme import LIGHT
from gui.widgets.matrix.matrix import MatrixView

if TYPE_CHECKING:
    from engine.contracts.tables import Cell, Table

_CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
_ROW_HIGH, _PADDING, _WIDEST, MOST_ROWS = 22.0, 8.0, 320.0, 100


@dataclass(frozen=True)
class Part:
    """Something to be painted, where it stands in its panel."""

    seen: QRectF

    @property
    def size(self) -> QSizeF:
        """Return the room that it needs, also where it is scrolled out of sight."""
        return self.seen.size()

    def paint(self, painter: QPainter) -> None:
        """Paint it at the origin."""
        raise NotImplementedError


@dataclass(frozen=True)
class PlotPart(Part):
    """A plot, which paints itself."""

    plot: Plot | MatrixView

    @property
    def size(self) -> QSizeF:
        """Return all of the plot."""
        shown = self.plot.viewport() if isinstance(self.plot, MatrixView) else self.plot
        return QSizeF(shown.size())

    def paint(self, painter: QPainter) -> None:
        """Paint the plot."""
        painter.setFont(self.plot.font())
        self.plot.paint_on(painter)


@dataclass(frozen=True)
class WordsPart(Part):
    """A text that stands beside a plot."""

    text: str
    rich: bool

    @property
    def size(self) -> QSizeF:
        """Return the room of the text within its width."""
        return QSizeF(self.seen.width(), self._laid_out().size().height())

    def paint(self, painter: QPainter) -> None:
        """Paint the text."""
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, QColor(LIGHT.muted))
        document = self._laid_out()  # its layout lives as long as it does
        document.documentLayout().draw(painter, context)

    def _laid_out(self) -> QTextDocument:
        document = QTextDocument()
        document.setDocumentMargin(0)
        font = QFont()
        font.setPixelSize(FONT_PIXELS)
        document.setDefaultFont(font)
        if self.rich:
            document.setHtml(self.text)
        else:
            document.setPlainText(self.text)
        document.setTextWidth(max(self.seen.width(), 200.0))
        return document


@dataclass(frozen=True)
class TablePart(Part):
    """A table, painted as its texts."""

    header: tuple[str, ...]
    rows: tuple[tuple[tuple[str, bool], ...], ...]
    n_rows: int

    @property
    def size(self) -> QSizeF:
        """Return the room of the rows."""
        lines = len(self.rows) + 1 + (len(self.rows) < self.n_rows)
        return QSizeF(sum(self._widths()), lines * _ROW_HIGH)

    def _widths(self) -> list[float]:
        metrics = QFontMetricsF(_font(bold=True))
        columns = zip(
            *(self.header, *([t for t, _ in r] for r in self.rows)), strict=True
        )
        return [
            min(max(map(metrics.horizontalAdvance, texts)), _WIDEST) + 2 * _PADDING
            for texts in columns
        ]

    def paint(self, painter: QPainter) -> None:
        """Paint header and rows."""
        widths = self._widths()
        head = tuple((text, False) for text in self.header)
        for line, cells in enumerate((head, *self.rows)):
            font = _font(bold=line == 0)
            painter.setFont(font)
            metrics = QFontMetricsF(font)
            left, top = 0.0, line * _ROW_HIGH
            for (text, right), wide in zip(cells, widths, strict=True):
                room = QRectF(left + _PADDING, top, wide - 2 * _PADDING, _ROW_HIGH)
                side = (
                    Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
                )
                short = metrics.elidedText(
                    text, Qt.TextElideMode.ElideRight, room.width() + 1
                )
                painter.setPen(QColor(LIGHT.text))
                painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, short)
                left += wide
            painter.setPen(QPen(QColor(LIGHT.line), 1))
            painter.drawLine(
                QPoint(0, int(top + _ROW_HIGH)), QPoint(int(left), int(top + _ROW_HIGH))
            )
        hidden = self.n_rows - len(self.rows)
        if hidden:
            painter.setFont(_font())
            painter.setPen(QColor(LIGHT.muted))
            room = QRectF(
                _PADDING, (len(self.rows) + 1) * _ROW_HIGH, sum(widths), _ROW_HIGH
            )
            said = tr("{n} more rows are not shown.", n=numbers.count(hidden))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, said)


def parts_of(body: QWidget, table: Table) -> list[Part]:
    """Return what there is to paint, from top to bottom.

    Plots with the words beside them; where there is no plot, the tables in sight;
    where there is none either, the panel's content as a table.
    """
    plots: list[Plot | MatrixView] = [
        *body.findChildren(Plot),
        *body.findChildren(MatrixView),
    ]
    found: list[Part] = [
        PlotPart(_seen(plot, body), plot) for plot in plots if _in_sight(plot, body)
    ]
    if not found:
        found = [
            _of_view(view, body)
            for view in body.findChildren(QTableView)
            if _in_sight(view, body) and view.model() is not None
        ]
    if not found:
        return [_of_table(table)]
    return found + _words(body)


def _in_sight(widget: QWidget, body: QWidget) -> bool:
    return widget.isVisibleTo(body) and not _seen(widget, body).isEmpty()


def _seen(widget: QWidget, body: QWidget) -> QRectF:
    """Return where a widget shows in the body, cut where it is scrolled away."""
    shown = (
        widget.visibleRegion().boundingRect() if widget.isVisible() else widget.rect()
    )
    return QRectF(shown.translated(widget.mapTo(body, QPoint(0, 0))))


def _words(body: QWidget) -> list[Part]:
    """Return the sentences that stand in no row of controls."""
    controls = [
        _seen(control, body)
        for kind in _CONTROLS
        for control in body.findChildren(kind)
        if _in_sight(control, body) and not _in_plot(control, body)
    ]
    found: list[Part] = []
    for label in body.findChildren(QLabel):
        # sentences wrap; the names of controls and editors do not
        if not label.wordWrap() or not label.text().strip():
            continue
        if not _in_sight(label, body):
            continue
        seen = _seen(label, body)
        if not any(_beside(seen, control) for control in controls):
            rich = label.textFormat() is not Qt.TextFormat.PlainText
            found.append(WordsPart(seen, label.text(), rich and "<" in label.text()))
    return found


def _in_plot(control: QWidget, body: QWidget) -> bool:
    """Return whether a scroll bar or a corner belongs to a view, not to a row."""
    above = control.parentWidget()
    while above is not None and above is not body:
        if isinstance(above, (Plot, MatrixView, QTableView)):
            return True
        above = above.parentWidget()
    return above is None


def _beside(one: QRectF, other: QRectF) -> bool:
    return one.top() < other.bottom() and other.top() < one.bottom()


def _of_view(view: QTableView, body: QWidget) -> Part:
    model = view.model()
    columns = [
        view.horizontalHeader().logicalIndex(place)
        for place in range(model.columnCount())
        if not view.isColumnHidden(view.horizontalHeader().logicalIndex(place))
    ]
    n_rows = model.rowCount()
    first, last = 0, n_rows
    if n_rows > MOST_ROWS:  # those in sight, of which the lowest may be cut
        first = max(view.rowAt(0), 0)
        lowest = view.rowAt(view.viewport().height() - 1)
        last = min(lowest + 1 if lowest >= 0 else n_rows, first + MOST_ROWS)
    header = tuple(_title(model, column) for column in columns)
    rows = tuple(
        tuple(_cell(model.index(row, column)) for column in columns)
        for row in range(first, last)
    )
    return TablePart(_seen(view, body), header, rows, n_rows)


def _of_table(table: Table) -> Part:
    header, rows = table
    shown = tuple(tuple(_written(cell) for cell in row) for row in rows[:MOST_ROWS])
    return TablePart(QRectF(), tuple(header), shown, len(rows))


def _written(cell: Cell) -> tuple[str, bool]:
    return shown_text(cell), not isinstance(cell, str)


def _title(model: QAbstractItemModel, column: int) -> str:
    found: Any = model.headerData(
        column, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole
    )
    return "" if found is None else str(found)


def _cell(index: QModelIndex) -> tuple[str, bool]:
    text: Any = index.data(Qt.ItemDataRole.DisplayRole)
    shown = "" if text is None else str(text)
    return shown, shown[:1].isdigit() or shown[:1] in "−–-+"


def _font(*, bold: bool = False) -> QFont:
    font = QFont()
    font.setPixelSize(FONT_PIXELS + 1)
    font.setBold(bold)
    return font
