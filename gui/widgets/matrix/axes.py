"""The two choosers of what the rows and the columns of a matrix are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from engine.contracts.dataset import Kind
from engine.contracts.i18n import tr
from engine.contracts.selection import BUCKET
from gui.services.literal import literal
from gui.widgets.labels import PlainLabel
from gui.widgets.matrix.content import PREDICTION, TRUTH

if TYPE_CHECKING:
    from engine.contracts.dataset import Column
    from gui.services.case import CaseService

MOST_LABELS = 1000
_CATEGORICAL = {Kind.CATEGORICAL, Kind.ORDINAL, Kind.BOOLEAN}


class MatrixAxes(QWidget):
    """Truth, prediction, a column of few labels or a bucket, for either axis.

    The two are never the same: who chooses for one what the other shows, swaps them.

    Signals
    -------
    chosen()
        The user has chosen another axis.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows = self._axis(tr("Rows"))
        self.columns = self._axis(tr("Columns"))
        self._before = self.names
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(3)
        for part in (self.rows, PlainLabel("×"), self.columns):
            line.addWidget(part)

    def _axis(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(literal(name))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setMaximumWidth(130)
        box.setMinimumWidth(104)
        box.activated.connect(lambda _place: self._choose())
        return box

    def _choose(self) -> None:
        self._keep_apart()
        self.chosen.emit()

    def _keep_apart(self) -> None:
        """Give the other axis what the chosen one showed, if both show the same."""
        rows, columns = self.names
        if rows == columns:
            changed = self.rows if rows != self._before[0] else self.columns
            other = self.columns if changed is self.rows else self.rows
            wanted = self._before[0 if changed is self.rows else 1]
            place = other.findData(wanted)
            other.setCurrentIndex(place)
        self._before = self.names

    @property
    def names(self) -> tuple[str, str]:
        """The columns of the rows and of the columns."""
        return (
            self.rows.currentData() or TRUTH,
            self.columns.currentData() or PREDICTION,
        )

    @property
    def titles(self) -> tuple[str, str]:
        """The axes as they are called in the choosers."""
        return self.rows.currentText(), self.columns.currentText()

    def show_rows_by(self, case: CaseService, name: str) -> None:
        """Make a column (or a bucket) the rows, if it can be."""
        self.offer(case)
        place = self.rows.findData(name)
        if place >= 0:
            self.rows.setCurrentIndex(place)
            self._keep_apart()

    def offer(self, case: CaseService) -> None:
        """List what an axis can be; keep what was chosen if it is still there."""
        choices = [(tr("true value"), TRUTH), (tr("prediction"), PREDICTION)]
        choices += [
            (column.name, column.name)
            for column in (case.data.columns if case.data is not None else ())
            if can_be_axis(column)
        ]
        choices += [
            (tr("group {name}", name=name), BUCKET + name) for name in case.buckets
        ]
        for box, default in ((self.rows, TRUTH), (self.columns, PREDICTION)):
            wanted = box.currentData() or default
            known = [(box.itemText(i), box.itemData(i)) for i in range(box.count())]
            if known == choices:
                continue
            box.clear()
            for text, name in choices:
                box.addItem(text, name)
            box.setCurrentIndex(max(box.findData(wanted), box.findData(default)))
        self._before = self.names


def can_be_axis(column: Column) -> bool:
    """Return whether a column has few enough labels to be an axis."""
    return column.kind in _CATEGORICAL and 0 < column.n_distinct <= MOST_LABELS
