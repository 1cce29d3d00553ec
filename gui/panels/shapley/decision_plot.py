"""How the answers of several rows come about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.panels.shapley.attribution_figures import evenly
from gui.panels.shapley.view import (
    ContributionView,
    axis_of,
)
from gui.plots.decision_plot import DecisionPlot
from gui.widgets.panel_body import line_of_words
from gui.widgets.scrolled import scrolled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.tables import Table
    from gui.item_models.attributions import Attributions
    from gui.services.theme import Tokens

MOST_LINES, MOST_FEATURES = 40, 20


class SeveralView(ContributionView):
    """A decision plot of the selected rows, or of all."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self.plot = DecisionPlot(tr("SHAP values: decision plot"), self._line_tip)
        self.words = line_of_words()
        self.column.addWidget(scrolled(self.plot), 1)
        self.column.addWidget(self.words)
        self.plot.clicked.connect(lambda line: self.clicked.emit(int(self._rows[line])))
        self.plot.brushed.connect(
            lambda lines, keys: self.brushed.emit(self._rows[lines], keys)
        )

    def mark(self, shown: Attributions) -> None:
        """Draw the lines of the selected rows."""
        among = np.arange(len(shown.values))
        some = self.chosen is not None and bool(self.chosen.any())
        if self.chosen is not None and some:
            among = np.flatnonzero(self.chosen)
        answers = shown.result.predictions[:, shown.output]
        self._rows = evenly(among, answers, MOST_LINES)
        order = shown.order()
        names = [shown.names[j] for j in order[:MOST_FEATURES]]
        values = shown.values[np.ix_(self._rows, order)]
        if len(order) > MOST_FEATURES:
            rest = values[:, MOST_FEATURES:].sum(axis=1, keepdims=True)
            values = np.hstack([values[:, :MOST_FEATURES], rest])
            names.append(tr("{n} others", n=len(order) - MOST_FEATURES))
        self.plot.set_lines(shown.base, names, values, axis_of(shown))
        where = np.flatnonzero(self._rows == self.current)
        self.plot.set_current(int(where[0]) if len(where) else None)
        self._say(len(among), selected=some)

    def _say(self, among: int, *, selected: bool) -> None:
        n, total = numbers.count(len(self._rows)), numbers.count(among)
        if selected:
            words = tr("{n} of {total} selected rows", n=n, total=total)
        else:
            words = tr("{n} of all {total} rows", n=n, total=total)
        if len(self._rows) < among:
            words += ", " + tr("evenly spaced by their predictions")
        words += ". " + tr("Lines start at the base value; colour: prediction.")
        if not selected:
            words += " " + tr("Select rows to see theirs alone.")
        self.words.setText(words)

    def _line_tip(self, line: int) -> str:
        shown = self.shown
        if shown is None:
            return ""
        place = int(self._rows[line])
        answer = float(shown.result.predictions[place, shown.output])
        return tr(
            "row {row}: prediction {value}",
            row=int(shown.result.row_ids[place]),
            value=shown.number(answer),
        )

    def table(self, shown: Attributions) -> Table:
        """Return a line for each row."""
        order = shown.order()
        header = [tr("row"), *(shown.names[j] for j in order), tr("prediction")]
        return header, [
            [
                int(shown.result.row_ids[place]),
                *(float(shown.values[place, j]) for j in order),
                float(shown.result.predictions[place, shown.output]),
            ]
            for place in self._rows
        ]

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.plot.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")
