"""A small tree fitted to the model's answers, and how far it follows them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentence
from engine.contracts.model import Capability, ModelInfo
from engine.contracts.readings.glass_box import surrogate as reading_of
from engine.contracts.requests import Run
from engine.contracts.selection import Rows
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.glass_box.tree import TreeView, only_some
from gui.services.selection import mode_of
from gui.widgets.labels import PlainLabel
from gui.widgets.output_choice import OutputChoice
from gui.widgets.panel_body import column_body, line_of_words

if TYPE_CHECKING:
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.requests import Request
    from engine.contracts.results import Surrogate
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

_MOST_DEPTH, _DEPTH = 6, 3
_READABLE = {Capability.LINEAR, Capability.ADDITIVE}


class SurrogatePanel(Panel):
    """The tree with its rules; of a model that can be read, only on request."""

    ID = "surrogate"
    TITLE = mark("Surrogate tree")
    ALSO = mark("global surrogate decision tree approximation fidelity")
    ABOUT = About(
        what=mark(
            "A shallow decision tree fitted to the model's predictions, never to "
            "the target: an outline of a model that cannot be read directly "
            "(global surrogate)."
        ),
        how=mark(
            "Read the fidelity first: how well the tree reproduces the model on "
            "held-out rows. Only a faithful tree describes the model. Left where "
            "the condition holds; click a node to select its rows."
        ),
        misleads=mark(
            "What the tree leaves out may matter most. With correlated features, "
            "another tree may do as well. It describes what the model does, not "
            "why things are so."
        ),
        source=mark("Craven and Shavlik (1996); Breiman et al. (1984)."),
    )
    FOLLOWS = frozenset({"predictions", "decision", "row"})

    def build_body(self) -> QWidget:
        """Build the tree and the page that asks whether one is wanted."""
        self._shown: Surrogate | None = None
        self._wanted = False
        self.tree = TreeView(whole=True)
        self.questions = QSpinBox()
        self.questions.setRange(1, _MOST_DEPTH)
        self.questions.setValue(_DEPTH)
        self.questions.setPrefix(tr("depth "))
        self.questions.setKeyboardTracking(False)
        self.questions.setAccessibleName(tr("Largest depth"))
        self.output = OutputChoice()
        self.tree.foot.addWidget(self.output)
        self.tree.foot.addWidget(self.questions)
        self.offer = QWidget()
        self.why = PlainLabel(
            tr(
                "This model can be read directly: see “Model structure (glass "
                "box)”. A surrogate tree would show less."
            )
        )
        self.why.setWordWrap(True)
        self.why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.anyway = QPushButton(tr("Fit a surrogate anyway"))
        page = QVBoxLayout(self.offer)
        page.addStretch(1)
        page.addWidget(self.why)
        page.addWidget(self.anyway, 0, Qt.AlignmentFlag.AlignCenter)
        page.addStretch(1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.tree)
        self.pages.addWidget(self.offer)
        self.words = line_of_words()
        body, column = column_body()
        column.addWidget(self.pages, 1)
        column.addWidget(self.words)
        self._wire()
        return body

    def _wire(self) -> None:
        self.questions.valueChanged.connect(lambda _n: self.ask())
        self.output.activated.connect(lambda _place: self._display())
        self.anyway.clicked.connect(self._want)
        self.tree.wanted.connect(self._select)
        self.tree.view.chosen.connect(lambda _key: self._say())
        self.context.case.model_changed.connect(self._forget)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.tree.apply_theme(tokens)
        for words in (self.words, self.why):
            words.setStyleSheet(f"color: {tokens.muted};")

    # Asking

    def _forget(self) -> None:
        self._wanted = False

    def _want(self) -> None:
        self._wanted = True
        self.ask()

    def reason(self) -> str | None:
        """Return why there is no model to imitate."""
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question; none of a model that can be read, until it is wanted."""
        model = self.context.case.model
        readable = isinstance(model, ModelInfo) and _READABLE & set(model.capabilities)
        if readable and not self._wanted:
            self._shown = None
            self.pages.setCurrentWidget(self.offer)
            self.words.clear()
            return None
        return Run(
            analysis="surrogate",
            params={"depth": self.questions.value()},
            decision=self.context.decision.decision,
            row=self.context.case.current_row,
        )

    def tells(self, error: ErrorInfo) -> bool:
        """Say what cannot be had, and keep what is shown."""
        self.words.setText(sentence(error.code, error.params))
        return True

    # Showing

    def show_result(self, result: Surrogate) -> None:
        """Show the tree."""
        self._shown = result
        self.output.offer(result.outputs)
        self.pages.setCurrentWidget(self.tree)
        self._display()

    def _display(self) -> None:
        shown = self._shown
        if shown is None:
            return
        self.tree.show_tree(
            shown.tree,
            reading_of.rules_of(shown),
            shown.outputs,
            shares=shown.space == "probability",
            output=self.output.place,
        )
        self._say()
        self._mark()
        self.update_reading()

    def _say(self) -> None:
        shown = self._shown
        if shown is None:
            return
        some = only_some(len(shown.row_ids), shown.provenance.n_total)
        self.words.setText(" ".join(part for part in (self.tree.words(), some) if part))

    # The selection

    def _mark(self) -> None:
        if self._shown is not None:
            chosen = self.context.selection.among(self._shown.row_ids)
            self.tree.set_selected(chosen)

    def follow_selection(self) -> None:
        """Show where the selected rows go."""
        self._mark()

    def _select(self, node: int, keys: Qt.KeyboardModifier) -> None:
        shown = self._shown
        if shown is None:
            return
        rows = shown.row_ids[np.asarray(shown.tree.below(node))[shown.tree.ends]]
        self.context.selection.select(
            Rows(tuple(rows.tolist())), self.ID, mode_of(keys)
        )

    # Words

    def reading(self) -> str:
        """Return how far the tree follows the model."""
        if self._shown is None:
            return ""
        return escape(reading_of.read(self._shown, self.output.place))

    def as_table(self) -> Table:
        """Return the rules."""
        return self.tree.as_table() if self._shown is not None else ([], [])
