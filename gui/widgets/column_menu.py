"""The menu of a column: order, filter, role, kind, details."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QActionGroup, QDoubleValidator
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from engine.contracts.dataset import Column, Kind
from engine.contracts.dates import span
from engine.contracts.errors import EngineError
from engine.contracts.i18n import tr
from engine.contracts.messages import sentence
from engine.contracts.selection import Dates, Missing, Not, Range, Selection, Values
from gui.services.literal import literal_title
from gui.widgets.column_words import KINDS, ROLES, kind_word, role_word
from gui.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import SignalInstance

MOST_VALUES = 40


class ColumnMenu(QMenu):
    """What can be done with a column.

    Signals
    -------
    sort_wanted
        ``"up"``, ``"down"`` or ``"none"``.
    filter_wanted
        Rows to keep, ``None`` to keep all again.
    role_wanted, kind_wanted
        Another role or kind was chosen.
    details_wanted
        The details are wanted.
    """

    sort_wanted = Signal(str)
    filter_wanted = Signal(object)
    role_wanted = Signal(object)
    kind_wanted = Signal(object)
    details_wanted = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Column {column}", column=title))
        self.setToolTipsVisible(True)
        self._values: dict[str, Any] = {}

    def add_order(self) -> None:
        """Offer to sort."""
        for text, order in (
            (tr("Sort ascending"), "up"),
            (tr("Sort descending"), "down"),
            (tr("Do not sort"), "none"),
        ):
            self.addAction(text).triggered.connect(
                lambda _=False, order=order: self.sort_wanted.emit(order)
            )
        self.addSeparator()

    def add_filter(
        self,
        name: str,
        kind: Kind,
        labels: Sequence[str],
        current: Selection | None,
        *,
        may_miss: bool = True,
    ) -> None:
        """Offer to keep some rows by what is in this column."""
        menu = self.addMenu(tr("Filter"))
        if kind in {Kind.NUMERIC, Kind.DATETIME}:
            self._add_range(menu, name, current, dates=kind is Kind.DATETIME)
        elif labels:
            self._add_values(menu, name, labels, current)
        if may_miss:
            menu.addSeparator()
            for text, rule in (
                (tr("Only missing"), Missing(name)),
                (tr("Not missing"), Not(Missing(name))),
            ):
                action = menu.addAction(text)
                action.setCheckable(True)
                action.setChecked(current == rule)
                action.triggered.connect(
                    lambda on=True, rule=rule: self.filter_wanted.emit(
                        rule if on else None
                    )
                )
        if current is not None:
            self.addAction(tr("Clear the filter")).triggered.connect(
                lambda: self.filter_wanted.emit(None)
            )
        self.addSeparator()

    def _add_range(
        self, menu: QMenu, name: str, current: Selection | None, *, dates: bool
    ) -> None:
        editor: RangeEditor | DatesEditor
        if dates:
            editor = DatesEditor(name, current if isinstance(current, Dates) else None)
        else:
            editor = RangeEditor(name, current if isinstance(current, Range) else None)

        def apply(rule: Selection | None) -> None:
            self.close()
            self.filter_wanted.emit(rule)

        editor.accepted.connect(apply)
        action = QWidgetAction(menu)
        action.setDefaultWidget(editor)
        menu.addAction(action)
        menu.aboutToShow.connect(editor.low.setFocus)

    def _add_values(
        self, menu: QMenu, name: str, labels: Sequence[str], current: Selection | None
    ) -> None:
        chosen = current.labels if isinstance(current, Values) else ()
        for label in labels[:MOST_VALUES]:
            action = menu.addAction(literal_title(label))
            action.setCheckable(True)
            action.setChecked(label in chosen)
            action.triggered.connect(
                lambda on=False, label=label: self._choose(name, chosen, label, on=on)
            )
        if len(labels) > MOST_VALUES:
            more = menu.addAction(tr("More values: type a rule in the filter line"))
            more.setEnabled(False)

    def _choose(
        self, name: str, chosen: tuple[str, ...], label: str, *, on: bool
    ) -> None:
        kept = tuple(c for c in chosen if c != label)
        after = (*kept, label) if on else kept
        self.filter_wanted.emit(Values(name, after) if after else None)

    def add_schema(self, column: Column) -> None:
        """Offer other roles and kinds."""
        self._add_choices(
            tr("Role: {role}", role=role_word(column.role)),
            [(role_word(role), role) for role in ROLES],
            column.role,
            self.role_wanted,
        )
        self._add_choices(
            tr("Kind: {kind}", kind=kind_word(column.kind)),
            [(kind_word(kind), kind) for kind in KINDS],
            column.kind,
            self.kind_wanted,
        )
        self.addSeparator()

    def _add_choices(
        self,
        title: str,
        choices: list[tuple[str, Any]],
        now: object,
        wanted: SignalInstance,
    ) -> None:
        """Offer the other values of something that the column is now."""
        menu = self.addMenu(title)
        group = QActionGroup(menu)
        for text, value in choices:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(value is now)
            group.addAction(action)
            if value is not now:
                action.triggered.connect(lambda _=False, v=value: wanted.emit(v))

    def add_details(self) -> None:
        """Offer the details."""
        self.addAction(tr("Details")).triggered.connect(self.details_wanted.emit)


class _EndsEditor(QWidget):
    """Two ends, each of which may be left open.

    Signals
    -------
    accepted
        The rule, or ``None`` where both ends are open.
    """

    accepted = Signal(object)

    def __init__(self, column: str, ends: tuple[str, str], width: int) -> None:
        super().__init__()
        self._column = column
        self.low, self.high = QLineEdit(), QLineEdit()
        self.trouble = PlainLabel()
        self.trouble.hide()
        for field, name, end in (
            (self.low, tr("at least"), ends[0]),
            (self.high, tr("at most"), ends[1]),
        ):
            field.setPlaceholderText(name)
            field.setAccessibleName(name)
            field.setFixedWidth(width)
            field.setText(end)
            field.returnPressed.connect(self._accept)
        self.apply = QPushButton(tr("Apply"))
        self.apply.clicked.connect(self._accept)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.low)
        row.addWidget(PlainLabel("–"))
        row.addWidget(self.high)
        row.addWidget(self.apply)
        column_of = QVBoxLayout(self)
        column_of.setContentsMargins(8, 4, 8, 4)
        column_of.addLayout(row)
        column_of.addWidget(self.trouble)

    def rule(self, low: str, high: str) -> Selection:
        """Return the rule between two texts, ``""`` where an end is open."""
        raise NotImplementedError

    def _accept(self) -> None:
        low, high = self.low.text().strip(), self.high.text().strip()
        if not low and not high:
            self.accepted.emit(None)
            return
        try:
            found = self.rule(low, high)
        except EngineError as error:
            self.trouble.setText(sentence(error.code, error.params))
            self.trouble.show()
        else:
            self.accepted.emit(found)


class RangeEditor(_EndsEditor):
    """Two numbers, as the language writes them."""

    def __init__(self, column: str, current: Range | None = None) -> None:
        ends = (current.low, current.high) if current else (None, None)
        low, high = (
            "" if end is None else QLocale().toString(end, "g") for end in ends
        )
        super().__init__(column, (low, high), 90)
        validator = QDoubleValidator(self)
        self.low.setValidator(validator)
        self.high.setValidator(validator)

    def rule(self, low: str, high: str) -> Selection:
        """Return the rows between two numbers, both included."""
        least, most = (
            QLocale().toDouble(text)[0] if text else None for text in (low, high)
        )
        return Range(self._column, least, most, high_closed=True)


class DatesEditor(_EndsEditor):
    """Two dates, as rules write them: 2024-02-01, 2024-02, 2024-02-01T13:30."""

    def __init__(self, column: str, current: Dates | None = None) -> None:
        ends = (current.low, current.high) if current else (None, None)
        super().__init__(column, (ends[0] or "", ends[1] or ""), 140)
        for field, name in ((self.low, tr("from 2024-02-01")), (self.high, tr("to"))):
            field.setPlaceholderText(name)

    def rule(self, low: str, high: str) -> Selection:
        """Return the rows between two dates, both included."""
        for text in filter(None, (low, high)):
            # offsets fit columns with a zone; the engine says so of others
            span(text, self._column, "UTC")
        return Dates(self._column, low or None, high or None, high_closed=True)
