"""What the line says of random rows against what the model says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.plots.scatter import Scatter

if TYPE_CHECKING:
    from engine.contracts.results import Lime


class LineAndModel(Scatter):
    """Points on the dashed line where both say the same; the row itself is ringed."""

    def __init__(self) -> None:
        super().__init__(tr("Linear model against model"), self._words)
        self._line: Lime | None = None

    def show_line(self, shown: Lime | None) -> None:
        """Show the random rows of a line, or none."""
        self._line = shown
        if shown is None:
            nothing = np.zeros(0)
            self.set_points(nothing, nothing, nothing, ("", "", ""))
            return
        self.set_points(
            shown.local_predictions,
            shown.predictions,
            shown.kernel_weights / shown.kernel_weights.max(),
            (tr("linear model"), tr("model prediction"), tr("counts")),
            diagonal=True,
        )
        self.set_current(0)

    def _words(self, place: int) -> str:
        shown = self._line
        if shown is None:
            return ""
        return tr(
            "linear model {line}, model {model}, weight {weight}",
            line=numbers.fixed(float(shown.local_predictions[place]), 3),
            model=numbers.fixed(float(shown.predictions[place]), 3),
            weight=numbers.fixed(float(shown.kernel_weights[place]), 3),
        )
