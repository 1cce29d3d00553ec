"""Named groups of rows, and how much worse than the rest they fare."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentence
from engine.contracts.readings import buckets as reading_of
from engine.contracts.requests import Resolve, Run
from engine.contracts.results import Resolved
from engine.contracts.rule_text import describe
from engine.contracts.selection import And, Or, unpack
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.groups import bucket_table as columns
from gui.panels.groups.bucket_rates import BucketRates
from gui.panels.groups.bucket_table import BucketsModel
from gui.panels.groups.rule_editor import RuleEditor
from gui.services.selection import Mode, mode_of
from gui.widgets.column_header import ColumnHeader, Heading
from gui.widgets.column_query import needs_predictions
from gui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.decision import Decision
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.predictions import RowScores
    from engine.contracts.requests import Request
    from engine.contracts.results import Buckets, Result
    from engine.contracts.selection import Selection
    from engine.contracts.tables import Table

LONGEST_NAME = 60
LEAST_INTERVAL = 150
MOST_INTERVAL = 340
SCROLL_BAR = 18


class BucketsPanel(Panel):
    """The table of buckets, and the editor that makes them."""

    ID = "buckets"
    TITLE = mark("Saved groups")
    ALSO = mark("buckets segments slices cohorts fairness bias subgroups")
    ABOUT = About(
        what=mark(
            "Each group is a rule or a picked set of rows with a name. The table "
            "compares its error rate with that of all other rows."
        ),
        how=mark(
            "The bar is the 95 % interval of the error rate, the thin line the "
            "rate of all rows: where the bar does not touch the line, the group "
            "differs from the whole. × rest is the ratio to the other rows with "
            "its interval. Click a group to select its rows; Enter does the same."
        ),
        misleads=mark(
            "Whoever tries many rules finds a bad group by chance. Small groups "
            "are greyed: their rate says little. A higher error rate does not "
            "prove unfair treatment: look at what else the rows of the group share."
        ),
        source=mark(
            "Wilson (1927) for the rates; Katz et al. (1978) for the ratios; "
            "Kish (1965) for weighted rows."
        ),
    )
    FOLLOWS = frozenset({"predictions", "buckets", "decision"})

    # Body

    def build_body(self) -> QWidget:
        """Build the table, the editor above it and the actions."""
        self._editing = ""
        self._result: Buckets | None = None  # as the engine last said
        self._shown: Buckets | None = None  # at the threshold of this moment
        self._rates: BucketRates | None = None
        self._rated_scores: RowScores | None = None
        self._rated_rules: dict[str, Selection] = {}
        self.model = BucketsModel(self)
        self.table = RowTable()
        self.table.setAccessibleName(tr("Saved groups"))
        self.header = ColumnHeader()
        self.table.setHorizontalHeader(self.header)
        self.table.verticalHeader().hide()
        self.table.setModel(self.model)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.editor = RuleEditor(self._count)
        self.editor.hide()
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.editor)
        column.addWidget(self.table, 1)
        column.addLayout(self._build_buttons())
        self._connect()
        return body

    def _build_buttons(self) -> QHBoxLayout:
        self.save_selection = QToolButton()
        self.save_selection.setText(tr("Save the selection"))
        self.new_rule = QToolButton()
        self.new_rule.setText(tr("New rule"))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.save_selection)
        row.addWidget(self.new_rule)
        row.addStretch(1)
        return row

    def _connect(self) -> None:
        self.save_selection.clicked.connect(self.start_from_selection)
        self.new_rule.clicked.connect(self.start_rule)
        self.editor.accepted.connect(self._save)
        self.editor.cancelled.connect(self._close_editor)
        self.table.chosen.connect(lambda place: self._select(place, Mode.REPLACE))
        self.table.picked.connect(self._pick)
        self.table.resized.connect(lambda width, _height: self._lay_columns(width))
        self.table.customContextMenuRequested.connect(self._menu_at)
        self.table.column_menu_wanted.connect(lambda _column, _at: self._menu_here())
        self.context.selection.changed.connect(self._follow_recipe)
        for key, act in (
            (QKeySequence.StandardKey.Delete, self._remove_current),
            (Qt.Key.Key_F2, self._edit_current),
        ):
            action = QAction(self.table)
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(act)
            self.table.addAction(action)
        self._follow_recipe()

    def apply_theme(self, tokens: Any) -> None:
        """Take the colours of the theme."""
        for part in (self.table, self.header, self.editor):
            part.apply_theme(tokens)

    # Asking and showing

    def reason(self) -> str | None:
        """Return why buckets cannot be compared."""
        if self.context.case.scores is None:
            return tr("Saved groups compare errors: open data and a model first.")
        return None

    def request(self) -> Request | None:
        """Return the question how all buckets fare under the decision."""
        return Run(analysis="buckets", decision=self.context.decision.decision)

    def show_result(self, result: Buckets) -> None:
        """Show the table."""
        self._result = result
        self._prepare_rates()
        self._show_table(result)

    def _show_table(self, result: Buckets) -> None:
        self._shown = result
        self.model.set_result(result)
        titles = self.model.titles()
        right = {columns.N, columns.RATE, columns.RATIO, columns.SHARE}
        self.header.set_headings(
            [Heading(title, place in right) for place, title in enumerate(titles)]
        )
        self._lay_columns(self.table.width())
        self._mark_selected()

    def _lay_columns(self, width: int) -> None:
        """Give the interval the room that is left; on a narrow panel more of it."""
        self.table.setColumnHidden(columns.SHARE, False)
        self.table.fit_columns()
        widths = [self.table.columnWidth(c) for c in range(self.model.columnCount())]
        room = width - sum(widths) + widths[columns.INTERVAL] - SCROLL_BAR
        if room < LEAST_INTERVAL:
            self.table.setColumnHidden(columns.SHARE, True)
            room += widths[columns.SHARE]
        room = min(max(room, LEAST_INTERVAL // 2), MOST_INTERVAL)
        self.table.setColumnWidth(columns.INTERVAL, room)

    def follow_decision(self, decision: Decision) -> None:
        """Move the rates with the threshold, before the engine has answered."""
        if self._rates is not None and self._result is not None:
            self._shown = self._rates.at(self._result, decision)
            self.model.set_result(self._shown)

    def _prepare_rates(self) -> None:
        """Fetch the rows of the buckets once, to look rates up while dragging."""
        scores, rules = self.context.case.scores, dict(self.context.case.buckets)
        if scores is self._rated_scores and rules == self._rated_rules:
            return
        self._rated_scores, self._rated_rules, self._rates = scores, rules, None
        if scores is None or not BucketRates.fits(scores):
            return
        rates = self._rates = BucketRates(scores)
        for name, rule in rules.items():
            if not needs_predictions(rule):
                self._fetch_rows(rates, name, rule)

    def _fetch_rows(self, rates: BucketRates, name: str, rule: Selection) -> None:
        def resolved(answer: Result) -> None:
            if isinstance(answer, Resolved) and rates is self._rates:
                rates.add(name, unpack(answer.packed, answer.n_rows))

        self.context.engine.submit(Resolve(selection=rule), on_result=resolved)

    def reading(self) -> str:
        """Return which bucket fares worst against the rest."""
        return "" if self._shown is None else escape(reading_of.read(self._shown))

    def as_table(self) -> Table:
        """Return the table with the rule of every bucket."""
        return self.model.as_table()

    # Buckets as selection

    def _rule(self, place: int) -> Selection | None:
        bucket = self.model.bucket(place)
        return None if bucket is None else self.context.case.buckets.get(bucket.name)

    def _select(self, place: int, mode: Mode) -> None:
        rule = self._rule(place)
        if rule is not None:
            self.context.selection.select(rule, self.ID, mode)
        elif mode is Mode.REPLACE:
            self.context.selection.clear(self.ID)

    def _pick(self, first: int, last: int, modifiers: Qt.KeyboardModifier) -> None:
        rules = [self._rule(place) for place in range(first, last + 1)]
        known = tuple(rule for rule in rules if rule is not None)
        if known:
            union = known[0] if len(known) == 1 else Or(known)
            self.context.selection.select(union, self.ID, mode_of(modifiers))

    def _follow_recipe(self, *_change: object) -> None:
        self.save_selection.setEnabled(self.context.selection.recipe is not None)
        self._mark_selected()

    def _mark_selected(self) -> None:
        recipe = self.context.selection.recipe
        names = [n for n, rule in self.context.case.buckets.items() if rule == recipe]
        place = self.model.position_of(names[0]) if names else -1
        self.table.mark_row(place if place >= 0 else None)

    # Making and changing buckets

    def start_rule(self) -> None:
        """Open the editor on an empty rule."""
        self._begin("", None)

    def start_from_selection(self) -> None:
        """Open the editor on the rule of the selection."""
        recipe = self.context.selection.recipe
        if recipe is not None:
            self._begin("", recipe)
            self.editor.name.setText(describe(recipe)[:LONGEST_NAME])
            self.editor.name.setFocus(Qt.FocusReason.OtherFocusReason)
            self.editor.name.selectAll()

    def _begin(self, name: str, rule: Selection | None) -> None:
        self._editing = name
        data = self.context.case.data
        if data is not None:
            self.editor.line.set_columns(data.columns)
        self.editor.show()
        text = "" if rule is None else describe(rule)
        self.editor.begin(frozenset(self.context.case.buckets), name, rule, text)

    def _close_editor(self) -> None:
        self.editor.hide()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self, name: str, rule: Selection) -> None:
        case, before = self.context.case, self._editing
        self.context.undo.beginMacro(tr("Edit group {name}", name=name))
        if before and before != name:
            case.rename_bucket(before, name)
        if case.buckets.get(name) != rule:
            case.save_bucket(name, rule)
        self.context.undo.endMacro()
        self._close_editor()

    def _current_name(self) -> str | None:
        bucket = self.model.bucket(self.table.currentIndex().row())
        return None if bucket is None else bucket.name

    def _edit_current(self) -> None:
        name = self._current_name()
        if name is not None:
            self._begin(name, self.context.case.buckets[name])

    def _remove_current(self) -> None:
        name = self._current_name()
        if name is not None:
            self.context.case.remove_bucket(name)

    def _count(
        self,
        rule: Selection,
        tell: Callable[[int, int], None],
        refuse: Callable[[str], None],
    ) -> None:
        def failed(error: ErrorInfo) -> None:
            refuse(sentence(error.code, error.params))

        def found(answer: Result) -> None:
            if isinstance(answer, Resolved):
                tell(answer.n_selected, answer.n_rows)

        self.context.engine.submit(
            Resolve(selection=rule, decision=self.context.decision.decision),
            on_result=found,
            on_error=failed,
        )

    # Menu

    def _menu_at(self, place: QPoint) -> None:
        self.table.go_to(self.table.rowAt(place.y()))
        self._popup(self.table.viewport().mapToGlobal(place))

    def _menu_here(self) -> None:
        area = self.table.visualRect(self.table.currentIndex())
        self._popup(self.table.viewport().mapToGlobal(area.bottomLeft()))

    def _popup(self, place: QPoint) -> None:
        menu = self.menu()
        if menu is not None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(place)

    def menu(self) -> QMenu | None:
        """Return what can be done with the current bucket."""
        row = self.table.currentIndex().row()
        rule = self._rule(row)
        if rule is None:
            return None
        menu = QMenu(self)
        for text, mode in (
            (tr("Select its rows"), Mode.REPLACE),
            (tr("Add to the selection"), Mode.ADD),
            (tr("Subtract from the selection"), Mode.SUBTRACT),
        ):
            action = menu.addAction(text)
            action.triggered.connect(lambda _=False, mode=mode: self._select(row, mode))
        narrow = menu.addAction(tr("Intersect with the selection"))
        narrow.setEnabled(self.context.selection.recipe is not None)
        narrow.triggered.connect(lambda: self._narrow(rule))
        menu.addSeparator()
        menu.addAction(tr("Edit …\tF2")).triggered.connect(self._edit_current)
        menu.addAction(tr("Delete\tDel")).triggered.connect(self._remove_current)
        return menu

    def _narrow(self, rule: Selection) -> None:
        recipe = self.context.selection.recipe
        if recipe is not None:
            both = And((recipe, rule))
            self.context.selection.select(both, self.ID, Mode.REPLACE)
