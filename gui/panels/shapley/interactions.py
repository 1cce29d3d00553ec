"""What pairs of features do together, over the rows and in each."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QToolButton,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentence
from engine.contracts.readings import numbers
from engine.contracts.readings.output_units import unit
from engine.contracts.readings.shapley import interactions as reading_of
from engine.contracts.requests import Run
from engine.contracts.selection import Rows
from gui.item_models.attributions import colour_levels, value_text
from gui.panel import Panel
from gui.panel_frame import About
from gui.plots.pair_matrix import PairMatrix
from gui.plots.scatter import Scatter
from gui.services.selection import mode_of
from gui.widgets.game_options import GameOptions
from gui.widgets.output_choice import OutputChoice
from gui.widgets.panel_body import column_body, line_of_words
from gui.widgets.scrolled import scrolled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.decision import Decision
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.requests import Request
    from engine.contracts.results import Interactions
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

MOST_FEATURES = 16


class InteractionsPanel(Panel):
    """A table of pairs, and the chosen pair row by row."""

    ID = "interactions"
    TITLE = mark("SHAP interactions")
    ALSO = mark("SHAP interaction values pairs")
    ABOUT = About(
        what=mark(
            "What two features contribute together beyond what each contributes "
            "alone: the mean absolute SHAP interaction value over the rows."
        ),
        how=mark(
            "The darker a cell, the stronger the interaction; on the diagonal are "
            "main effects. Choose a cell to see its pair for every row: where "
            "colours separate, the second feature changes the effect of the first."
        ),
        misleads=mark(
            "Interactions depend on the unit: a model without any in margins can "
            "have some in probabilities. Correlated features can show spurious "
            "interactions."
        ),
        source=mark(
            "Grabisch and Roubens (1999); Fujimoto et al. (2006); Lundberg et al. "
            "(2020) for trees."
        ),
    )

    # Body

    def build_body(self) -> QWidget:
        """Build the table, the pair and the options."""
        self._result: Interactions | None = None
        self._pair, self._digits = ("", ""), 3
        self._order: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self.matrix = PairMatrix(
            tr("Interactions of pairs"),
            lambda value: numbers.fixed(value, self._digits),
            self._cell_tip,
        )
        self.plot = Scatter(tr("The pair for every row"), self._tip)
        self.plot.setMinimumHeight(80)  # in a low panel the table needs the room
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.addWidget(scrolled(self.matrix))
        self.halves.addWidget(self.plot)
        self.halves.setStretchFactor(0, 3)
        self.halves.setStretchFactor(1, 2)
        self.halves.setChildrenCollapsible(False)
        self.words = line_of_words()
        self.output = OutputChoice()
        self.more = QToolButton()
        self.more.setText(tr("Options"))
        self.more.setCheckable(True)
        self.options = GameOptions(self.context, self.ID)
        self.options.hide()
        body, column = column_body()
        foot = QHBoxLayout()
        foot.addWidget(self.words, 1)
        foot.addWidget(self.output)
        foot.addWidget(self.more)
        column.addWidget(self.halves, 1)
        column.addWidget(self.options)
        column.addLayout(foot)
        self._wire()
        return body

    def _wire(self) -> None:
        case = self.context.case
        self.matrix.chosen.connect(self._choose)
        self.plot.brushed.connect(self._select)
        self.plot.clicked.connect(self._go_to)
        self.output.currentIndexChanged.connect(lambda _place: self._display())
        self.more.toggled.connect(self.options.setVisible)
        self.options.changed.connect(self.ask)
        case.buckets_changed.connect(self.options.offer)
        case.predictions_changed.connect(self._forget)
        case.current_row_changed.connect(lambda _row: self._mark())

    def _forget(self) -> None:
        self._pair = ("", "")
        self.options.offer()

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.matrix.apply_theme(tokens)
        self.plot.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")

    # Asking and showing

    def reason(self) -> str | None:
        """Return why there is nothing to look at."""
        if self.context.case.scores is None:
            return tr("Interactions need predictions: open data and a model first.")
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question for the pair that is wanted; none: the strongest."""
        game = self.options.game
        self._decision = self.context.decision.decision
        first, second = self._pair
        return Run(
            analysis="interactions",
            params={"first": first, "second": second, **game.params},
            decision=self._decision,
            seed=game.seed,
        )

    def tells(self, error: ErrorInfo) -> bool:
        """Say what cannot be had beside the options, and keep what is shown."""
        self.words.setText(sentence(error.code, error.params))
        return True

    def show_result(self, result: Interactions) -> None:
        """Show what is known so far."""
        self._result = result
        self.output.offer(result.outputs)
        if len(result.row_ids) == result.n_wanted:
            self.options.keep()
        self._display()
        self.update_reading()

    def _display(self) -> None:
        result = self._result
        if result is None:
            return
        strength = result.strength[:, :, self.output.place]
        pair = result.pair
        weight = strength.sum(axis=1)
        weight[list(pair)] = np.inf  # always in sight
        top = np.argsort(-weight, kind="stable")[:MOST_FEATURES]
        self._order = top[np.argsort(-strength[top].sum(axis=1), kind="stable")]
        self._digits = numbers.decimals_of(float(strength.max(initial=0.0)), 2)
        names = [result.feature_names[j] for j in self._order]
        self.matrix.set_values(names, strength[np.ix_(self._order, self._order)])
        places = [int(np.flatnonzero(self._order == j)[0]) for j in pair]
        self.matrix.set_current(places[0], places[1])
        self.plot.set_points(
            result.data[:, 0],
            result.values[:, self.output.place],
            colour_levels(result.data[:, 1], result.categories[1]),
            (
                result.feature_names[pair[0]],
                tr("interaction, {unit}", unit=unit(result.space)),
                result.feature_names[pair[1]],
            ),
            result.categories[0],
        )
        self._say()
        self._mark()

    def _say(self) -> None:
        result = self._result
        assert result is not None
        parts = []
        n, d = len(self._order), len(result.feature_names)
        if n < d:
            parts.append(tr("The {n} strongest of {d} features.", n=n, d=d))
        if result.categories[1]:
            labels = ", ".join(result.categories[1])
            parts.append(tr("Colours from low to high: {labels}.", labels=labels))
        self.words.setText(" ".join(parts))

    def _mark(self) -> None:
        result = self._result
        if result is None:
            return
        self.plot.set_selected(self.context.selection.among(result.row_ids))
        place = np.flatnonzero(result.row_ids == self.context.case.current_row)
        self.plot.set_current(int(place[0]) if len(place) else None)

    def follow_decision(self, decision: Decision) -> None:
        """Ask again, when the hand rests, where the decision makes the background."""
        if self.options.game.by_decision and decision != self._decision:
            self._settled.start()

    def follow_selection(self) -> None:
        """Lift the selected rows out."""
        self._mark()

    def reading(self) -> str:
        """Return which two do most together."""
        if self._result is None:
            return ""
        return escape(reading_of.read(self._result, self.output.place))

    def as_table(self) -> Table:
        """Return the pairs, the strongest first, with their intervals."""
        header = [
            tr("feature"),
            tr("with"),
            tr("mean |SHAP interaction|"),
            tr("lower limit"),
            tr("upper limit"),
        ]
        result = self._result
        if result is None:
            return header, []
        parts = [
            part[:, :, self.output.place]
            for part in (result.strength, result.strength_low, result.strength_high)
        ]
        first, second = np.triu_indices(len(result.feature_names), 1)
        order = np.argsort(-parts[0][first, second], kind="stable")
        return header, [
            [
                result.feature_names[i],
                result.feature_names[j],
                *(float(part[i, j]) for part in parts),
            ]
            for i, j in zip(first[order], second[order], strict=True)
        ]

    # Hands

    def _choose(self, row: int, column: int) -> None:
        if self._result is not None:
            names = self._result.feature_names
            self._pair = names[self._order[column]], names[self._order[row]]
            self.ask()

    def _cell_tip(self, row: int, column: int) -> str:
        result = self._result
        if result is None:
            return ""
        i, j = int(self._order[column]), int(self._order[row])
        size = numbers.figure(
            float(result.strength[i, j, self.output.place]),
            float(result.strength_low[i, j, self.output.place]),
            float(result.strength_high[i, j, self.output.place]),
        )
        first, second = result.feature_names[i], result.feature_names[j]
        if i == j:
            return tr("{feature} alone: {size}", feature=first, size=size)
        return tr(
            "{first} with {second}: {size}", first=first, second=second, size=size
        )

    def _tip(self, place: int) -> str:
        result = self._result
        if result is None:
            return ""
        values = [
            f"{result.feature_names[j]} = "
            + value_text(float(result.data[place, side]), result.categories[side])
            for side, j in enumerate(result.pair)
        ]
        return tr(
            "row {row}: {values}, {contribution}",
            row=int(result.row_ids[place]),
            values=", ".join(values),
            contribution=numbers.signed(
                float(result.values[place, self.output.place]), self._digits + 1
            ),
        )

    def _select(self, places: NDArray[np.intp], keys: Qt.KeyboardModifier) -> None:
        if self._result is not None:
            rows = self._result.row_ids[places].tolist()
            self.context.selection.select(Rows(tuple(rows)), self.ID, mode_of(keys))

    def _go_to(self, place: int) -> None:
        if self._result is not None:
            self.context.case.set_current_row(int(self._result.row_ids[place]))
