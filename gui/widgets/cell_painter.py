"""How the cells of a table are painted: text, bars, intervals, a cross for wrong."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from engine.contracts.i18n import written
from gui.widgets.interval_bar import paint_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gui.services.theme import Tokens
    from gui.widgets.interval_bar import Interval

ROW_HEIGHT = 26
PADDING = 8
BAR_WIDTH = 44
INTERVAL_WIDTH = 210
_BAR_GAP = 6
_MARK = 18
_SORT_MARK = 18
_WIDEST_SHARE = "< 0.5 %"


class Cell(Protocol):
    """What is painted in one cell."""

    @property
    def text(self) -> str: ...
    @property
    def right(self) -> bool: ...
    @property
    def muted(self) -> bool: ...
    @property
    def bold(self) -> bool: ...
    @property
    def wrong(self) -> bool: ...
    @property
    def bar(self) -> float | None: ...
    @property
    def interval(self) -> Interval | None: ...


class CellPainter:
    """Paints columns of cells, remembering how texts fit from frame to frame."""

    def __init__(self, font: QFont) -> None:
        self.colours: dict[str, QColor] = {}
        self.set_font(font)

    def set_font(self, base: QFont) -> None:
        """Take a font; figures get the same width each."""
        font = QFont(base)
        font.setFeature(QFont.Tag("tnum"), 1)
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        self._font, self._bold = font, bold
        self._metrics, self._bold_metrics = QFontMetrics(font), QFontMetrics(bold)
        room_above = (ROW_HEIGHT - 1 - self._metrics.height()) // 2
        self._baseline = room_above + self._metrics.ascent()
        self._fit = lru_cache(8192)(_fitter(self._metrics))
        self._fit_bold = lru_cache(2048)(_fitter(self._bold_metrics))

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        names = ("panel", "line", "text", "muted", "accent", "accent_soft")
        for name in (*names, "warning", "selection"):
            self.colours[name] = QColor(getattr(tokens, name))
        self.colours["bar"] = _mixed(tokens.accent, tokens.panel, 0.75)
        self.colours["wrong_bar"] = _mixed(tokens.warning, tokens.panel, 0.75)

    def width_of(self, title: str, cells: Iterable[Cell]) -> int:
        """Return the width, without padding, that a column needs."""
        width = self._metrics.horizontalAdvance(title) + _SORT_MARK
        for cell in cells:
            if cell.interval is not None:
                used = INTERVAL_WIDTH
            elif cell.bold:
                used = self._bold_metrics.horizontalAdvance(cell.text) + _MARK
            else:
                used = self._metrics.horizontalAdvance(cell.text)
            if cell.bar is not None:  # other rows may be surer than those in sight
                widest = self._metrics.horizontalAdvance(written(_WIDEST_SHARE))
                used = max(used, widest) + BAR_WIDTH + _BAR_GAP
            width = max(width, used)
        return width

    def paint_column(
        self, painter: QPainter, cells: Iterable[tuple[int, Cell]], x: int, width: int
    ) -> None:
        """Paint cells, each with the top of its row."""
        text_colour, muted_colour = self.colours["text"], self.colours["muted"]
        painter.setFont(self._font)
        painter.setPen(text_colour)
        pen_is_muted = False
        for y, cell in cells:
            room = width - 2 * PADDING
            if cell.bar is not None and room > BAR_WIDTH + 30:
                self._paint_bar(painter, cell, x + width - PADDING - BAR_WIDTH, y)
                room -= BAR_WIDTH + _BAR_GAP
            if cell.muted is not pen_is_muted:
                pen_is_muted = cell.muted
                painter.setPen(muted_colour if pen_is_muted else text_colour)
            if cell.interval is not None:
                frame = QRectF(x + PADDING, y, room, ROW_HEIGHT - 1)
                self._paint_interval(painter, frame, cell, cell.interval)
            elif cell.bold:
                self._paint_bold(painter, cell, x + PADDING, y + self._baseline, room)
            else:
                text, used = self._fit(cell.text, room)
                start = x + PADDING + (room - used if cell.right else 0)
                painter.drawText(start, y + self._baseline, text)

    def _paint_interval(
        self, painter: QPainter, frame: QRectF, cell: Cell, interval: Interval
    ) -> None:
        pen = painter.pen()
        paint_interval(
            painter, frame, interval, cell.text, self.colours, dimmed=cell.muted
        )
        painter.setPen(pen)

    def _paint_bold(
        self, painter: QPainter, cell: Cell, x: int, baseline: int, room: int
    ) -> None:
        mark = _MARK if cell.wrong else 0
        text, used = self._fit_bold(cell.text, room - mark)
        start = x + (room - mark - used if cell.right else 0)
        painter.setFont(self._bold)
        painter.drawText(start, baseline, text)
        painter.setFont(self._font)
        if cell.wrong:
            pen = painter.pen()
            painter.setPen(QPen(self.colours["warning"], 1.5))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _cross(painter, start + used + 6, baseline - 8, 7)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setPen(pen)

    def _paint_bar(self, painter: QPainter, cell: Cell, x: int, y: int) -> None:
        frame = QRect(x, y + (ROW_HEIGHT - 9) // 2, BAR_WIDTH, 8)
        painter.fillRect(frame, self.colours["line"])
        frame.setWidth(round(BAR_WIDTH * (cell.bar or 0.0)))
        painter.fillRect(frame, self.colours["wrong_bar" if cell.wrong else "bar"])


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


def _mixed(colour: str, ground: str, share: float) -> QColor:
    over, under = QColor(colour), QColor(ground)
    red, green, blue = (
        share * a + (1 - share) * b
        for a, b in (
            (over.redF(), under.redF()),
            (over.greenF(), under.greenF()),
            (over.blueF(), under.blueF()),
        )
    )
    return QColor.fromRgbF(red, green, blue)
