"""The notes of the case: what people write, and readings they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from engine.contracts.i18n import mark, tr
from gui.panel import Panel
from gui.panel_frame import About

if TYPE_CHECKING:
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens


class NotesPanel(Panel):
    """A text that is kept in the case as it is written."""

    ID = "notes"
    TITLE = mark("Notes")
    ALSO = mark("comments")
    ABOUT = About(
        what=mark(
            "Your own words about this case, and readings kept from panels with what "
            "they were computed on."
        ),
        how=mark(
            "Write anywhere; it is kept as you write. “Keep as a note”, under a "
            "panel's three dots, puts its reading at the end."
        ),
        misleads=mark(
            "A kept reading is what was true then: it does not follow the threshold, "
            "the selection or the data."
        ),
        source=mark("You."),
    )
    FOLLOWS: ClassVar[frozenset[str]] = frozenset()

    def build_body(self) -> QWidget:
        """Build the sheet."""
        case = self.context.case
        self.sheet = QPlainTextEdit(case.file.notes)
        self.sheet.setPlaceholderText(tr("Write what you saw."))
        self.sheet.setAccessibleName(tr("Notes"))
        self.sheet.setTabChangesFocus(True)
        self.sheet.textChanged.connect(self._keep)
        case.notes_changed.connect(self._take)
        case.restored.connect(lambda _file: self._take())
        return self.sheet

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.sheet.setStyleSheet(f"QPlainTextEdit {{ border-color: {tokens.line}; }}")

    def _keep(self) -> None:
        text = self.sheet.toPlainText()
        if text != self.context.case.file.notes:
            self.context.case.remember(notes=text)

    def _take(self) -> None:
        """Show notes that were written elsewhere."""
        text = self.context.case.file.notes
        if text != self.sheet.toPlainText():
            self.sheet.setPlainText(text)

    def as_table(self) -> Table:
        """Return the notes, one line a row."""
        lines = self.sheet.toPlainText().splitlines()
        return [tr("Notes")], [[line] for line in lines]
