"""The menu of a column: order, filter, role, kind, details."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QActionGroup, QDoubleValidator
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
    QWidgetAction,
)

from engine.contracts.dataset import Column, Kind
from engine.contracts.i18n import tr
from engine.contracts.selection import Missing, Not, Range, Selection, Values
from gui.widgets.column_words import KINDS, ROLES, kind_word, role_word

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
            (tr("Sort smallest first"), "up"),
            (tr("Sort largest first"), "down"),
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
        if kind is Kind.NUMERIC:
            self._add_range(menu, name, current)
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

    def _add_range(self, menu: QMenu, name: str, current: Selection | None) -> None:
        editor = RangeEditor(name, current if isinstance(current, Range) else None)

        def apply(rule: Range | None) -> None:
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
            shown = " ".join(label.split())[:60].replace("&", "&&")
            action = menu.addAction(shown)
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


class RangeEditor(QWidget):
    """Two numbers, each of which may be left open.

    Signals
    -------
    accepted
        A ``Range``, or ``None`` where both ends are open.
    """

    accepted = Signal(object)

    def __init__(self, column: str, current: Range | None = None) -> None:
        super().__init__()
        self._column = column
        self.low, self.high = QLineEdit(), QLineEdit()
        validator = QDoubleValidator(self)
        for field, name, end in (
            (self.low, tr("at least"), current.low if current else None),
            (self.high, tr("at most"), current.high if current else None),
        ):
            field.setValidator(validator)
            field.setPlaceholderText(name)
            field.setAccessibleName(name)
            field.setFixedWidth(90)
            field.setText("" if end is None else QLocale().toString(end, "g"))
            field.returnPressed.connect(self._accept)
        self.apply = QPushButton(tr("Apply"))
        self.apply.clicked.connect(self._accept)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        row.addWidget(self.low)
        row.addWidget(QLabel("–"))
        row.addWidget(self.high)
        row.addWidget(self.apply)

    def _accept(self) -> None:
        low, high = (
            QLocale().toDouble(field.text())[0] if field.text().strip() else None
            for field in (self.low, self.high)
        )
        if low is None and high is None:
            self.accepted.emit(None)
        else:
            rule = Range(self._column, low, high, high_closed=True)
            self.accepted.emit(rule)
