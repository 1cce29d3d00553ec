"""How good the model is, in the figures that fit its task."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.contracts import metrics as look_up
from engine.contracts.decision import with_rule
from engine.contracts.i18n import mark, tr
from engine.contracts.model import Task
from engine.contracts.readings import decision as of_decision
from engine.contracts.readings import summary as reading_of
from engine.contracts.requests import Run
from engine.contracts.results import ClassMetrics, Metric, PartMetrics
from engine.contracts.selection import Values
from gui.item_models.metrics import FigureTable, class_table, summary_table
from gui.panel import Panel
from gui.panel_frame import About
from gui.services.row_columns import PAUSE_MS, REST_MS
from gui.services.selection import mode_of
from gui.widgets.labels import PlainLabel
from gui.widgets.matrix.selection_counts import squared
from gui.widgets.metric_table import MetricTable
from gui.widgets.panel_body import column_body
from gui.widgets.segmented import Segmented
from gui.widgets.threshold_source import ThresholdSource, has_thresholds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.contracts.decision import Decision
    from engine.contracts.metrics import Rate
    from engine.contracts.requests import Request
    from engine.contracts.results import Summary
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

    Groups = tuple[dict[str, Rate | None], dict[str, Rate | None]]

ALL, CLASSES = "all", "classes"


class SummaryPanel(Panel):
    """The metrics with their intervals, beside baseline and other parts."""

    ID = "summary"
    TITLE = mark("Summary")
    ALSO = mark(
        "metrics accuracy F1 MCC log loss Brier AUC RMSE MAE R² fairness groups "
        "over-fitting"
    )
    ABOUT = About(
        what=mark("The metrics for the task, each with its 95 % interval."),
        how=mark(
            "The bar is the 95 % interval, the thin line the baseline: always "
            "predicting the most frequent class, or the mean. A gap to the "
            "training data of at least two percentage points of accuracy or R², "
            "with an interval above one, is a sign of over-fitting: its cell is "
            "coloured and the reading says so. Selected and rest compare groups."
        ),
        misleads=mark(
            "Accuracy hides rare classes. Intervals cover sampling error only, not "
            "drift or dependent rows."
        ),
        source=mark(
            "Wilson (1927); DeLong et al. (1988); Efron (1982) for the jackknife; "
            "names as in scikit-learn."
        ),
    )
    FOLLOWS = frozenset({"predictions", "data"})

    # Body

    def build_body(self) -> QWidget:
        """Build the two tables."""
        self._base: Summary | None = None
        self._shown: Summary | None = None
        self._asked_with: Decision | None = None
        self._others_with: Decision | None = None
        self._compared: Groups | None = None
        self._source = ThresholdSource.of(self.context)
        self._source.ready.connect(self._operating_points_came)
        self._source.selected_ready.connect(self._compare)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._compare)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.ask)
        self.model = FigureTable(self)
        self.table = MetricTable(tr("Summary"))
        self.table.setModel(self.model)
        self.view = Segmented(
            tr("Table"), ((ALL, tr("all rows")), (CLASSES, tr("each class")))
        )
        self._note = PlainLabel()
        body, column = column_body()
        foot = QHBoxLayout()
        foot.addWidget(self.view)
        foot.addWidget(self._note, 1)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self.view.chosen.connect(lambda _key: self._display())
        self.table.chosen.connect(self._choose)
        return body

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.table.apply_theme(tokens)
        self.view.apply_theme(tokens)
        self._note.setStyleSheet(f"color: {tokens.muted};")

    # Asking and showing

    def reason(self) -> str | None:
        """Return why there are no figures."""
        if self.context.case.scores is None:
            return tr("Metrics need predictions: open data and a model first.")
        return None

    def request(self) -> Request | None:
        """Return the question for the summary under the decision."""
        self._asked_with = self.context.decision.decision
        return Run(analysis="summary", decision=self._asked_with)

    def show_result(self, result: Summary) -> None:
        """Show the figures."""
        self._base = self._shown = result
        self._others_with = self._asked_with
        self.view.setVisible(result.task is not Task.REGRESSION)
        if result.task is Task.REGRESSION:
            self.view.choose(ALL)
        self._display()

    def follow_decision(self, decision: Decision) -> None:
        """Look the threshold's figures up, or ask where that is not possible."""
        base = self._base
        if base is None or base.task is not Task.BINARY or base.rule is None:
            return
        if self._source.result is not None:
            self._shown = self._at(decision)
            self._display_or_wait()
        elif decision != self._asked_with:
            self._rest.start()
            return
        if self._is_others(decision):
            self._rest.stop()
        elif base.others:
            self._rest.start()  # the other parts are counted by the engine

    def _is_others(self, decision: Decision) -> bool:
        """Return whether the figures of the other parts are those of a decision."""
        known = self._others_with
        return known is not None and (known.positive, known.threshold) == (
            decision.positive,
            decision.threshold,
        )

    def follow_selection(self) -> None:
        """Compare the selected rows with the rest."""
        self._display_or_wait()

    def _operating_points_came(self) -> None:
        if self._base is not None:
            self.follow_decision(self.context.decision.decision)
            self.update_reading()

    def _display_or_wait(self) -> None:
        if self._source.looks_up:
            self._pause.stop()
            self._compare()
        else:
            self._pause.start()
            self._display()

    def _compare(self) -> None:
        self._compared = self._groups()
        self._display()

    def _display(self) -> None:
        shown = self._shown
        if shown is None:
            return
        if self.view.key == CLASSES:
            self.model.set_rows(*class_table(shown.per_class), spare=(5, 4, 1))
        else:
            titles, rows = summary_table(shown, self._compared)
            self.model.set_rows(titles, rows, spare=self._spare(shown))
        positive = shown.positive if shown.task is Task.BINARY else ""
        self._note.setText(
            tr("precision, recall and F1 of {label}", label=positive)
            if positive and self.view.key == ALL
            else ""
        )

    def _spare(self, shown: Summary) -> tuple[int, ...]:
        """Return the columns to leave out first, in that order.

        The baseline is marked in the bar too. Where a selection is compared, the
        other parts make room for it.
        """
        parts = sum(bool(part.metrics) for part in shown.others)
        after = 3 + 2 * parts
        beside = tuple(range(after - 1, 2, -1))
        return (after, *beside) if shown.baseline else beside

    def _at(self, decision: Decision) -> Summary:
        """Return the summary with the figures of another decision."""
        base, curve = self._base, self._source.result
        assert base is not None
        assert curve is not None
        cells = curve.counts_at(decision.threshold)
        rates = look_up.metrics_at(*cells, curve.effective)
        found = {
            name: _metric(rates[name], old) if name in rates else old
            for name, old in base.metrics.items()
        }
        tp, fp, fn, tn = cells
        other = look_up.metrics_at(tn, fn, fp, tp, curve.effective)
        by_label = {curve.positive: rates, curve.negative: other}
        classes = tuple(
            ClassMetrics(
                label=old.label,
                precision=_metric(by_label[old.label]["precision"], old.precision),
                recall=_metric(by_label[old.label]["recall"], old.recall),
                f1=_metric(by_label[old.label]["f1"], old.f1),
                support=old.support,
            )
            for old in base.per_class
        )
        rule = self.context.case.rule
        return msgspec.structs.replace(
            base,
            metrics=found,
            per_class=classes,
            confusion=squared(base.classes, cells, curve.positive),
            rule=rule,
            others=base.others if self._is_others(decision) else _without(base, rates),
            notes=with_rule(base.notes, rule),
        )

    # Selection and rest

    def _groups(self) -> Groups | None:
        """Return figures of the selected rows and the rest, ``None`` without any."""
        mask, scores, shown = (
            self.context.selection.mask,
            self.context.case.scores,
            self._shown,
        )
        if mask is None or scores is None or shown is None:
            return None
        if len(mask) != scores.n_rows:
            return None
        if shown.task is Task.REGRESSION:
            return _errors(scores.truth, scores.labels, mask), _errors(
                scores.truth, scores.labels, ~mask
            )
        threshold = self.context.decision.decision.threshold
        if has_thresholds(scores):
            cells, curve = self._source.selected_counts(threshold), self._source.result
            if cells is None or curve is None:
                return None  # until they are known
            everyone = curve.counts_at(threshold)
            tp, fp, fn, tn = (
                max(a - b, 0.0) for a, b in zip(everyone, cells, strict=True)
            )
            return (
                look_up.metrics_at(*cells, curve.effective),
                look_up.metrics_at(tp, fp, fn, tn, curve.effective),
            )
        known = scores.truth >= 0
        right = known & (scores.decided(self.context.decision.decision) == scores.truth)
        weights, effective = scores.weights, look_up.effective_share(scores.weights)
        groups = []
        for group in (mask & known, ~mask & known):
            total = _weight(group, weights)
            groups.append(
                {
                    "accuracy": look_up.rate(
                        _weight(group & right, weights), total, effective
                    )
                }
            )
        return groups[0], groups[1]

    def reading(self) -> str:
        """Return how good the model is."""
        shown = self._shown
        if shown is None:
            return ""
        said = (reading_of.read(shown), *of_decision.ties(shown.notes))
        return escape(" ".join(said))

    def as_table(self) -> Table:
        """Return the table in sight."""
        return self.model.as_table()

    def _choose(self, row: int, keys: Qt.KeyboardModifier) -> None:
        shown = self._shown
        if shown is None or self.view.key != CLASSES:
            return
        recipe = Values("@truth", (shown.per_class[row].label,))
        self.context.selection.select(recipe, self.ID, mode_of(keys))


def _without(base: Summary, names: Iterable[str]) -> tuple[PartMetrics, ...]:
    """Return the other parts without the figures that are of another decision."""
    moved = set(names)
    return tuple(
        msgspec.structs.replace(
            part, metrics={n: m for n, m in part.metrics.items() if n not in moved}
        )
        for part in base.others
    )


def _metric(rate: Rate | None, old: Metric) -> Metric:
    if rate is None:
        return Metric(value=None, why=old.why)
    return Metric(value=rate.value, low=rate.low, high=rate.high, interval=old.interval)


def _weight(group: np.ndarray, weights: np.ndarray | None) -> float:
    return float(np.count_nonzero(group) if weights is None else weights[group].sum())


def _errors(
    truth: np.ndarray, predicted: np.ndarray, group: np.ndarray
) -> dict[str, Rate | None]:
    """Return the regression metrics of some rows, without intervals."""
    known = group & np.isfinite(truth) & np.isfinite(predicted)
    error = predicted[known] - truth[known]
    if not len(error):
        return {}
    size = np.abs(error)
    values = {
        "mean_absolute_error": size.mean(),
        "root_mean_squared_error": np.sqrt((error**2).mean()),
        "median_absolute_error": np.median(size),
        "mean_error": error.mean(),
    }
    spread = float(((truth[known] - truth[known].mean()) ** 2).sum())
    if spread > 0:
        values["r2"] = 1 - float((error**2).sum()) / spread
    return {name: look_up.Rate((float(v),) * 3) for name, v in values.items()}
