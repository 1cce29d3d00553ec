"""Buttons for the parts of a data set that are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from engine.contracts.dataset import Part
from engine.contracts.i18n import mark, tr
from engine.contracts.readings import numbers

if TYPE_CHECKING:
    from engine.contracts.dataset import DatasetInfo

PARTS: dict[Part, str] = {
    Part.EVALUATION: mark("evaluation"),
    Part.REFERENCE: mark("training data"),
    Part.CALIBRATION: mark("calibration"),
}


class PartChooser(QWidget):
    """One button a part with its rows; nothing where there is but one part.

    Signals
    -------
    chosen
        Another part is wanted.
    """

    chosen = Signal(object)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.buttons: dict[Part, QToolButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for part in PARTS:
            button = QToolButton()
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, part=part: self.chosen.emit(part))
            group.addButton(button)
            row.addWidget(button)
            self.buttons[part] = button

    def show_parts(self, data: DatasetInfo, shown: Part) -> None:
        """Offer the parts of ``data``; ``shown`` is the one in sight."""
        loaded = {info.part: info for info in data.parts}
        self.setVisible(len(loaded) > 1)
        for part, button in self.buttons.items():
            button.setVisible(part in loaded)
            button.setChecked(part is shown)
            if part in loaded:
                n = numbers.count(loaded[part].n_rows)
                button.setText(tr("{part} {n}", part=part_word(part), n=n))


def part_word(part: Part) -> str:
    """Return what a part is called."""
    return tr(PARTS[part])
