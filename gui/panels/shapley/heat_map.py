"""All contributions at once, rows with like explanations side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.panels.shapley.attribution_figures import by_likeness
from gui.panels.shapley.view import (
    ContributionView,
    axis_of,
)
from gui.plots.heat_map import HeatMap
from gui.widgets.panel_body import line_of_words
from gui.widgets.scrolled import scrolled

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import Qt

    from engine.contracts.tables import Cell, Table
    from gui.item_models.attributions import Attributions
    from gui.services.theme import Tokens

MOST_COLUMNS, MOST_FEATURES = 400, 24


class HeatView(ContributionView):
    """A heat map; where rows are many, a column is the mean of a few neighbours."""

    def __init__(self) -> None:
        super().__init__()
        self._groups: list[NDArray[np.intp]] = []
        self._features: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self.plot = HeatMap(tr("SHAP values: heat map"), self._column_tip)
        self.words = line_of_words()
        self.column.addWidget(scrolled(self.plot), 1)
        self.column.addWidget(self.words)
        self.plot.clicked.connect(
            lambda column: self.clicked.emit(int(self._groups[column][0]))
        )
        self.plot.brushed.connect(self._brush)

    def draw(self, shown: Attributions) -> None:
        """Order the rows and draw them."""
        self._features = shown.order()[:MOST_FEATURES]
        order = by_likeness(shown.values)
        n = min(len(order), MOST_COLUMNS)
        self._groups = np.array_split(order, n) if n else []
        starts = np.cumsum([0, *map(len, self._groups)])[:-1]
        sizes = np.array([len(group) for group in self._groups])
        answers = shown.result.predictions[:, shown.output]
        picked = shown.values[np.ix_(order, self._features)]
        if n:
            picked = np.add.reduceat(picked, starts, axis=0) / sizes[:, None]
            answers = np.add.reduceat(answers[order], starts) / sizes
        names = [shown.names[j] for j in self._features]
        self.plot.set_values(names, picked, answers, axis_of(shown))
        self._say(shown)

    def _say(self, shown: Attributions) -> None:
        n, columns = len(shown.values), len(self._groups)
        parts = [tr("Rows with similar SHAP values are next to each other.")]
        if columns < n:
            parts.append(
                tr(
                    "{n} rows in {columns} columns, each the mean of its rows.",
                    n=numbers.count(n),
                    columns=columns,
                )
            )
        if len(self._features) < len(shown.names):
            parts.append(
                tr(
                    "The {n} strongest of {d} features.",
                    n=len(self._features),
                    d=len(shown.names),
                )
            )
        parts.append(tr("Orange raises the prediction, blue lowers it."))
        self.words.setText(" ".join(parts))

    def mark(self, shown: Attributions) -> None:
        """Mark the columns of the selected rows."""
        chosen = self.chosen
        shares = None
        if chosen is not None:
            shares = np.array([chosen[group].mean() for group in self._groups])
        self.plot.set_selected(shares)

    def _brush(self, ends: tuple[int, int], keys: Qt.KeyboardModifier) -> None:
        self.brushed.emit(np.concatenate(self._groups[slice(*ends)]), keys)

    def _column_tip(self, column: int, feature: int) -> str:
        shown, group = self.shown, self._groups[column]
        if shown is None:
            return ""
        j = int(self._features[feature])
        if len(group) == 1:
            return self.tip(int(group[0]), j)
        return tr(
            "{n} rows: {feature}, {contribution} on average",
            n=len(group),
            feature=shown.names[j],
            contribution=shown.signed(float(shown.values[group, j].mean())),
        )

    def table(self, shown: Attributions) -> Table:
        """Return the columns of the picture as rows, in its order."""
        names = [shown.names[j] for j in self._features]
        header = [tr("first row"), tr("rows"), tr("prediction"), *names]
        answers = shown.result.predictions[:, shown.output]
        rows: list[list[Cell]] = []
        for group in self._groups:
            means = shown.values[np.ix_(group, self._features)].mean(axis=0)
            figures = [float(answers[group].mean()), *means.tolist()]
            first = int(shown.result.row_ids[group[0]])
            rows.append([first, len(group), *figures])
        return header, rows

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.plot.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")
