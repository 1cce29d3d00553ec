"""Whether what the model says in percent happens that often."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.contracts.decision import Decision
from engine.contracts.i18n import mark, tr
from engine.contracts.model import ScoreKind, Task
from engine.contracts.readings import numbers
from engine.contracts.readings import reliability as reading_of
from engine.contracts.readings.metric_names import meaning
from engine.contracts.requests import Run
from engine.contracts.selection import Range
from gui.item_models.metrics import Figure, FigureTable
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.calibration.selected_bins import SelectedBins
from gui.plots.reliability_plot import ReliabilityPlot
from gui.services.counting import Counter
from gui.services.row_columns import MANY_ROWS, PAUSE_MS
from gui.services.selection import mode_of
from gui.widgets.metric_table import MetricTable
from gui.widgets.panel_body import column_body
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from engine.contracts.predictions import RowScores
    from engine.contracts.requests import Request
    from engine.contracts.results import Metric, Reliability, ReliabilityBins
    from engine.contracts.tables import Cell, Table
    from gui.services.theme import Tokens

TABLE_FROM = 430


class ReliabilityPanel(Panel):
    """The diagram, its counts, and the calibration errors beside it."""

    ID = "reliability"
    TITLE = mark("Reliability")
    ALSO = mark("calibration curve plot ECE Brier score reliability diagram")
    ABOUT = About(
        what=mark(
            "Rows are put into bins by predicted probability. Each point shows the "
            "observed frequency against the mean predicted probability of a bin; "
            "on the diagonal the two agree."
        ),
        how=mark(
            "Below the diagonal the predicted probabilities are too high, above it "
            "too low. The line through a point is its 95 % interval, the bars "
            "below are the rows of each bin. Click a bin to select its rows. Equal "
            "count puts the same number of rows into each bin."
        ),
        misleads=mark(
            "Bins with few rows scatter; the calibration error depends on the bins "
            "and is never zero by chance alone. A calibrated model need not be a "
            "good one: always predicting the overall rate is calibrated too."
        ),
        source=mark(
            "DeGroot and Fienberg (1983); Guo et al. (2017) for the calibration "
            "error; Brier (1950); Wilson (1927) for the intervals."
        ),
    )
    FOLLOWS = frozenset({"predictions"})

    # Body

    def build_body(self) -> QWidget:
        """Build diagram, table and the choice of bins."""
        self._result: Reliability | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._count_selected)
        self._counter = Counter(self)
        self._counter.counted.connect(self._show_selected)
        self.plot = ReliabilityPlot()
        self.model = FigureTable(self)
        self.table = MetricTable(tr("Calibration errors"))
        self.table.setModel(self.model)
        self.bins = Segmented(
            tr("Bins"),
            (("uniform", tr("equal width")), ("quantile", tr("equal count"))),
        )
        self._side = QWidget()
        right = QVBoxLayout(self._side)
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(self.table)
        self._side.setMaximumWidth(320)
        body, column = column_body()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.plot, 3)
        row.addWidget(self._side, 2)
        foot = QHBoxLayout()
        foot.addWidget(self.bins)
        foot.addStretch(1)
        column.addLayout(row, 1)
        column.addLayout(foot)
        self.bins.chosen.connect(lambda _key: self._display())
        self.plot.chosen.connect(self._choose)
        body.installEventFilter(self)
        return body

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the table out where the diagram needs the room."""
        if event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            self._side.setVisible(watched.width() >= TABLE_FROM)
        return super().eventFilter(watched, event)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.plot, self.table, self.bins):
            part.apply_theme(tokens)

    # Asking and showing

    def reason(self) -> str | None:
        """Return why there is nothing to calibrate."""
        scores = self.context.case.scores
        if scores is None:
            return tr(
                "Reliability needs predicted probabilities: open data and a model "
                "first."
            )
        if scores.task is Task.REGRESSION:
            return tr("The model predicts a number, not a probability.")
        if scores.score_kind is not ScoreKind.PROBABILITY:
            return tr("The model gives no probabilities, so none can be checked.")
        return None

    def request(self) -> Request | None:
        """Return the question for the bins; the threshold has no part in it."""
        positive = self.context.decision.decision.positive
        return Run(analysis="reliability", decision=Decision(positive=positive))

    def show_result(self, result: Reliability) -> None:
        """Show bins and errors."""
        self._result = result
        self._display()

    @property
    def _bins(self) -> ReliabilityBins:
        assert self._result is not None
        if self.bins.key == "quantile":
            return self._result.quantile
        return self._result.uniform

    def _display(self) -> None:
        result = self._result
        if result is None:
            return
        binary = result.of == "positive"
        across = (
            tr("predicted probability of {label}", label=result.label)
            if binary
            else tr("predicted probability (confidence)")
        )
        up = tr("observed frequency")
        self.plot.set_words(_error(result.expected_calibration_error))
        self.plot.set_bins(self._bins, across, up)
        self.model.set_rows(*self._figures(result), spare=(2,))
        self._count_selected()

    def _figures(
        self, result: Reliability
    ) -> tuple[list[str], list[tuple[Figure, ...]]]:
        titles = [tr("metric"), tr("value"), tr("95 % CI")]
        named = (
            (tr("ECE"), "expected_calibration_error",
             result.expected_calibration_error,
             meaning("expected_calibration_error")),
            (tr("ECE, these bins"), "expected_calibration_error",
             result.ece_of_diagram, tr("over the equal-width bins shown")),
            (tr("largest gap"), "expected_calibration_error",
             result.maximum_calibration_error,
             tr("of the 15 equal-width bins, however few rows one has")),
            (tr("Brier score"), "brier_score", result.brier_score,
             meaning("brier_score")),
            (tr("log loss"), "log_loss", result.log_loss, meaning("log_loss")),
        )  # fmt: skip
        rows: list[tuple[Figure, ...]] = [
            (
                Figure(title, right=False, tip=tip),
                Figure(numbers.metric(name, found), strong=True, value=found.value),
                Figure(
                    numbers.metric_interval(name, found),
                    muted=True,
                    ends=(found.low, found.high),
                ),
            )
            for title, name, found, tip in named
        ]
        return titles, rows

    def follow_selection(self) -> None:
        """Overlay the reliability of the selected rows."""
        scores = self.context.case.scores
        many = scores is not None and scores.n_rows > MANY_ROWS
        if many and self.context.selection.mask is not None:
            self._pause.start()
        else:
            self._pause.stop()
            self._count_selected()

    def _count_selected(self) -> None:
        mask, scores = self.context.selection.mask, self.context.case.scores
        usable = self._result is not None and scores is not None and mask is not None
        if not usable or len(mask) != scores.n_rows:  # type: ignore[arg-type, union-attr]
            self._counter.stop()
            self.plot.set_selected(None)
            return
        assert scores is not None
        assert mask is not None
        self._counter.start(
            SelectedBins(scores, mask, self._bins.edges, self._positive(scores))
        )

    def _show_selected(self, counted: SelectedBins) -> None:
        self.plot.set_selected(counted.figures())

    def _positive(self, scores: RowScores) -> int | None:
        if self._result is None or self._result.of != "positive":
            return None
        return scores.classes.index(self._result.label)

    def reading(self) -> str:
        """Return where the probabilities mislead."""
        return "" if self._result is None else escape(reading_of.read(self._result))

    def as_table(self) -> Table:
        """Return the bins shown."""
        header = [
            tr("from"),
            tr("to"),
            tr("rows"),
            tr("predicted probability"),
            tr("observed frequency"),
            tr("lower limit"),
            tr("upper limit"),
        ]
        if self._result is None:
            return header, []
        bins = self._bins
        rows: list[list[Cell]] = []
        for place, count in enumerate(bins.count):
            ends = (bins.edges[place], bins.edges[place + 1])
            figures = (
                bins.predicted[place],
                bins.observed[place],
                bins.low[place],
                bins.high[place],
            )
            rows.append(
                [*map(float, ends), float(count), *map(float, figures)],
            )
        return header, rows

    # Selecting

    def _choose(self, place: int, keys: Qt.KeyboardModifier) -> None:
        result = self._result
        if result is None:
            return
        edges = self._bins.edges
        scores = self.context.case.scores
        column = "@score"
        if (
            result.of == "positive"
            and scores is not None
            and (scores.positive != result.label)
        ):
            column = "@confidence"
        recipe = Range(
            column,
            float(edges[place]),
            float(edges[place + 1]),
            low_closed=place == 0,
            high_closed=True,
        )
        self.context.selection.select(recipe, self.ID, mode_of(keys))


def _error(found: Metric) -> str:
    value = numbers.percent(found.value, found.low, found.high)
    ends = numbers.percent_interval(found.low, found.high)
    return tr("ECE {value} [{ends}]", value=value, ends=ends)
