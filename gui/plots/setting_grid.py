"""Fidelity and steadiness for every width of the kernel and number of random rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.plots.painted_plot import PaintedPlot
from gui.plots.readout import Readout

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPainter

    from engine.contracts.results import LimeSettings

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_STEPS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class SettingGrid(PaintedPlot):
    """A cell for each setting: the bar is its fidelity, the words how far it moves.

    Signals
    -------
    chosen(int, int)
        Places of the width and of the number of rows of the cell that was chosen.
    """

    chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__(tr("Fidelity and stability of other settings"))
        self._settings: LimeSettings | None = None
        self._used = (-1, -1)
        self._at = (0, 0)
        self.setMinimumSize(260, 180)

    def set_settings(
        self, settings: LimeSettings | None, used: tuple[int, int]
    ) -> None:
        """Show what was tried, and frame the setting in use."""
        self._settings, self._used = settings, used
        self._at = used
        if settings is not None:
            lines = len(settings.kernel_widths)
            high = self.fontMetrics().height()
            self.setMinimumHeight(int(lines * (high + 9) + 2 * high + 12))
            self.setAccessibleDescription(self.text_of(*settings.suggested))
        self.renew()

    def text_of(self, a: int, b: int) -> str:
        """Return a setting in words."""
        known = self._settings
        if known is None:
            return ""
        return tr(
            "kernel width {width}, {n} random rows: R² {fidelity}, weights vary by "
            "{moves}, effective sample size {effective}",
            width=numbers.significant(float(known.kernel_widths[a]), 3),
            n=numbers.count(int(known.num_samples[b])),
            fidelity=numbers.percent(float(known.r2[a, b])),
            moves=numbers.percent(float(known.instability[a, b])),
            effective=numbers.count(round(float(known.n_effective[a, b]))),
        )

    def cell(self, a: int, b: int) -> QRectF:
        """Return where a setting is painted; -1 for the headings."""
        known, metrics = self._settings, self.fontMetrics()
        assert known is not None
        left = metrics.horizontalAdvance("00.00") + 22.0
        top = 2.0 * metrics.height() + 8
        wide = (self.width() - left - 4) / len(known.num_samples)
        tall = (self.height() - top - 4) / len(known.kernel_widths)
        if a < 0:
            return QRectF(left + b * wide, metrics.height() + 2, wide, metrics.height())
        if b < 0:
            return QRectF(0, top + a * tall, left - 8, tall)
        return QRectF(left + b * wide, top + a * tall, wide, tall)

    def paint_static(self, painter: QPainter) -> None:
        """Paint headings, cells, the frame in use and the star of the suggestion."""
        known, tokens = self._settings, self.tokens
        if known is None:
            return
        high = painter.fontMetrics().height()
        painter.setPen(QColor(tokens.muted))
        painter.drawText(
            QRectF(0, 0, self.width() - 4, high),
            _CENTRE,
            tr("across: random rows, down: kernel width"),
        )
        for a, width in enumerate(known.kernel_widths.tolist()):
            text = numbers.significant(width, 3)
            painter.drawText(self.cell(a, -1), _RIGHT, text)
        for b, n in enumerate(known.num_samples.tolist()):
            painter.drawText(self.cell(-1, b), _CENTRE, numbers.count(n))
        for a in range(len(known.kernel_widths)):
            for b in range(len(known.num_samples)):
                self._paint_cell(painter, a, b)

    def _paint_cell(self, painter: QPainter, a: int, b: int) -> None:
        known, tokens = self._settings, self.tokens
        assert known is not None
        box = self.cell(a, b).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.fillRect(box, QColor(tokens.ground))
        share = min(max(float(known.r2[a, b]), 0.0), 1.0)
        bar = QRectF(box.left(), box.bottom() - 4, box.width() * share, 4)
        painter.fillRect(bar, QColor(tokens.accent))
        text = tr(
            "R² {fidelity} ± {moves}",
            fidelity=numbers.percent(float(known.r2[a, b])),
            moves=numbers.percent(float(known.instability[a, b])),
        )
        if (a, b) == known.suggested:
            text = f"★ {text}"
        short = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(box.width() - 4)
        )
        painter.setPen(QColor(tokens.text))
        painter.drawText(box.adjusted(0, 0, 0, -4), _CENTRE, short)
        if (a, b) == self._used:
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)

    def paint_overlay(self, painter: QPainter) -> None:
        """Paint where the keys stand."""
        if self._settings is not None and self.hasFocus() and self._at[0] >= 0:
            painter.setPen(QPen(QColor(self.tokens.accent), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.cell(*self._at))

    # Hands

    def cell_at(self, where: QPointF) -> tuple[int, int] | None:
        """Return the setting under a point."""
        known = self._settings
        if known is None:
            return None
        first = self.cell(0, 0)
        a = int((where.y() - first.top()) // first.height())
        b = int((where.x() - first.left()) // first.width())
        inside = 0 <= a < len(known.kernel_widths) and 0 <= b < len(known.num_samples)
        return (a, b) if inside else None

    def click_at(self, where: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Choose the setting under the pointer."""
        at = self.cell_at(where)
        if at is not None:
            self._at = at
            self.refresh()
            self.chosen.emit(*at)

    def readout_at(self, where: QPointF) -> Readout | None:
        """Say the setting under the pointer."""
        at = self.cell_at(where)
        return None if at is None else Readout(self.text_of(*at))

    def key(self, event: QKeyEvent) -> bool:
        """Go about the cells; Enter chooses."""
        known = self._settings
        if known is None:
            return False
        key = Qt.Key(event.key())
        if key in _STEPS:
            a, b = (at + step for at, step in zip(self._at, _STEPS[key], strict=True))
            self._at = (
                min(max(a, 0), len(known.kernel_widths) - 1),
                min(max(b, 0), len(known.num_samples) - 1),
            )
            self.speak(self.text_of(*self._at))
            self.refresh()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(*self._at)
        else:
            return False
        return True
