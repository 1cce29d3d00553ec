"""How predictions of a number miss."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from engine.contracts.i18n import mark, tr
from engine.contracts.model import Task
from engine.contracts.readings import residuals as reading_of
from engine.contracts.requests import Run
from engine.contracts.selection import And, Range
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.regression.selected_residuals import SelectedResiduals
from gui.plots.bars import BarsPlot
from gui.plots.density_plot import DensityPlot
from gui.services.counting import Counter
from gui.services.row_columns import MANY_ROWS, PAUSE_MS
from gui.services.selection import mode_of
from gui.widgets.panel_body import column_body
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from engine.contracts.requests import Request
    from engine.contracts.results import Residuals
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

ALL, ACTUAL, RESIDUAL, SPREAD = "all", "actual", "residual", "spread"
TWO_FROM, THREE_FROM = 440, 250


class ResidualsPanel(Panel):
    """Predicted against actual, residuals against predicted, and their spread."""

    ID = "residuals"
    TITLE = mark("Residuals")
    ALSO = mark("errors regression scatter Q-Q")
    ABOUT = About(
        what=mark(
            "A residual is the true value minus the prediction. The darker a "
            "place, the more rows are there."
        ),
        how=mark(
            "On the dotted line true value and prediction agree. The curve in the "
            "second plot is the mean residual with its 95 % interval: where it "
            "leaves zero, the predictions are biased. Drag over a plot to select "
            "rows."
        ),
        misleads=mark(
            "A few outliers stretch the axes. A model that predicts close to the "
            "mean always seems to overestimate small true values and underestimate "
            "large ones: read residuals against the prediction, not the true value."
        ),
        source=mark("Cook and Weisberg (1982), Residuals and Influence in Regression."),
    )
    FOLLOWS = frozenset({"predictions"})

    # Body

    def build_body(self) -> QWidget:
        """Build the three pictures."""
        self._result: Residuals | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._count_selected)
        self._counter = Counter(self)
        self._counter.counted.connect(self._show_selected)
        self.actual = DensityPlot(
            tr("True value against prediction"), tr("prediction"), tr("true value")
        )
        self.residual = DensityPlot(
            tr("Residual against prediction"), tr("prediction"), tr("residual")
        )
        self.spread = BarsPlot(
            tr("Distribution of residuals"), tr("residual: true value − prediction")
        )
        self.view = Segmented(
            tr("Plot"),
            (
                (ALL, tr("all")),
                (ACTUAL, tr("true value")),
                (RESIDUAL, tr("residuals")),
                (SPREAD, tr("distribution")),
            ),
        )
        body, column = column_body()
        grid = QGridLayout()
        grid.setSpacing(8)
        grid.addWidget(self.actual, 0, 0)
        grid.addWidget(self.residual, 0, 1)
        grid.addWidget(self.spread, 1, 0, 1, 2)
        self._grid = grid
        self._wanted = ALL
        foot = QHBoxLayout()
        foot.addWidget(self.view)
        foot.addStretch(1)
        column.addLayout(grid, 1)
        column.addLayout(foot)
        self.view.chosen.connect(self._want)
        self.actual.brushed.connect(self._brush_actual)
        self.residual.brushed.connect(self._brush_residual)
        self.spread.brushed.connect(self._brush_spread)
        self._frame = body
        body.installEventFilter(self)
        return body

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show one picture at a time where there is no room for all."""
        if event.type() is QEvent.Type.Resize:
            self._arrange()
        return super().eventFilter(watched, event)

    def _want(self, key: str) -> None:
        self._wanted = key
        self._arrange()

    def _arrange(self) -> None:
        size = self._frame.size()
        roomy = size.width() >= TWO_FROM
        self.view.offer(ALL, visible=roomy)
        key = self._wanted if roomy or self._wanted != ALL else RESIDUAL
        self.view.choose(key)
        spread = key == SPREAD or (key == ALL and size.height() >= THREE_FROM)
        self.actual.setVisible(key in (ALL, ACTUAL))
        self.residual.setVisible(key in (ALL, RESIDUAL))
        self.spread.setVisible(spread)
        self._grid.setRowStretch(0, 0 if key == SPREAD else 5)
        self._grid.setRowStretch(1, 3 if spread else 0)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.actual, self.residual, self.spread, self.view):
            part.apply_theme(tokens)

    # Asking and showing

    def reason(self) -> str | None:
        """Return why there are no residuals."""
        scores = self.context.case.scores
        if scores is None:
            return tr("Residuals need predictions: open data and a model first.")
        if scores.task is not Task.REGRESSION:
            return tr("The model predicts classes: see the confusion matrix instead.")
        return None

    def request(self) -> Request | None:
        """Return the question for the pictures."""
        return Run(analysis="residuals")

    def show_result(self, result: Residuals) -> None:
        """Show the pictures."""
        self._result = result
        low = max(float(result.x_edges[0]), float(result.y_edges[0]))
        high = min(float(result.x_edges[-1]), float(result.y_edges[-1]))
        self.actual.set_density(
            result.density, result.x_edges, result.y_edges, ((low, low), (high, high))
        )
        ends = float(result.x_edges[0]), float(result.x_edges[-1])
        self.residual.set_density(
            result.residual_density,
            result.x_edges,
            result.residual_edges,
            ((ends[0], 0.0), (ends[1], 0.0)),
            (
                result.trend_x,
                result.trend_mean,
                result.trend_low,
                result.trend_high,
            ),
        )
        self.spread.set_counts(result.histogram_edges, result.histogram, 0.0)

    def follow_selection(self) -> None:
        """Overlay the selected rows."""
        scores = self.context.case.scores
        many = scores is not None and scores.n_rows > MANY_ROWS
        if many and self.context.selection.mask is not None:
            self._pause.start()
        else:
            self._pause.stop()
            self._count_selected()

    def _count_selected(self) -> None:
        mask, scores, result = (
            self.context.selection.mask,
            self.context.case.scores,
            self._result,
        )
        usable = mask is not None and scores is not None and result is not None
        if not usable or len(mask) != scores.n_rows:  # type: ignore[arg-type, union-attr]
            self._counter.stop()
            for plot in (self.actual, self.residual, self.spread):
                plot.set_selected(None)
            return
        assert mask is not None
        assert scores is not None
        assert result is not None
        self._counter.start(SelectedResiduals(scores, mask, result))

    def _show_selected(self, counted: SelectedResiduals) -> None:
        self.actual.set_selected(counted.actual)
        self.residual.set_selected(counted.residual)
        self.spread.set_selected(counted.spread)

    def reading(self) -> str:
        """Return how far predictions miss and where they lean."""
        return "" if self._result is None else escape(reading_of.read(self._result))

    def as_table(self) -> Table:
        """Return the mean residual along the prediction."""
        header = [
            tr("prediction"),
            tr("mean residual"),
            tr("lower limit"),
            tr("upper limit"),
        ]
        result = self._result
        if result is None:
            return header, []
        points = zip(
            result.trend_x,
            result.trend_mean,
            result.trend_low,
            result.trend_high,
            strict=True,
        )
        return header, [[*map(float, point)] for point in points]

    # Selecting

    def _brush_actual(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        self._select(area, "@truth", keys)

    def _brush_residual(self, area: QRectF, keys: Qt.KeyboardModifier) -> None:
        self._select(area, "@residual", keys)

    def _select(self, area: QRectF, up: str, keys: Qt.KeyboardModifier) -> None:
        box = area.normalized()
        recipe = And(
            (
                Range("@prediction", box.left(), box.right(), high_closed=True),
                Range(up, box.top(), box.bottom(), high_closed=True),
            )
        )
        self.context.selection.select(recipe, self.ID, mode_of(keys))

    def _brush_spread(self, low: float, high: float, keys: Qt.KeyboardModifier) -> None:
        last = self._result is not None and high >= self._result.histogram_edges[-1]
        recipe = Range("@residual", low, high, high_closed=bool(last))
        self.context.selection.select(recipe, self.ID, mode_of(keys))
