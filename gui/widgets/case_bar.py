"""What is open, at the top, always: model, data, decision, selection, search."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from engine.contracts.dataset import Part
from engine.contracts.i18n import tr, trn
from engine.contracts.messages import sentence
from engine.contracts.model import version_notes
from engine.contracts.readings import decision as reading_of
from engine.contracts.readings import numbers
from engine.contracts.rule_text import describe
from gui.services.literal import literal
from gui.widgets.labels import PlainLabel, RichLabel
from gui.widgets.selection_words import words_of

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QAbstractButton

    from gui.context import AppContext

# How much is said, from a wide window to a narrow one: the letters of a rule, and
# whether the parts of the data are listed.
_MARK = "⚠"  # another version saved the model: its chip says which
_WORDY = ((48, True), (48, False), (24, False), (0, False))


class Chip(QToolButton):
    """A word in grey and a fact in bold; a click opens what it speaks of."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self.setAccessibleName(name)
        self._label = RichLabel("", self)
        self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 4)
        row.addWidget(self._label)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_text(self, rich: str, plain: str) -> None:
        """Show rich text; ``plain`` is read out."""
        if (rich, plain) == (self._label.text(), self.accessibleDescription()):
            return
        self._label.setText(rich)
        self.setAccessibleDescription(plain)
        self.setToolTip(literal(plain))
        self.setMinimumWidth(self._label.sizeHint().width() + 20)
        self.setMinimumHeight(28)


class CaseBar(QWidget):
    """The chips. Follows the services by itself.

    Signals
    -------
    opened(str)
        A chip was clicked: ``model``, ``data`` or ``decision``.
    search_requested()
        The search field was clicked.
    """

    opened = Signal(str)
    search_requested = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._longest, self._lists_parts = _WORDY[0]
        self.setObjectName("case-bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = PlainLabel("Trasluz")
        title.setObjectName("case-title")
        self.model = Chip(tr("Model"))
        self.data = Chip(tr("Data"))
        self.decision = Chip(tr("Decision"))
        self.selection = Chip(tr("Selection"))
        self.selection.setProperty("selected", True)
        self.search = QPushButton(tr("Search or command — Ctrl+K"))
        self.search.setObjectName("search")
        self.search.setAccessibleName(tr("Search or command"))
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(title)
        for chip, name in self._chips():
            row.addWidget(chip)
            chip.clicked.connect(lambda _=False, name=name: self.opened.emit(name))
        row.addWidget(self.selection)
        row.addStretch(1)
        row.addWidget(self.search)
        self.search.clicked.connect(self.search_requested)
        self.selection.clicked.connect(lambda: context.selection.clear("case-bar"))
        case = context.case
        for signal in (case.data_changed, case.model_changed, case.predictions_changed):
            signal.connect(self.refresh)
        context.decision.changed.connect(self.refresh)
        context.selection.changed.connect(self.refresh)
        context.theme.changed.connect(self._retheme)
        self._retheme()
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Write every chip again, as fully as there is room."""
        for self._longest, self._lists_parts in _WORDY:
            self._show_model()
            self._show_data()
            self._show_decision()
            self._show_selection()
            if self._row.minimumSize().width() <= self.width():
                break

    def minimumSizeHint(self) -> QSize:
        """Never keep the window from getting narrow: chips shorten instead."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.refresh()

    def _chips(self) -> tuple[tuple[QAbstractButton, str], ...]:
        return ((self.model, "model"), (self.data, "data"), (self.decision, "decision"))

    def _show_model(self) -> None:
        model = self._context.case.model
        self.model.setVisible(model is not None)
        if model is None:
            return
        word = tr("scores") if model.format == "recorded" else tr("model")
        rich, plain = _fact(word, model.name), f"{word} {model.name}"
        told = [sentence(note.code, note.params) for note in version_notes(model)]
        if told:
            colour = self._context.theme.tokens.warning
            rich += f'&nbsp; <b style="color: {colour}">{escape(_MARK)}</b>'
        self.model.show_text(rich, "\n".join((plain, *told)))

    def _show_data(self) -> None:
        data = self._context.case.data
        self.data.setVisible(data is not None)
        if data is None:
            return
        words = {
            Part.EVALUATION: tr("evaluation"),
            Part.REFERENCE: tr("training data"),
            Part.CALIBRATION: tr("calibration"),
        }
        parts = " · ".join(
            f"{numbers.count(p.n_rows)} {words[p.part]}" for p in data.parts
        )
        text = _fact(tr("data"), data.name)
        if self._lists_parts:
            text += f"&nbsp; {escape(parts)}"
        self.data.show_text(text, f"{data.name}: {parts}")

    def _show_decision(self) -> None:
        scores, rule = self._context.case.scores, self._context.case.rule
        self.decision.setVisible(rule is not None)
        if scores is None or rule is None:
            return
        short = reading_of.in_short(rule, scores.score_kind)
        told = reading_of.read(rule, scores.score_kind)
        self.decision.show_text(_fact(tr("decision"), short), told)

    def _show_selection(self) -> None:
        selection = self._context.selection
        self.selection.setVisible(selection.recipe is not None)
        if selection.recipe is None:
            return
        n = trn("{n} row", "{n} rows", selection.n_selected)
        words = words_of(selection.recipe)
        fits = len(words) <= self._longest
        short = words if fits else words[: max(0, self._longest - 1)] + "…"
        rich = _fact(tr("selection"), n) + f": {escape(short)} &nbsp;✕"
        self.selection.show_text(
            rich,
            tr(
                "{n}: {rule}. Click to clear.",
                n=n,
                rule=describe(selection.recipe),
            ),
        )

    def _retheme(self) -> None:
        tokens = self._context.theme.tokens
        self.setStyleSheet(
            f"#case-bar {{ background: {tokens.panel};"
            f" border-bottom: 1px solid {tokens.line}; }}"
            f"#case-title {{ font-weight: 700; font-size: 15px; padding-right: 6px; }}"
            f"#chip {{ background: {tokens.ground}; border: 1px solid {tokens.line};"
            f" border-radius: 4px; }}"
            f"#chip:hover, #chip:focus {{ border-color: {tokens.accent}; }}"
            f'#chip[selected="true"] {{ background: {tokens.selection}; }}'
            f"#search {{ background: {tokens.panel}; color: {tokens.muted};"
            f" border: 1px solid {tokens.line}; border-radius: 4px;"
            f" padding: 5px 16px 5px 12px; text-align: left; min-width: 190px; }}"
            f"#search:hover, #search:focus {{ border-color: {tokens.accent}; }}"
        )
        self._show_model()  # its mark has a colour of the theme


def _fact(word: str, fact: str) -> str:
    return f"{escape(word)} <b>{escape(fact)}</b>"
