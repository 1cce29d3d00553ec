"""Everything about one column, in a sheet at the side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.dataset import Kind
from engine.contracts.i18n import tr
from engine.contracts.messages import sentence
from engine.contracts.readings import numbers
from gui.widgets.column_words import kind_word, percent, role_word
from gui.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from engine.contracts.dataset import Column, DatasetInfo, Note, PartInfo
    from engine.contracts.results import ColumnSummary
    from gui.services.theme import Tokens

WIDTH = 272
_QUANTILES = 5


class ColumnDetails(QFrame):
    """Histogram, quantiles or top values, and why the column was read as it was.

    Signals
    -------
    closed
        The sheet was closed by its button or by Escape.
    """

    closed = Signal()

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("Column details"))
        self.title = _plain_label()
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(font)
        self.title.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.close_button = QToolButton()
        self.close_button.setText("✕")
        self.close_button.setAutoRaise(True)
        self.close_button.setFixedSize(24, 24)
        self.close_button.setAccessibleName(tr("Close column details"))
        self.close_button.clicked.connect(self.closed)
        self.picture = _Picture()
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(12)
        self._facts.setVerticalSpacing(4)
        self._facts.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(6)
        self._muted = ""
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 8)
        column.setSpacing(12)
        column.addWidget(self.picture)
        column.addLayout(self._facts)
        column.addLayout(self._notes)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 4, 4, 0)
        outer.setSpacing(4)
        outer.addLayout(head)
        outer.addWidget(area, 1)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self._muted = tokens.muted
        self._line = QColor(tokens.line)
        self.picture.apply_theme(tokens)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the hairline that sets the sheet off."""
        super().paintEvent(event)
        QPainter(self).fillRect(0, 0, 1, self.height(), self._line)

    def keyPressEvent(self, event: Any) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def show_column(self, column: Column, summary: ColumnSummary | None) -> None:
        """Show a column; its summary may come later."""
        self.title.setText(" ".join(column.name.split()))
        self.title.setToolTip("")
        self.picture.show_summary(summary)
        self._clear()
        self._add_facts(column, summary)
        for heading, note in (
            (tr("Why this kind"), column.kind_reason),
            (tr("Why this role"), column.role_reason),
            *((tr("Noticed while reading"), note) for note in column.notes),
        ):
            self._add_note(heading, note)

    def show_reading(self, data: DatasetInfo, part: PartInfo) -> None:
        """Show how the files of a part were read, and what was noticed."""
        self.title.setText(tr("How it was read"))
        self.picture.show_summary(None)
        self._clear()
        for source in part.sources:
            self._add(tr("file"), Path(source.path).name)
            self._add(tr("rows"), numbers.count(source.n_rows))
            for name, value in (
                (tr("format"), source.options.format),
                (tr("encoding"), source.options.encoding),
                (tr("separator"), _shown(source.options.separator)),
                (tr("decimal sign"), source.options.decimal),
                (tr("sheet"), source.options.sheet),
            ):
                if value:
                    self._add(name, value)
            self._add("SHA-256", source.sha256[:16] + "…")
        for note in data.notes:
            self._add_note(tr("Noticed while reading"), note)
        for column in data.columns:
            for note in column.notes:
                self._add_note(" ".join(column.name.split()), note)

    def _clear(self) -> None:
        while self._facts.rowCount():
            self._facts.removeRow(0)
        while (item := self._notes.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _add_facts(self, column: Column, summary: ColumnSummary | None) -> None:
        self._add(tr("role"), role_word(column.role))
        self._add(tr("kind"), f"{kind_word(column.kind)} ({column.dtype})")
        if summary is None:
            return
        self._add(tr("rows"), numbers.count(summary.n_rows))
        share = percent(summary.n_missing / max(summary.n_rows, 1))
        self._add(tr("missing"), f"{numbers.count(summary.n_missing)} ({share})")
        if summary.n_infinite:
            self._add(tr("infinite"), numbers.count(summary.n_infinite))
        self._add(tr("distinct"), numbers.count(summary.n_distinct))
        names = (tr("minimum"), tr("25 %"), tr("median"), tr("75 %"), tr("maximum"))
        if len(summary.quantiles) == _QUANTILES:
            for name, value in zip(names, summary.quantiles, strict=True):
                self._add(name, _value(value, summary.kind))
        if summary.mean is not None and summary.kind is Kind.NUMERIC:
            self._add(tr("mean"), numbers.figure(summary.mean))
        if summary.deviation is not None and summary.kind is Kind.NUMERIC:
            self._add(tr("standard deviation"), numbers.figure(summary.deviation))

    def _add(self, name: str, value: str) -> None:
        label, shown = _plain_label(), _plain_label()
        label.setText(name)
        label.setStyleSheet(f"color: {self._muted}" if self._muted else "")
        shown.setText(value)
        self._facts.addRow(label, shown)

    def _add_note(self, heading: str, note: Note) -> None:
        text = sentence(note.code, note.params)
        if not text:
            return
        head, body = _plain_label(), _plain_label()
        head.setText(heading)
        head.setStyleSheet(f"color: {self._muted}" if self._muted else "")
        body.setText(text)
        body.setWordWrap(True)
        self._notes.addWidget(head)
        self._notes.addWidget(body)


class _Picture(QWidget):
    """The histogram of a number, or the most frequent values with their counts."""

    def __init__(self) -> None:
        super().__init__()
        self._summary: ColumnSummary | None = None
        self._colours: dict[str, QColor] = {}

    def apply_theme(self, tokens: Tokens) -> None:
        for name in ("line", "text", "muted", "accent"):
            self._colours[name] = QColor(getattr(tokens, name))
        self.update()

    def show_summary(self, summary: ColumnSummary | None) -> None:
        self._summary = summary
        self.setVisible(summary is not None)
        self.setAccessibleName(_said(summary))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self._summary is not None and self._summary.counts is None:
            return QSize(200, 22 * (len(self._summary.top[:12]) + 1))
        return QSize(200, 130)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._summary is None:
            return
        painter = QPainter(self)
        if self._summary.counts is not None and self._summary.edges is not None:
            self._paint_histogram(painter, self._summary.edges, self._summary.counts)
        else:
            self._paint_top(painter)

    def _paint_histogram(
        self, painter: QPainter, edges: np.ndarray, counts: np.ndarray
    ) -> None:
        metrics = painter.fontMetrics()
        room = QRectF(0, 4, self.width(), self.height() - metrics.height() - 10)
        tallest = max(float(counts.max()) if len(counts) else 0.0, 1.0)
        width = room.width() / max(len(counts), 1)
        for place, count in enumerate(counts.tolist()):
            height = max(room.height() * count / tallest, 1.0) if count else 0.0
            bar = QRectF(place * width, room.bottom() - height, width - 1, height)
            painter.fillRect(bar, self._colours["accent"])
        painter.fillRect(
            QRectF(0, room.bottom(), self.width(), 1), self._colours["line"]
        )
        painter.setPen(self._colours["muted"])
        line = QRect(0, int(room.bottom()) + 4, self.width(), metrics.height())
        assert self._summary is not None
        if len(edges):
            kind = self._summary.kind
            painter.drawText(
                line, int(Qt.AlignmentFlag.AlignLeft), _value(edges[0], kind)
            )
            painter.drawText(
                line, int(Qt.AlignmentFlag.AlignRight), _value(edges[-1], kind)
            )

    def _paint_top(self, painter: QPainter) -> None:
        assert self._summary is not None
        top = list(self._summary.top[:12])
        known = max(sum(n for _, n in self._summary.top) + self._summary.n_other, 1)
        rest = known - sum(n for _, n in top)
        lines = [*top, (tr("all others"), rest)] if rest else top
        metrics = painter.fontMetrics()
        for place, (label, count) in enumerate(lines):
            row = QRect(0, 22 * place, self.width(), 20)
            share = count / known
            colour = QColor(self._colours["accent" if place < len(top) else "muted"])
            colour.setAlphaF(0.3)
            painter.fillRect(QRectF(0, row.y(), self.width() * share, 20), colour)
            numbers_text = f"{numbers.count(count)}  {percent(share)}"
            used = metrics.horizontalAdvance(numbers_text)
            name = metrics.elidedText(
                " ".join(label.split()),
                Qt.TextElideMode.ElideRight,
                row.width() - used - 16,
            )
            painter.setPen(self._colours["text"])
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(row.adjusted(4, 0, 0, 0), int(middle), name)
            painter.setPen(self._colours["muted"])
            right = middle | Qt.AlignmentFlag.AlignRight
            painter.drawText(row.adjusted(0, 0, -2, 0), int(right), numbers_text)


def _shown(separator: str | None) -> str | None:
    return tr("tab") if separator == "\t" else separator


def _plain_label() -> PlainLabel:
    label = PlainLabel()
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _value(value: float, kind: Kind) -> str:
    if kind is Kind.DATETIME:
        return str(np.datetime64(int(value), "s")).replace("T", " ")
    return numbers.figure(float(value))


def _said(summary: ColumnSummary | None) -> str:
    if summary is None:
        return ""
    if summary.counts is not None:
        return tr("Histogram of {column}", column=summary.name)
    said = ", ".join(
        f"{label}: {numbers.count(count)}" for label, count in summary.top[:12]
    )
    return tr("Most frequent values: {values}", values=said)
