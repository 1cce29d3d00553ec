"""Ways to choose a threshold, what each would bring, and the button to take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from engine.contracts import operating_points
from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.services.literal import literal
from gui.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from engine.contracts.results import OperatingPoint, Thresholds

F1, RECALL, COST, NATURAL = "f1", "recall", "cost", "natural"


class ThresholdChoice(QWidget):
    """Offers operating points.

    Signals
    -------
    applied(float | None, float, float)
        The threshold to take, ``None`` for the model's own rule, and the costs of a
        false alarm and of a miss.
    """

    applied = Signal(object, float, float)

    def __init__(self) -> None:
        super().__init__()
        self._result: Thresholds | None = None
        self._point: OperatingPoint | None = None
        self.how = QComboBox()
        self.how.setAccessibleName(tr("How to choose the threshold"))
        self.how.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.how.setMinimumContentsLength(7)
        self.how.setMaximumWidth(190)
        self.how.view().setMinimumWidth(190)
        for key, text in (
            (F1, tr("best F1")),
            (RECALL, tr("recall ≥, best precision")),
            (COST, tr("lowest cost")),
            (NATURAL, tr("back to the model's own")),
        ):
            self.how.addItem(text, key)
        self.recall = self._spin(0.0, 1.0, 0.80, 0.05, 2, tr("Minimum recall"))
        self.cost_fp = self._spin(0.0, 1e9, 1.0, 1.0, 1, tr("Cost of a false positive"))
        self.cost_fn = self._spin(0.0, 1e9, 1.0, 1.0, 1, tr("Cost of a false negative"))
        self.cost_fp.setPrefix(tr("FP "))
        self.cost_fn.setPrefix(tr("FN "))
        self.found = PlainLabel()
        self.found.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.apply = QPushButton(tr("Apply"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self.how, self.recall, self.cost_fp, self.cost_fn):
            row.addWidget(widget, 1 if widget is self.how else 0)
        row.addWidget(self.found, 2)
        row.addWidget(self.apply)
        self.how.currentIndexChanged.connect(self._choose)
        for spin in (self.recall, self.cost_fp, self.cost_fn):
            spin.valueChanged.connect(self._choose)
        self.apply.clicked.connect(self._apply)
        self._choose()

    @property
    def point(self) -> OperatingPoint | None:
        """What is offered now."""
        return self._point

    def set_result(self, result: Thresholds) -> None:
        """Choose among the operating points of a result."""
        self._result = result
        self._choose()

    def _spin(
        self, low: float, high: float, value: float, step: float, digits: int, name: str
    ) -> QDoubleSpinBox:
        spin = QDoubleSpinBox()
        spin.setRange(low, high)
        spin.setDecimals(digits)
        spin.setSingleStep(step)
        spin.setValue(value)
        spin.setAccessibleName(name)
        spin.setToolTip(literal(name))
        spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        spin.setMaximumWidth(76)
        return spin

    def _choose(self, *_: object) -> None:
        key = self.how.currentData()
        self.recall.setVisible(key == RECALL)
        self.cost_fp.setVisible(key == COST)
        self.cost_fn.setVisible(key == COST)
        self._point = self._offered(key)
        own = key == NATURAL and self._result is not None
        self.apply.setEnabled(own or self._point is not None)
        text = "" if self._point is None else self._words(self._point)
        self.found.setText(text)
        self.found.setToolTip(literal(text))

    def _offered(self, key: str) -> OperatingPoint | None:
        result = self._result
        if result is None or not len(result.scores):
            return None
        if key == F1:
            return operating_points.best_f1(result)
        if key == RECALL:
            return operating_points.best_precision_at_recall(
                result, self.recall.value()
            )
        if key == COST:
            return operating_points.min_cost(
                result, self.cost_fp.value(), self.cost_fn.value()
            )
        return (
            None
            if result.own_cut is None
            else operating_points.operating_point(result, result.own_cut)
        )

    def _words(self, point: OperatingPoint) -> str:
        return tr(
            "→ {threshold} · precision {precision} · recall {recall}",
            threshold=numbers.threshold(point.threshold),
            precision=_rate(point.precision),
            recall=_rate(point.recall),
        )

    def _apply(self) -> None:
        if self.how.currentData() == NATURAL:
            self.applied.emit(None, self.cost_fp.value(), self.cost_fn.value())
        elif self._point is not None:
            self.applied.emit(
                self._point.threshold, self.cost_fp.value(), self.cost_fn.value()
            )


def _rate(value: float) -> str:
    return numbers.fixed(value, 2) if np.isfinite(value) else "–"
