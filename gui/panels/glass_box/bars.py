"""Weights of a sum, and what trees use, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.readings.class_names import answer
from engine.contracts.readings.output_units import unit
from engine.contracts.results import Trees, WeightedSum
from engine.contracts.structure import Link
from gui.panels.glass_box import figures
from gui.panels.glass_box.figures import ASKED, MOST_BARS, SETS_APART, SPLITS
from gui.plots.ranking import Ranking
from gui.widgets.scrolled import scrolled
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from engine.contracts.results import GlassBox
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

SPREAD, UNIT = "spread", "unit"


class WeightsView(QWidget):
    """The weights, the heaviest first, for a standard deviation or for a unit."""

    def __init__(self) -> None:
        super().__init__()
        self._result: GlassBox | None = None
        self._output = 0
        self.ranking = Ranking(tr("Weights"), "")
        self.scale = Segmented(
            tr("Scale"),
            ((SPREAD, tr("per standard deviation")), (UNIT, tr("per unit"))),
        )
        self.scale.chosen.connect(lambda _key: self._draw())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(scrolled(self.ranking), 1)
        column.addWidget(self.scale, 0, Qt.AlignmentFlag.AlignLeft)

    def show_result(self, result: GlassBox, output: int) -> None:
        """Show the weights of one output."""
        self._result, self._output = result, output
        self._draw()

    def _draw(self) -> None:
        result = self._result
        if result is None:
            return
        per_unit = self.scale.key == UNIT
        said = answer(result.outputs, self._output)
        across = (
            tr(
                "change of {answer}, {unit}, per unit",
                answer=said,
                unit=unit(result.space),
            )
            if per_unit
            else tr(
                "change of {answer}, {unit}, per standard deviation",
                answer=said,
                unit=unit(result.space),
            )
        )
        self.ranking.set_across(across)
        self.ranking.set_ranks(
            figures.weight_ranks(result, self._output, per_unit=per_unit)
        )

    def words(self, result: GlassBox) -> str:
        """Return what is to be known beside the picture."""
        body = result.body
        assert isinstance(body, WeightedSum)
        said = []
        if len(body.kind) > MOST_BARS:
            said.append(_some(len(body.kind)))
        if result.link is Link.LOGIT:
            said.append(tr("×: odds ratio for one unit more."))
        elif result.link is Link.LOG:
            said.append(tr("×: factor on the prediction for one unit more."))
        if body.low is not None:
            said.append(tr("Lines on the bars: 95 % intervals."))
        return " ".join(said)

    def as_table(self, result: GlassBox) -> Table:
        """Return all weights."""
        return figures.weight_table(result, self._output)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.ranking.apply_theme(tokens)
        self.scale.apply_theme(tokens)


class UseView(QWidget):
    """What the trees ask about, by one measure or another."""

    def __init__(self) -> None:
        super().__init__()
        self._result: GlassBox | None = None
        self.ranking = Ranking(tr("Feature use of the trees"), "")
        self.measure = Segmented(
            tr("Measure"),
            (
                (SETS_APART, tr("impurity importance")),
                (ASKED, tr("coverage")),
                (SPLITS, tr("splits")),
            ),
        )
        self.measure.chosen.connect(lambda _key: self._draw())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(scrolled(self.ranking), 1)
        column.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignLeft)

    def show_result(self, result: GlassBox) -> None:
        """Show what the trees of a model use."""
        body = result.body
        assert isinstance(body, Trees)
        self._result = result
        known = figures.uses(body)
        for measure in (SETS_APART, ASKED, SPLITS):
            self.measure.offer(measure, visible=measure in known)
        if self.measure.key not in known:
            self.measure.choose(known[0])
        self._draw()

    def _draw(self) -> None:
        if self._result is None:
            return
        across = {
            SETS_APART: tr("share of the total impurity reduction"),
            ASKED: tr("training rows that pass a split on it, over all trees"),
            SPLITS: tr("number of splits on it"),
        }
        measure = self.measure.key
        self.ranking.set_across(across[measure])
        self.ranking.set_ranks(figures.use_ranks(self._result, measure))

    def words(self, result: GlassBox) -> str:
        """Return what is to be known beside the picture."""
        body = result.body
        assert isinstance(body, Trees)
        said = []
        if len(result.feature_names) > MOST_BARS:
            said.append(_some(len(result.feature_names)))
        if body.apart is None:
            said.append(
                tr("The model does not record how many rows reached each node.")
            )
        said.append(
            tr(
                "Counted in the trees and their training rows: this is not "
                "importance for these rows."
            )
        )
        return " ".join(said)

    def as_table(self, result: GlassBox) -> Table:
        """Return the use of every input."""
        return figures.use_table(result)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.ranking.apply_theme(tokens)
        self.measure.apply_theme(tokens)


def _some(total: int) -> str:
    return tr(
        "The first {n} of {total} are drawn; the table has all.",
        n=numbers.count(MOST_BARS),
        total=numbers.count(total),
    )
