"""What moves the answers: over all rows, row by row, and in the current row."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.model import ScoreKind
from engine.contracts.readings import numbers
from engine.contracts.readings import shapley as reading_of
from engine.contracts.requests import Run
from engine.contracts.selection import Rows
from gui.item_models.attributions import Attributions, signed
from gui.panel import About, Panel
from gui.plots.beeswarm import Beeswarm
from gui.plots.ranking import Rank, Ranking
from gui.plots.waterfall import Step, Waterfall
from gui.services.selection import mode_of
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import Qt

    from engine.contracts.requests import Request
    from engine.contracts.results import Shapley
    from gui.services.theme import Tokens

IMPORTANCE, SWARM, ROW = "importance", "swarm", "row"
MOST_ASKED = 200  # rows where the model itself has to be asked; the badge says so
MOST_STRIPS = 20


class ContributionsPanel(Panel):
    """Shapley values in three pictures of the same numbers."""

    ID = "contributions"
    TITLE = mark("Contributions")
    ABOUT = About(
        what=mark(
            "Shapley values share each answer out among the features: from the mean "
            "answer over the background rows to the answer for the row. They add up."
        ),
        how=mark(
            "A long bar moves many answers. In the row-by-row picture each point is "
            "a row; its colour is the feature's own value. Brush points to select "
            "their rows; click a point to make its row the current one."
        ),
        misleads=mark(
            "They describe the model, not the world. Of features that go together, "
            "one may get what belongs to both, and rows are put together that may "
            "never occur. Another background gives other values."
        ),
        source=mark(
            "Shapley (1953); Lundberg and Lee (2017); Lundberg et al. (2020) for "
            "trees; Janzing et al. (2020) for interventional values."
        ),
    )

    # Body

    def build_body(self) -> QWidget:
        """Build the three pictures and their choice."""
        self.shown: Attributions | None = None
        self.ranking = Ranking(
            tr("Importance of the features"), tr("mean absolute contribution")
        )
        self.swarm = Beeswarm(tr("Contributions row by row"), self._tip)
        self.fall = Waterfall(tr("How the current row's answer comes about"))
        self._order: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self.views = QStackedWidget()
        for plot in (self.ranking, self.swarm, self.fall):
            scroll = QScrollArea()
            scroll.setFrameShape(QFrame.Shape.NoFrame)
            scroll.setWidgetResizable(True)
            scroll.setWidget(plot)
            scroll.viewport().setAutoFillBackground(False)
            plot.setAutoFillBackground(False)  # setWidget turns it on
            self.views.addWidget(scroll)
        self.view = Segmented(
            tr("Picture"),
            (
                (IMPORTANCE, tr("importance")),
                (SWARM, tr("row by row")),
                (ROW, tr("current row")),
            ),
        )
        self.output = QComboBox()
        self.output.setAccessibleName(tr("Class"))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 2, 4, 6)
        column.setSpacing(6)
        column.addWidget(self.views, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.view)
        foot.addStretch(1)
        foot.addWidget(self.output)
        column.addLayout(foot)
        self.view.chosen.connect(self._show_view)
        self.output.currentIndexChanged.connect(self._show_output)
        self.swarm.brushed.connect(self._select)
        self.swarm.clicked.connect(self._go_to)
        self.context.case.current_row_changed.connect(lambda _row: self._show_row())
        return body

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.ranking, self.swarm, self.fall, self.view):
            part.apply_theme(tokens)

    # Asking and showing

    def reason(self) -> str | None:
        """Return why there is nothing to explain."""
        scores = self.context.case.scores
        if scores is None:
            return tr("Contributions are of answers: open data and a model first.")
        if scores.score_kind is ScoreKind.LABEL:
            return tr("The model answers with labels alone, without scores.")
        return None

    def request(self) -> Request | None:
        """Return the question for all rows."""
        return Run(analysis="shapley", params={"rows": MOST_ASKED})

    def show_result(self, result: Shapley) -> None:
        """Show what is known so far."""
        outputs = list(result.outputs)
        if [self.output.itemText(i) for i in range(self.output.count())] != outputs:
            self.output.blockSignals(True)
            self.output.clear()
            self.output.addItems(outputs)
            self.output.blockSignals(False)
        self.output.setVisible(len(outputs) > 1)
        self.shown = Attributions(result, max(self.output.currentIndex(), 0))
        self._display()

    def _show_output(self, place: int) -> None:
        if self.shown is not None and place >= 0:
            self.shown = Attributions(self.shown.result, place)
            self._display()
            self.follow_selection()
            self.update_reading()

    def _show_view(self, key: str) -> None:
        self.views.setCurrentIndex((IMPORTANCE, SWARM, ROW).index(key))

    def _display(self) -> None:
        shown = self.shown
        if shown is None:
            return
        self._order = shown.order()
        top = self._order[:MOST_STRIPS]
        self._rank(None)
        levels = [shown.levels(int(j)) for j in top]
        self.swarm.set_points(
            [shown.names[j] for j in top],
            shown.values[:, top],
            np.column_stack(levels) if levels else np.zeros((0, 0)),
            self._axis(),
        )
        self._show_row()

    def _rank(self, chosen: NDArray[np.bool_] | None) -> None:
        shown = self.shown
        assert shown is not None
        result, output = shown.result, shown.output
        other = None
        if chosen is not None and chosen.any():
            other = np.abs(shown.values[chosen]).mean(axis=0)
        self.ranking.set_ranks(
            [
                Rank(
                    shown.names[j],
                    (float(result.importance[j, output]),),
                    float(result.importance_low[j, output]),
                    float(result.importance_high[j, output]),
                    reading_of.size(result, int(j), output),
                    other=None if other is None else float(other[j]),
                )
                for j in self._order
            ]
        )

    def _show_row(self) -> None:
        shown = self.shown
        if shown is None:
            return
        place = shown.place_of(self.context.case.current_row)
        if place is None:
            self.fall.set_steps(
                shown.base, (), (tr("no explained row is current"), "", self._axis())
            )
            return
        values, errors = shown.values[place], shown.errors
        steps = [
            Step(
                name,
                shown.text(place, j),
                float(values[j]),
                signed(float(values[j])),
                0.0 if errors is None else float(errors[place, j]),
            )
            for j, name in enumerate(shown.names)
        ]
        answer = float(shown.result.predictions[place, shown.output])
        self.fall.set_steps(
            shown.base,
            steps,
            (
                tr("base {value}", value=numbers.fixed(shown.base, 3)),
                tr("the model says {value}", value=numbers.fixed(answer, 3)),
                self._axis(),
            ),
        )

    def _axis(self) -> str:
        shown = self.shown
        assert shown is not None
        label = shown.result.outputs[shown.output]
        if shown.result.space == ScoreKind.PROBABILITY.value:
            return tr("probability of {label}", label=label)
        if shown.result.space == ScoreKind.MARGIN.value:
            return tr("margin of {label}", label=label)
        return tr("predicted value")

    def follow_selection(self) -> None:
        """Lift the selected rows out."""
        shown, mask = self.shown, self.context.selection.mask
        if shown is None:
            return
        chosen = None
        if mask is not None and len(mask) > shown.result.row_ids.max(initial=-1):
            chosen = mask[shown.result.row_ids]
        self._rank(chosen)
        self.swarm.set_selected(chosen)

    def reading(self) -> str:
        """Return which features matter most."""
        if self.shown is None:
            return ""
        return escape(reading_of.read(self.shown.result, self.shown.output))

    def as_table(self) -> tuple[list[str], list[list[str]]]:
        """Return the importance with its intervals."""
        header = [
            tr("feature"),
            tr("mean absolute contribution"),
            tr("low"),
            tr("high"),
        ]
        if self.shown is None:
            return header, []
        result, output = self.shown.result, self.shown.output
        figures = (result.importance, result.importance_low, result.importance_high)
        return header, [
            [
                self.shown.names[j],
                *(numbers.significant(part[j, output], 6) for part in figures),
            ]
            for j in self._order
        ]

    # Hands

    def _tip(self, feature: int, place: int) -> str:
        shown = self.shown
        if shown is None:
            return ""
        j = int(self._order[feature])
        return tr(
            "row {row}: {feature} = {value}, {contribution}",
            row=int(shown.result.row_ids[place]),
            feature=shown.names[j],
            value=shown.text(place, j),
            contribution=signed(float(shown.values[place, j])),
        )

    def _select(self, places: NDArray[np.intp], keys: Qt.KeyboardModifier) -> None:
        if self.shown is not None:
            rows = self.shown.result.row_ids[places].tolist()
            self.context.selection.select(Rows(tuple(rows)), self.ID, mode_of(keys))

    def _go_to(self, place: int) -> None:
        if self.shown is not None:
            self.context.case.set_current_row(int(self.shown.result.row_ids[place]))
