"""What moves the answers: over all rows, row by row, and in the current row."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentence
from engine.contracts.readings.shapley import explained_row
from engine.contracts.readings.shapley import shapley_values as reading_of
from engine.contracts.requests import Resolve, Run
from engine.contracts.results import Resolved
from engine.contracts.selection import Rows, unpack
from gui.item_models.attributions import Attributions
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.shapley.backgrounds import BackgroundsView
from gui.panels.shapley.beeswarm import SwarmView
from gui.panels.shapley.decision_plot import SeveralView
from gui.panels.shapley.dependence_plot import DependenceView
from gui.panels.shapley.heat_map import HeatView
from gui.panels.shapley.importance import ImportanceView
from gui.panels.shapley.row import RowView
from gui.services.selection import mode_of
from gui.widgets.game_options import GameOptions
from gui.widgets.labels import PlainLabel
from gui.widgets.output_choice import OutputChoice
from gui.widgets.panel_body import column_body
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.contracts.decision import Decision
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.requests import Request
    from engine.contracts.results import Result, Shapley
    from engine.contracts.tables import Table
    from gui.panels.shapley.view import ContributionView
    from gui.services.theme import Tokens

IMPORTANCE, ROW = "importance", "row"
# What the panel opens on where it does not open on the importance over all rows.
OPENS_ON = {"row": ROW}
MOST_ASKED = 200  # rows where the model itself has to be asked; the badge says so


class ContributionsPanel(Panel):
    """Shapley values in several pictures of the same numbers."""

    ID = "contributions"
    TITLE = mark("SHAP values")
    ALSO = mark(
        "Shapley contributions attribution explanation feature importance summary plot"
    )
    PICTURES = (
        (IMPORTANCE, mark("SHAP values: importance (bars)")),
        ("swarm", mark("SHAP values: beeswarm")),
        ("dependence", mark("SHAP values: dependence plot")),
        (ROW, mark("SHAP values: waterfall and force plot of a row")),
        ("several", mark("SHAP values: decision plot")),
        ("heat", mark("SHAP values: heat map")),
        ("backgrounds", mark("SHAP values: compare backgrounds")),
    )
    ABOUT = About(
        what=mark(
            "SHAP values (Shapley values) distribute each prediction among the "
            "features: from the base value, the mean prediction over the "
            "background rows, to the prediction of the row. They add up."
        ),
        how=mark(
            "A long bar: large mean |SHAP|. In the beeswarm each point is a row; "
            "its colour is the value of the feature. Drag over points to select "
            "their rows; click a point to make its row the current one."
        ),
        misleads=mark(
            "They describe what the model does, not causes in the world. Of "
            "correlated features, one may get what belongs to both, and rows are "
            "composed that may never occur. Another background gives other values. "
            "Gradient attributions of a network, where chosen, differ from Shapley "
            "values where features interact."
        ),
        source=mark(
            "Shapley (1953); Lundberg and Lee (2017); Lundberg et al. (2020) for "
            "trees; Janzing et al. (2020) for interventional values; Sundararajan et "
            "al. (2017) and Erion et al. (2021) along gradients."
        ),
    )

    # Body

    def build_body(self) -> QWidget:
        """Build the pictures, their choice and the options."""
        self.shown: Attributions | None = None
        self._perspective = ""
        self._row_wanted: int | None = None  # that has to be among those explained
        self.importance, self.swarm = ImportanceView(), SwarmView()
        self.dependence, self.row = DependenceView(), RowView()
        self.several, self.backgrounds = SeveralView(), BackgroundsView()
        self.heat = HeatView()
        self._views: dict[str, ContributionView] = {
            IMPORTANCE: self.importance,
            "swarm": self.swarm,
            "dependence": self.dependence,
            ROW: self.row,
            "several": self.several,
            "heat": self.heat,
            "backgrounds": self.backgrounds,
        }
        self.pages = QStackedWidget()
        for view in self._views.values():
            self.pages.addWidget(view)
            view.brushed.connect(self._select)
            view.clicked.connect(self._go_to)
        self.view = Segmented(
            tr("Plot"),
            (
                (IMPORTANCE, tr("importance")),
                ("swarm", tr("beeswarm")),
                ("dependence", tr("dependence")),
                (ROW, tr("current row")),
                ("several", tr("decision")),
                ("heat", tr("heat map")),
                ("backgrounds", tr("backgrounds")),
            ),
        )
        self.output = OutputChoice()
        self.more = QToolButton()
        self.more.setText(tr("Options"))
        self.more.setCheckable(True)
        self.start = PlainLabel()
        self.start.setWordWrap(True)
        self.options = GameOptions(self.context, self.ID, routes=True)
        self.options.hide()
        self._wire()
        return self._laid_out()

    def _laid_out(self) -> QWidget:
        body, column = column_body()
        foot = QHBoxLayout()
        foot.addWidget(self.start, 1)
        foot.addWidget(self.output)
        foot.addWidget(self.more)
        column.addWidget(self.pages, 1)
        column.addWidget(self.options)
        column.addLayout(foot)
        column.addWidget(self.view, 0, Qt.AlignmentFlag.AlignLeft)
        return body

    def _wire(self) -> None:
        case = self.context.case
        self.view.chosen.connect(self._choose_view)
        self.output.activated.connect(lambda _place: self._tell())
        self.more.toggled.connect(self.options.setVisible)
        self.options.changed.connect(self.ask)
        self.row.bucket_wanted.connect(self._resolve)
        case.current_row_changed.connect(self._row_moved)
        case.buckets_changed.connect(self._offer)
        case.predictions_changed.connect(self._forget)
        self._offer()

    def _offer(self) -> None:
        self.options.offer()
        self.row.offer_buckets(self.context.case.buckets)

    def _forget(self) -> None:
        self.backgrounds.forget()
        self.output.forget()
        self._row_wanted = None
        self._offer()

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for view in self._views.values():
            view.apply_theme(tokens)
        self.view.apply_theme(tokens)
        self.start.setStyleSheet(f"color: {tokens.muted};")

    # Asking and showing

    def reason(self) -> str | None:
        """Return why there is nothing to explain."""
        if self.context.case.scores is None:
            return tr("SHAP values need predictions: open data and a model first.")
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question for all rows; if only some can be asked, for this too."""
        game = self.options.game
        unasked = self._row_wanted is None or self._row_is_left_out()
        if self.view.key == ROW and unasked:
            self._row_wanted = self.context.case.current_row
        self._decision = self.context.decision.decision
        return Run(
            analysis="shapley",
            params={"rows": MOST_ASKED, **game.params},
            decision=self._decision,
            seed=game.seed,
            row=self._row_wanted,
        )

    def _row_is_left_out(self) -> bool:
        """Return whether the current row is looked at, but will not be explained.

        Of a sample it is not known which rows it will have, so a row that has not
        come yet is asked for rather than waited for.
        """
        shown, scores = self.shown, self.context.case.scores
        row = self.context.case.current_row
        if shown is None or scores is None or row in (None, self._row_wanted):
            return False
        sampled = shown.result.n_wanted < scores.n_rows
        return sampled and self.view.key == ROW and shown.place_of(row) is None

    def tells(self, error: ErrorInfo) -> bool:
        """Say what cannot be had beside the options, and keep what is shown."""
        self.start.setText(sentence(error.code, error.params))
        return True

    def show_result(self, result: Shapley) -> None:
        """Show what is known so far."""
        self.shown = Attributions(result)
        if len(result.row_ids) == result.n_wanted:
            self.options.keep()
        self.start.setText(reading_of.start(result))
        self._tell()
        if self._row_is_left_out():
            self._settled.start()

    def arranged_in(self, perspective: str) -> None:
        """Open on what fits the perspective, or on what was chosen there."""
        self._perspective = perspective
        usual = OPENS_ON.get(perspective, IMPORTANCE)
        key = self._kept_views().get(perspective, usual)
        self._show_view(key if key in self._views else usual)

    def _kept_views(self) -> dict[str, str]:
        nothing: dict[str, str] = {}
        return self.context.case.setting(f"{self.ID}.views", dict[str, str], nothing)

    def _choose_view(self, key: str) -> None:
        kept = {**self._kept_views(), self._perspective: key}
        if key == OPENS_ON.get(self._perspective, IMPORTANCE):
            del kept[self._perspective]
        self.context.case.keep_setting(f"{self.ID}.views", kept, {})
        self._show_view(key)

    def _show_view(self, key: str) -> None:
        self.view.choose(key)
        self.pages.setCurrentWidget(self._views[key])
        self._tell()
        self.update_reading()
        if self._row_is_left_out():
            self.ask()

    def _row_moved(self, row: int | None) -> None:
        self._tell()
        self.update_reading()
        if self._row_is_left_out():
            self._row_changed(row)

    def _tell(self) -> None:
        """Tell the picture in sight what it shows."""
        shown = self.shown
        if shown is None:
            return
        row = self.context.case.current_row
        current = shown.place_of(row)
        if row is not None and current is None:
            self.row.about.wait(row)
        else:
            self.row.about.want(wanted=row is None)
        own = 0 if self.view.key != ROW else shown.likeliest(current)
        self.output.offer(shown.result.outputs, own)
        if shown.output != self.output.place:
            self.shown = shown = Attributions(shown.result, self.output.place)
            self.start.setText(reading_of.start(shown.result, shown.output))
            self.update_reading()
        self._views[self.view.key].tell(shown, self._chosen(shown), current)

    def _chosen(self, shown: Attributions) -> NDArray[np.bool_] | None:
        mask = self.context.selection.mask
        if mask is None or len(mask) <= shown.result.row_ids.max(initial=-1):
            return None
        chosen: NDArray[np.bool_] = mask[shown.result.row_ids]
        return chosen

    def _resolve(self, name: str) -> None:
        """Find out which rows are in a bucket."""

        def resolved(result: Result) -> None:
            assert isinstance(result, Resolved)
            self.row.set_bucket(name, unpack(result.packed, result.n_rows))

        self.context.engine.submit(
            Resolve(
                selection=self.context.case.buckets[name],
                decision=self.context.decision.decision,
            ),
            on_result=resolved,
        )

    def follow_decision(self, decision: Decision) -> None:
        """Ask again, when the hand rests, where the decision makes the background."""
        if self.options.game.by_decision and decision != self._decision:
            self._settled.start()

    def follow_selection(self) -> None:
        """Lift the selected rows out."""
        self._tell()

    def reading(self) -> str:
        """Return which features matter most, or what moved the current row's answer."""
        shown = self.shown
        if shown is None:
            return ""
        if self.view.key != ROW:
            return escape(reading_of.read(shown.result, shown.output))
        place = shown.place_of(self.context.case.current_row)
        if place is None:
            return ""
        told = explained_row.read(shown.result, place, shown.output)
        caveat = tr("This is what the model does, not a cause.")
        return escape(f"{told} {caveat}")

    def as_table(self) -> Table:
        """Return the picture in sight as a table."""
        if self.shown is None:
            return [], []
        return self._views[self.view.key].table(self.shown)

    # Hands

    def _select(self, places: NDArray[np.intp], keys: Qt.KeyboardModifier) -> None:
        if self.shown is not None:
            rows = self.shown.result.row_ids[places].tolist()
            self.context.selection.select(Rows(tuple(rows)), self.ID, mode_of(keys))

    def _go_to(self, place: int) -> None:
        if self.shown is not None:
            self.context.case.set_current_row(int(self.shown.result.row_ids[place]))
