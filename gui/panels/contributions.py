"""What moves the answers: over all rows, row by row, and in the current row."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentence
from engine.contracts.readings import shapley as reading_of
from engine.contracts.requests import Resolve, Run
from engine.contracts.results import Resolved
from engine.contracts.selection import Rows, unpack
from gui.item_models.attributions import Attributions
from gui.panel import About, Panel
from gui.services.selection import mode_of
from gui.views.contributions.backgrounds import BackgroundsView
from gui.views.contributions.dependence import DependenceView
from gui.views.contributions.heat import HeatView
from gui.views.contributions.importance import ImportanceView
from gui.views.contributions.row import RowView
from gui.views.contributions.several import SeveralView
from gui.views.contributions.swarm import SwarmView
from gui.widgets.game_options import GameOptions
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
    from gui.services.theme import Tokens
    from gui.views.contributions.view import ContributionView

ROW = "row"
MOST_ASKED = 200  # rows where the model itself has to be asked; the badge says so


class ContributionsPanel(Panel):
    """Shapley values in several pictures of the same numbers."""

    ID = "contributions"
    TITLE = mark("Contributions")
    ABOUT = About(
        what=mark(
            "Shapley values share each answer out among the features: from the mean "
            "answer over the background rows to the answer for the row. They add up."
        ),
        how=mark(
            "A long bar moves many answers. In the row-by-row picture each point is "
            "a row; its colour is the feature's own value. Brush points to select "
            "their rows; click a point to make its row the current one."
        ),
        misleads=mark(
            "They describe the model, not the world. Of features that go together, "
            "one may get what belongs to both, and rows are put together that may "
            "never occur. Another background gives other values."
        ),
        source=mark(
            "Shapley (1953); Lundberg and Lee (2017); Lundberg et al. (2020) for "
            "trees; Janzing et al. (2020) for interventional values."
        ),
    )

    # Body

    def build_body(self) -> QWidget:
        """Build the pictures, their choice and the options."""
        self.shown: Attributions | None = None
        self.importance, self.swarm = ImportanceView(), SwarmView()
        self.dependence, self.row = DependenceView(), RowView()
        self.several, self.backgrounds = SeveralView(), BackgroundsView()
        self.heat = HeatView()
        self._views: dict[str, ContributionView] = {
            "importance": self.importance,
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
            tr("Picture"),
            (
                ("importance", tr("importance")),
                ("swarm", tr("row by row")),
                ("dependence", tr("dependence")),
                (ROW, tr("current row")),
                ("several", tr("several")),
                ("heat", tr("heat map")),
                ("backgrounds", tr("backgrounds")),
            ),
        )
        self.output = OutputChoice()
        self.more = QToolButton()
        self.more.setText(tr("Options"))
        self.more.setCheckable(True)
        self.start = QLabel()
        self.start.setTextFormat(Qt.TextFormat.PlainText)
        self.start.setWordWrap(True)
        self.options = GameOptions(self.context, self.ID)
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
        self.view.chosen.connect(self._show_view)
        self.output.activated.connect(lambda _place: self._tell())
        self.more.toggled.connect(self.options.setVisible)
        self.options.changed.connect(self.ask)
        self.row.bucket_wanted.connect(self._resolve)
        case.current_row_changed.connect(lambda _row: self._tell())
        case.buckets_changed.connect(self._offer)
        case.predictions_changed.connect(self._forget)
        self._offer()

    def _offer(self) -> None:
        self.options.offer()
        self.row.offer_buckets(self.context.case.buckets)

    def _forget(self) -> None:
        self.backgrounds.forget()
        self.output.forget()
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
            return tr("Contributions are of answers: open data and a model first.")
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question for all rows."""
        game = self.options.game
        self._decision = self.context.decision.decision
        return Run(
            analysis="shapley",
            params={"rows": MOST_ASKED, **game.params},
            decision=self._decision,
            seed=game.seed,
        )

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

    def _show_view(self, key: str) -> None:
        self.pages.setCurrentWidget(self._views[key])
        self._tell()

    def _tell(self) -> None:
        """Tell the picture in sight what it shows."""
        shown = self.shown
        if shown is None:
            return
        current = shown.place_of(self.context.case.current_row)
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
        """Return which features matter most."""
        if self.shown is None:
            return ""
        return escape(reading_of.read(self.shown.result, self.shown.output))

    def as_table(self) -> tuple[list[str], list[list[str]]]:
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
