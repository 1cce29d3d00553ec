"""What the quality of the answers loses when a feature is shuffled."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QSpinBox,
    QStackedWidget,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import next_step, sentence
from engine.contracts.readings import numbers
from engine.contracts.readings.importance import drop_column as dropped
from engine.contracts.readings.importance import permutation as reading_of
from engine.contracts.readings.metric_names import title
from engine.contracts.requests import Run
from engine.contracts.results import DropColumn
from gui.panel import Panel
from gui.panel_frame import About
from gui.plots.dendrogram import Dendrogram
from gui.plots.ranking import Rank, Ranking
from gui.widgets.panel_body import column_body, line_of_words
from gui.widgets.scrolled import scrolled
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from engine.contracts.decision import Decision
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.requests import Request
    from engine.contracts.results import Permutation
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

LOSSES, KIN, LEFT_OUT = "losses", "kin", "left_out"
_PAGES = (LOSSES, KIN, LEFT_OUT)
_BY_SCORE = ("roc_auc", "average_precision", "log_loss", "brier_score")


class PermutationPanel(Panel):
    """Losses of a metric with their intervals, and which features go together."""

    ID = "permutation"
    TITLE = mark("Permutation importance")
    ALSO = mark("feature importance shuffle drop-column LOCO PFI MDA")
    PICTURES = ((LEFT_OUT, mark("Permutation importance: drop-column (refitted)")),)
    TAB = mark("Permutation")
    ABOUT = About(
        what=mark(
            "The drop in the metric when the values of a feature are shuffled "
            "among the rows, so that they carry no information."
        ),
        how=mark(
            "A long bar: the metric depends on the feature. A bar whose interval "
            "contains 0 is not distinguishable from zero. Move the cut of the tree "
            "to shuffle correlated features together."
        ),
        misleads=mark(
            "Correlated features replace each other, so that each looks "
            "unimportant. Shuffled rows may never occur in reality. It measures "
            "the metric, not single predictions."
        ),
        source=mark("Breiman (2001); Fisher, Rudin and Dominici (2019)."),
    )
    # Body

    def build_body(self) -> QWidget:
        """Build the bars, the tree and the choices."""
        self._shown: Permutation | None = None
        self._dropped: DropColumn | None = None
        self.ranking = Ranking(tr("Permutation importance"), "")
        self.tree = Dendrogram(
            tr("Correlated features"), tr("distance: 1 − association")
        )
        self.left_out = Ranking(tr("Drop-column importance"), "")
        self.pages = QStackedWidget()
        for plot in (self.ranking, self.tree, self.left_out):
            self.pages.addWidget(scrolled(plot))
        self.view = Segmented(
            tr("Plot"),
            (
                (LOSSES, tr("permutation")),
                (KIN, tr("correlated")),
                (LEFT_OUT, tr("drop-column")),
            ),
        )
        self.chooser = QComboBox()
        self.chooser.setAccessibleName(tr("Metric"))
        self.repeats = QSpinBox()
        self.repeats.setRange(1, 100)
        self.repeats.setValue(10)
        self.repeats.setSuffix(tr(" shuffles"))
        self.repeats.setKeyboardTracking(False)
        self.repeats.setAccessibleName(tr("Shuffles of each feature"))
        self.words = line_of_words()
        body, column = column_body()
        foot = QHBoxLayout()
        foot.addWidget(self.view)
        foot.addStretch(1)
        foot.addWidget(self.chooser)
        foot.addWidget(self.repeats)
        column.addWidget(self.pages, 1)
        column.addWidget(self.words)
        column.addLayout(foot)
        self.view.chosen.connect(self._choose_view)
        self.context.case.predictions_changed.connect(self._forget)
        self.chooser.activated.connect(lambda _place: self.ask())
        self.repeats.valueChanged.connect(lambda _n: self.ask())
        self.tree.cut_rested.connect(lambda _cut: self.ask())
        return body

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.ranking, self.tree, self.left_out, self.view):
            part.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")

    # Asking and showing

    def reason(self) -> str | None:
        """Return why nothing can be shuffled."""
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question."""
        self._decision = self.context.decision.decision
        if self.view.key == LEFT_OUT:
            return Run(
                analysis="drop_column",
                params={"metric": self.chooser.currentData() or ""},
                decision=self._decision,
            )
        return Run(
            analysis="permutation",
            params={
                "metric": self.chooser.currentData() or "",
                "repeats": self.repeats.value(),
                "cut": self.tree.cut,
            },
            decision=self._decision,
        )

    def _forget(self) -> None:
        self._shown = self._dropped = None

    def _choose_view(self, key: str) -> None:
        self.pages.setCurrentIndex(_PAGES.index(key))
        self.repeats.setVisible(key != LEFT_OUT)
        shown = self._dropped if key == LEFT_OUT else self._shown
        if shown is None or shown.metric != self.chooser.currentData():
            self.ask()
            return
        self.result = shown  # whose badge stands below
        self.words.setText(self._facts())
        self.update_reading()

    def tells(self, error: ErrorInfo) -> bool:
        """Say why nothing can be fitted anew, beside the empty picture."""
        if self.view.key != LEFT_OUT:
            return False
        self._dropped = None
        self.left_out.set_ranks(())
        told = (part(error.code, error.params) for part in (sentence, next_step))
        self.words.setText(" ".join(told))
        return True

    def show_result(self, result: Permutation | DropColumn) -> None:
        """Show losses and tree, or what is lost without each feature."""
        self._offer(result)
        if isinstance(result, DropColumn):
            self._dropped = result
            self._draw_left_out(result)
        else:
            self._shown = result
            self._draw_losses(result)
        self.words.setText(self._facts())

    def _draw_left_out(self, result: DropColumn) -> None:
        self.left_out.set_across(
            tr("drop in {metric}, refitted without", metric=title(result.metric))
        )
        mean, spread = result.importances_mean, result.importances_std
        digits = numbers.decimals_of(float(np.abs(mean).max(initial=0.0)) or 1.0)
        self.left_out.set_ranks(
            [
                Rank(
                    result.feature_names[j],
                    (float(mean[j]),),
                    float(mean[j] - spread[j]),
                    float(mean[j] + spread[j]),
                    numbers.signed(float(mean[j]), digits),
                )
                for j in np.argsort(-mean, kind="stable").tolist()
            ]
        )

    def _draw_losses(self, result: Permutation) -> None:
        order = np.argsort(-result.importances_mean, kind="stable").tolist()
        self.ranking.set_across(tr("drop in {metric}", metric=title(result.metric)))
        self.ranking.set_ranks(
            [
                Rank(
                    result.feature_names[j],
                    (float(result.importances_mean[j]),),
                    *(
                        reading_of.interval(result, j)
                        or (float(result.importances_mean[j]),) * 2
                    ),
                    reading_of.loss(result, j),
                )
                for j in order
            ]
        )
        self.tree.set_tree(result.inputs, result.tree, result.cut)

    def _facts(self) -> str:
        if self.view.key == LEFT_OUT:
            return tr(
                "A model of the same kind and settings, not the file's: refitted "
                "on the training data with all features, and once without each."
            )
        return "" if self._shown is None else self._said(self._shown)

    def _offer(self, result: Permutation | DropColumn) -> None:
        known = [self.chooser.itemData(i) for i in range(self.chooser.count())]
        if known != list(result.metrics):
            self.chooser.clear()
            for name in result.metrics:
                self.chooser.addItem(title(name), name)
        self.chooser.setCurrentIndex(self.chooser.findData(result.metric))

    def _said(self, result: Permutation) -> str:
        if result.interval_from == "rows":
            said = tr("95 % intervals, over other rows and other shuffles.")
        else:
            said = tr("95 % intervals, over other shuffles of these rows only.")
        joined = sum(len(group) > 1 for group in result.groups)
        together = (
            tr("{n} groups are shuffled together.", n=numbers.count(joined))
            if joined
            else tr("Each feature is shuffled by itself.")
        )
        kin = tr(
            "Association computed on {n} rows.", n=numbers.count(result.n_association)
        )
        if bool((result.importances == 0).all(axis=1).any()):
            unseen = tr(
                "A drop of 0 in every shuffle does not prove that there is none: "
                "its interval is what this number of rows cannot rule out."
            )
            said = f"{said} {unseen}"
        return f"{said} {together} {kin}"

    def follow_decision(self, decision: Decision) -> None:
        """Ask again, when the hand rests, where the metric is one of decisions."""
        shown = self._shown
        if shown and shown.metric not in _BY_SCORE and decision != self._decision:
            self._settled.start()

    def reading(self) -> str:
        """Return what the metric rests on."""
        if self.view.key == LEFT_OUT:
            return escape(dropped.read(self._dropped)) if self._dropped else ""
        return escape(reading_of.read(self._shown)) if self._shown else ""

    def as_table(self) -> Table:
        """Return the losses with their intervals."""
        header = [
            tr("feature"),
            tr("drop"),
            tr("lower limit"),
            tr("upper limit"),
            tr("standard deviation"),
        ]
        result, left = self._shown, self._dropped
        if self.view.key == LEFT_OUT:
            return [header[0], header[1], header[4]], [
                [name, float(mean), float(spread)]
                for name, mean, spread in (
                    zip(
                        left.feature_names,
                        left.importances_mean.tolist(),
                        left.importances_std.tolist(),
                        strict=True,
                    )
                    if left
                    else ()
                )
            ]
        if result is None:
            return header, []
        order = np.argsort(-result.importances_mean, kind="stable").tolist()
        return header, [
            [
                result.feature_names[j],
                float(result.importances_mean[j]),
                *(reading_of.interval(result, j) or (None, None)),
                float(result.importances_std[j]),
            ]
            for j in order
        ]
