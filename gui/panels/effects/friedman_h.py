"""Which features do something together that they do not do alone, by Friedman's H."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.readings import numbers
from engine.contracts.readings.effects import friedman_h as reading_of
from engine.contracts.readings.output_units import unit
from engine.contracts.requests import Run
from gui.panel import Panel
from gui.panel_frame import About
from gui.plots.pair_matrix import PairMatrix
from gui.plots.ranking import Rank, Ranking
from gui.widgets.output_choice import OutputChoice
from gui.widgets.panel_body import column_body, line_of_words
from gui.widgets.scrolled import scrolled
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.requests import Request
    from engine.contracts.results import FriedmanH
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

SIZE, SHARE, OTHERS = "size", "share", "others"


class FriedmanHPanel(Panel):
    """A table of pairs, by size or by share, and each feature with all others."""

    ID = "friedman_h"
    TITLE = mark("Friedman's H")
    ALSO = mark("H statistic interaction strength joint effects")
    ABOUT = About(
        what=mark(
            "How strongly two features interact: what they change in the mean "
            "prediction together beyond what each changes alone (partial "
            "dependence), in the unit of the prediction and as a share of their "
            "joint effect (Friedman's H)."
        ),
        how=mark(
            "The darker a cell, the stronger the interaction of the pair. ‘With "
            "all others’ measures the interaction of each feature with the rest. "
            "Standard deviations are over samples of rows."
        ),
        misleads=mark(
            "A large H of a small effect means little: look at the size first. "
            "Values of one row are put into others, even where such rows never "
            "occur."
        ),
        source=mark(
            "Friedman and Popescu (2008), section 8.1; Inglis, Parnell and Hurley "
            "(2022)."
        ),
    )

    # Body

    def build_body(self) -> QWidget:
        """Build the table, the bars and the choices."""
        self._shown: FriedmanH | None = None
        self._order: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._pair: tuple[int, int] | None = None
        self.matrix = PairMatrix(tr("Pairs of features"), self._text, self._tip)
        self.bars = Ranking(tr("Each feature with all the others"), "")
        self.pages = QStackedWidget()
        self.pages.addWidget(scrolled(self.matrix))
        self.pages.addWidget(scrolled(self.bars))
        self.view = Segmented(
            tr("Plot"),
            (
                (SIZE, tr("size")),
                (SHARE, tr("H")),
                (OTHERS, tr("with all others")),
            ),
        )
        self.output = OutputChoice()
        self.words = line_of_words()
        body, column = column_body()
        foot = QHBoxLayout()
        foot.addWidget(self.view)
        foot.addStretch(1)
        foot.addWidget(self.output)
        column.addWidget(self.pages, 1)
        column.addWidget(self.words)
        column.addLayout(foot)
        self.view.chosen.connect(lambda _key: self._display())
        self.output.activated.connect(lambda _place: self._display())
        self.matrix.chosen.connect(self._choose)
        self.context.case.predictions_changed.connect(self._forget)
        return body

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.matrix, self.bars, self.view):
            part.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")

    # Asking and showing

    def reason(self) -> str | None:
        """Return why no pair can be looked at."""
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question."""
        return Run(analysis="friedman_h", decision=self.context.decision.decision)

    def _forget(self) -> None:
        self._pair = None
        self.output.clear()

    def show_result(self, result: FriedmanH) -> None:
        """Show what the samples so far say."""
        self._shown = result
        self.output.offer(result.outputs)
        self._display()

    def _display(self) -> None:
        shown, key = self._shown, self.view.key
        if shown is None:
            return
        self.pages.setCurrentIndex(int(key == OTHERS))
        if key == OTHERS:
            self._draw_bars(shown)
        else:
            self._draw_pairs(shown, shown.h if key == SHARE else shown.strength)
        self._say()
        self.update_reading()

    def _draw_pairs(self, shown: FriedmanH, values: NDArray[np.floating]) -> None:
        values = np.nan_to_num(values[:, :, self.output.place])
        strength = shown.strength[:, :, self.output.place]
        self._order = np.argsort(-strength.sum(axis=1), kind="stable")
        names = [shown.features[j] for j in self._order]
        self.matrix.set_values(names, values[np.ix_(self._order, self._order)])
        if self._pair is not None:
            places = [int(np.flatnonzero(self._order == j)[0]) for j in self._pair]
            self.matrix.set_current(places[0], places[1])

    def _draw_bars(self, shown: FriedmanH) -> None:
        share = shown.overall[:, self.output.place]
        spread = np.nan_to_num(shown.overall_spread[:, self.output.place])
        self.bars.set_across(tr("H with all other features"))
        self.bars.set_ranks(
            [
                Rank(
                    shown.feature_names[j],
                    (float(share[j]),),
                    float(share[j] - spread[j]),
                    float(share[j] + spread[j]),
                    reading_of.share_text(float(share[j])),
                )
                for j in np.argsort(-share, kind="stable").tolist()
                if np.isfinite(share[j])
            ]
        )

    def _say(self) -> None:
        shown = self._shown
        assert shown is not None
        if self.view.key != OTHERS and self._pair is not None:
            self.words.setText(
                reading_of.pair_text(shown, *self._pair, output=self.output.place)
            )
            return
        rows = numbers.count(shown.n_rows)
        said = tr(
            "{n} of {wanted} samples of {rows} rows, each row predicted with the "
            "values of every other.",
            rows=rows,
            n=numbers.count(shown.n_samples),
            wanted=numbers.count(shown.n_wanted),
        )
        if self.view.key == SIZE:
            said += " " + tr("Root mean square, {unit}.", unit=unit(shown.space))
        self.words.setText(said)

    def reading(self) -> str:
        """Return which two do most together."""
        shown = self._shown
        return (
            "" if shown is None else escape(reading_of.read(shown, self.output.place))
        )

    def as_table(self) -> Table:
        """Return the pairs, the strongest first, or each feature with the others."""
        shown, k = self._shown, self.output.place
        if shown is None:
            return [tr("feature")], []
        if self.view.key == OTHERS:
            head = [tr("feature"), "H", tr("standard deviation")]
            every = zip(
                shown.feature_names,
                shown.overall[:, k].tolist(),
                shown.overall_spread[:, k].tolist(),
                strict=True,
            )
            return head, [[n, float(h), float(s)] for n, h, s in every]
        head = [
            tr("feature"),
            tr("with"),
            tr("size"),
            tr("standard deviation"),
            "H",
            tr("standard deviation"),
        ]
        parts = (shown.strength, shown.strength_spread, shown.h, shown.h_spread)
        first, second = np.triu_indices(len(shown.features), 1)
        order = np.argsort(-shown.strength[first, second, k], kind="stable")
        return head, [
            [
                shown.features[i],
                shown.features[j],
                *(float(part[i, j, k]) for part in parts),
            ]
            for i, j in zip(first[order].tolist(), second[order].tolist(), strict=True)
        ]

    # Hands

    def _choose(self, row: int, column: int) -> None:
        self._pair = int(self._order[column]), int(self._order[row])
        self._say()

    def _text(self, value: float) -> str:
        shown = self._shown
        if shown is None or value == 0:
            return ""
        if self.view.key == SHARE:
            return numbers.percent(value)
        most = float(shown.strength[:, :, self.output.place].max())
        return numbers.fixed(value, numbers.decimals_of(most, 2))

    def _tip(self, row: int, column: int) -> str:
        shown = self._shown
        if shown is None or row == column:
            return ""
        first, second = int(self._order[column]), int(self._order[row])
        return reading_of.pair_text(shown, first, second, self.output.place)
