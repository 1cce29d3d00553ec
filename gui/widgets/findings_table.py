"""What was found in a model file: a table that can be filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QColor,
    QFont,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import mark, tr, trn
from engine.contracts.messages import sentence
from engine.contracts.model import SafetyFinding, Verdict
from gui.services.literal import literal
from gui.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gui.services.theme import Tokens

Index = QModelIndex | QPersistentModelIndex
COLUMNS = (mark("Verdict"), mark("Kind"), mark("Name"), mark("What it is for"))
SIGNS = {
    Verdict.DANGEROUS: ("✕", mark("dangerous")),
    Verdict.UNKNOWN: ("?", mark("unknown")),
    Verdict.NOT_UNDERSTOOD: ("…", mark("not understood")),
    Verdict.VETTED: ("✓", mark("vetted")),
}
SEVERITY = {verdict: place for place, verdict in enumerate(SIGNS)}
KINDS = {
    "global": mark("name"),
    "argument": mark("argument"),
    "native": mark("booster"),
    "structure": mark("structure"),
    "skops_type": mark("type"),
    "onnx_operator": mark("operator"),
    "external_data": mark("other file"),
    "archive_member": mark("member"),
    "keras_class": mark("layer"),
    "array": mark("array"),
    "format": mark("format"),
}
KIND, NAME, REASON = 1, 2, 3
_REASONS_FROM, _KINDS_FROM = 560, 400


class FindingsModel(QAbstractTableModel):
    """Findings, the worst first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[SafetyFinding] = []
        self._warning = QColor()
        self._muted = QColor()

    def show(self, findings: Iterable[SafetyFinding]) -> None:
        """Show other findings."""
        self.beginResetModel()
        self._rows = sorted(
            findings, key=lambda f: (SEVERITY[f.verdict], f.what, f.name)
        )
        self.endResetModel()

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self._warning = QColor(tokens.warning)
        self._muted = QColor(tokens.muted)

    def finding(self, row: int) -> SafetyFinding:
        """Return one finding."""
        return self._rows[row]

    def cells(self, row: int) -> list[str]:
        """Return the texts of one row."""
        finding = self._rows[row]
        sign, word = SIGNS[finding.verdict]
        note = finding.note
        return [
            f"{sign} {tr(word)}",
            tr(KINDS.get(finding.what, finding.what)),
            finding.name,
            sentence(note.code, note.params) if note is not None else "",
        ]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        """Return the number of findings."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a heading."""
        horizontal = orientation is Qt.Orientation.Horizontal
        if horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cells(index.row())[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return literal("\n".join(c for c in self.cells(index.row()) if c))
        vetted = self._rows[index.row()].verdict is Verdict.VETTED
        if role == Qt.ItemDataRole.ForegroundRole:
            if not vetted and index.column() == 0:
                return self._warning
            return self._muted if index.column() != NAME else None
        if role == Qt.ItemDataRole.FontRole and index.column() == NAME and not vetted:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return None


class _Filter(QSortFilterProxyModel):
    """Rows that hold a text, perhaps only those that are not vetted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.only_odd = False
        self.text = ""

    def set_filter(self, text: str, only_odd: bool) -> None:
        """Filter anew."""
        self.text, self.only_odd = text.casefold(), only_odd
        self.invalidate()

    def filterAcceptsRow(self, row: int, _parent: Index) -> bool:
        """Return whether a row is shown."""
        model = self.sourceModel()
        assert isinstance(model, FindingsModel)
        odd = model.finding(row).verdict is not Verdict.VETTED
        if self.only_odd and not odd:
            return False
        return self.text in " ".join(model.cells(row)).casefold()


class FindingsTable(QWidget):
    """The findings with a search field; everything is shown as plain text.

    ``list_wanted`` asks for the list of vetted names to be shown.
    """

    list_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = FindingsModel(self)
        self.filter = _Filter(self)
        self.filter.setSourceModel(self.model)
        self.search = QLineEdit(placeholderText=tr("Filter by name"))
        self.search.setAccessibleName(tr("Filter by name"))
        self.search.setClearButtonEnabled(True)
        self.which = QComboBox()
        self.which.addItems([tr("All"), tr("Not vetted")])
        self.which.setAccessibleName(tr("Which findings"))
        self.count = PlainLabel()
        self.list_button = QToolButton()
        self.list_button.setText(tr("Vetted names…"))
        self.list_button.setToolTip(
            tr("Show the list that the findings are compared with")
        )
        self.list_button.clicked.connect(self.list_wanted)
        self.table = QTableView()
        self.table.setAccessibleName(tr("Findings"))
        self.table.setModel(self.filter)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        copy = QAction(tr("Copy"), self.table)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        self.table.addAction(copy)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._lay_out()
        self.search.textChanged.connect(self._refilter)
        self.which.currentIndexChanged.connect(self._refilter)

    def _lay_out(self) -> None:
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setDefaultSectionSize(24)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        row.addWidget(self.which)
        below = QHBoxLayout()
        below.addWidget(self.count)
        below.addStretch(1)
        below.addWidget(self.list_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addLayout(below)
        column.addWidget(self.table, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave names their room: what else is said of them is in their tips."""
        super().resizeEvent(event)
        self.table.setColumnHidden(REASON, self.width() < _REASONS_FROM)
        self.table.setColumnHidden(KIND, self.width() < _KINDS_FROM)

    def copy(self) -> None:
        """Put the chosen findings, whole, on the clipboard."""
        chosen = self.table.selectionModel().selectedRows()
        lines = [
            "\t".join(self.model.cells(self.filter.mapToSource(index).row()))
            for index in sorted(chosen, key=lambda index: index.row())
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def show_findings(self, findings: Iterable[SafetyFinding]) -> None:
        """Show other findings."""
        self.model.show(findings)
        self._refilter()

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        self.model.apply_theme(tokens)
        self.count.setStyleSheet(f"color: {tokens.muted};")
        self.table.setStyleSheet(
            f"QTableView {{ background: {tokens.panel}; color: {tokens.text};"
            f" border: 1px solid {tokens.line};"
            f" selection-background-color: {tokens.accent_soft};"
            f" selection-color: {tokens.text}; }}"
            f"QHeaderView::section {{ background: {tokens.panel};"
            f" color: {tokens.muted}; border: none;"
            f" border-bottom: 1px solid {tokens.line}; padding: 4px 3px; }}"
        )

    def _refilter(self) -> None:
        self.filter.set_filter(self.search.text(), self.which.currentIndex() == 1)
        shown = self.filter.rowCount()
        total = self.model.rowCount()
        text = trn("{n} finding", "{n} findings", total)
        if shown != total:
            text = tr("{shown} of {text}", shown=shown, text=text)
        self.count.setText(text)
