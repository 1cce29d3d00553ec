"""Which feature of the model, or which two, and which of its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from engine.contracts.i18n import tr
from engine.contracts.readings.output_units import unit
from gui.widgets.labels import PlainLabel
from gui.widgets.output_choice import OutputChoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.services.theme import Tokens


class FeatureChoice(QWidget):
    """Boxes for a feature, another one, and the output.

    Signals
    -------
    chosen()
        Another feature or another unit is wanted.
    output_chosen()
        Another output is.

    The unit of the answer is a choice where answers are probabilities.
    """

    chosen = Signal()
    output_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.output = QComboBox(), QComboBox(), OutputChoice()
        self._with = PlainLabel(tr("with"))
        for box, name in (
            (self.first, tr("Feature")),
            (self.second, tr("Second feature")),
            (self.output, tr("Class")),
        ):
            box.setAccessibleName(name)
            box.setMinimumContentsLength(9)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.first, 1)
        row.addWidget(self._with)
        row.addWidget(self.second, 1)
        row.addWidget(self.output)
        self.space = QComboBox()
        self.space.setAccessibleName(tr("Unit of the output"))
        for own, name in (("auto", "probability"), ("margin", "margin")):
            self.space.addItem(unit(name), own)
        row.addWidget(self.space)
        self._names = ("", "")
        self.first.activated.connect(lambda _place: self._choose())
        self.second.activated.connect(lambda _place: self._choose())
        self.output.activated.connect(lambda _place: self.output_chosen.emit())
        self.space.activated.connect(lambda _place: self.chosen.emit())
        self.show_second(visible=False)
        self.space.hide()

    @property
    def names(self) -> tuple[str, str]:
        """The two features; empty until there was an answer."""
        return self._names

    @property
    def place(self) -> int:
        """Place of the output."""
        return self.output.place

    def show_second(self, *, visible: bool) -> None:
        """Show or hide the second feature."""
        self._with.setVisible(visible)
        self.second.setVisible(visible)

    def forget(self) -> None:
        """Leave the choice to the engine again."""
        self._names = ("", "")
        self.space.setCurrentIndex(0)
        self.output.forget()

    def offer_margins(self, *, possible: bool) -> None:
        """Offer answers in margins beside probabilities, where there are these."""
        self.space.setVisible(possible)

    def offer(
        self,
        names: Sequence[str],
        outputs: Sequence[str],
        now: tuple[str, str],
        own: int | None = None,
    ) -> None:
        """Offer features and outputs, two features being in force.

        An empty or equal second one is left as it is, or becomes any other.

        Parameters
        ----------
        own
            See :meth:`OutputChoice.offer`.
        """
        for box in (self.first, self.second):
            if [box.itemText(i) for i in range(box.count())] != list(names):
                box.clear()
                box.addItems(list(names))
        self._put(now[0], now[1] or self._names[1])
        self.output.offer(outputs, own)

    def choose(self, first: str, second: str) -> None:
        """Choose two features, with a signal."""
        self._put(first, second)
        self.chosen.emit()

    def follow(self, first: str) -> None:
        """Have another first feature from the next question on, without a signal."""
        self._put(first, self._names[1])

    def _choose(self) -> None:
        first, second = self.first.currentText(), self.second.currentText()
        if first == second:  # the other one gives way: they change places
            second = self._names[0] if first != self._names[0] else self._names[1]
        self.choose(first, second)

    def _put(self, first: str, second: str) -> None:
        if second in ("", first):
            every = [self.first.itemText(i) for i in range(self.first.count())]
            second = next((name for name in every if name != first), "")
        self._names = (first, second)
        self.first.setCurrentText(first)
        self.second.setCurrentText(second)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self._with.setStyleSheet(f"color: {tokens.muted};")
