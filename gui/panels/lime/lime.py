"""The straight line that stands for the model about a row, and whether to trust it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSpinBox,
    QStackedWidget,
    QTableView,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.readings import lime as reading_of
from engine.contracts.readings import numbers
from engine.contracts.requests import Run
from engine.contracts.results import Lime
from engine.contracts.selection import Rows
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.lime import lime_tables
from gui.panels.lime.conditions import Conditions
from gui.panels.lime.every_row import EveryRow
from gui.panels.lime.line_and_model import LineAndModel
from gui.plots.setting_grid import SettingGrid
from gui.services.selection import mode_of
from gui.widgets.output_choice import OutputChoice
from gui.widgets.panel_body import column_body, line_of_words
from gui.widgets.row_wanted import RowWanted
from gui.widgets.scrolled import scrolled
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.requests import Request
    from engine.contracts.results import LimeRows
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

BARS, FIT, NEAR, SETTINGS, ALL = "bars", "fit", "near", "settings", "all"
_MOST_CLASSES = 5  # answers that are told, the likeliest first
_PAGES = (BARS, FIT, NEAR, SETTINGS, ALL)


class LimePanel(Panel):
    """LIME for the current row, its random rows, its stability, and all rows."""

    ID = "lime"
    TITLE = mark("LIME")
    ALSO = mark("local surrogate linear explanation of a row")
    ABOUT = About(
        what=mark(
            "Random rows are drawn, the model predicts them, and a linear model is "
            "fitted to the predictions; rows that share more conditions with the "
            "current one count more. A weight is what meeting the condition adds."
        ),
        how=mark(
            "Bars to the right raise the prediction; the whisker is one standard "
            "deviation over other seeds. R² is the fit of the linear model; under "
            "‘local fit’ the points lie on the dashed line where it fits. Click a "
            "condition to select the rows that meet it."
        ),
        misleads=mark(
            "Where R² is low, do not use the weights. With the usual kernel width "
            "nearly all random rows count, so that the fit is hardly local. Each "
            "feature is drawn independently: many random rows never occur in "
            "reality."
        ),
        source=mark("Ribeiro, Singh and Guestrin (2016)."),
    )

    # Body

    def build_body(self) -> QWidget:
        """Build the pictures and the choices."""
        self._one: Lime | None = None
        self._width = 0.0  # of the kernel: the usual one
        self.conditions = Conditions()
        self.fit = LineAndModel()
        self.near = lime_tables.NearRows()
        table = QTableView()
        table.setModel(self.near)
        table.setAccessibleName(tr("Random rows nearest to the current one"))
        self.settings = SettingGrid()
        self.every = EveryRow()
        self.pages = QStackedWidget()
        for page in (
            scrolled(self.conditions),
            self.fit,
            table,
            scrolled(self.settings),
            self.every,
        ):
            self.pages.addWidget(page)
        self.view = Segmented(
            tr("Plot"),
            (
                (BARS, tr("conditions")),
                (FIT, tr("local fit")),
                (NEAR, tr("random rows")),
                (SETTINGS, tr("settings")),
                (ALL, tr("all rows")),
            ),
        )
        self.words = line_of_words()
        about, above = column_body()
        above.setContentsMargins(0, 0, 0, 0)
        above.addLayout(self._choices())
        above.addWidget(self.pages, 1)
        above.addWidget(self.words)
        self.about = RowWanted(about)
        body, column = column_body()
        column.addWidget(self.about, 1)
        column.addWidget(self.view, 0, Qt.AlignmentFlag.AlignLeft)
        self._wire()
        return body

    def _choices(self) -> QHBoxLayout:
        self.output = OutputChoice()
        self.features = _count(tr("Conditions"), tr("conditions: "), 1, 50, 10)
        self.samples = _count(
            tr("Random rows"), tr("random rows: "), 100, 100_000, 5_000
        )
        self.samples.setSingleStep(1_000)
        self.seed = _count(tr("Seed"), tr("seed: "), 0, 1_000_000, 0)
        row = QHBoxLayout()
        row.addWidget(self.output)
        for box in (self.features, self.samples, self.seed):
            row.addWidget(box)
        row.addStretch(1)
        return row

    def _wire(self) -> None:
        self.view.chosen.connect(self._choose)
        self.output.activated.connect(lambda _place: self.ask())
        for box in (self.features, self.samples, self.seed):
            box.valueChanged.connect(lambda _n: self._settled.start())
        self.conditions.chosen.connect(self._select_condition)
        self.settings.chosen.connect(self._use_setting)
        self.every.clicked.connect(self._go_to)
        self.every.brushed.connect(self._select_rows)
        case = self.context.case
        case.predictions_changed.connect(self._forget)
        case.current_row_changed.connect(self._row_moved)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.conditions, self.fit, self.settings, self.every, self.view):
            part.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")

    # Asking

    def reason(self) -> str | None:
        """Return why nothing can be explained."""
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question about the current row, or about all rows."""
        every = self.view.key == ALL
        row = self.context.case.current_row
        self.about.follow(row, known=self._one is not None, needed=not every)
        if row is None and not every:
            self._show_one(None)
            return None
        return Run(
            analysis="lime",
            params={
                "scope": "all" if every else "row",
                "output": self.output.wanted,
                "num_features": self.features.value(),
                "num_samples": self.samples.value(),
                "kernel_width": self._width,
                "seed": self.seed.value(),
            },
            decision=self.context.decision.decision,
            row=row,
        )

    def _forget(self) -> None:
        self._one = None
        self.every.show_rows(None)
        self._width = 0.0
        self.output.forget()

    def _choose(self, key: str) -> None:
        self.pages.setCurrentIndex(_PAGES.index(key))
        shown = self.every.shown if key == ALL else self._one
        row = self.context.case.current_row
        self.about.want(wanted=row is None and key != ALL)
        stale = self._one is not None and self._one.row != row
        if shown is None or (key != ALL and stale):
            self.ask()
            return
        self.result = shown  # whose badge stands below
        self.words.setText(" ".join(self._facts()))
        self.update_reading()

    # Showing

    def show_result(self, result: Lime | LimeRows) -> None:
        """Show one row, or how well lines fit about all."""
        self.about.want(wanted=False)
        self.output.offer(result.outputs, result.outputs.index(result.output))
        if isinstance(result, Lime):
            self._show_one(result)
        else:
            self._show_many(result)

    def _show_one(self, shown: Lime | None) -> None:
        self._one = shown
        self.near.show(shown)
        self.conditions.show_line(shown)
        self.fit.show_line(shown)
        if shown is None:
            self.settings.set_settings(None, (-1, -1))
        else:
            self.settings.set_settings(shown.settings, _used(shown))
        self.words.setText(" ".join(self._facts()))

    def _show_many(self, shown: LimeRows) -> None:
        self.every.show_rows(shown)
        self._mark()
        self.words.setText(" ".join(self._facts()))

    def _facts(self) -> list[str]:
        if self.view.key == ALL:
            shown = self.every.shown
            if shown is None:
                return []
            return [
                tr(
                    "{n} of {total} rows so far.",
                    n=numbers.count(len(shown.row_ids)),
                    total=numbers.count(shown.n_wanted),
                )
                if len(shown.row_ids) < shown.n_wanted
                else "",
                tr("Click a point to go to its row; drag over points to select them."),
            ]
        return [] if self._one is None else _facts_of(self._one, self.view.key)

    # The selection and the current row

    def follow_selection(self) -> None:
        """Lift the selected rows out."""
        self._mark()

    def _row_moved(self, row: int | None) -> None:
        """Ring the row among the others, or explain it."""
        if self.view.key == ALL:
            self._mark()
        else:
            self._row_changed(row)

    def _mark(self) -> None:
        case = self.context.case
        self.every.mark(self.context.selection, case.current_row)

    def _select_condition(self, place: int) -> None:
        shown = self._one
        if shown is None:
            return
        term = shown.terms[place]
        name = shown.feature_names[term.feature]
        mapping = self.context.case.file.mapping
        column = name if mapping is None else mapping.columns.get(name, name)
        self.context.selection.select(lime_tables.recipe(term, column), self.ID)

    def _select_rows(self, places: NDArray[np.intp], keys: Qt.KeyboardModifier) -> None:
        shown = self.every.shown
        if shown is not None:
            rows = tuple(shown.row_ids[places].tolist())
            self.context.selection.select(Rows(rows), self.ID, mode_of(keys))

    def _go_to(self, place: int) -> None:
        shown = self.every.shown
        if shown is not None:
            self.context.case.set_current_row(int(shown.row_ids[place]))

    def _use_setting(self, a: int, b: int) -> None:
        """Explain with another width and number of random rows."""
        tried = self._one.settings if self._one is not None else None
        if tried is not None:
            self._width = float(tried.kernel_widths[a])
            self.samples.setValue(int(tried.num_samples[b]))
            self._settled.start()

    # Words

    def reading(self) -> str:
        """Return what moves the answer, and whether to believe it."""
        if self.view.key == ALL:
            rows = self.every.shown
            return "" if rows is None else escape(reading_of.read_rows(rows))
        shown = self._one
        if shown is None:
            return ""
        text = escape(reading_of.read(shown))
        if shown.verdict != "unusable":
            return text
        said = escape(reading_of.verdict(shown))
        colour = self.context.theme.tokens.warning
        return text.replace(said, f'<b style="color: {colour}">{said}</b>')

    def as_table(self) -> Table:
        """Return the picture in sight as a table."""
        key = self.view.key
        if key == ALL:
            rows = self.every.shown
            return ([], []) if rows is None else lime_tables.rows_table(rows)
        if self._one is None:
            return [tr("condition")], []
        if key == NEAR:
            return self.near.as_table()
        if key == SETTINGS:
            return lime_tables.settings_table(self._one)
        return lime_tables.weights_table(self._one)


def _facts_of(shown: Lime, key: str) -> list[str]:
    """Return what the picture in sight needs to be read."""
    drawn = tr(
        "{n} random rows, drawn from the distribution of {population} rows; "
        "effective sample size {effective}.",
        n=numbers.count(len(shown.predictions) - 1),
        population=numbers.count(shown.n_population),
        effective=numbers.count(round(shown.n_effective)),
    )
    if key == NEAR:
        nearest = tr(
            "The {n} nearest of them; bold: values that differ.",
            n=numbers.count(len(shown.nearest)),
        )
        return [drawn, nearest]
    if key == SETTINGS:
        suggested = tr(
            "★ suggested: the best fit among those whose weights vary by a fifth "
            "at most, else the most stable. Click a setting to use it."
        )
        return [suggested]
    if key == FIT:
        dashed = tr("On the dashed line both agree; ringed: the row itself.")
        return [drawn, dashed]
    digits = numbers.decimals_of(max(abs(shown.intercept), 1e-9), 3)
    adds_up = tr(
        "Intercept {intercept}; linear model {line}; model {model}.",
        intercept=numbers.fixed(shown.intercept, digits),
        line=numbers.fixed(shown.local_prediction, digits),
        model=numbers.fixed(shown.model_prediction, digits),
    )
    if len(shown.outputs) > 1:
        order = np.argsort(-shown.answers, kind="stable")[:_MOST_CLASSES].tolist()
        each = ", ".join(
            f"{shown.outputs[k]} {numbers.fixed(float(shown.answers[k]), 3)}"
            for k in order
        )
        adds_up += " " + tr("Predictions of the model: {answers}.", answers=each)
    if len(shown.stability.seeds) == 1:
        return [adds_up]
    whiskers = tr(
        "Whiskers: one standard deviation over {n} seeds; ≠: changes sign.",
        n=numbers.count(len(shown.stability.seeds)),
    )
    return [adds_up, whiskers]


def _used(shown: Lime) -> tuple[int, int]:
    """Return the place of the setting in use."""
    tried = shown.settings
    if tried is None:
        return -1, -1
    a = int(np.argmin(np.abs(tried.kernel_widths - shown.kernel_width)))
    return a, len(tried.num_samples) - 1


def _count(name: str, prefix: str, least: int, most: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setValue(value)
    box.setPrefix(prefix)
    box.setKeyboardTracking(False)
    box.setAccessibleName(name)
    return box
