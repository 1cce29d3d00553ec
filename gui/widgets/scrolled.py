"""A plot that may be taller than its panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QScrollArea

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def scrolled(plot: QWidget) -> QScrollArea:
    """Return a frameless area round a plot that keeps its least height."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setWidget(plot)
    area.viewport().setAutoFillBackground(False)
    plot.setAutoFillBackground(False)  # setWidget turns it on
    return area
