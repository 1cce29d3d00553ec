"""The field in which a threshold is typed, digit for digit."""

from __future__ import annotations

from PySide6.QtWidgets import QDoubleSpinBox

from engine.contracts.readings.numbers import threshold_digits

_DECIMALS = 15


class ThresholdSpin(QDoubleSpinBox):
    """Keeps every digit that is typed and shows no noughts behind them."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(_DECIMALS)
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)

    def textFromValue(self, value: float) -> str:
        """Return a threshold as it is written everywhere, but never by powers."""
        text = threshold_digits(value)
        if "e" in text:  # a field of Qt's does not read it
            text = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
        return text.replace(".", self.locale().decimalPoint())

    def valueFromText(self, text: str) -> float:
        """Return what was typed; what was not touched stays as exact as it was."""
        if text == self.textFromValue(self.value()):
            return self.value()
        return super().valueFromText(text)
