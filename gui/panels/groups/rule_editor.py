"""An editor that names a rule and counts its rows while it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import tr, trn
from engine.contracts.readings import numbers
from gui.widgets.labels import PlainLabel
from gui.widgets.rule_line import RuleLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.selection import Selection
    from gui.services.theme import Tokens

COUNT_AFTER = 200  # ms without a key before rows are counted


class RuleEditor(QWidget):
    """Name a rule and see, while typing, how many rows it finds.

    Parameters
    ----------
    count
        Asks how many rows a rule finds; calls back with that number and the
        number of all rows, or with a sentence that says why it cannot tell.

    Signals
    -------
    accepted
        The name and the rule.
    cancelled
        Nothing is to be saved.
    """

    accepted = Signal(str, object)
    cancelled = Signal()

    def __init__(
        self,
        count: Callable[
            [Selection, Callable[[int, int], None], Callable[[str], None]], None
        ],
        parent: Any = None,
    ) -> None:
        super().__init__(parent)
        self._count = count
        self._taken: frozenset[str] = frozenset()
        self._editing = ""
        self._asked = 0
        self.line = RuleLine()
        self.line.setPlaceholderText(
            tr("rule, for example: age < 25 and housing = rent")
        )
        self.line.setAccessibleName(tr("Rule"))
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("name"))
        self.name.setAccessibleName(tr("Name of the group"))
        self.name.setMaximumWidth(180)
        self.save = QPushButton(tr("Save"))
        self.cancel = QPushButton(tr("Cancel"))
        self.found = PlainLabel()
        self.found.setWordWrap(True)
        self._lay_out()
        self._timer = QTimer(self, singleShot=True, interval=COUNT_AFTER)
        self._timer.timeout.connect(self._ask)
        self.line.rule_changed.connect(self._rule_changed)
        self.line.error_changed.connect(self._say_state)
        self.line.returnPressed.connect(self._accept)
        self.name.returnPressed.connect(self._accept)
        self.name.textChanged.connect(self._say_state)
        self.save.clicked.connect(self._accept)
        self.cancel.clicked.connect(self.cancelled)
        self._say_state()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.name)
        row.addWidget(self.save)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.found)

    def begin(
        self,
        taken: frozenset[str],
        name: str = "",
        rule: Selection | None = None,
        text: str = "",
    ) -> None:
        """Start anew; ``taken`` names may not be used, except ``name`` itself."""
        self._taken, self._editing = taken, name
        self.name.setText(name)
        self.found.setText("")
        if rule is None:
            self.line.clear()
        else:
            self.line.set_rule(rule, text)
        self._say_state()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.line.apply_theme(tokens)

    def event(self, event: QEvent) -> bool:
        """Close on Escape."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            self.cancelled.emit()
            return True
        return super().event(event)

    def _rule_changed(self, rule: Selection | None) -> None:
        self._asked += 1
        self._say_state()
        if rule is None:
            self.found.setText("")
            self._timer.stop()
        else:
            self.found.setText(tr("counting …"))
            self._timer.start()

    def _ask(self) -> None:
        rule, asked = self.line.rule, self._asked
        if rule is None:
            return

        def tell(n: int, total: int) -> None:
            if asked == self._asked:
                self.found.setText(
                    trn(
                        "{n} of {total} rows",
                        "{n} of {total} rows",
                        n,
                        total=numbers.count(total),
                    )
                )

        def refuse(why: str) -> None:
            if asked == self._asked:
                self.found.setText(why)

        self._count(rule, tell, refuse)

    def _problem(self) -> str:
        if self.line.error:
            return self.line.error
        name = self.name.text().strip()
        if name in self._taken and name != self._editing:
            return tr("There is already a group of this name.")
        return ""

    def _say_state(self, _text: str = "") -> None:
        problem = self._problem()
        if problem:
            self.found.setText(problem)
        self.save.setEnabled(self.line.rule is not None and not problem)

    def _accept(self) -> None:
        if self.line.rule is not None and not self._problem():
            name = self.name.text().strip() or self.line.text().strip()
            self.accepted.emit(name, self.line.rule)
