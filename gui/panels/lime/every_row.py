"""How well a line fits about each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.plots.scatter import Scatter

if TYPE_CHECKING:
    from engine.contracts.results import LimeRows
    from gui.services.selection import SelectionModel


class EveryRow(Scatter):
    """The answer across, the fidelity of its line up."""

    def __init__(self) -> None:
        super().__init__(tr("Local fit for each row"), self._words)
        self.shown: LimeRows | None = None

    def show_rows(self, shown: LimeRows | None) -> None:
        """Show rows, or none."""
        self.shown = shown
        if shown is None:
            nothing = np.zeros(0)
            self.set_points(nothing, nothing, nothing, ("", "", ""))
            return
        self.set_points(
            shown.model_predictions,
            shown.r2,
            np.full(len(shown.r2), np.nan),
            (tr("model prediction"), tr("local fit R²"), ""),
        )

    def mark(self, selection: SelectionModel, row: int | None) -> None:
        """Lift the selected rows out, and ring the current one."""
        shown = self.shown
        if shown is None:
            return
        self.set_selected(selection.among(shown.row_ids))
        at = [] if row is None else np.flatnonzero(shown.row_ids == row).tolist()
        self.set_current(at[0] if at else None)

    def _words(self, place: int) -> str:
        shown = self.shown
        if shown is None:
            return ""
        return tr(
            "row {row}: R² {fidelity}, model {model}, linear model {line}",
            row=int(shown.row_ids[place]),
            fidelity=numbers.percent(float(shown.r2[place])),
            model=numbers.fixed(float(shown.model_predictions[place]), 3),
            line=numbers.fixed(float(shown.local_predictions[place]), 3),
        )
