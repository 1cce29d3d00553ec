"""A line to type which rows are meant: ``age < 25 and housing = rent``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCompleter,
    QLineEdit,
    QStyle,
    QStyleOptionFrame,
)

from engine.contracts.errors import EngineError
from engine.contracts.expression import parse
from engine.contracts.i18n import tr
from engine.contracts.messages import sentence
from engine.contracts.selection import Or, columns_of
from gui.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.contracts.dataset import Column
    from engine.contracts.selection import Selection
    from gui.services.theme import Tokens

LONGEST = 1000
_WORDS = frozenset(
    ["and", "or", "not", "in", "is", "missing", "between", "bucket", "rows", "xor"]
)
_PLAIN = re.compile(r"[^\s()<>=!,\"']+")
PSEUDO = (
    "@truth",
    "@prediction",
    "@score",
    "@confidence",
    "@loss",
    "@error",
    "@residual",
    "@row",
)

_STOPS = " ()=<>!,"


class RuleLine(QLineEdit):
    """A line that understands ``age < 25 and housing = rent``.

    What cannot be read is underlined from the place of the error on.

    Signals
    -------
    rule_changed
        The line holds another rule (``None`` when empty). Not sent while the
        text cannot be read.
    error_changed
        What is wrong with the text, ``""`` when nothing is.
    """

    rule_changed = Signal(object)
    error_changed = Signal(str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._rule: Selection | None = None
        self._columns: tuple[Column, ...] = ()
        self._known: frozenset[str] | None = None
        self._given: tuple[str, Selection] | None = None
        self._error = ""
        self._position: int | None = None
        self._warning = QColor("#B4540A")
        self._words = QStringListModel(self)
        self._completer = QCompleter(self._words, self)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setWidget(self)
        self._completer.activated.connect(self._complete)
        self.setClearButtonEnabled(True)
        self.textEdited.connect(self._offer)
        self.textChanged.connect(self._read)

    @property
    def rule(self) -> Selection | None:
        """The rule as last understood, ``None`` when the line is empty."""
        return self._rule

    @property
    def error(self) -> str:
        """What is wrong with the text, ``""`` when nothing is."""
        return self._error

    @property
    def error_position(self) -> int | None:
        """Place of the character from which on the text cannot be read."""
        return self._position

    def set_rule(self, rule: Selection, text: str) -> None:
        """Show a rule that is known already; unless edited, it stays as it is."""
        short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        self._given = (short, rule)
        self.setText(short)

    def begin(self, name: str) -> None:
        """Begin a condition on a column, beside the rule that is there."""
        given = self.text().strip()
        if isinstance(self._rule, Or):
            given = f"({given})"
        before = f"{given} and " if self._rule is not None else ""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setText(f"{before}{_quoted(name)} ")

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Say which columns there are: offered while typing, others refused."""
        names = [column.name for column in columns]
        self._columns = tuple(columns)
        self._known = frozenset((*names, *PSEUDO))
        self._words.setStringList([_quoted(name) for name in (*names, *PSEUDO)])

    def refuse(self, why: str) -> None:
        """Say that the rule is well written but cannot be applied."""
        self._rule = None
        self._position = 0
        self._say(why)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self._warning = QColor(tokens.warning)
        self.update()

    def _read(self, text: str) -> None:
        rule, error, position = None, "", None
        if self._given is not None and text == self._given[0]:
            rule = self._given[1]
        elif text.strip():
            try:
                rule = parse(text, self._columns)
                error, position = self._unknown(rule, text)
            except EngineError as problem:
                error = sentence(problem.code, problem.params)
                place = problem.params.get("position")  # counted from 1
                position = place - 1 if isinstance(place, int) else len(text)
        self._position = position
        self._say(error)
        if not error and rule != self._rule:
            self._rule = rule
            self.rule_changed.emit(rule)

    def _unknown(self, rule: Selection, text: str) -> tuple[str, int | None]:
        """Return what is wrong where a rule speaks of a column that is not there."""
        for name in sorted(columns_of(rule)):
            if self._known is None or name in self._known or name.startswith("@saved:"):
                continue
            place = max(text.find(_quoted(name)), 0)
            return tr("There is no column called {column}.", column=name), place
        return "", None

    def _say(self, error: str) -> None:
        if error != self._error:
            self._error = error
            self.setAccessibleDescription(error)
            self.error_changed.emit(error)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Underline what cannot be read."""
        super().paintEvent(event)
        if self._position is None:
            return
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        field = self.style().subElementRect(
            QStyle.SubElement.SE_LineEditContents, option, self
        )
        caret = self.cursorRect().center().x()
        metrics = self.fontMetrics()
        text = self.text()
        at = min(self._position, len(text))
        # The line may be scrolled: the caret tells by how much.
        start = caret - metrics.horizontalAdvance(text[: self.cursorPosition()])
        left = start + metrics.horizontalAdvance(text[:at])
        right = max(start + metrics.horizontalAdvance(text), left + 8)
        painter = QPainter(self)
        painter.setPen(QPen(self._warning, 2))
        y = field.bottom() - 2
        painter.drawLine(max(left, field.left()), y, min(right, field.right()), y)

    # Completion of the word at the caret

    def _word(self) -> tuple[int, str]:
        before = self.text()[: self.cursorPosition()]
        start = max(before.rfind(stop) for stop in _STOPS) + 1
        return start, before[start:]

    def _offer(self, _text: str) -> None:
        _, word = self._word()
        if not word:
            self._hide_offers()
            return
        self._completer.setCompletionPrefix(word)
        found = self._completer.completionCount()
        only = (
            found == 1 and self._completer.currentCompletion().lower() == word.lower()
        )
        if not found or only:
            self._hide_offers()
            return
        area = self.cursorRect()
        area.setWidth(220)
        self._completer.complete(area)

    def _hide_offers(self) -> None:
        popup = self._completer.popup()
        if popup is not None:
            popup.hide()

    def _complete(self, name: str) -> None:
        start, word = self._word()
        text = self.text()
        self.setText(text[:start] + name + text[start + len(word) :])
        self.setCursorPosition(start + len(name))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the list of names take Enter and Escape while it is open."""
        popup = self._completer.popup()
        if (
            popup is not None
            and popup.isVisible()
            and event.key()
            in {
                Qt.Key.Key_Return,
                Qt.Key.Key_Enter,
                Qt.Key.Key_Escape,
                Qt.Key.Key_Tab,
            }
        ):
            event.ignore()
            return
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)


def trouble_label(line: RuleLine) -> PlainLabel:
    """Return a line of text that says what is wrong with a rule, if anything is."""
    label = PlainLabel()
    label.setWordWrap(True)
    label.hide()

    def say(error: str) -> None:
        label.setText(error)
        label.setVisible(bool(error))

    line.error_changed.connect(say)
    return label


def _quoted(name: str) -> str:
    """Return a column name as a rule writes it."""
    if _PLAIN.fullmatch(name) and name.casefold() not in _WORDS:
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
