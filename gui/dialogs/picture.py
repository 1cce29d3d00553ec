"""A panel as a picture for reports: the plot alone, over a caption of its origin."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QMarginsF,
    QRect,
    QRectF,
    QSizeF,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QImageWriter,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from engine.contracts.i18n import tr
from gui.dialogs.caption import caption_of
from gui.dialogs.picture_parts import parts_of
from gui.plots.plot import FONT_PIXELS
from gui.services.theme import LIGHT

if TYPE_CHECKING:
    from gui.dialogs.picture_parts import Part
    from gui.panel import Panel

MARGIN, GAP, LEAST_WIDTH = 14.0, 6.0, 420.0
DOTS = 96
SHARPNESS = 2


class Picture:
    """What is to be painted of a panel, as it is at this moment.

    Pictures are in the light colours, whatever the window's are: they go into
    documents.
    """

    def __init__(self, panel: Panel, now: datetime | None = None) -> None:
        self._panel = panel
        self._title = tr(panel.TITLE)
        parts = parts_of(panel.body, panel.as_table())
        self._placed = _placed(parts)
        ends = [where.right() for _, where in self._placed]
        self._width = max(*ends, LEAST_WIDTH) if ends else LEAST_WIDTH
        lows = [where.bottom() for _, where in self._placed]
        self._bottom = max(lows, default=0.0)
        self._lines = _wrapped(caption_of(panel, now or datetime.now()), self._width)

    @property
    def size(self) -> QSizeF:
        """Return the size in pixels of 1/96 inch."""
        caption = len(self._lines) * _caption_metrics().lineSpacing()
        high = self._bottom + 2 * GAP + caption + 2 * MARGIN
        return QSizeF(self._width + 2 * MARGIN, high)

    def image(self) -> QImage:
        """Return the picture with two dots to every pixel."""
        size = self.size
        image = QImage(
            round(size.width() * SHARPNESS),
            round(size.height() * SHARPNESS),
            QImage.Format.Format_RGB32,
        )
        image.setDevicePixelRatio(SHARPNESS)
        image.setDotsPerMeterX(round(DOTS * SHARPNESS / 0.0254))
        image.setDotsPerMeterY(round(DOTS * SHARPNESS / 0.0254))
        painter = QPainter(image)
        self._paint(painter)
        painter.end()
        return image

    def encoded(self, suffix: str) -> bytes:
        """Return the bytes of a file: ``.svg``, ``.pdf``, or else PNG."""
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if suffix == ".svg":
            self._write_svg(buffer)
        elif suffix == ".pdf":
            self._write_pdf(buffer)
        else:
            QImageWriter(buffer, QByteArray(b"png")).write(self.image())
        buffer.close()
        return bytes(data.data())

    def _write_svg(self, buffer: QBuffer) -> None:
        size = self.size.toSize()
        canvas = QSvgGenerator()
        canvas.setOutputDevice(buffer)
        canvas.setResolution(DOTS)
        canvas.setSize(size)
        canvas.setViewBox(QRect(0, 0, size.width(), size.height()))
        canvas.setTitle(self._title)
        canvas.setDescription(" ".join(self._lines))
        painter = QPainter(canvas)
        self._paint(painter)
        painter.end()

    def _write_pdf(self, buffer: QBuffer) -> None:
        canvas = QPdfWriter(buffer)
        canvas.setResolution(DOTS)
        canvas.setTitle(self._title)
        points = self.size * (72 / DOTS)
        canvas.setPageSize(QPageSize(points, QPageSize.Unit.Point))
        canvas.setPageMargins(QMarginsF())
        painter = QPainter(canvas)
        self._paint(painter)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        """Paint everything in the light colours; the window keeps its own."""
        panel = self._panel
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 0, *self.size.toTuple()), QColor(LIGHT.panel))
        panel.apply_theme(LIGHT)
        try:
            for part, where in self._placed:
                painter.save()
                painter.translate(where.topLeft())
                part.paint(painter)
                painter.restore()
        finally:
            panel.apply_theme(panel.context.theme.tokens)
        self._paint_caption(painter)

    def _paint_caption(self, painter: QPainter) -> None:
        painter.setFont(_caption_font())
        painter.setPen(QColor(LIGHT.muted))
        step = _caption_metrics().lineSpacing()
        top = MARGIN + self._bottom + 2 * GAP
        for line in self._lines:
            room = QRectF(MARGIN, top, self._width + 1, step)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, line)
            top += step


def _placed(parts: list[Part]) -> list[tuple[Part, QRectF]]:
    """Give every part all its room, in the rows in which the panel has them."""
    rows: list[list[Part]] = []
    for part in sorted(parts, key=lambda part: part.seen.top()):
        if rows and part.seen.top() < max(p.seen.center().y() for p in rows[-1]):
            rows[-1].append(part)
        else:
            rows.append([part])
    found, top = [], MARGIN
    for row in rows:
        left, high = MARGIN, 0.0
        first = min(part.seen.left() for part in row)
        for part in sorted(row, key=lambda part: part.seen.left()):
            at = max(left, MARGIN + part.seen.left() - first)
            size = part.size
            found.append((part, QRectF(at, top, size.width(), size.height())))
            left = at + size.width() + GAP
            high = max(high, size.height())
        top += high + GAP
    return [(part, where) for part, where in found]


def _wrapped(text: str, width: float) -> list[str]:
    """Return a text in lines of at most so many pixels."""
    metrics, lines = _caption_metrics(), [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and metrics.horizontalAdvance(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _caption_font() -> QFont:
    font = QFont()
    font.setPixelSize(FONT_PIXELS)
    return font


def _caption_metrics() -> QFontMetricsF:
    return QFontMetricsF(_caption_font())
