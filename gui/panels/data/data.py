"""The rows of the data set, with what is in every column above it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.dataset import Part
from engine.contracts.i18n import mark, tr, trn
from engine.contracts.messages import sentence
from engine.contracts.readings import dataset as reading_of
from engine.contracts.readings import numbers
from engine.contracts.requests import OpenView
from engine.contracts.rule_text import describe
from gui.dialogs.row_export import export_menu
from gui.item_models.rows import RowsModel
from gui.item_models.shown_columns import of_column
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.data.column_details import ColumnDetails
from gui.panels.data.part_chooser import PartChooser, part_word
from gui.panels.data.summaries import Summaries
from gui.widgets.column_header import ColumnHeader, Heading
from gui.widgets.column_menu import ColumnMenu
from gui.widgets.column_query import ColumnQuery, needs_predictions
from gui.widgets.kept_query import KeptQuery
from gui.widgets.row_links import RowLinks
from gui.widgets.row_table import RowTable
from gui.widgets.rule_line import RuleLine, trouble_label

if TYPE_CHECKING:
    from engine.contracts.dataset import Column, DatasetInfo
    from engine.contracts.decision import Decision
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.requests import Request
    from engine.contracts.results import ViewInfo
    from engine.contracts.selection import Selection
    from engine.contracts.tables import Table

LOW = 300  # a table lower than this keeps its headings short
_NARROWEST, _WIDEST = 140, 230


class DataPanel(Panel):
    """A table of any size, its columns described, ordered, filtered and edited."""

    ID = "data"
    TITLE = mark("Data")
    ALSO = mark("table columns rows filter sort dataset")
    ABOUT = About(
        what=mark(
            "The rows as they were read, with the distribution, the share of "
            "missing values and the number of distinct values of every column, and "
            "the type and role of each column."
        ),
        how=mark(
            "Click a heading to sort, with Shift to sort by several. The menu of a "
            "heading (right click, or Alt+Down in the table) filters, changes the "
            "role or the kind, and opens the details. Type a rule in the line above "
            "to filter by several columns."
        ),
        misleads=mark(
            "Headings describe all rows of the part, also while a filter is on. "
            "Kinds and roles are guesses until you confirm them: the details say why."
        ),
        source="",
    )
    FOLLOWS = frozenset({"data"})

    # Body

    def build_body(self) -> QWidget:
        """Build the table, the filter line and the sheet at the side."""
        self._part = Part.EVALUATION
        self.query = ColumnQuery(parent=self)
        self._view: ViewInfo | None = None
        self._decided = self.context.decision.decision
        self._detailed: str | None = None
        self.table = RowTable()
        self.table.setAccessibleName(tr("Rows of the data"))
        self.header = ColumnHeader(rich=True)
        self.table.setHorizontalHeader(self.header)
        self.rows = RowsModel(self.context.engine, self.table)
        self.table.setModel(self.rows)
        self.summaries = Summaries(self.context.engine, self)
        self.links = RowLinks(self.context, self.table, self.rows, self.ID)
        self.details = ColumnDetails()
        self.details.hide()
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._build_controls())
        column.addWidget(trouble_label(self.line))
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.table, 1)
        middle.addWidget(self.details)
        column.addLayout(middle, 1)
        self._connect()
        return body

    def _build_controls(self) -> QHBoxLayout:
        self.parts = PartChooser()
        self.line = RuleLine()
        self.line.setPlaceholderText(
            tr("filter, for example: age < 25 and housing = rent")
        )
        self.line.setAccessibleName(tr("Filter the rows"))
        self.more = QToolButton()
        self.more.setText(tr("More"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        menu.aboutToShow.connect(lambda: self._fill_more(menu))
        self.more.setMenu(menu)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.parts)
        row.addWidget(self.line, 1)
        row.addWidget(self.more)
        return row

    def _connect(self) -> None:
        self.header.sort_wanted.connect(self._sort_by)
        self.header.menu_wanted.connect(self._open_menu)
        self.table.column_menu_wanted.connect(self._open_menu)
        self.table.seen.connect(self._want_summaries)
        self.summaries.arrived.connect(self._summaries_arrived)
        self.table.resized.connect(
            lambda _width, height: self.header.set_compact(compact=height < LOW)
        )
        self.line.rule_changed.connect(lambda _rule: self._ask_from_top())
        self.parts.chosen.connect(self._show_part)
        self.query.changed.connect(self._ask_from_top)
        self.links.view_lost.connect(self.ask)
        self.details.closed.connect(self._close_details)
        KeptQuery(self.context.case, self.ID, self.query, self.line)

    def apply_theme(self, tokens: Any) -> None:
        """Take the colours of the theme."""
        for part in (self.table, self.header, self.line, self.details):
            part.apply_theme(tokens)

    # Asking

    def reason(self) -> str | None:
        """Return why there are no rows to show."""
        if self.context.case.data is None:
            return tr("Open a data file, or drop one on the window.")
        return None

    def request(self) -> Request | None:
        """Return the view that part, filters and order ask for."""
        data = self.context.case.data
        if data is None:
            return None
        if data.part(self._part) is None and data.parts:
            self._part = data.parts[0].part
        self._show_columns(data)
        where = self._where()
        self._decided = self.context.decision.decision
        return OpenView(
            part=self._part,
            where=where,
            sort=self.query.order,
            decision=self._decided if needs_predictions(where) else None,
        )

    def _where(self) -> Selection | None:
        return self.query.where(self.line.rule)

    def follow_decision(self, decision: Decision) -> None:
        """Filter again where the filter speaks of predictions."""
        if needs_predictions(self._where()) and decision != self._decided:
            self.ask()

    def _show_columns(self, data: DatasetInfo) -> None:
        self.parts.show_parts(data, self._part)
        self.query.forget_missing({column.name for column in data.columns})
        self.line.set_columns(data.columns)
        self.table.numbers.set_largest(
            max((info.n_rows for info in data.parts), default=0)
        )
        self.summaries.of(data, self._part)
        columns = tuple(of_column(c) for c in data.columns)
        if columns != self.rows.columns:
            self.rows.set_columns(columns)
            self.table.fit_columns(_NARROWEST, _WIDEST)
        self._head(data)
        self.links.set_live(live=self._part is Part.EVALUATION)

    def _head(self, data: DatasetInfo) -> None:
        self.header.set_headings(
            [
                Heading(
                    column.name,
                    column=column,
                    summary=self.summaries.get(column.name),
                    filtered=column.name in self.query.filters,
                )
                for column in data.columns
            ]
        )
        names = [column.name for column in data.columns]
        self.header.set_order(
            [
                (names.index(name), down)
                for name, down in self.query.order
                if name in names
            ]
        )

    # Showing

    def show_result(self, result: ViewInfo) -> None:
        """Change to the new view as soon as its first rows are here."""
        self._view = result
        self.links.where = self._where()
        self.rows.show_view(result)

    def tells(self, error: ErrorInfo) -> bool:
        """Keep the rows and say at the line what is wrong with the typed rule."""
        if self.line.rule is None:
            return False
        self.line.refuse(sentence(error.code, error.params))
        return True

    def reading(self) -> str:
        """Return how much there is, how much of it is missing, what was noticed."""
        data = self.context.case.data
        if data is None or self._view is None:
            return ""
        if self._where() is not None:
            return tr(
                "<b>{n}</b> of {total} rows pass the filter.",
                n=numbers.count(self._view.n_rows),
                total=numbers.count(self._view.n_total),
            )
        return escape(reading_of.read(data, self._part))

    def badge_text(self) -> str:
        """Return the part, its file, and the filter in force."""
        data = self.context.case.data
        info = data.part(self._part) if data is not None else None
        if info is None or self._view is None or data is None:
            return ""
        words = [
            tr(
                "{n} of {total} rows shown",
                n=numbers.count(self._view.n_rows),
                total=numbers.count(self._view.n_total),
            ),
            part_word(self._part),
        ]
        noticed = len(data.notes) + sum(len(c.notes) for c in data.columns)
        if noticed:
            words.append(trn("{n} note on reading", "{n} notes on reading", noticed))
        where = self._where()
        if where is not None:
            words.append(describe(where))
        return " · ".join(words)

    def as_table(self) -> Table:
        """Return the rows that have been read around the place in sight."""
        return self.rows.as_table()

    def _want_summaries(self, left: int, right: int) -> None:
        names = [column.name for column in self.rows.columns[left : right + 1]]
        if self._detailed is not None:
            names.insert(0, self._detailed)
        self.summaries.want(tuple(names))

    def _summaries_arrived(self) -> None:
        data = self.context.case.data
        if data is not None:
            self._head(data)
        if self._detailed is not None:
            self._show_details(self._detailed)

    # Order, filters, parts

    def _show_part(self, part: Part) -> None:
        self._part = part
        self._ask_from_top()

    def _ask_from_top(self) -> None:
        self.links.start_at_top()
        self.ask()

    def _sort_by(self, section: int, add: bool) -> None:
        self.query.click(self.rows.columns[section].name, add=add)

    def _clear_filters(self) -> None:
        self.query.filters.clear()
        self.line.clear()
        self.query.changed.emit()

    def _column(self, section: int) -> Column | None:
        data = self.context.case.data
        return None if data is None else data.column(self.rows.columns[section].name)

    def _open_menu(self, section: int, place: QPoint) -> None:
        column = self._column(section)
        if column is None:
            return
        name, case = column.name, self.context.case
        summary = self.summaries.get(name)
        top = tuple(label for label, _ in summary.top) if summary is not None else ()
        menu = ColumnMenu(name, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.add_order()
        menu.add_filter(
            name, column.kind, column.categories or top, self.query.filters.get(name)
        )
        menu.add_schema(column)
        menu.add_details()
        menu.sort_wanted.connect(lambda order: self.query.sort(name, order))
        menu.filter_wanted.connect(lambda rule: self.query.keep(name, rule))
        menu.role_wanted.connect(lambda role: case.choose(name, role=role))
        menu.kind_wanted.connect(lambda kind: case.choose(name, kind=kind))
        menu.details_wanted.connect(lambda: self.open_details(name))
        menu.popup(place)

    # Details

    def open_details(self, name: str) -> None:
        """Bring a column into sight and describe it at the side."""
        self._detailed = name
        self._show_details(name)
        self.details.show()
        self.details.close_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.summaries.want((name,))
        QTimer.singleShot(0, self, lambda: self._scroll_to(name))  # once laid out

    def _scroll_to(self, name: str) -> None:
        if name in self._names():
            place = self.header.sectionPosition(self._names().index(name))
            self.table.horizontalScrollBar().setValue(place)

    def _open_reading(self) -> None:
        data = self.context.case.data
        part = data.part(self._part) if data is not None else None
        if data is not None and part is not None:
            self._detailed = None
            self.details.show_reading(data, part)
            self.details.show()
            self.details.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_details(self, name: str) -> None:
        data = self.context.case.data
        column = data.column(name) if data is not None else None
        if column is None:
            self._close_details()
        else:
            self.details.show_column(column, self.summaries.get(name))

    def _close_details(self) -> None:
        self._detailed = None
        self.details.hide()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # More

    def _fill_more(self, menu: QMenu) -> None:
        menu.clear()
        read = menu.addAction(tr("How it was read"))
        read.setEnabled(self._view is not None)
        read.triggered.connect(self._open_reading)
        order = menu.addAction(tr("Order of the file"))
        order.setEnabled(bool(self.query.order))
        order.triggered.connect(self.query.reset_order)
        clear = menu.addAction(tr("Clear all filters"))
        clear.setEnabled(bool(self.query.filters or self.line.text()))
        clear.triggered.connect(self._clear_filters)

    def _open_export(self) -> None:
        if self._view is not None:
            menu = export_menu(self, self.context, self._view, self._names())
            menu.popup(QCursor.pos())

    def _names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.rows.columns)
