"""Which class is taken for which."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from engine.contracts.decision import with_rule
from engine.contracts.i18n import mark, tr
from engine.contracts.model import Task
from engine.contracts.readings import confusion as reading_of
from engine.contracts.readings import decision as of_decision
from engine.contracts.requests import Run
from gui.dialogs.panel_menus import new_menu
from gui.item_models.metrics import FigureTable
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.confusion.pairs import pair_table
from gui.services.literal import literal
from gui.services.selection import mode_of
from gui.widgets.labels import RichLabel
from gui.widgets.matrix.axes import MatrixAxes
from gui.widgets.matrix.click_selection import selection_of
from gui.widgets.matrix.content import PREDICTION, TRUTH, arranged, content_of
from gui.widgets.matrix.layout import HEAD
from gui.widgets.matrix.matrix import ZOOM, MatrixView
from gui.widgets.matrix.selection_counts import SelectionCounts, squared
from gui.widgets.metric_table import MetricTable
from gui.widgets.panel_body import column_body
from gui.widgets.segmented import Segmented
from gui.widgets.threshold_source import ThresholdSource
from gui.widgets.unbroken import unbroken

if TYPE_CHECKING:
    from engine.contracts.decision import Decision
    from engine.contracts.requests import Request
    from engine.contracts.results import Confusion
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

FEW_CLASSES, AXES_FROM, AXES_AND_TOGGLES_FROM = 6, 400, 540
REST_MS = 120
MOST_PAIRS = 200


class ConfusionPanel(Panel):
    """The matrix, its pairs as a list, and what its shape usually means."""

    ID = "confusion"
    TITLE = mark("Confusion matrix")
    ALSO = mark(
        "contingency table errors precision recall sensitivity specificity "
        "false positives false negatives"
    )
    ABOUT = About(
        what=mark(
            "Each row is a true class, each column a predicted class. The diagonal "
            "is right; every other cell is one kind of error."
        ),
        how=mark(
            "Read a row to see how a class is predicted, a column to see which "
            "classes a prediction contains. Click a cell, a label or a rate to "
            "select its rows; Shift adds, Ctrl toggles, Alt removes. The bar in a "
            "cell is its selected part. Arrow keys move, Enter selects, + and − "
            "zoom."
        ),
        misleads=mark(
            "Counts follow the size of the classes: compare row percentages. With "
            "few rows a cell says little. For two classes all of it moves with the "
            "threshold."
        ),
        source=mark(
            "Wilson (1927) for the rates; Benjamini and Hochberg (1995) for the "
            "patterns named."
        ),
    )
    FOLLOWS = frozenset({"predictions", "buckets"})

    # Body

    def build_body(self) -> QWidget:
        """Build matrix, list and controls."""
        self._shown: Confusion | None = None
        self._base: Confusion | None = None
        self._asked_with: Decision | None = None
        self._order: np.ndarray | None = None
        self._source = ThresholdSource.of(self.context)
        self._source.ready.connect(self._operating_points_came)
        self._selected = SelectionCounts(self.context, self._source, self)
        self._selected.changed.connect(self._display_selected)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.ask)
        self.matrix = MatrixView()
        self.matrix.setAccessibleName(tr("Confusion matrix"))
        self.pairs_model = FigureTable(self)
        self.pairs = MetricTable(tr("Confused pairs"))
        self.pairs.setModel(self.pairs_model)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.matrix)
        self.stack.addWidget(self.pairs)
        self.hints = RichLabel()
        self.hints.setWordWrap(True)
        self.hints.hide()
        body, column = column_body()
        column.addWidget(self.stack, 1)
        column.addWidget(self.hints)
        controls = QWidget()
        controls.setLayout(self._build_controls())
        # A narrow panel leaves controls out instead of growing for them.
        controls.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        column.addWidget(controls)
        self.matrix.chosen.connect(self._choose)
        self.matrix.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.matrix.customContextMenuRequested.connect(
            lambda at: self.matrix_menu().popup(self.matrix.mapToGlobal(at))
        )
        body.installEventFilter(self)
        self.pairs.chosen.connect(self._choose_pair)
        return body

    def matrix_menu(self) -> QMenu:
        """Return what plots offer: what is in sight, and ways out."""
        menu = new_menu(self)
        menu.addAction(tr("Show everything"), self.matrix.fit)
        menu.addAction(tr("Zoom in"), lambda: self.matrix.zoom(ZOOM))
        menu.addAction(tr("Zoom out"), lambda: self.matrix.zoom(1 / ZOOM))
        menu.addSeparator()
        self.offer_picture(menu)
        return menu

    def _build_controls(self) -> QHBoxLayout:
        self.show_as = Segmented(
            tr("Numbers"),
            (
                ("counts", tr("counts")),
                ("rows", tr("row %")),
                ("columns", tr("col %")),
            ),
        )
        self.axes = MatrixAxes()
        self.together = self._toggle(
            tr("group"), tr("Bring classes that are confused together")
        )
        self.as_list = self._toggle(tr("pairs"), tr("List the most confused pairs"))
        self.more = self._toggle(tr("more"), tr("What the pattern usually means"))
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        row.addWidget(self.show_as)
        row.addSpacing(3)
        row.addWidget(self.axes)
        row.addStretch(1)
        for button in (self.together, self.as_list, self.more):
            row.addWidget(button)
        self.show_as.chosen.connect(lambda _key: self._display())
        self.together.toggled.connect(lambda _on: self._display())
        self.as_list.toggled.connect(lambda on: self.stack.setCurrentIndex(int(on)))
        self.more.toggled.connect(lambda _on: self._show_hints())
        self.axes.chosen.connect(self.ask)
        return row

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the choice of axes out where there is no room for it."""
        if event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            self._make_room(watched.width())
        return super().eventFilter(watched, event)

    def _make_room(self, width: int) -> None:
        many = self._base is not None and len(self._base.row_labels) > 2
        room = width >= (AXES_AND_TOGGLES_FROM if many else AXES_FROM)
        self.axes.setVisible(room)

    def _toggle(self, text: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setStyleSheet("padding: 3px 4px;")
        button.setToolTip(literal(name))
        button.setAccessibleName(name)
        return button

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.matrix, self.pairs, self.show_as):
            part.apply_theme(tokens)
        self.hints.setStyleSheet(
            f"color: {tokens.text}; border-top: 1px solid {tokens.line};"
            " padding-top: 4px;"
        )

    # Asking

    def reason(self) -> str | None:
        """Return why there is no matrix."""
        scores = self.context.case.scores
        if scores is None:
            return tr(
                "The matrix compares predictions with true classes: open data and "
                "a model first."
            )
        if scores.task is Task.REGRESSION:
            return tr("The model predicts a number: see the residuals instead.")
        return None

    def request(self) -> Request | None:
        """Return the question for the table of the chosen axes."""
        self.axes.offer(self.context.case)
        self._asked_with = self.context.decision.decision
        rows, columns = self.axes.names
        return Run(
            analysis="confusion",
            params={"rows": rows, "columns": columns},
            decision=self._asked_with,
        )

    def show_rows_by(self, name: str) -> None:
        """Show a column, or a bucket, in the rows."""
        self.axes.show_rows_by(self.context.case, name)
        self.ask()

    # Showing

    def show_result(self, result: Confusion) -> None:
        """Show the table."""
        self._base = self._shown = result
        many = len(result.row_labels) > FEW_CLASSES
        self.together.setVisible(result.square and many)
        self.as_list.setVisible(result.square and len(result.row_labels) > 2)
        self.more.setVisible(result.square and len(result.row_labels) > 2)
        if not result.square:
            self.as_list.setChecked(False)
            self.more.setChecked(False)
        self._make_room(self.stack.width())
        self._selected.forget()
        self._display()

    def follow_decision(self, decision: Decision) -> None:
        """Count again at the threshold: by look-up, or by the engine."""
        if self._base is None:
            return
        live = self._at(decision)
        if live is not None:
            self._shown = live
            self._selected.follow(live)
            self._display()
        elif decision != self._asked_with and PREDICTION in self.axes.names:
            self._rest.start()

    def follow_selection(self) -> None:
        """Show which part of each cell is selected."""
        self._selected.follow(self._shown)

    def _operating_points_came(self) -> None:
        if self._base is not None:
            self.follow_decision(self.context.decision.decision)
            self.update_reading()

    def _at(self, decision: Decision) -> Confusion | None:
        """Return the table of a decision, ``None`` where it cannot be looked up."""
        curve, base = self._source.result, self._base
        if curve is None or base is None or not base.square:
            return None
        if (base.row_column, base.column_column) != (TRUTH, PREDICTION):
            return None
        cells = curve.counts_at(decision.threshold)
        table = squared(base.row_labels, cells, curve.positive)
        notes = with_rule(base.notes, self.context.case.rule)
        return msgspec.structs.replace(base, counts=table, notes=notes)

    def _display(self) -> None:
        shown = self._shown
        if shown is None:
            return
        together = shown.square and self.together.isChecked()
        self._order = np.asarray(shown.order) if together else None
        self.matrix.set_content(
            content_of(
                shown,
                self._selected.counts,
                self._order,
                show=self.show_as.key,
                titles=self.axes.titles,
            )
        )
        if self.as_list.isVisibleTo(self):
            self.pairs_model.set_rows(*pair_table(shown.pairs(MOST_PAIRS)))
        self._show_hints()

    def _display_selected(self) -> None:
        chosen = self._selected.counts
        self.matrix.set_selected(
            None if chosen is None else arranged(chosen, self._order)
        )

    def _show_hints(self) -> None:
        on = self.more.isChecked() and self._shown is not None
        self.hints.setVisible(on)
        if not on or self._shown is None:
            return
        found = reading_of.hints(self._shown)
        lines = []
        for kind in dict.fromkeys(hint.kind for hint in found):
            same = [hint for hint in found if hint.kind == kind]
            named = " ".join(escape(hint.text()) for hint in same)
            advice = f"{escape(same[0].meaning)} {escape(same[0].check)}"
            lines.append(f"<b>{named}</b> {advice}")
        none = tr("No class, prediction or pair stands out significantly.")
        self.hints.setText(unbroken("<br>".join(lines) if lines else escape(none)))

    def reading(self) -> str:
        """Return what the table shows."""
        if self._shown is None:
            return ""
        positive = self.context.decision.decision.positive
        if positive not in self._shown.row_labels:
            positive = ""
        said = (
            reading_of.read(self._shown, positive),
            *of_decision.ties(self._shown.notes),
        )
        return escape(" ".join(said))

    def as_table(self) -> Table:
        """Return the table as it is shown, with its rates."""
        return self.matrix.content.as_table()

    # Selecting

    def _choose(self, row: int, column: int, keys: Qt.KeyboardModifier) -> None:
        shown = self._shown
        if shown is None:
            return
        if self._order is not None:
            row, column = (
                place if place == HEAD else int(self._order[place])
                for place in (row, column)
            )
        recipe = selection_of(
            shown,
            None if row == HEAD else row,
            None if column == HEAD else column,
        )
        self.context.selection.select(recipe, self.ID, mode_of(keys))

    def _choose_pair(self, place: int, keys: Qt.KeyboardModifier) -> None:
        shown = self._shown
        if shown is None:
            return
        pair = shown.pairs(MOST_PAIRS)[place]
        recipe = selection_of(
            shown,
            shown.row_labels.index(pair.row),
            shown.column_labels.index(pair.column),
        )
        self.context.selection.select(recipe, self.ID, mode_of(keys))
