"""Headings of a table: plain ones, and ones that say what is in the column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
)
from PySide6.QtWidgets import QHeaderView

from engine.contracts.dataset import Column, Role
from engine.contracts.i18n import mark, tr
from engine.contracts.readings import numbers
from gui.widgets.column_words import kind_word, percent, role_word

if TYPE_CHECKING:
    import numpy as np

    from engine.contracts.results import ColumnSummary
    from gui.services.theme import Tokens

PADDING = 8
PLAIN_HEIGHT = 28
RICH_HEIGHT = 92
_MENU_ZONE = 18
EMPTY = mark("no values")


@dataclass
class Heading:
    """What the head of one column says."""

    title: str
    right: bool = False
    column: Column | None = None
    summary: ColumnSummary | None = None
    filtered: bool = False


class ColumnHeader(QHeaderView):
    """Column headings that sort on a click and open a menu.

    Signals
    -------
    sort_wanted
        A heading was clicked: its column, and whether to add to the order.
    menu_wanted
        The menu of a column is wanted, at a place on the screen.
    """

    sort_wanted = Signal(int, bool)
    menu_wanted = Signal(int, QPoint)

    def __init__(self, *, rich: bool = False, parent: Any = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._rich = rich
        self._compact = False
        self._headings: list[Heading] = []
        self._sort: dict[int, tuple[int, bool]] = {}
        self._colours: dict[str, QColor] = {}
        self._pressed: QPoint | None = None
        self._hovered = -1
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionsMovable(False)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSectionSize(40)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.setAccessibleName(tr("Column headings"))

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        names = ("panel", "line", "text", "muted", "accent", "accent_soft", "warning")
        self._colours = {name: QColor(getattr(tokens, name)) for name in names}
        self.viewport().update()

    def set_headings(self, headings: list[Heading]) -> None:
        """Say what the headings are."""
        self._headings = headings
        self.viewport().update()

    def heading(self, section: int) -> Heading | None:
        """Return the heading of a column."""
        return self._headings[section] if section < len(self._headings) else None

    def set_order(self, order: list[tuple[int, bool]]) -> None:
        """Show by which columns the rows are sorted, and whether descending."""
        self._sort = {
            section: (rank, descending)
            for rank, (section, descending) in enumerate(order)
        }
        self.viewport().update()

    def set_compact(self, *, compact: bool) -> None:
        """Leave out the pictures where the table is low."""
        if compact != self._compact:
            self._compact = compact
            self.updateGeometry()
            self.geometriesChanged.emit()
            self.viewport().update()

    def refresh(self) -> None:
        """Repaint after headings were changed in place."""
        self.viewport().update()

    # Qt

    def sizeHint(self) -> QSize:
        """Return the height of the headings."""
        tall = self._rich and not self._compact
        middle = self._rich and self._compact
        height = RICH_HEIGHT if tall else 42 if middle else PLAIN_HEIGHT
        return QSize(super().sizeHint().width(), height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where, to tell a click from a drag of the edge."""
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Sort, or open the menu of the column."""
        place, pressed = event.position().toPoint(), self._pressed
        self._pressed = None
        resizing = self.cursor().shape() == Qt.CursorShape.SplitHCursor
        super().mouseReleaseEvent(event)
        section = self.logicalIndexAt(place)
        if pressed is None or section < 0 or resizing:
            return
        if (place - pressed).manhattanLength() > 4:
            return
        if event.button() == Qt.MouseButton.RightButton or self._on_menu(
            section, place.x()
        ):
            corner = QPoint(self.sectionViewportPosition(section), self.height())
            self.menu_wanted.emit(section, self.mapToGlobal(corner))
        elif event.button() == Qt.MouseButton.LeftButton:
            add = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.sort_wanted.emit(section, add)

    def _on_menu(self, section: int, x: int) -> bool:
        right = self.sectionViewportPosition(section) + self.sectionSize(section)
        return right - _MENU_ZONE <= x < right - 3

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the menu mark of the heading under the mouse."""
        super().mouseMoveEvent(event)
        section = self.logicalIndexAt(event.position().toPoint())
        if section != self._hovered:
            self._hovered = section
            self.viewport().update()

    def leaveEvent(self, event: Any) -> None:
        """Forget the heading under the mouse."""
        super().leaveEvent(event)
        self._hovered = -1
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the headings, and the same ground where there is no column."""
        super().paintEvent(event)
        left = self.length() - self.offset()
        room = self.viewport().rect().adjusted(left, 0, 0, 0)
        if room.width() > 0:
            painter = QPainter(self.viewport())
            painter.fillRect(room, self._colours["panel"])
            line = self._colours["line"]
            painter.fillRect(left, room.bottom(), room.width(), 1, line)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one heading."""
        painter.save()
        painter.fillRect(rect, self._colours["panel"])
        line = self._colours["line"]
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, line)
        heading = self.heading(section)
        if heading is not None:
            painter.setClipRect(rect)
            if self._rich:
                painter.fillRect(rect.right(), rect.y(), 1, rect.height(), line)
                self._paint_rich(painter, rect, section, heading)
            else:
                self._paint_title(painter, rect, section, heading, bold=False)
        painter.restore()

    # The parts of a heading

    def _paint_title(
        self,
        painter: QPainter,
        rect: QRect,
        section: int,
        heading: Heading,
        *,
        bold: bool,
    ) -> None:
        font = QFont(self.font())
        if bold:
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        room = rect.adjusted(PADDING, 0, -PADDING, -1)
        if section in self._sort:
            room.adjust(0, 0, -14, 0)
            self._paint_arrow(painter, room, section)
        elif self._hovered == section:
            room.adjust(0, 0, -12, 0)
            self._paint_menu_mark(painter, room)
        if heading.filtered:
            painter.fillRect(
                rect.x(), rect.bottom() - 1, rect.width(), 2, self._colours["accent"]
            )
        painter.setPen(self._colours["text" if bold else "muted"])
        metrics = QFontMetrics(font)
        title = " ".join(heading.title.split())
        text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, room.width())
        side = (
            Qt.AlignmentFlag.AlignRight if heading.right else Qt.AlignmentFlag.AlignLeft
        )
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), text)

    def _paint_arrow(self, painter: QPainter, room: QRect, section: int) -> None:
        rank, descending = self._sort[section]
        x, y = room.right() + 5.0, room.center().y() + 0.5
        tip = 3.0 if descending else -3.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colours["accent" if rank == 0 else "muted"])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPolygonF()
        for dx, dy in ((0.0, -tip), (8.0, -tip), (4.0, tip)):
            shape.append(QRectF(x + dx, y + dy, 0, 0).topLeft())
        painter.drawPolygon(shape)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _paint_menu_mark(self, painter: QPainter, room: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colours["muted"])
        for step in (-4, 0, 4):
            y = room.center().y() + step
            painter.drawRect(QRect(room.right() + 8, y, 2, 2))

    def _paint_rich(
        self, painter: QPainter, rect: QRect, section: int, heading: Heading
    ) -> None:
        top = QRect(rect.x(), rect.y() + 2, rect.width(), 20)
        self._paint_title(painter, top, section, heading, bold=True)
        room = rect.adjusted(PADDING, 0, -PADDING, 0)
        small = self._small_font()
        painter.setFont(small)
        if heading.column is not None:
            line = QRect(room.x(), rect.y() + 22, room.width(), 16)
            self._paint_badges(painter, line, heading.column)
        if self._compact:
            return
        picture = QRect(room.x(), rect.y() + 42, room.width(), 26)
        if heading.summary is not None:
            self._paint_summary(painter, picture, heading.summary)
        if heading.column is not None:
            line = QRect(room.x(), rect.y() + 71, room.width(), 16)
            self._paint_counts(painter, line, heading.column, heading.summary)

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(font.pointSizeF() * 0.85, 7.0))
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _paint_badges(self, painter: QPainter, line: QRect, column: Column) -> None:
        metrics = painter.fontMetrics()
        role = role_word(column.role)
        width = min(metrics.horizontalAdvance(role) + 10, line.width())
        badge = QRect(line.x(), line.y(), width, line.height())
        if column.role is Role.FEATURE:
            badge.setWidth(width - 10)
            painter.setPen(self._colours["muted"])
            painter.drawText(badge, int(Qt.AlignmentFlag.AlignVCenter), role)
        else:
            strong = column.role is not Role.IGNORE
            painter.fillRect(badge, self._colours["accent_soft" if strong else "line"])
            painter.setPen(self._colours["accent" if strong else "muted"])
            painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), role)
        rest = QRect(badge.right() + 7, line.y(), line.right() - badge.right() - 7, 16)
        painter.setPen(self._colours["muted"])
        painter.drawText(
            rest, int(Qt.AlignmentFlag.AlignVCenter), kind_word(column.kind)
        )

    def _paint_summary(
        self, painter: QPainter, room: QRect, summary: ColumnSummary
    ) -> None:
        if summary.counts is not None and len(summary.counts) and summary.counts.max():
            _paint_histogram(painter, room, summary.counts, self._bar_colour())
        elif _all_different(summary):
            line = QRect(room.x(), room.y() + 11, room.width(), 15)
            self._paint_example(painter, line, summary)
        elif summary.top:
            self._paint_top(painter, room, summary)
        else:
            painter.setPen(self._colours["muted"])
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), tr(EMPTY))

    def _paint_example(
        self, painter: QPainter, line: QRect, summary: ColumnSummary
    ) -> None:
        if not summary.top:
            return
        painter.setPen(self._colours["muted"])
        example = tr("{value}, …", value=" ".join(summary.top[0][0].split()))
        text = painter.fontMetrics().elidedText(
            example, Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), text)

    def _bar_colour(self) -> QColor:
        colour = QColor(self._colours["accent"])
        colour.setAlphaF(0.55)
        return colour

    def _paint_top(
        self, painter: QPainter, room: QRect, summary: ColumnSummary
    ) -> None:
        known = max(sum(n for _, n in summary.top) + summary.n_other, 1)
        x = float(room.x())
        strip = QRectF(room.x(), room.y() + 2, room.width(), 7)
        painter.fillRect(strip, self._colours["line"])
        for place, (_, count) in enumerate(summary.top[:5]):
            width = room.width() * count / known
            colour = QColor(self._colours["accent"])
            colour.setAlphaF(max(0.7 - 0.13 * place, 0.15))
            painter.fillRect(QRectF(x, strip.y(), max(width - 1, 0.5), 7), colour)
            x += width
        label, count = summary.top[0]
        share = percent(count / known)
        metrics = painter.fontMetrics()
        line = QRect(room.x(), room.y() + 11, room.width(), 15)
        painter.setPen(self._colours["text"])
        used = metrics.horizontalAdvance(share)
        name = " ".join(label.split())
        text = metrics.elidedText(
            name, Qt.TextElideMode.ElideRight, line.width() - used - 6
        )
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), text)
        painter.setPen(self._colours["muted"])
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, int(right), share)

    def _paint_counts(
        self,
        painter: QPainter,
        line: QRect,
        column: Column,
        summary: ColumnSummary | None,
    ) -> None:
        distinct = column.n_distinct if summary is None else summary.n_distinct
        if summary is not None and _all_different(summary):
            text = tr("all different")
        else:
            text = tr("{n} distinct", n=numbers.count(distinct))
        painter.setPen(self._colours["muted"])
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), text)
        if summary is None or not summary.n_missing:
            return
        share = summary.n_missing / max(summary.n_rows, 1)
        painter.setPen(self._colours["warning" if share >= 0.2 else "muted"])
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, int(right), tr("{share} miss.", share=percent(share)))


def _all_different(summary: ColumnSummary) -> bool:
    return 1 < summary.n_distinct == summary.n_rows - summary.n_missing


def _paint_histogram(
    painter: QPainter, room: QRect, counts: np.ndarray, colour: QColor
) -> None:
    tallest = float(counts.max())
    width = room.width() / len(counts)
    for place, count in enumerate(counts.tolist()):
        if count:
            height = max(room.height() * count / tallest, 1.0)
            left = room.x() + place * width
            bar = QRectF(left, room.bottom() + 1 - height, max(width - 1, 1.0), height)
            painter.fillRect(bar, colour)
