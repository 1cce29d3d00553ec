"""Two explanations of the same rows side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton

from engine.contracts.i18n import tr
from engine.contracts.readings.shapley import shapley_values as reading_of
from gui.item_models.attributions import Attributions
from gui.panels.shapley.view import (
    ContributionView,
    axis_of,
)
from gui.plots.ranking import Rank, Ranking
from gui.plots.waterfall import Step, Waterfall
from gui.widgets.panel_body import line_of_words
from gui.widgets.scrolled import scrolled

if TYPE_CHECKING:
    from engine.contracts.results import Shapley
    from engine.contracts.tables import Cell, Table
    from gui.services.theme import Tokens


class _Side:
    """Importance and the current row, by one explanation."""

    def __init__(self, grid: QGridLayout, column: int) -> None:
        self.words = line_of_words()
        self.bars = Ranking(tr("Importance of the features"), tr("mean |SHAP|"))
        self.fall = Waterfall(tr("SHAP values of the current row"))
        grid.addWidget(self.words, 0, column)
        grid.addWidget(scrolled(self.bars), 1, column)
        grid.addWidget(scrolled(self.fall), 2, column)
        grid.setColumnStretch(column, 1)

    def draw(self, shown: Attributions, row: int | None) -> None:
        result, output = shown.result, shown.output
        self.words.setText(reading_of.start(result, output))
        self.bars.set_ranks(
            [
                Rank(
                    shown.names[j],
                    (float(result.importance[j, output]),),
                    float(result.importance_low[j, output]),
                    float(result.importance_high[j, output]),
                    reading_of.size(result, int(j), output),
                )
                for j in shown.order()
            ]
        )
        place = shown.place_of(row)
        if place is None:
            none = tr("no explained row selected")
            self.fall.set_steps(shown.base, (), (none, "", axis_of(shown)))
            return
        values = shown.values[place].tolist()
        steps = [
            Step(name, shown.text(place, j), values[j], shown.signed(values[j]))
            for j, name in enumerate(shown.names)
        ]
        base, answer = shown.base, float(result.predictions[place, output])
        self.fall.set_steps(
            base,
            steps,
            (
                tr("base value {value}", value=shown.number(base)),
                tr("prediction {value}", value=shown.number(answer)),
                axis_of(shown),
            ),
            shown.digits,
        )


class BackgroundsView(ContributionView):
    """What was held at the left, what is asked for now at the right."""

    def __init__(self) -> None:
        super().__init__()
        self._held: Shapley | None = None
        self.hold = QPushButton(tr("Hold this explanation"))
        self.words = line_of_words()
        line = QHBoxLayout()
        line.addWidget(self.hold)
        line.addWidget(self.words, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setRowStretch(1, 3)
        grid.setRowStretch(2, 2)
        self.sides = _Side(grid, 0), _Side(grid, 1)
        self.column.addLayout(line)
        self.column.addLayout(grid, 1)
        self.hold.clicked.connect(self._hold)

    def forget(self) -> None:
        """Let go of what was held."""
        self._held = None

    def _hold(self) -> None:
        if self.shown is not None:
            self._held = self.shown.result
            self.mark(self.shown)

    def mark(self, shown: Attributions) -> None:
        """Draw both sides."""
        if self._held is None or self._held.feature_names != shown.names:
            self._held = shown.result
        row = None
        if self.current is not None:
            row = int(shown.result.row_ids[self.current])
        self.sides[0].draw(Attributions(self._held, shown.output), row)
        self.sides[1].draw(shown, row)
        self.words.setText(self._reading(shown))

    def _reading(self, shown: Attributions) -> str:
        held = self._held
        assert held is not None
        if held is shown.result:
            return tr("Held at the left. Now choose another background below.")
        if held.space != shown.result.space:
            return tr("The two are in different units: compare orders, not sizes.")
        old, new = (r.importance[:, shown.output] for r in (held, shown.result))
        j = int(np.argmax(np.abs(new - old)))
        return tr(
            "{feature} changes most: {old} → {new}.",
            feature=shown.names[j],
            old=reading_of.size(held, j, shown.output),
            new=reading_of.size(shown.result, j, shown.output),
        )

    def table(self, shown: Attributions) -> Table:
        """Return importance by both."""
        held = self._held or shown.result
        header = [tr("feature"), tr("held"), tr("now"), tr("change")]
        rows: list[list[Cell]] = []
        for j in shown.order():
            old = float(held.importance[j, shown.output])
            new = float(shown.result.importance[j, shown.output])
            rows.append([shown.names[j], old, new, new - old])
        return header, rows

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for side in self.sides:
            side.bars.apply_theme(tokens)
            side.fall.apply_theme(tokens)
            side.words.setStyleSheet(f"color: {tokens.muted};")
        self.words.setStyleSheet(f"color: {tokens.muted};")
