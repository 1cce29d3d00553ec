"""One feature's contributions along its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from engine.contracts.i18n import tr
from gui.item_models.attributions import colour_levels
from gui.panels.shapley.attribution_figures import slices, strongest_partner
from gui.panels.shapley.view import (
    ContributionView,
    contribution_axis_of,
)
from gui.plots.scatter import Scatter
from gui.widgets.labels import PlainLabel
from gui.widgets.panel_body import line_of_words

if TYPE_CHECKING:
    from engine.contracts.tables import Cell, Table
    from gui.item_models.attributions import Attributions
    from gui.services.theme import Tokens

STRONGEST, NONE = "", "-"
MOST_LISTED, STRETCHES = 1_000, 24  # rows of the table; slices where rows are more


class DependenceView(ContributionView):
    """A point for each row: across the feature's value, up its contribution."""

    def __init__(self) -> None:
        super().__init__()
        self._feature = 0
        self.plot = Scatter(
            tr("SHAP values: dependence plot"),
            lambda place: self.tip(place, self._feature),
        )
        self.feature, self.colour = QComboBox(), QComboBox()
        line = QHBoxLayout()
        for words, box in (
            (tr("feature"), self.feature),
            (tr("colour"), self.colour),
        ):
            label = PlainLabel(words)
            label.setBuddy(box)
            box.setAccessibleName(words)
            box.setMinimumContentsLength(8)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            line.addWidget(label)
            line.addWidget(box, 1)
            box.activated.connect(self._choose)
        self.colour.setToolTip(
            tr(
                "Strongest: the feature that best explains differences of SHAP "
                "values within ten slices of equal count; searched in at most "
                "4,000 rows."
            )
        )
        self.words = line_of_words()
        self.column.addLayout(line)
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self.words)
        self.plot.brushed.connect(self.brushed)
        self.plot.clicked.connect(self.clicked)

    def draw(self, shown: Attributions) -> None:
        """Offer the features, those that matter most first, and draw the points."""
        names = [shown.names[j] for j in shown.order()]
        known = [self.feature.itemText(i) for i in range(self.feature.count())]
        if set(known) != set(names):
            self._offer(names)
        self._points(shown)

    def _offer(self, names: list[str]) -> None:
        self.feature.clear()
        self.feature.addItems(names)
        self.colour.clear()
        self.colour.addItem(tr("the strongest interaction"), STRONGEST)
        self.colour.addItem(tr("none"), NONE)
        for name in names:
            self.colour.addItem(name, f"={name}")

    def _choose(self, _place: int) -> None:
        if self.shown is not None:
            self._points(self.shown)
            self.mark(self.shown)

    def show_feature(self, name: str) -> None:
        """Show another feature."""
        self.feature.setCurrentText(name)
        self._choose(0)

    def _points(self, shown: Attributions) -> None:
        self._feature = j = shown.names.index(self.feature.currentText())
        other = self._other(shown, j)
        levels = np.full(len(shown.values), np.nan)
        if other is not None:
            levels = colour_levels(shown.result.data[:, other], shown.labels(other))
        name = "" if other is None else shown.names[other]
        self.plot.set_points(
            shown.result.data[:, j],
            shown.values[:, j],
            levels,
            (shown.names[j], contribution_axis_of(shown), name),
            shown.labels(j),
        )
        self._say(shown, other)

    def _other(self, shown: Attributions, feature: int) -> int | None:
        key = self.colour.currentData()
        if key == STRONGEST:
            return strongest_partner(shown, feature)
        return None if key == NONE else shown.names.index(key[1:])

    def _say(self, shown: Attributions, other: int | None) -> None:
        parts = []
        if not shown.labels(self._feature):
            parts.append(
                tr("Line: median; shade: middle half of the rows; below: their number.")
            )
        labels = () if other is None else shown.labels(other)
        if labels:
            parts.append(
                tr("Colours from low to high: {labels}.", labels=", ".join(labels))
            )
        self.words.setText(" ".join(parts))
        self.words.setVisible(bool(parts))

    def mark(self, shown: Attributions) -> None:
        """Lift the selected rows out and ring the current one."""
        self.plot.set_selected(self.chosen)
        self.plot.set_current(self.current)

    def table(self, shown: Attributions) -> Table:
        """Return every point; of many rows, quartiles along the values."""
        j = self._feature
        if len(shown.values) > MOST_LISTED:
            return self._summary(shown)
        header = [tr("row"), shown.names[j], tr("SHAP value")]
        return header, [
            [
                int(row),
                shown.cell(place, j),
                float(shown.values[place, j]),
            ]
            for place, row in enumerate(shown.result.row_ids)
        ]

    def _summary(self, shown: Attributions) -> Table:
        j = self._feature
        header = [
            shown.names[j],
            tr("rows"),
            tr("lower quartile"),
            tr("median"),
            tr("upper quartile"),
        ]
        rows: list[list[Cell]] = []
        for group in slices(shown, j, STRETCHES):
            ends = np.percentile(shown.values[group, j], [25, 50, 75])
            figures = [float(end) for end in ends]
            first, last = shown.text(int(group[0]), j), shown.text(int(group[-1]), j)
            words = first if first == last else f"{first} … {last}"
            rows.append([words, len(group), *figures])
        return header, rows

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.plot.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")
