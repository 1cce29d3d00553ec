"""Every row with truth, prediction and confidence, worst mistakes first."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.dataset import Kind, Part
from engine.contracts.i18n import mark, tr, trn
from engine.contracts.messages import sentence
from engine.contracts.model import Task
from engine.contracts.readings import numbers
from engine.contracts.requests import OpenView
from engine.contracts.rule_text import describe
from engine.contracts.selection import Range
from gui.dialogs.row_export import export_menu
from gui.item_models.rows import RowsModel
from gui.item_models.shown_columns import Look, ShownColumn
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.predictions.answers import (
    RowAnswers,
    answer_table,
)
from gui.services.literal import literal_title
from gui.widgets.column_header import ColumnHeader, Heading
from gui.widgets.column_menu import ColumnMenu
from gui.widgets.column_query import ColumnQuery
from gui.widgets.kept_query import KeptQuery
from gui.widgets.row_links import RowLinks
from gui.widgets.row_table import RowTable
from gui.widgets.rule_line import RuleLine, trouble_label

if TYPE_CHECKING:
    from engine.contracts.dataset import DatasetInfo
    from engine.contracts.decision import Decision
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.predictions import RowScores
    from engine.contracts.requests import Request
    from engine.contracts.results import ViewInfo
    from engine.contracts.selection import Selection
    from engine.contracts.tables import Table

_ERRORS = Range("@error", 1.0)


class PredictionsPanel(Panel):
    """Rows in the order of how confidently wrong the model is about them."""

    ID = "predictions"
    TITLE = mark("Predictions and errors")
    ALSO = mark("rows errors losses most confidently wrong")
    ABOUT = About(
        what=mark(
            "Every evaluation row with its true value, the decision at the current "
            "threshold, the confidence of the model, and its features."
        ),
        how=mark(
            "The first rows are those the model is most confidently wrong about: "
            "look there for wrong labels, broken values and missing information. "
            "Arrow keys step through the rows; Space adds a row to the selection, "
            "Shift with arrows a range; Alt+Down opens the menu of a column."
        ),
        misleads=mark(
            "Extreme rows are not typical rows: save a group and look at its rate "
            "before you conclude anything from a few."
        ),
        source="",
    )
    FOLLOWS = frozenset({"data", "predictions", "decision"})

    # Body

    def build_body(self) -> QWidget:
        """Build the table and the line of filters above it."""
        self.query = ColumnQuery(parent=self)
        self._held: Selection | None = self.context.selection.recipe
        self._picked: Selection | None = None
        self._view: ViewInfo | None = None
        self.table = RowTable()
        self.table.setAccessibleName(tr("Rows with predictions"))
        self.header = ColumnHeader()
        self.table.setHorizontalHeader(self.header)
        self.table.verticalHeader().hide()
        self.rows = RowsModel(self.context.engine, self.table)
        self.table.setModel(self.rows)
        self.links = RowLinks(self.context, self.table, self.rows, self.ID)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._build_filters())
        column.addWidget(trouble_label(self.line))
        column.addWidget(self.table, 1)
        self._connect()
        return body

    def _build_filters(self) -> QHBoxLayout:
        self.errors_only = _toggle(tr("Errors only"))
        self.selection_only = _toggle(tr("Selection only"))
        self.selection_only.setChecked(True)
        if self._held is None:
            self.selection_only.hide()
        self.line = RuleLine()
        self.line.setPlaceholderText(tr("filter, for example: age < 25"))
        self.line.setAccessibleName(tr("Filter the rows"))
        self.more = QToolButton()
        self.more.setText(tr("More"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        menu.aboutToShow.connect(lambda: self._fill_more(menu))
        self.more.setMenu(menu)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        for widget in (self.errors_only, self.selection_only, self.more):
            row.addWidget(widget)
        return row

    def _connect(self) -> None:
        self.header.sort_wanted.connect(self._sort_by)
        self.header.menu_wanted.connect(self._open_menu)
        self.table.column_menu_wanted.connect(self._open_menu)
        self.errors_only.toggled.connect(lambda _on: self._ask_from_top())
        self.selection_only.toggled.connect(lambda _on: self._ask_from_top())
        self.line.rule_changed.connect(lambda _rule: self._ask_from_top())
        self.query.changed.connect(self._query_changed)
        self.links.view_lost.connect(self.ask)
        self.context.selection.changed.connect(self._take_selection)
        KeptQuery(self.context.case, self.ID, self.query, self.line, self.errors_only)

    def apply_theme(self, tokens: Any) -> None:
        """Take the colours of the theme."""
        for part in (self.table, self.header, self.line):
            part.apply_theme(tokens)

    # Asking

    def reason(self) -> str | None:
        """Return why there are no rows to show."""
        if self.context.case.data is None:
            return tr("Open data and a model to see their predictions.")
        if self.context.case.scores is None:
            return tr("There are no predictions yet: accept how columns match first.")
        return None

    def request(self) -> Request | None:
        """Return the view that filters and order ask for."""
        scores, data = self.context.case.scores, self.context.case.data
        if scores is None or data is None:
            return None
        self.rows.answers = RowAnswers(scores, self.context.decision.decision)
        self.query.set_default(scores.worst_first)
        self._show_columns(scores, data)
        return OpenView(
            part=Part.EVALUATION,
            where=self._where(),
            sort=self.query.order,
            decision=self.context.decision.decision,
        )

    def _where(self) -> Selection | None:
        held = self._held if self.selection_only.isChecked() else None
        errors = self.errors_only.isChecked() and not self.errors_only.isHidden()
        return self.query.where(held, _ERRORS if errors else None, self.line.rule)

    def _take_selection(self, _old: object, new: Selection | None, who: str) -> None:
        self.selection_only.setVisible(new is not None)
        if who == self.ID and new is not None:
            self._picked = new  # rows picked in this table are tinted, not cut out
        elif new is None or new != self._picked:
            self._picked = None
            if new != self._held:
                self._held = new
                if self.selection_only.isChecked():
                    self._ask_from_top()
        self.links.set_tinting(tinting=not self._shows_selection_only())

    def _shows_selection_only(self) -> bool:
        now = self.context.selection.recipe
        return (
            self.selection_only.isChecked()
            and self._held is not None
            and self._held == now
        )

    def _show_columns(self, scores: RowScores, data: DatasetInfo) -> None:
        columns = answer_table(scores, data)
        self.errors_only.setVisible(scores.task is not Task.REGRESSION)
        if columns == self.rows.columns:
            return
        self.rows.set_columns(columns)
        self.table.fit_columns()
        self.line.set_columns(data.columns)
        self._head()

    def _head(self) -> None:
        names = [column.name for column in self.rows.columns]
        self.header.set_headings(
            [
                Heading(column.title, column.right, filtered=name in self.query.filters)
                for name, column in zip(names, self.rows.columns, strict=True)
            ]
        )
        order = [(names.index(n), down) for n, down in self.query.order if n in names]
        # an arrow at the loss alone would hide that wrong rows come before it
        self.header.set_order(order if len(order) == len(self.query.order) else [])

    # Showing

    def show_result(self, result: ViewInfo) -> None:
        """Change to the new view as soon as its first rows are here."""
        self._view = result
        self.links.where = self._where()
        self.links.set_tinting(tinting=not self._shows_selection_only())
        self.rows.show_view(result)

    def follow_decision(self, decision: Decision) -> None:
        """Show the decisions of the rows in sight under the moved threshold."""
        if self.context.case.scores is not None:
            self.rows.set_answers(RowAnswers(self.context.case.scores, decision))

    def tells(self, error: ErrorInfo) -> bool:
        """Keep the rows and say at the line what is wrong with the typed rule."""
        if self.line.rule is None:
            return False
        self.line.refuse(sentence(error.code, error.params))
        return True

    def reading(self) -> str:
        """Return how many rows are shown, and in which order."""
        if self._view is None:
            return ""
        n = self._view.n_rows
        shown = trn("{n} row", "{n} rows", n)
        order = self._order_words()
        if self._shows_selection_only() and self._where() == self._held:
            return tr("Selection: <b>{rows}</b>, {order}.", rows=shown, order=order)
        if self._where() is None:
            return tr("All <b>{rows}</b>, {order}.", rows=shown, order=order)
        return tr(
            "<b>{rows}</b> of {total}, {order}.",
            rows=shown,
            total=numbers.count(self._view.n_total),
            order=order,
        )

    def _order_words(self) -> str:
        scores = self.context.case.scores
        if self.query.in_default_order:
            if scores is not None and scores.task is Task.REGRESSION:
                return tr("sorted by error, descending")
            if scores is not None and not len(scores.score):
                return tr("wrong predictions first")
            return tr("most confidently wrong first")
        name, descending = self.query.order[0]
        titles = {column.name: column.title for column in self.rows.columns}
        title = escape(titles.get(name, name))
        if descending:
            return tr("sorted by {column}, descending", column=title)
        return tr("sorted by {column}, ascending", column=title)

    def badge_text(self) -> str:
        """Return how many rows are shown, by which filter."""
        if self._view is None:
            return ""
        text = tr(
            "{n} of {total} rows shown",
            n=numbers.count(self._view.n_rows),
            total=numbers.count(self._view.n_total),
        )
        words = [text, self._order_words()]
        chosen = self.query.where(self.line.rule)
        if chosen is not None:
            words.append(describe(chosen))
        return " · ".join(words)

    def as_table(self) -> Table:
        """Return the rows that have been read around the place in sight."""
        return self.rows.as_table()

    def _open_export(self) -> None:
        if self._view is not None:
            names = (column.name for column in self.rows.columns)
            columns = tuple(dict.fromkeys(names))
            menu = export_menu(self, self.context, self._view, columns)
            menu.popup(QCursor.pos())

    # Order and filters

    def _sort_by(self, section: int, add: bool) -> None:
        name = self.rows.columns[section].name
        largest_first = self.rows.columns[section].right
        self.query.click(name, add=add, largest_first=largest_first)

    def _query_changed(self) -> None:
        self._head()
        self._ask_from_top()

    def _ask_from_top(self) -> None:
        self.links.start_at_top()
        self.ask()

    def _open_menu(self, section: int, place: QPoint) -> None:
        column = self.rows.columns[section]
        menu = ColumnMenu(column.title, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.add_order()
        menu.add_filter(
            column.name,
            Kind.NUMERIC if column.right else column.kind,
            self._labels(column),
            self.query.filters.get(column.name),
            may_miss=column.look in {Look.PLAIN, Look.ID, Look.TRUTH},
        )
        name = column.name
        menu.sort_wanted.connect(lambda order: self.query.sort(name, order))
        menu.filter_wanted.connect(lambda rule: self.query.keep(column.name, rule))
        menu.popup(place)

    def _labels(self, column: ShownColumn) -> tuple[str, ...]:
        scores, data = self.context.case.scores, self.context.case.data
        if scores is not None and column.look in {Look.TRUTH, Look.PREDICTION}:
            return scores.classes
        found = data.column(column.name) if data is not None else None
        return found.categories if found is not None else ()

    def _fill_more(self, menu: QMenu) -> None:
        menu.clear()
        for place, column in enumerate(self.rows.columns):
            if column.look in {Look.TRUTH, Look.PREDICTION, Look.CONFIDENCE}:
                self._add_filter_entry(menu, place, column)
        menu.addSeparator()
        worst = menu.addAction(tr("Most confidently wrong first"))
        worst.triggered.connect(self.query.reset_order)
        clear = menu.addAction(tr("Clear all filters"))
        clear.setEnabled(self._filtered)
        clear.triggered.connect(self._clear_filters)

    def _add_filter_entry(self, menu: QMenu, place: int, column: ShownColumn) -> None:
        text = tr("Filter by {column} …", column=column.title)
        action = menu.addAction(literal_title(text))
        corner = self.more.mapToGlobal(QPoint(0, self.more.height()))
        action.triggered.connect(lambda: self._open_menu(place, corner))

    @property
    def _filtered(self) -> bool:
        return bool(self.query.filters or self.line.text()) or (
            self.errors_only.isChecked()
        )

    def _clear_filters(self) -> None:
        self.query.filters.clear()
        self.errors_only.setChecked(False)
        self.line.clear()
        self.query.changed.emit()


def _toggle(text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    return button
