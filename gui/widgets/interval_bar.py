"""A rate's interval as a bar on a common scale, with its numbers beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QRectF, Qt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QColor, QPainter

BAR_HEIGHT = 6
SHORTEST = 48
_GAP = 10


class Interval(Protocol):
    """A rate with its interval, on a scale from 0 to ``top``.

    ``reference`` (the rate of all rows) is marked by a thin line. ``widest`` is
    the longest text beside a bar of the same table, so that all bars are as long.
    """

    @property
    def low(self) -> float: ...
    @property
    def value(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def reference(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def widest(self) -> str: ...


def paint_interval(
    painter: QPainter,
    room: QRectF,
    interval: Interval,
    text: str,
    colours: Mapping[str, QColor],
    *,
    dimmed: bool = False,
) -> None:
    """Paint the bar, and the numbers at its right where they fit."""
    needed = painter.fontMetrics().horizontalAdvance(interval.widest) + _GAP
    wide = room.width() - needed >= SHORTEST
    width = room.width() - needed if wide else room.width()
    track = QRectF(
        room.x(), room.center().y() - BAR_HEIGHT / 2, min(width, 240), BAR_HEIGHT
    )
    painter.fillRect(track, colours["line"])
    scale = track.width() / interval.top if interval.top > 0 else 0.0
    left = track.x() + interval.low * scale
    span = max((interval.high - interval.low) * scale, 2.0)
    bar = QRectF(left, track.y(), span, BAR_HEIGHT).intersected(track)
    painter.fillRect(bar, colours["muted" if dimmed else "accent"])
    for place, colour, reach in (
        (interval.value, colours["panel"], 0),
        (interval.reference, colours["text"], 3),
    ):
        x = round(track.x() + place * scale)
        height = BAR_HEIGHT + 2 * reach
        painter.fillRect(QRectF(x, track.y() - reach, 1, height), colour)
    if wide:
        painter.setPen(colours["muted"])
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        numbers = QRectF(track.right(), room.y(), needed, room.height())
        painter.drawText(numbers, int(align), text)
