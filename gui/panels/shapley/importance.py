"""Features by their mean absolute contribution."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.readings.class_names import answer
from engine.contracts.readings.shapley import shapley_values as reading_of
from gui.panels.shapley.attribution_figures import HARDLY, difference, hardly_matter
from gui.panels.shapley.view import (
    ContributionView,
)
from gui.plots.ranking import Rank, Ranking
from gui.widgets.labels import RichLabel
from gui.widgets.panel_body import line_of_words
from gui.widgets.scrolled import scrolled
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from engine.contracts.tables import Table
    from gui.item_models.attributions import Attributions
    from gui.services.theme import Tokens

ONE, CLASSES, REST = "one", "classes", "rest"


class ImportanceView(ContributionView):
    """Bars: of one output, stacked by class, or the selection against the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.bars = Ranking(tr("Importance of the features"), tr("mean |SHAP|"))
        self.kind = Segmented(
            tr("Importance"),
            (
                (ONE, tr("all rows")),
                (CLASSES, tr("stacked by class")),
                (REST, tr("selection minus rest")),
            ),
        )
        self.key = RichLabel()
        self.key.setAccessibleName(tr("Colours of the classes"))
        self.words = line_of_words()
        self.column.addWidget(self.kind, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self.key)
        self.column.addWidget(scrolled(self.bars), 1)
        self.column.addWidget(self.words)
        self.kind.chosen.connect(self._choose)

    def _choose(self, _key: str) -> None:
        if self.shown is not None:
            self.mark(self.shown)

    def mark(self, shown: Attributions) -> None:
        """Draw the bars that are wanted and possible."""
        several = len(shown.result.outputs) > 1
        split = self._split()
        self.kind.offer(CLASSES, visible=several)
        self.kind.offer(REST, visible=split)
        self.kind.setVisible(several or split)
        if (self.kind.key == CLASSES and not several) or (
            self.kind.key == REST and not split
        ):
            self.kind.choose(ONE)
        draw = {ONE: self._one, CLASSES: self._classes, REST: self._rest}
        self.bars.set_ranks(draw[self.kind.key](shown))
        self.key.setVisible(self.kind.key == CLASSES)
        self._say(shown)

    def _split(self) -> bool:
        if self.chosen is None:
            return False
        n = int(self.chosen.sum())
        return 2 <= n <= len(self.chosen) - 2

    def _one(self, shown: Attributions) -> list[Rank]:
        result, output = shown.result, shown.output
        self.bars.set_across(
            tr(
                "mean |SHAP|, {answer}",
                answer=answer(result.outputs, output),
            )
        )
        other = None
        if self.chosen is not None and self.chosen.any():
            other = np.abs(shown.values[self.chosen]).mean(axis=0)
        return [
            Rank(
                shown.names[j],
                (float(result.importance[j, output]),),
                float(result.importance_low[j, output]),
                float(result.importance_high[j, output]),
                reading_of.size(result, int(j), output),
                other=None if other is None else float(other[j]),
            )
            for j in shown.order()
        ]

    def _classes(self, shown: Attributions) -> list[Rank]:
        self.bars.set_across(tr("mean |SHAP|, summed over classes"))
        result = shown.result
        whole = result.importance.sum(axis=1)
        return [
            Rank(
                shown.names[j],
                tuple(result.importance[j].tolist()),
                float(whole[j]),
                float(whole[j]),
                numbers.significant(float(whole[j]), 3),
                tip="; ".join(
                    f"{label} {numbers.significant(float(part), 3)}"
                    for label, part in zip(
                        result.outputs, result.importance[j], strict=True
                    )
                ),
            )
            for j in np.argsort(-whole, kind="stable")
        ]

    def _rest(self, shown: Attributions) -> list[Rank]:
        self.bars.set_across(tr("mean |SHAP| in the selection minus in the rest"))
        assert self.chosen is not None
        found = difference(shown.values, self.chosen)
        assert found is not None
        digits = numbers.decimals_of(float(np.abs(found.value).max()), 2)
        return [
            Rank(
                shown.names[j],
                (float(found.value[j]),),
                float(found.low[j]),
                float(found.high[j]),
                numbers.signed(float(found.value[j]), digits),
            )
            for j in np.argsort(-np.abs(found.value), kind="stable")
        ]

    def _say(self, shown: Attributions) -> None:
        if self.kind.key == REST:
            assert self.chosen is not None
            words = tr(
                "{n} selected of {total} explained rows; lines are 95 % intervals "
                "of the difference, each feature by itself.",
                n=numbers.count(int(self.chosen.sum())),
                total=numbers.count(len(self.chosen)),
            )
        else:
            little = [shown.names[j] for j in hardly_matter(shown)]
            words = ""
            if little:
                words = tr(
                    "Little importance here, each under {share} of all SHAP "
                    "values: {features}. Others may replace them: not by itself a "
                    "reason to drop them.",
                    share=numbers.percent(HARDLY),
                    features=", ".join(little),
                )
        self.words.setText(words)
        self.words.setVisible(bool(words))

    def table(self, shown: Attributions) -> Table:
        """Return importance with intervals, for each class where they are stacked."""
        result = shown.result
        name, mean = tr("feature"), tr("mean |SHAP|")
        if self.kind.key == CLASSES:
            order = np.argsort(-result.importance.sum(axis=1), kind="stable")
            rows = [[shown.names[j], *map(float, result.importance[j])] for j in order]
            return [name, *result.outputs], rows
        ends = [tr("lower limit"), tr("upper limit")]
        if self.kind.key == REST and self.chosen is not None:
            found = difference(shown.values, self.chosen)
            assert found is not None
            parts = (found.value, found.low, found.high)
            order = np.argsort(-np.abs(found.value), kind="stable")
            mean = tr("mean |SHAP| in the selection minus in the rest")
        else:
            parts = (
                result.importance[:, shown.output],
                result.importance_low[:, shown.output],
                result.importance_high[:, shown.output],
            )
            order = shown.order()
        rows = [[shown.names[j], *(float(part[j]) for part in parts)] for j in order]
        return [name, mean, *ends], rows

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.bars.apply_theme(tokens)
        self.kind.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")
        self._tokens = tokens

    def draw(self, shown: Attributions) -> None:
        """Name the classes' colours."""
        self.key.setText(
            " &nbsp; ".join(
                f'<span style="color: {self._tokens.class_colour(code)}">■</span> '
                f"{escape(label)}"
                for code, label in enumerate(shown.result.outputs)
            )
        )
