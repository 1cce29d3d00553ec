"""A plot that repaints only what moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.services.theme import LIGHT

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from gui.services.theme import Tokens

FONT_PIXELS = 11


class Canvas(QWidget):
    """Paints a still picture once and a marker over it on every move.

    A subclass paints the still part in :meth:`paint_still` and what follows the
    pointer in :meth:`paint_moving`; it calls :meth:`renew` when the still part
    has changed and ``update`` otherwise. Saved pictures paint both as vectors. The
    wheel is left to whatever scrolls around the plot.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tokens = LIGHT
        self._still: QPixmap | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        font = self.font()
        font.setPixelSize(FONT_PIXELS)
        self.setFont(font)

    def paint_still(self, painter: QPainter) -> None:
        """Paint what does not move."""
        raise NotImplementedError

    def paint_moving(self, painter: QPainter) -> None:
        """Paint what follows the threshold, the pointer or the selection."""

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.tokens = tokens
        self.renew()

    def renew(self) -> None:
        """Paint everything again."""
        self._still = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Forget the picture of another size."""
        self._still = None
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Put the moving part over the still one."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture())
        self._prepare(painter)
        self.paint_moving(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setPen(QPen(QColor(self.tokens.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def paint_on(self, painter: QPainter) -> None:
        """Paint the plot as vectors, without the frame of the focus."""
        self._prepare(painter)
        self.paint_still(painter)
        self._prepare(painter)
        self.paint_moving(painter)

    def _picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.devicePixelRatio() != ratio:
            still = QPixmap(self.size() * ratio)
            still.setDevicePixelRatio(ratio)
            still.fill(Qt.GlobalColor.transparent)
            painter = QPainter(still)
            self._prepare(painter)
            self.paint_still(painter)
            painter.end()
            self._still = still
        return self._still

    def _prepare(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
