"""The cells of one row, each with what it takes to change it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import tr
from engine.contracts.readings.counterfactual import cell_text
from gui.services.literal import literal
from gui.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.contracts.results import Editable
    from engine.contracts.results.counterfactual import Cell
    from gui.services.theme import Tokens

_STEPS = 200  # of a slider along a number without end
_WIDEST = 1e15


class CellEditor(QWidget):
    """One cell: a slider and a field for a number, a list for labels.

    The slider goes as far as the data do; the field takes any number.

    Signals
    -------
    changed()
        The cell is another now.
    """

    changed = Signal()

    def __init__(self, editable: Editable, own: Cell) -> None:
        super().__init__()
        self.name = editable.name
        self._editable, self._own = editable, own
        self._title = PlainLabel(editable.name)
        self._title.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self._title.setToolTip(literal(editable.name))
        self._was = PlainLabel()
        self._was.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.missing = QCheckBox(tr("missing"))
        self.missing.setAccessibleName(tr("{name} is missing", name=editable.name))
        self.missing.setVisible(editable.may_miss or own is None)
        self._any = bool(editable.labels) or math.isfinite(editable.low)
        self.missing.setEnabled(self._any)  # of what no row has nothing is known
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.spin = QDoubleSpinBox()
        self.labels = QComboBox()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self._title, 0, 0)
        grid.addWidget(self._was, 0, 1, 1, 2)
        if editable.labels:
            self._build_labels(grid)
        else:
            self._build_number(grid)
        grid.addWidget(self.missing, 1, 2)
        self.put(own)
        self.missing.toggled.connect(lambda _on: self._edit())

    def _build_labels(self, grid: QGridLayout) -> None:
        self.labels.setAccessibleName(self.name)
        self.labels.setMinimumContentsLength(6)
        self.labels.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.labels.addItems(list(self._editable.labels))
        self.labels.activated.connect(lambda _place: self._edit())
        grid.addWidget(self.labels, 1, 0, 1, 2)

    def _build_number(self, grid: QGridLayout) -> None:
        low, high = self._editable.low, self._editable.high
        self.spin.setAccessibleName(self.name)
        self.spin.setDecimals(self._editable.decimals)
        self.spin.setRange(-_WIDEST, _WIDEST)
        self.spin.setKeyboardTracking(False)  # asked when the number is complete
        self.spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.spin.setFixedWidth(84)
        self.spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.slider.setAccessibleName(tr("{name}, slider", name=self.name))
        self.slider.setMinimumWidth(40)
        known = math.isfinite(low) and math.isfinite(high) and high > low
        self.slider.setEnabled(known)
        self.slider.setRange(0, self._n_steps() if known else 0)
        grain = 10.0**-self._editable.decimals
        self.spin.setSingleStep(max(grain, self._step()) if known else grain)
        if known:  # where a missing value starts from
            self.spin.setValue((low + high) / 2)
        self.slider.valueChanged.connect(self._slid)
        self.spin.valueChanged.connect(self._typed)
        grid.addWidget(self.slider, 1, 0)
        grid.addWidget(self.spin, 1, 1)

    def _n_steps(self) -> int:
        """Return the places of the slider: each value of a few, else some of many."""
        values = (self._editable.high - self._editable.low) * (
            10.0**self._editable.decimals
        )
        return round(values) if 1 <= values <= _STEPS else _STEPS

    def _step(self) -> float:
        return (self._editable.high - self._editable.low) / self._n_steps()

    @property
    def cell(self) -> Cell:
        """What the cell is now; the row's own where it is as good as that."""
        if self.missing.isChecked():
            return None
        if self._editable.labels:
            return self.labels.currentText()
        value = self.spin.value()
        own = self._own
        if isinstance(own, (int, float)) and value == self._as_spun(own):
            return own
        return int(value) if self._editable.decimals == 0 else value

    def _as_spun(self, value: float) -> float:
        return round(float(value), self._editable.decimals)

    @property
    def is_changed(self) -> bool:
        """Whether it is not what the row has."""
        return self.cell != self._own

    def put(self, cell: Cell) -> None:
        """Show a cell, without a signal."""
        with (
            QSignalBlocker(self.spin),
            QSignalBlocker(self.slider),
            QSignalBlocker(self.labels),
            QSignalBlocker(self.missing),
        ):
            self.missing.setChecked(cell is None)
            if isinstance(cell, str):
                self.labels.setCurrentText(cell)
            elif cell is not None:
                self.spin.setValue(float(cell))
            self._slide_along()
        self._tell()

    def reset(self) -> None:
        """Show what the row has, without a signal."""
        self.put(self._own)

    def _slid(self, place: int) -> None:
        with QSignalBlocker(self.spin):
            at_end = place == self.slider.maximum()
            value = self._editable.low + place * self._step()
            self.spin.setValue(self._editable.high if at_end else value)
        self._edit()

    def _typed(self, _value: float) -> None:
        with QSignalBlocker(self.slider):
            self._slide_along()
        self._edit()

    def _slide_along(self) -> None:
        if self.slider.isEnabled() and not self._editable.labels:
            place = (self.spin.value() - self._editable.low) / self._step()
            most = self.slider.maximum()
            self.slider.setValue(int(min(max(round(place), 0), most)))

    def _edit(self) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        known = not self.missing.isChecked()
        self.spin.setEnabled(known)
        self.labels.setEnabled(known)
        far = math.isfinite(self._editable.low) and (
            self._editable.high > self._editable.low
        )
        self.slider.setEnabled(known and far)
        changed = self.is_changed
        font = self._title.font()
        font.setBold(changed)
        self._title.setFont(font)
        self._was.setText(tr("was {value}", value=cell_text(self._own)) * changed)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self._was.setStyleSheet(f"color: {tokens.muted};")


class CellEditors(QWidget):
    """Editors under one another, one for each cell of a row.

    Signals
    -------
    changed(str)
        The cell of that name is another now.
    """

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Values of the row"))
        self._tokens: Tokens | None = None
        self.editors: dict[str, CellEditor] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.setSpacing(8)

    def offer(
        self,
        editable: Sequence[Editable],
        own: Sequence[Cell],
        changes: Mapping[str, Cell],
    ) -> None:
        """Make editors for a row, some of its cells changed already."""
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.editors = {}
        for may, cell in zip(editable, own, strict=True):
            editor = CellEditor(may, cell)
            if may.name in changes:
                editor.put(changes[may.name])
            if self._tokens is not None:
                editor.apply_theme(self._tokens)
            editor.changed.connect(lambda name=may.name: self.changed.emit(name))
            self.editors[may.name] = editor
            self._column.addWidget(editor)
        self._column.addStretch(1)

    @property
    def changes(self) -> dict[str, Cell]:
        """The cells that are not what the row has."""
        return {
            name: editor.cell
            for name, editor in self.editors.items()
            if editor.is_changed
        }

    def put(self, changes: Mapping[str, Cell]) -> None:
        """Show other changes of the same row, without a signal."""
        for name, editor in self.editors.items():
            if name in changes:
                editor.put(changes[name])
            else:
                editor.reset()

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self._tokens = tokens
        for editor in self.editors.values():
            editor.apply_theme(tokens)
