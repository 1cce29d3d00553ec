"""What the open model is: kind, inputs, settings, safety and capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import mark, tr, trn
from engine.contracts.messages import next_step, sentence, sentences
from engine.contracts.readings import model as words
from gui.dialogs.allow_list import show_allow_list
from gui.dialogs.consent import HEADINGS
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.model.wrapped_text import WrappedText
from gui.services.literal import literal, literal_title
from gui.widgets.findings_table import FindingsTable
from gui.widgets.labels import PlainLabel
from gui.widgets.text_table import text_table

if TYPE_CHECKING:
    from engine.contracts.consent import Consent
    from engine.contracts.errors import Param
    from engine.contracts.model import Mapping, ModelInfo
    from engine.contracts.tables import Cell, Table
    from gui.services.theme import Tokens

SHOWN_CLASSES = 12
SHOWN_CATEGORIES = 6
SHORT_HASH = 12


class ModelPanel(Panel):
    """The facts on one model; asks the engine nothing, they came with it."""

    ID = "model"
    TITLE = mark("Model")
    ALSO = mark("pipeline inputs format consent")
    ABOUT = About(
        what=mark(
            "What the model file is, its inputs and output, and what was found in "
            "the file before it was opened."
        ),
        how=mark(
            "Read the warnings first: another library version can change predictions "
            "without an error. The capabilities say which explanations are exact."
        ),
        misleads=mark(
            "Vetted names do not make a pickle harmless, and a sound file is not yet "
            "a good model."
        ),
        source=mark("The file's own bytes; nothing was looked up elsewhere."),
    )
    FOLLOWS = frozenset({"model", "predictions"})

    def build_body(self) -> QWidget:
        """Build one page for each kind of facts."""
        self._known: tuple[ModelInfo | None, Mapping | None] = (None, None)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setStyleSheet("QTabBar::tab { padding: 4px 4px; }")
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self.tabs.setAccessibleName(tr("Facts on the model"))
        self._overview = _Facts()
        self._abilities = _Facts()
        self._inputs = _table(
            [tr("Input"), tr("Type"), tr("Column"), tr("Known values")]
        )
        self._inputs.setAccessibleName(tr("Inputs"))
        self._settings = _table([tr("Setting"), tr("Value")])
        self._settings.setAccessibleName(tr("Hyper-parameters"))
        self.findings = FindingsTable()
        self.findings.list_wanted.connect(self._show_list)
        self._verdict = PlainLabel()
        self._verdict.setWordWrap(True)
        safety = QWidget()
        column = QVBoxLayout(safety)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self._verdict)
        column.addWidget(self.findings, 1)
        for page, name in (
            (self._overview, tr("Overview")),
            (self._inputs, tr("Inputs")),
            (self._settings, tr("Settings")),
            (safety, tr("Safety")),
            (self._abilities, tr("Capabilities")),
        ):
            place = self.tabs.addTab(page, literal_title(name))
            self.tabs.setTabToolTip(place, literal(name))
        return self.tabs

    def reason(self) -> str | None:
        """Return why there is nothing to show."""
        if self.context.case.model is None:
            return tr("No model is open. Drop a model file on the window.")
        return None

    def follow_selection(self) -> None:
        """Fill the pages: called whenever the panel becomes ready."""
        info = self.context.case.model
        known = (info, self.context.case.file.mapping)
        if info is None or known == self._known:
            return
        self._known = known
        self._overview.show_facts(self.facts(info))
        self._abilities.show_facts(self.abilities(info))
        _fill(self._inputs, self.inputs(info))
        _fill(self._settings, [[k, _shown(v)] for k, v in info.parameters.items()])
        self._show_safety(info)

    def reading(self) -> str:
        """Return what the model is, in one sentence."""
        info = self.context.case.model
        return words.read(info) if info is not None else ""

    def badge_text(self) -> str:
        """Return which bytes are meant and how they are locked in."""
        info = self.context.case.model
        if info is None:
            return ""
        parts = [info.format]
        if info.sha256:
            parts.append(tr("SHA-256 {hash}…", hash=info.sha256[:SHORT_HASH]))
        layers = ", ".join(info.sandbox)
        if words.is_recorded(info):
            parts.append(tr("no model is run"))
        else:
            parts.append(
                tr("sandbox: {layers}", layers=layers) if layers else tr("no sandbox")
            )
        return " · ".join(parts)

    def as_table(self) -> Table:
        """Return every fact as one table."""
        header = [tr("Part"), tr("Name"), tr("Value")]
        info = self.context.case.model
        if info is None:
            return header, []
        rows: list[list[Cell]] = [
            [tr("Overview"), name, value] for name, value, _ in self.facts(info)
        ]
        rows += [
            [tr("Inputs"), row[0], " · ".join(part for part in row[1:] if part)]
            for row in self.inputs(info)
        ]
        rows += [
            [tr("Hyper-parameters"), name, _setting(value)]
            for name, value in info.parameters.items()
        ]
        rows += [
            [tr("Capabilities"), name, value] for name, value, _ in self.abilities(info)
        ]
        model = self.findings.model
        rows += [
            [tr("Safety"), cells[2], f"{cells[0]} · {cells[3]}"]
            for cells in map(model.cells, range(model.rowCount()))
        ]
        return header, rows

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.findings.apply_theme(tokens)
        for facts in (self._overview, self._abilities):
            facts.apply_theme(tokens)

    # Facts

    def facts(self, info: ModelInfo) -> list[tuple[str, str, bool]]:
        """Return name, value and whether it is a warning."""
        rows = [
            (tr("File"), info.name, False),
            (
                tr("Kind"),
                tr("recorded scores") if words.is_recorded(info) else info.kind,
                False,
            ),
            (tr("Predicts"), tr(words.TASKS[info.task]), False),
            (tr("Output"), tr(words.SCORES[info.score_kind]), False),
        ]
        if info.classes:
            rows.append((tr("Classes"), _listed(info.classes, SHOWN_CLASSES), False))
        if info.steps:
            rows.append((tr("Steps"), " → ".join(info.steps), False))
        rows.append((tr("Deterministic"), _steadiness(info), False))
        for library, version in info.saved_with.items():
            text = tr("saved with {version}", version=version)
            if library in info.installed:
                own = info.installed[library]
                text = tr("{saved}, installed {own}", saved=text, own=own)
            rows.append((library, text, words.differs(info, library)))
        for note in info.notes:
            text = " ".join(
                part
                for part in (
                    sentence(note.code, note.params),
                    next_step(note.code, note.params),
                )
                if part
            )
            rows.append((tr("Note"), text, True))
        rows += [
            (tr("Format"), info.format, False),
            (tr("SHA-256"), info.sha256 or tr("none: recorded scores"), False),
            _sandbox(info),
        ]
        return rows

    def abilities(self, info: ModelInfo) -> list[tuple[str, str, bool]]:
        """Return each capability with what it is good for."""
        rows = [
            (tr(name), tr(use), False)
            for name, use in map(words.CAPABILITIES.__getitem__, info.capabilities)
        ]
        rows.append(
            (
                tr("Any model"),
                tr("Model-agnostic explanations always work."),
                False,
            )
        )
        return rows

    def inputs(self, info: ModelInfo) -> list[list[str]]:
        """Return each input with its type, its column and the levels it knows."""
        mapping = self.context.case.file.mapping
        columns = mapping.columns if mapping is not None else {}
        return [
            [
                one.name,
                one.dtype,
                columns.get(one.name, ""),
                _listed(one.categories, SHOWN_CATEGORIES),
            ]
            for one in info.inputs
        ]

    def _show_list(self) -> None:
        info = self.context.case.model
        if info is not None and info.safety is not None:
            show_allow_list(info.safety.allow_list, self)

    def _show_safety(self, info: ModelInfo) -> None:
        report = info.safety
        self.findings.setVisible(report is not None)
        if report is None:
            self._verdict.setText(
                tr("Recorded scores: there is no model file that could do anything.")
            )
            return
        sign, heading = HEADINGS[report.light]
        reason = sentence(report.reason.code, report.reason.params)
        lines = [f"{sign} {tr(heading)}. {reason}"]
        if report.consent is not None and report.asks:
            lines.append(consented(report.consent))
        lines += sentences(report.notes)
        self._verdict.setText("\n".join(lines))
        self.findings.show_findings(report.findings)


class _Facts(QScrollArea):
    """Names and values in two columns; values are shown whole and can be copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._tokens: Tokens | None = None
        self._rows: list[tuple[str, str, bool]] = []

    def show_facts(self, rows: list[tuple[str, str, bool]]) -> None:
        """Show other facts."""
        self._rows = rows
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 8, 8, 8)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for place, (name, value, warns) in enumerate(rows):
            grid.addWidget(self._name(name), place, 0)
            text = f"⚠ {value}" if warns else value
            shown = WrappedText(text, self._colour("warning" if warns else "text"))
            shown.setAccessibleName(f"{name}: {value}")
            grid.addWidget(shown, place, 1)
        grid.setRowStretch(len(rows), 1)
        self.setWidget(page)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self._tokens = tokens
        self.viewport().setStyleSheet(f"background: {tokens.panel};")
        self.show_facts(self._rows)

    def _name(self, text: str) -> PlainLabel:
        label = PlainLabel(text)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        label.setStyleSheet(f"color: {self._colour('muted')};")
        return label

    def _colour(self, name: str) -> str:
        return getattr(self._tokens, name) if self._tokens is not None else "#808080"


def _table(header: list[str]) -> QTableWidget:
    table = text_table(header)
    table.verticalHeader().setDefaultSectionSize(24)
    return table


def _fill(table: QTableWidget, rows: list[list[str]]) -> None:
    table.setRowCount(len(rows))
    for place, row in enumerate(rows):
        for column, text in enumerate(row):
            item = QTableWidgetItem(text)
            item.setToolTip(literal(text))
            table.setItem(place, column, item)


def _listed(names: tuple[str, ...], most: int) -> str:
    shown = ", ".join(names[:most])
    left = len(names) - most
    if left <= 0:
        return shown
    return trn("{shown} and {n} more", "{shown} and {n} more", left, shown=shown)


def consented(consent: Consent) -> str:
    """Return when, with what and why the file was agreed to."""
    text = tr(
        "You agreed to open it on {date}, with version {version}.",
        date=consent.given[:10],
        version=consent.version,
    )
    if consent.reason:
        text += " " + tr("Reason: {reason}", reason=consent.reason)
    return text


def _steadiness(info: ModelInfo) -> str:
    if info.deterministic is None:
        return tr("not checked")
    return tr("yes") if info.deterministic else tr("no")


def _shown(value: Param) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return tr("not set") if value is None else str(value)


def _setting(value: Param) -> Cell:
    return ", ".join(value) if isinstance(value, tuple) else value


def _sandbox(info: ModelInfo) -> tuple[str, str, bool]:
    if words.is_recorded(info):
        return tr("Sandbox"), tr("not needed: no model is run"), False
    layers = ", ".join(info.sandbox)
    return tr("Sandbox"), layers or tr("none in force"), not layers
