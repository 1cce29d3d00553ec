"""How the cells of a matrix look: tints, numbers, the selected share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QImage, QPen

from gui.services.theme import LIGHT
from gui.widgets.matrix.content import count_text, share_text
from gui.widgets.matrix.layout import HEAD, TAIL

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from gui.services.theme import Tokens
    from gui.widgets.matrix.content import MatrixContent
    from gui.widgets.matrix.layout import MatrixLayout

_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
BAR = 3.0


class MatrixPainter:
    """Paints the visible part of a matrix."""

    def __init__(self, font: QFont) -> None:
        self.tokens: Tokens = LIGHT
        self._font = QFont(font)
        self._large = QFont(font)
        self._large.setPixelSize(17)
        self._large.setWeight(QFont.Weight.DemiBold)
        self._medium = QFont(self._large)
        self._medium.setPixelSize(14)
        self._middle = QFont(font)
        self._middle.setPixelSize(12)
        self._small = QFont(font)
        self._small.setPixelSize(11)

    def head_wide(self, content: MatrixContent, most: float) -> float:
        """Return the width that the row labels want, up to ``most``."""
        metrics = QFontMetricsF(self._middle)
        names = content.row_labels[:400]
        wide = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        return min(max(wide + 20, 82.0), max(most, 82.0))

    def tail_wide(self, content: MatrixContent) -> float:
        """Return the width that the column of rates wants; nothing without rates."""
        if not content.row_rates:
            return 0.0
        title = QFontMetricsF(self._middle).horizontalAdvance(content.rate_titles[0])
        return max(title + 16, 66.0)

    def paint(
        self, painter: QPainter, layout: MatrixLayout, content: MatrixContent
    ) -> None:
        """Paint cells, labels and rates."""
        painter.save()
        painter.setClipRect(layout.cells.adjusted(-1, -1, 1, 1))
        if layout.worded:
            self._paint_cells(painter, layout, content)
        else:
            self._paint_image(painter, layout, content)
        painter.restore()
        self._paint_heads(painter, layout, content)
        self._paint_rates(painter, layout, content)
        self._paint_grid(painter, layout, content)

    def _paint_cells(
        self, painter: QPainter, layout: MatrixLayout, content: MatrixContent
    ) -> None:
        whole: list[QRectF] = []
        for row in layout.visible_rows():
            for column in layout.visible_columns():
                room = layout.rect(row, column)
                share = content.share(row, column, "rows")
                painter.fillRect(room, self.tint(content, row, column, share))
                self._paint_numbers(painter, layout, content, (row, column), room)
                if content.selected is None or not content.counts[row, column] > 0:
                    continue
                part = content.selected[row, column] / content.counts[row, column]
                if part > 0:
                    bar = QRectF(
                        room.left(),
                        room.bottom() - BAR,
                        room.width() * min(float(part), 1.0),
                        BAR,
                    )
                    painter.fillRect(bar, QColor(self.tokens.accent))
                if part >= 1 - 1e-9:
                    whole.append(room)
        painter.setPen(QPen(QColor(self.tokens.line), 1))
        for row in layout.visible_rows():
            y = layout.rect(row, 0).top()
            painter.drawLine(
                QPointF(layout.cells.left(), y), QPointF(layout.cells.right(), y)
            )
        for column in layout.visible_columns():
            x = layout.rect(0, column).left()
            painter.drawLine(
                QPointF(x, layout.cells.top()), QPointF(x, layout.cells.bottom())
            )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(QColor(self.tokens.accent), 2)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        for room in whole:
            painter.drawRect(room.adjusted(1, 1, -1, -1))

    def _paint_numbers(
        self,
        painter: QPainter,
        layout: MatrixLayout,
        content: MatrixContent,
        cell: tuple[int, int],
        room: QRectF,
    ) -> None:
        if not content.counts[cell] > 0 and not layout.two_lines:
            return
        first, second = content.lines(*cell)
        chosen = None if content.selected is None else content.selected[cell]
        painter.setPen(QColor(self.tokens.text))
        if not layout.two_lines:
            fits = QFontMetricsF(self._middle).horizontalAdvance(first) <= room.width()
            if not fits:
                first = "…"
            painter.setFont(self._middle)
            painter.drawText(room, _CENTRE, first)
            return
        roomy = room.width() >= 64 and room.height() >= 52
        painter.setFont(self._large if roomy else self._medium)
        middle = room.center().y()
        painter.drawText(
            QRectF(room.left(), middle - 20, room.width(), 22), _CENTRE, first
        )
        painter.setFont(self._small)
        below = QRectF(room.left(), middle + 3, room.width(), 15)
        if chosen is not None and chosen > 0:
            second = f"▪ {count_text(float(chosen))}"
        painter.drawText(below, _CENTRE, second)

    def tint(
        self, content: MatrixContent, row: int, column: int, share: float
    ) -> QColor:
        """Return the ground of a cell: blue where right, orange where wrong."""
        if not content.counts[row, column] > 0:
            return QColor(self.tokens.panel)
        right = content.square and row == column
        towards = (
            self.tokens.right if right or not content.square else (self.tokens.wrong)
        )
        return blend(self.tokens.panel, towards, 0.3 + 0.7 * share)

    def _paint_image(
        self, painter: QPainter, layout: MatrixLayout, content: MatrixContent
    ) -> None:
        rows, columns = layout.visible_rows(), layout.visible_columns()
        if not len(rows) or not len(columns):
            return
        image = self._image(content, rows, columns)
        start = layout.rect(rows.start, columns.start).topLeft()
        wide = len(columns) * layout.cell_wide
        high = len(rows) * layout.cell_high
        painter.setRenderHint(painter.RenderHint.SmoothPixmapTransform, on=False)
        painter.drawImage(QRectF(start.x(), start.y(), wide, high), image)

    def _image(self, content: MatrixContent, rows: range, columns: range) -> QImage:
        """Return one pixel a cell; the selected ones are as dark as they can be."""
        part = content.counts[rows.start : rows.stop, columns.start : columns.stop]
        totals = np.maximum(content.totals[0][rows.start : rows.stop], 1e-300)
        share = part / totals[:, None]
        strength = np.where(part > 0, 0.15 + 0.85 * np.sqrt(share), 0.0)
        if content.selected is not None:
            chosen = content.selected[
                rows.start : rows.stop, columns.start : columns.stop
            ]
            strength = np.where(chosen > 0, 1.0, strength * 0.45)
        ground, blue, orange = (
            np.array([tint.red(), tint.green(), tint.blue()], dtype=np.float64)
            for tint in map(
                QColor, (self.tokens.panel, self.tokens.accent, self.tokens.warning)
            )
        )
        right = (
            np.arange(rows.start, rows.stop)[:, None]
            == np.arange(columns.start, columns.stop)[None, :]
        ) | (not content.square)
        colour = np.where(right[..., None], blue, orange)
        pixels = np.full((*part.shape, 4), 255, dtype=np.uint8)
        mixed = ground + (colour - ground) * strength[..., None]
        pixels[..., :3] = mixed.round().astype(np.uint8)
        height, width = part.shape
        kind = QImage.Format.Format_RGBA8888
        return QImage(pixels.tobytes(), width, height, 4 * width, kind).copy()

    def _paint_heads(
        self, painter: QPainter, layout: MatrixLayout, content: MatrixContent
    ) -> None:
        painter.setFont(self._middle)
        metrics = painter.fontMetrics()
        painter.setPen(QColor(self.tokens.muted))
        area = layout.cells
        painter.save()
        painter.setClipRect(QRectF(0, area.top(), layout.head_wide, area.height()))
        if layout.cell_high >= metrics.height() - 2:
            for row in layout.visible_rows():
                room = layout.rect(row, HEAD).adjusted(4, 0, -10, 0)
                name = content.row_labels[row]
                text = _short(metrics, name, room.width())
                painter.drawText(room, _RIGHT, text)
        else:
            room = QRectF(0, area.top(), layout.head_wide - 10, area.height())
            painter.drawText(room.adjusted(4, 0, 0, 0), _RIGHT, content.row_title)
        painter.restore()
        painter.save()
        painter.setClipRect(QRectF(area.left(), 0, area.width(), layout.head_high))
        if layout.cell_wide >= WORD_COLUMN:
            for column in layout.visible_columns():
                room = layout.rect(HEAD, column).adjusted(1, 0, -1, 0)
                text = _short(metrics, content.column_labels[column], room.width())
                painter.drawText(room, _CENTRE, text)
        elif layout.cell_wide >= metrics.height() - 2:
            self._paint_upright(painter, layout, content)
        else:
            room = QRectF(area.left(), 0, area.width(), layout.head_high)
            painter.drawText(room, _CENTRE, content.column_title)
        painter.restore()

    def _paint_upright(
        self, painter: QPainter, layout: MatrixLayout, content: MatrixContent
    ) -> None:
        metrics = painter.fontMetrics()
        for column in layout.visible_columns():
            room = layout.rect(HEAD, column)
            painter.save()
            painter.translate(room.center().x(), room.bottom() - 5)
            painter.rotate(-90)
            text = _short(metrics, content.column_labels[column], room.height() - 8)
            high = metrics.height()
            painter.drawText(
                QRectF(0, -high / 2, room.height(), high),
                int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
                text,
            )
            painter.restore()

    def _paint_rates(
        self, painter: QPainter, layout: MatrixLayout, content: MatrixContent
    ) -> None:
        if not content.row_rates or not layout.tail_wide:
            return
        area = layout.cells
        painter.setFont(self._middle)
        metrics = painter.fontMetrics()
        painter.setPen(QColor(self.tokens.muted))
        heads = ((HEAD, TAIL), (TAIL, HEAD)) if layout.tail_high else ((HEAD, TAIL),)
        for place, text in zip(heads, content.rate_titles, strict=False):
            painter.drawText(layout.rect(*place).adjusted(0, 0, -10, 0), _RIGHT, text)
        painter.setPen(QColor(self.tokens.text))
        painter.save()
        painter.setClipRect(
            QRectF(area.right(), area.top(), layout.tail_wide, area.height())
        )
        if layout.cell_high >= metrics.height() - 2:
            for row in layout.visible_rows():
                room = layout.rect(row, TAIL).adjusted(0, 0, -10, 0)
                painter.drawText(room, _RIGHT, share_text(content.row_rates[row]))
        painter.restore()
        if not layout.tail_high:
            return
        painter.save()
        painter.setClipRect(
            QRectF(area.left(), area.bottom(), area.width(), layout.tail_high)
        )
        if layout.cell_wide >= WORD_COLUMN:
            for column in layout.visible_columns():
                room = layout.rect(TAIL, column)
                text = share_text(content.column_rates[column])
                if metrics.horizontalAdvance(text) > room.width() - 4:
                    text = f"{100 * content.column_rates[column]:.0f}"
                painter.drawText(room, _CENTRE, text)
        painter.restore()
        painter.drawText(
            layout.rect(TAIL, TAIL).adjusted(0, 0, -10, 0),
            _RIGHT,
            share_text(content.overall),
        )

    def _paint_grid(
        self, painter: QPainter, layout: MatrixLayout, content: MatrixContent
    ) -> None:
        area = layout.cells
        right = area.right() + layout.tail_wide
        bottom = area.bottom() + layout.tail_high
        painter.setPen(QPen(QColor(self.tokens.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)
        if layout.tail_wide:
            painter.drawRect(QRectF(area.topLeft(), QPointF(right, bottom)))


WORD_COLUMN = 36.0


def _short(metrics: QFontMetrics, text: str, width: float) -> str:
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(width))


def blend(low: str, high: str, share: float) -> QColor:
    """Return the colour ``share`` of the way from one to the other."""
    a, b = QColor(low), QColor(high)
    return QColor(
        round(a.red() + (b.red() - a.red()) * share),
        round(a.green() + (b.green() - a.green()) * share),
        round(a.blue() + (b.blue() - a.blue()) * share),
    )
