"""The model itself, where it can be read: weights, trees or shape functions."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSpinBox,
    QStackedWidget,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import next_step, sentence
from engine.contracts.readings import numbers
from engine.contracts.readings.glass_box import glass_box as reading_of
from engine.contracts.requests import Run
from engine.contracts.results import Shapes, Trees, WeightedSum
from engine.contracts.selection import Rows
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.glass_box.bars import UseView, WeightsView
from gui.panels.glass_box.shapes import ShapesView
from gui.panels.glass_box.tree import TreeView, only_some
from gui.services.selection import mode_of
from gui.widgets.labels import PlainLabel
from gui.widgets.output_choice import OutputChoice
from gui.widgets.panel_body import column_body, line_of_words
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.requests import Request
    from engine.contracts.results import GlassBox
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

USE, TREE = "use", "tree"


class GlassBoxPanel(Panel):
    """What the model is made of, in the units of the data."""

    ID = "glass_box"
    TITLE = mark("Model structure (glass box)")
    ALSO = mark(
        "weights coefficients odds ratio tree rules EBM glass box interpretable"
    )
    ABOUT = About(
        what=mark(
            "The model's own structure, not an approximation: the weights of a "
            "linear model, a decision tree, the shape functions of an additive "
            "model, or how the trees of an ensemble use the features."
        ),
        how=mark(
            "Everything is in the units of the data: scaling and encoding are "
            "undone. The structure was verified against the model's own "
            "predictions; the reading says how closely it reproduces them. In a "
            "tree, go left where the condition holds; the thick blue path is that "
            "of the current row."
        ),
        misleads=mark(
            "Weights of correlated features can compensate each other. A feature "
            "that trees use often need not matter for these rows. Weights are not "
            "causal effects."
        ),
        source=mark(
            "Molnar (2022); Breiman et al. (1984) for trees; Lou et al. (2013) for "
            "additive models with pairs."
        ),
    )

    # Body

    def build_body(self) -> QWidget:
        """Build a view for each kind of model and the choices."""
        self._shown: GlassBox | None = None
        self.weights, self.shapes = WeightsView(), ShapesView()
        self.use, self.tree = UseView(), TreeView()
        self.closed = PlainLabel()
        self.closed.setWordWrap(True)
        self.closed.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget()
        for page in (self.weights, self.shapes, self.use, self.tree, self.closed):
            self.pages.addWidget(page)
        self.part = Segmented(
            tr("Plot"), ((USE, tr("feature use")), (TREE, tr("one tree")))
        )
        self.number = QSpinBox()
        self.number.setPrefix(tr("tree "))
        self.number.setMinimum(1)
        self.number.setKeyboardTracking(False)
        self.number.setAccessibleName(tr("Which tree"))
        self.output = OutputChoice()
        self.words = line_of_words()
        self._wire()
        return self._laid_out()

    def _laid_out(self) -> QWidget:
        body, column = column_body()
        head = QHBoxLayout()
        head.addWidget(self.part)
        head.addWidget(self.number)
        head.addStretch(1)
        head.addWidget(self.output)
        column.addLayout(head)
        column.addWidget(self.pages, 1)
        column.addWidget(self.words)
        return body

    def _wire(self) -> None:
        case = self.context.case
        self.part.chosen.connect(lambda _key: self._display())
        self.number.valueChanged.connect(lambda _n: self.ask())
        self.output.activated.connect(lambda _place: self._display())
        self.tree.wanted.connect(self._select)
        self.tree.view.chosen.connect(lambda _key: self._say())
        self.shapes.ranking.chosen.connect(lambda _place: self._say())
        case.predictions_changed.connect(self._forget)
        case.current_row_changed.connect(self._row_moved)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.weights, self.shapes, self.use, self.tree, self.part):
            part.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")
        self.closed.setStyleSheet(f"color: {tokens.muted};")

    # Asking

    def reason(self) -> str | None:
        """Return why there is no model to look at."""
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question, for the tree that is wanted."""
        return Run(
            analysis="glass_box",
            params={"tree": self.number.value() - 1},
            decision=self.context.decision.decision,
            row=self.context.case.current_row,
        )

    def _forget(self) -> None:
        self._shown = None
        self._number(1, self.number.maximum())

    def tells(self, error: ErrorInfo) -> bool:
        """Say what cannot be had, and keep what is shown."""
        self.words.setText(sentence(error.code, error.params))
        return True

    # Showing

    def show_result(self, result: GlassBox) -> None:
        """Show the model."""
        self._shown = result
        self.output.offer(result.outputs)
        body = result.body
        many = isinstance(body, Trees) and len(body.n_leaves) > 1
        self.part.setVisible(many)
        if isinstance(body, Trees):
            self._number(body.tree.number + 1, len(body.n_leaves))
        self._display()

    def _number(self, value: int, most: int) -> None:
        self.number.blockSignals(True)
        self.number.setMaximum(max(most, 1))
        self.number.setSuffix(tr(" of {n}", n=numbers.count(most)))
        self.number.setValue(value)
        self.number.blockSignals(False)

    @property
    def _drawn_tree(self) -> bool:
        """Whether one tree is to be drawn, not what all of them use."""
        shown = self._shown
        if shown is None or not isinstance(shown.body, Trees):
            return False
        return len(shown.body.n_leaves) == 1 or self.part.key == TREE

    def _display(self) -> None:
        shown = self._shown
        if shown is None:
            return
        body, output = shown.body, self.output.place
        if isinstance(body, WeightedSum):
            self.weights.show_result(shown, output)
            self.pages.setCurrentWidget(self.weights)
        elif isinstance(body, Shapes):
            self.shapes.show_result(shown, output)
            self.pages.setCurrentWidget(self.shapes)
        elif isinstance(body, Trees):
            self._show_trees(shown, body)
        else:
            self.closed.setText(_what_else(shown))
            self.pages.setCurrentWidget(self.closed)
        shares = self._drawn_tree and (_of_shares(shown) or _of_one(shown))
        chooses = body is not None and (not isinstance(body, Trees) or self._drawn_tree)
        self.output.setVisible(chooses and len(shown.outputs) > 1 and not shares)
        self.number.setVisible(self.part.isVisibleTo(self) and self._drawn_tree)
        self._say()
        self._mark()
        self.update_reading()

    def _show_trees(self, shown: GlassBox, body: Trees) -> None:
        if not self._drawn_tree:
            self.use.show_result(shown)
            self.pages.setCurrentWidget(self.use)
            return
        if _of_one(shown):
            own = body.tree.values.any(axis=0)
            self.output.setCurrentIndex(int(np.argmax(own)))
        self.tree.show_tree(
            body.tree,
            reading_of.rules_of(shown),
            shown.outputs,
            shares=_of_shares(shown),
            output=self.output.place,
        )
        self.pages.setCurrentWidget(self.tree)

    def _say(self) -> None:
        shown, page = self._shown, self.pages.currentWidget()
        if shown is None:
            return
        said = ""
        if page is self.weights:
            said = self.weights.words(shown)
        elif page is self.shapes:
            said = self.shapes.words()
        elif page is self.use:
            said = self.use.words(shown)
        elif page is self.tree:
            said = " ".join(self._about_tree(shown))
        self.words.setText(said)

    def _about_tree(self, shown: GlassBox) -> list[str]:
        body = shown.body
        assert isinstance(body, Trees)
        said = [self.tree.words()]
        if len(body.n_leaves) > 1:  # of one tree the reading tells it
            said.append(reading_of.row_rule(shown, self.output.place))
        said.append(only_some(len(shown.row_ids), shown.provenance.n_total))
        return [part for part in said if part]

    # The selection and the current row

    def _mark(self) -> None:
        if self._shown is not None and self._drawn_tree:
            chosen = self.context.selection.among(self._shown.row_ids)
            self.tree.set_selected(chosen)

    def follow_selection(self) -> None:
        """Show where the selected rows go."""
        self._mark()

    def _select(self, node: int, keys: Qt.KeyboardModifier) -> None:
        shown = self._shown
        if shown is None or not isinstance(shown.body, Trees):
            return
        tree = shown.body.tree
        rows = shown.row_ids[tree.below(node)[tree.ends]]
        self.context.selection.select(
            Rows(tuple(rows.tolist())), self.ID, mode_of(keys)
        )

    def _row_moved(self, row: int | None) -> None:
        """Mark the row's way where it is known; ask where it is not."""
        shown = self._shown
        if shown is None or shown.body is None or isinstance(shown.body, WeightedSum):
            return
        if isinstance(shown.body, Trees):
            tree = shown.body.tree
            place = np.flatnonzero(shown.row_ids == (-1 if row is None else row))
            if row is None or len(place):
                path = tree.way_to(int(tree.ends[place[0]])) if len(place) else []
                self._shown = _with_path(shown, row, path)
                self.tree.plot.set_path(path)
                self._say()
                self.update_reading()
                return
        self._row_changed(row)

    # Words

    def reading(self) -> str:
        """Return what the model is and what weighs most."""
        if self._shown is None:
            return ""
        return escape(reading_of.read(self._shown, self.output.place))

    def as_table(self) -> Table:
        """Return the picture in sight as a table."""
        shown, page = self._shown, self.pages.currentWidget()
        if shown is None:
            return [], []
        if page is self.weights:
            return self.weights.as_table(shown)
        if page is self.use:
            return self.use.as_table(shown)
        if page is self.shapes:
            return self.shapes.as_table()
        return self.tree.as_table() if page is self.tree else ([], [])


def _of_shares(shown: GlassBox) -> bool:
    """Return whether what nodes say is a share of each class."""
    body = shown.body
    assert isinstance(body, Trees)
    alone = len(body.n_leaves) == 1
    return shown.space == "probability" and (alone or body.averaged)


def _of_one(shown: GlassBox) -> bool:
    """Return whether the shown tree adds to the answer for one class alone."""
    assert isinstance(shown.body, Trees)
    return int(np.count_nonzero(shown.body.tree.values.any(axis=0))) == 1


def _with_path(shown: GlassBox, row: int | None, path: list[int]) -> GlassBox:
    body = shown.body
    assert isinstance(body, Trees)
    tree = msgspec.structs.replace(body.tree, path=np.array(path, dtype=np.int32))
    return msgspec.structs.replace(
        shown,
        row=-1 if row is None else row,
        body=msgspec.structs.replace(body, tree=tree),
    )


def _what_else(shown: GlassBox) -> str:
    """Return where to look at a model that is closed; the reading says why it is."""
    steps = [next_step(note.code, note.params) for note in shown.notes]
    return "\n".join(step for step in steps if step)
