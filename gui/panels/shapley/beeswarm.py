"""Contributions row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from gui.panels.shapley.view import ContributionView, contribution_axis_of
from gui.plots.beeswarm import Beeswarm
from gui.widgets.scrolled import scrolled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.tables import Table
    from gui.item_models.attributions import Attributions
    from gui.services.theme import Tokens

MOST_STRIPS = 20


class SwarmView(ContributionView):
    """A strip of points for each of the features that matter most."""

    def __init__(self) -> None:
        super().__init__()
        self._order: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self.swarm = Beeswarm(
            tr("SHAP values: beeswarm"),
            lambda strip, place: self.tip(place, int(self._order[strip])),
        )
        self.column.addWidget(scrolled(self.swarm))
        self.swarm.brushed.connect(self.brushed)
        self.swarm.clicked.connect(self.clicked)

    def draw(self, shown: Attributions) -> None:
        """Draw the strips."""
        self._order = top = shown.order()[:MOST_STRIPS]
        levels = [shown.levels(int(j)) for j in top]
        self.swarm.set_points(
            [shown.names[j] for j in top],
            shown.values[:, top],
            np.column_stack(levels) if levels else np.zeros((0, 0)),
            contribution_axis_of(shown),
        )

    def mark(self, shown: Attributions) -> None:
        """Lift the selected rows out."""
        self.swarm.set_selected(self.chosen)

    def table(self, shown: Attributions) -> Table:
        """Return quartiles of each feature's contributions."""
        header = [
            tr("feature"),
            tr("lowest"),
            tr("lower quartile"),
            tr("median"),
            tr("upper quartile"),
            tr("highest"),
        ]
        if not len(shown.values):
            return header, []
        ends = np.percentile(shown.values, [0, 25, 50, 75, 100], axis=0)
        return header, [
            [shown.names[j], *(float(v) for v in ends[:, j])] for j in shown.order()
        ]

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.swarm.apply_theme(tokens)
