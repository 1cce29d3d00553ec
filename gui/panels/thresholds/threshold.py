"""What moving the threshold would cost and bring."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentences
from engine.contracts.model import ScoreKind, Task
from engine.contracts.readings import numbers
from engine.contracts.readings import thresholds as reading_of
from engine.contracts.selection import Range
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.thresholds.selected_scores import SelectedScores
from gui.panels.thresholds.threshold_choice import ThresholdChoice
from gui.panels.thresholds.threshold_spin import ThresholdSpin
from gui.panels.thresholds.threshold_table import rate, threshold_table
from gui.plots.curve import CurvePlot
from gui.plots.score_histogram import ScoreHistogram
from gui.services.counting import Counter
from gui.services.row_columns import MANY_ROWS, PAUSE_MS
from gui.services.selection import mode_of
from gui.widgets.labels import PlainLabel
from gui.widgets.panel_body import column_body
from gui.widgets.threshold_source import ThresholdSource, thresholds_request

if TYPE_CHECKING:
    from engine.contracts.decision import Decision
    from engine.contracts.requests import Request
    from engine.contracts.results import Metric, Thresholds
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

BESIDE_BELOW, BESIDE_FROM, CURVES_FROM = 260, 470, 230
CHOICE_FROM = 520


class ThresholdPanel(Panel):
    """Scores, ROC, precision and recall, and the line that decides."""

    ID = "threshold"
    TITLE = mark("Threshold")
    ALSO = mark("ROC AUC precision recall PR curve cut-off operating point histogram")
    ABOUT = About(
        what=mark(
            "Above: the scores of each class. Rows at or right of the line are "
            "predicted positive. Below: the ROC and precision–recall curves over "
            "all thresholds; the ring is the current one."
        ),
        how=mark(
            "Drag the line, the ring or use the arrow keys; everything else follows. "
            "Drag over the bars to select those rows. Choose a rule below to see "
            "where it would put the line, and apply it."
        ),
        misleads=mark(
            "With rare positives ROC looks good while most positive predictions "
            "are false: read precision and recall. A threshold chosen on these "
            "rows is slightly optimistic on them. Costs must be in one unit."
        ),
        source=mark(
            "DeLong et al. (1988) for the area's interval; Wilson (1927) for rates; "
            "Davis and Goadrich (2006) on precision and recall."
        ),
    )
    FOLLOWS = frozenset({"predictions"})

    # Body

    def build_body(self) -> QWidget:
        """Build histogram, curves and chooser."""
        self._result: Thresholds | None = None
        self._source = ThresholdSource.of(self.context)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._count_selected)
        self._counter = Counter(self)
        self._counter.counted.connect(self._show_selected)
        self._source.selected_ready.connect(self._show_selected_points)
        self.histogram = ScoreHistogram()
        self.roc = CurvePlot(
            tr("ROC curve"), tr("false-positive rate"), tr("recall (ROC)")
        )
        self.precision = CurvePlot(
            tr("Precision and recall"), tr("recall"), tr("precision")
        )
        self.spin = ThresholdSpin()
        self.spin.setAccessibleName(tr("Threshold"))
        self.spin.setToolTip(tr("Threshold"))
        self.spin.setKeyboardTracking(False)
        self.spin.setFixedWidth(76)
        self.spin.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.choice = ThresholdChoice()
        self._caption = PlainLabel(tr("choose"))
        self.curves = QWidget()
        both = QHBoxLayout(self.curves)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(8)
        both.addWidget(self.roc)
        both.addWidget(self.precision)
        controls = QHBoxLayout()
        controls.setSpacing(6)
        controls.addWidget(self.spin)
        controls.addWidget(self._caption)
        controls.addWidget(self.choice, 1)
        body, column = column_body()
        self._plots = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._plots.setSpacing(8)
        self._plots.addWidget(self.histogram, 2)
        self._plots.addWidget(self.curves, 4)
        column.addLayout(self._plots, 1)
        column.addLayout(controls)
        body.installEventFilter(self)
        self._connect()
        return body

    def _connect(self) -> None:
        decision = self.context.decision
        self.histogram.moved.connect(self._drag)
        self.histogram.rested.connect(decision.end_drag)
        self.histogram.brushed.connect(self._brush)
        self.roc.picked.connect(self._pick_roc)
        self.roc.rested.connect(decision.end_drag)
        self.precision.picked.connect(self._pick_recall)
        self.precision.rested.connect(decision.end_drag)
        self.spin.valueChanged.connect(self._typed)
        self.choice.applied.connect(self._apply)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Put the curves below or beside the bars, or leave them out."""
        if event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            size = watched.size()
            low = size.height() < BESIDE_BELOW
            beside = low and size.width() >= BESIDE_FROM
            way = QBoxLayout.Direction
            self._plots.setDirection(way.LeftToRight if beside else way.TopToBottom)
            self.curves.setVisible(beside or size.height() >= CURVES_FROM)
            self._caption.setVisible(size.width() >= CHOICE_FROM)
        return super().eventFilter(watched, event)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for plot in (self.histogram, self.roc, self.precision):
            plot.apply_theme(tokens)
        self.choice.found.setStyleSheet(f"color: {tokens.muted};")
        self._caption.setStyleSheet(f"color: {tokens.muted};")

    # Asking and showing

    def reason(self) -> str | None:
        """Return why no threshold can be moved."""
        scores = self.context.case.scores
        if scores is None:
            return tr("A threshold needs scores: open data and a model first.")
        if scores.task is not Task.BINARY:
            return tr("Only a model with two classes has one threshold.")
        if not len(scores.score):
            return tr(
                "The model predicts labels only: there are no scores for a threshold."
            )
        return None

    def request(self) -> Request | None:
        """Return the question for every operating point."""
        return thresholds_request(self.context)

    def show_result(self, result: Thresholds) -> None:
        """Show histogram and curves."""
        self._result = result
        self._source.offer(result)
        codes = self._codes(result)
        self.histogram.set_scores(
            result.histogram_edges,
            result.histogram_negative,
            result.histogram_positive,
            (result.negative, result.positive),
            codes,
        )
        self._show_curves(result)
        low, high = (float(result.histogram_edges[end]) for end in (0, -1))
        self.spin.blockSignals(True)
        # Above every score nothing is called positive: one step more than the last.
        self.spin.setRange(low, high + (high - low) * 1e-3)
        self.spin.setSingleStep((high - low) / 100)
        self.spin.blockSignals(False)
        self.choice.set_result(result)

    def _codes(self, result: Thresholds) -> tuple[int, int]:
        scores = self.context.case.scores
        if scores is None or result.negative not in scores.classes:
            return 0, 1
        return (
            scores.classes.index(result.negative),
            scores.classes.index(result.positive),
        )

    def _show_curves(self, result: Thresholds) -> None:
        share = result.positives / max(result.positives + result.negatives, 1e-300)
        roc, both = result.roc, result.precision_recall
        self.roc.set_curve(
            roc[:, 0],
            roc[:, 1],
            ((0, 0), (1, 1)),
            (_area(tr("AUC"), result.roc_auc),),
            tip=lambda x, y: _cells(result, y * result.positives, x * result.negatives),
        )
        self.precision.set_curve(
            both[:, 0],
            both[:, 1],
            ((0, share), (1, share)),
            (_area(tr("average precision"), result.average_precision),),
            right=False,
            tip=lambda x, y: _cells(
                result,
                x * result.positives,
                x * result.positives * (1 / y - 1) if y > 0 else float("nan"),
            ),
        )

    def follow_decision(self, decision: Decision) -> None:
        """Move line and rings."""
        result = self._result
        if result is None:
            return
        at, told = self._place(decision)
        self.histogram.set_threshold(at, told)
        tp, fp, fn, tn = result.counts_at(decision.threshold)
        self.roc.set_point(rate(fp, fp + tn), rate(tp, tp + fn))
        self.precision.set_point(rate(tp, tp + fn), rate(tp, tp + fp))
        self._show_selected_points()
        self.spin.blockSignals(True)
        if at is None:
            self.spin.clear()
        else:
            self.spin.setValue(at)
        self.spin.blockSignals(False)

    def _place(self, decision: Decision) -> tuple[float | None, str]:
        """Return where the line stands, ``None`` for nowhere, and what it is called."""
        if decision.threshold is not None:
            return decision.threshold, numbers.threshold(decision.threshold)
        own = tr("the model's own rule")
        rule = self.context.case.rule
        if rule is None or rule.cut is None:
            return None, own
        sign = ">" if rule.strict else "≥"
        return rule.cut, f"{own}: {sign} {numbers.threshold(rule.boundary)}"

    def follow_selection(self) -> None:
        """Show the scores of the selected rows."""
        if self.context.selection.mask is not None and not self._few:
            self._pause.start()
        else:
            self._pause.stop()
            self._count_selected()

    @property
    def _few(self) -> bool:
        scores = self.context.case.scores
        return scores is None or scores.n_rows <= MANY_ROWS

    def _count_selected(self) -> None:
        mask, scores, result = (
            self.context.selection.mask,
            self.context.case.scores,
            self._result,
        )
        if (
            mask is None
            or scores is None
            or result is None
            or (len(mask) != scores.n_rows)
        ):
            self._counter.stop()
            self.histogram.set_selected(None)
            self._show_selected_points()
        else:
            positive = scores.classes.index(result.positive)
            codes = (1 - positive, positive)
            edges = result.histogram_edges
            self._counter.start(SelectedScores(scores, mask, edges, codes))

    def _show_selected(self, counted: SelectedScores) -> None:
        self.histogram.set_selected(counted.bars)
        self._show_selected_points()

    def _show_selected_points(self) -> None:
        """Put the rates of the selected rows alone beside the rings."""
        threshold = self.context.decision.decision.threshold
        cells = self._source.selected_counts(threshold)
        if cells is None:
            self.roc.set_other()
            self.precision.set_other()
            return
        tp, fp, fn, tn = cells
        self.roc.set_other(*_point(rate(fp, fp + tn), rate(tp, tp + fn)))
        self.precision.set_other(*_point(rate(tp, tp + fn), rate(tp, tp + fp)))

    def reading(self) -> str:
        """Return what the threshold in force brings."""
        if self._result is None:
            return ""
        decision, rule = self.context.decision.decision, self.context.case.rule
        said = [reading_of.read(self._result, decision)]
        if rule is not None:
            said += sentences(rule.notes())
        return escape(" ".join(said))

    def as_table(self) -> Table:
        """Return rates at a hundred thresholds over the scores, and the one now."""
        now = self.context.decision.decision.threshold
        return threshold_table(self._result, now)

    # Acting

    def _to(self, threshold: float) -> Decision:
        return msgspec.structs.replace(
            self.context.decision.decision, threshold=threshold
        )

    def _drag(self, threshold: float) -> None:
        self.context.decision.drag(self._to(self._rounded(threshold)), self.ID)

    def _rounded(self, threshold: float) -> float:
        """Return a number that can be read out: as fine as a pixel is wide."""
        result = self._result
        if result is None:
            return threshold
        span = float(result.histogram_edges[-1] - result.histogram_edges[0])
        digits = max(0, 3 - int(np.floor(np.log10(span)))) if span > 0 else 3
        return round(threshold, digits)

    def _pick_roc(self, share: float) -> None:
        result = self._result
        if result is not None and len(result.scores) and result.negatives > 0:
            place = int(np.searchsorted(result.fp, share * result.negatives, "right"))
            self._take(place - 1)

    def _pick_recall(self, recall: float) -> None:
        result = self._result
        if result is not None and len(result.scores) and result.positives > 0:
            self._take(int(np.searchsorted(result.tp, recall * result.positives)))

    def _take(self, place: int) -> None:
        assert self._result is not None
        last = len(self._result.scores) - 1
        score = float(self._result.scores[min(max(place, 0), last)])
        self.context.decision.drag(self._to(score), self.ID)

    def _typed(self, threshold: float) -> None:
        self.context.decision.set(self._to(threshold), self.ID)

    def _apply(self, threshold: float | None, cost_fp: float, cost_fn: float) -> None:
        decision = msgspec.structs.replace(
            self.context.decision.decision,
            threshold=threshold,
            cost_fp=cost_fp,
            cost_fn=cost_fn,
        )
        self.context.decision.set(decision, self.ID)

    def _brush(self, low: float, high: float, keys: Qt.KeyboardModifier) -> None:
        result = self._result
        if result is None:
            return
        edges = result.histogram_edges
        recipe = Range(
            "@score",
            None if low <= edges[0] and not self._probability else low,
            None if high >= edges[-1] and not self._probability else high,
            high_closed=bool(high >= edges[-1]),
        )
        self.context.selection.select(recipe, self.ID, mode_of(keys))

    @property
    def _probability(self) -> bool:
        return (
            self._result is not None
            and self._result.score_kind is ScoreKind.PROBABILITY
        )


def _area(name: str, found: Metric) -> str:
    value = numbers.figure(found.value, found.low, found.high)
    ends = numbers.interval(found.low, found.high)
    return f"{name} {value} [{ends}]" if ends else f"{name} {value}"


def _cells(result: Thresholds, tp: float, fp: float) -> str:
    """Return how many of each class are called positive."""
    lines = []
    for called, all_of, name in (
        (tp, result.positives, result.positive),
        (fp, result.negatives, result.negative),
    ):
        if np.isfinite(called):
            n, total = (numbers.fixed(value, 0) for value in (called, all_of))
            lines.append(tr("{n} of {total} {name}", n=n, total=total, name=name))
    return tr("predicted {name}:", name=result.positive) + "\n" + "\n".join(lines)


def _point(x: float | None, y: float | None) -> tuple[tuple[float, float], ...]:
    return () if x is None or y is None else ((x, y),)
