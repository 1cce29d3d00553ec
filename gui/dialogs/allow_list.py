"""The list of vetted names, for whoever wants to check what *vetted* means."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from gui.services.literal import literal
from gui.widgets.labels import PlainLabel

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "allow_list"
USES = {
    "name": mark("named"),
    "new": mark("made"),
    "call": mark("called"),
}


def rows(version: str) -> list[list[str]]:
    """Return name, format, use and remark of everything on (or kept off) a list."""
    listed = json.loads((FOLDER / f"{version}.json").read_text(encoding="utf-8"))
    remarks = {**listed["native"], **listed["reviewed"]}
    found = [
        [
            name,
            tr("pickle"),
            ", ".join(tr(USES[use]) for use in uses),
            remarks.get(name, ""),
        ]
        for name, uses in listed["globals"].items()
    ]
    found += [
        [name, "skops", ", ".join(loaders), ""]
        for name, loaders in listed["skops"].items()
    ]
    found += [
        [name, tr("pickle"), tr("kept off the list"), why]
        for name, why in listed["excluded"].items()
    ]
    return found


def show_allow_list(version: str, parent: QWidget | None = None) -> QDialog:
    """Open a window with the list of vetted names."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("Vetted names, list {version}", version=version))
    content = rows(version)
    about = PlainLabel(
        tr(
            "The exact names that fitted models of the installed libraries consist "
            "of, and what legitimate files do with them. Anything else is unknown."
        )
    )
    about.setWordWrap(True)
    search = QLineEdit(placeholderText=tr("Filter by name"))
    search.setAccessibleName(tr("Filter by name"))
    search.setClearButtonEnabled(True)
    table = _table(content)

    def filter_rows(text: str) -> None:
        for place, row in enumerate(content):
            hidden = text.casefold() not in " ".join(row).casefold()
            table.setRowHidden(place, hidden)

    search.textChanged.connect(filter_rows)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    for part in (about, search, table, buttons):
        column.addWidget(part)
    dialog.resize(760, 520)
    dialog.open()
    return dialog


def _table(content: list[list[str]]) -> QTableWidget:
    table = QTableWidget(len(content), 4)
    table.setAccessibleName(tr("Vetted names"))
    table.setHorizontalHeaderLabels(
        [tr("Name"), tr("In"), tr("Legitimate files"), tr("Remark")]
    )
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(22)
    for place, row in enumerate(content):
        for column, text in enumerate(row):
            item = QTableWidgetItem(text)
            item.setToolTip(literal(text))
            table.setItem(place, column, item)
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column in (1, 2):
        head.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    head.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
    return table
