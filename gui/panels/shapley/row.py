"""How the current row's answer comes about, from the base or from other rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.readings.shapley import shapley_values as reading_of
from gui.panels.shapley.view import (
    ContributionView,
    axis_of,
)
from gui.plots.force import Force
from gui.plots.waterfall import Step, Waterfall
from gui.widgets.labels import PlainLabel
from gui.widgets.panel_body import column_body, line_of_words
from gui.widgets.row_wanted import RowWanted
from gui.widgets.scrolled import scrolled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from engine.contracts.tables import Table
    from gui.item_models.attributions import Attributions
    from gui.services.theme import Tokens

BASE, SELECTED, PINNED, BUCKET = "base", "selected", "pinned", "bucket "


@dataclass(frozen=True)
class Start:
    """Where the bars start: a number, what it is, and contributions to take off."""

    value: float
    text: str
    taken: NDArray[np.floating] | float = 0.0


class RowView(ContributionView):
    """A line of pushes over a waterfall.

    Against other rows a bar is how much more the feature contributes here than
    there; the bars add up from their mean answer to this one.

    Signals
    -------
    bucket_wanted(str)
        Which rows are in a bucket is to be found out: :meth:`set_bucket`.
    """

    bucket_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._pinned: int | None = None  # a row of the data
        self._bucket: tuple[str, NDArray[np.bool_]] | None = None
        self._steps: list[Step] = []
        self.force = Force(tr("What raises and lowers the current row's prediction"))
        self.fall = Waterfall(tr("SHAP values of the current row"))
        self.words = line_of_words()
        self.against = QComboBox()
        self.against.setAccessibleName(tr("Compare with"))
        self.against.setMinimumContentsLength(10)
        self.against.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.pin = QPushButton(tr("Pin this row"))
        self.pin.setToolTip(tr("Keep this row to compare others with it"))
        line = QHBoxLayout()
        label = PlainLabel(tr("from"))
        label.setBuddy(self.against)
        line.addWidget(label)
        line.addWidget(self.against, 1)
        line.addWidget(self.pin)
        body, column = column_body()
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        column.addWidget(self.force)
        column.addWidget(scrolled(self.fall), 1)
        column.addWidget(self.words)
        self.about = RowWanted(body)
        self.column.addWidget(self.about)
        self.against.activated.connect(self._choose)
        self.pin.clicked.connect(self._pin)
        self.offer_buckets(())

    def offer_buckets(self, names: Iterable[str]) -> None:
        """Offer what a row can be compared with."""
        kept = self.against.currentData() or BASE
        self.against.clear()
        self.against.addItem(tr("the base value"), BASE)
        self.against.addItem(tr("the mean of the selected rows"), SELECTED)
        if self._pinned is not None:
            self.against.addItem(tr("row {row}, pinned", row=self._pinned), PINNED)
        for name in names:
            text = tr("the mean of group {name}", name=name)
            self.against.addItem(text, BUCKET + name)
        self.against.setCurrentIndex(max(self.against.findData(kept), 0))
        self._bucket = None

    def set_bucket(self, name: str, mask: NDArray[np.bool_]) -> None:
        """Take the rows of a bucket, of all rows of the data."""
        self._bucket = name, mask
        self._choose(0)

    def _pin(self) -> None:
        if self.shown is None or self.current is None:
            return
        self._pinned = int(self.shown.result.row_ids[self.current])
        place = self.against.findData(PINNED)
        if place < 0:
            place = 2
            self.against.insertItem(place, "", PINNED)
        self.against.setItemText(place, tr("row {row}, pinned", row=self._pinned))
        self.against.setCurrentIndex(place)
        self._choose(place)

    def _choose(self, _place: int) -> None:
        if self.shown is not None:
            self.mark(self.shown)

    def mark(self, shown: Attributions) -> None:
        """Draw the row."""
        if self.current is None:
            self._steps = []
            return
        start = self._start(shown)
        self._steps = self._bars(shown, self.current, start)
        answer = float(shown.result.predictions[self.current, shown.output])
        says = tr("prediction {value}", value=shown.number(answer))
        self.fall.set_steps(
            start.value, self._steps, (start.text, says, axis_of(shown)), shown.digits
        )
        self.force.set_steps(start.value, self._steps, (start.text, says))
        self.words.setText(reading_of.adds_up(shown.result, self.current, shown.output))

    def _bars(self, shown: Attributions, place: int, start: Start) -> list[Step]:
        values = shown.values[place] - start.taken
        exact = shown.errors is None or isinstance(start.taken, np.ndarray)
        return [
            Step(
                name,
                shown.text(place, j),
                float(values[j]),
                shown.signed(float(values[j])),
                0.0 if exact else float(shown.errors[place, j]),  # type: ignore[index]
            )
            for j, name in enumerate(shown.names)
        ]

    def _start(self, shown: Attributions) -> Start:
        key = self.against.currentData()
        if key == PINNED:
            place = shown.place_of(self._pinned)
            if place is not None:
                return _mean(
                    shown, np.array([place]), tr("row {row}", row=self._pinned)
                )
        if key == SELECTED and self.chosen is not None and self.chosen.any():
            rows = np.flatnonzero(self.chosen)
            n = numbers.count(len(rows))
            return _mean(shown, rows, tr("mean of {n} selected", n=n))
        if key.startswith(BUCKET):
            name = key.removeprefix(BUCKET)
            if self._bucket is None or self._bucket[0] != name:
                self.bucket_wanted.emit(name)
            else:
                rows = np.flatnonzero(self._bucket[1][shown.result.row_ids])
                n = numbers.count(len(rows))
                text = tr("mean of {n} rows of {name}", n=n, name=name)
                if len(rows):
                    return _mean(shown, rows, text)
        value = shown.number(shown.base)
        return Start(shown.base, tr("base value {value}", value=value))

    def table(self, shown: Attributions) -> Table:
        """Return the bars."""
        header = [tr("feature"), tr("value"), tr("SHAP value")]
        bars = sorted(self._steps, key=lambda step: -abs(step.contribution))
        return header, [[bar.name, bar.value, bar.contribution] for bar in bars]

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.fall.apply_theme(tokens)
        self.force.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")


def _mean(shown: Attributions, rows: NDArray[np.intp], text: str) -> Start:
    taken = shown.values[rows].mean(axis=0)
    value = shown.base + float(taken.sum())
    return Start(value, f"{text}: {shown.number(value)}", taken)
