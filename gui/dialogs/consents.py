"""Which model files this person agreed to open, and the way to withdraw that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.consent import Consent, Consents
from engine.contracts.i18n import tr
from engine.contracts.requests import ListConsents, WithdrawConsent
from gui.services.literal import literal
from gui.widgets.labels import PlainLabel
from gui.widgets.text_table import text_table

if TYPE_CHECKING:
    from engine.contracts.results import Result
    from gui.context import AppContext

SHORT_HASH = 12


class ConsentsDialog(QDialog):
    """A row for each consent; the chosen one can be withdrawn."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Consents"))
        self._context = context
        self._kept: tuple[Consent, ...] = ()
        self._is_open = True  # an answer may come after it was closed
        self.finished.connect(self._close)
        self._about = _plain("")
        self.table = _table()
        self.table.itemSelectionChanged.connect(self._chosen)
        self.withdraw_button = QPushButton(tr("Withdraw"))
        self.withdraw_button.setEnabled(False)
        self.withdraw_button.setAutoDefault(False)
        self.withdraw_button.clicked.connect(self._withdraw)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(
            self.withdraw_button, QDialogButtonBox.ButtonRole.DestructiveRole
        )
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for part in (self._about, self.table, buttons):
            column.addWidget(part)
        self.resize(760, 360)
        context.engine.submit(
            ListConsents(), on_result=self._show, on_error=context.notify.error
        )

    def _show(self, result: Result) -> None:
        if not isinstance(result, Consents) or not self._is_open:
            return
        self._kept = result.kept
        self._about.setText(
            tr(
                "Files that you agreed to open on this computer. A file that is "
                "withdrawn asks again. They are kept in {folder}.",
                folder=result.folder,
            )
            if result.kept
            else tr("You have not agreed to open any file yet.")
        )
        self.table.setRowCount(len(result.kept))
        for place, consent in enumerate(result.kept):
            for column, text in enumerate(_cells(consent)):
                item = QTableWidgetItem(text)
                item.setToolTip(literal(consent.sha256 if column == 1 else text))
                self.table.setItem(place, column, item)
        self.table.clearSelection()

    def _close(self) -> None:
        self._is_open = False

    def _chosen(self) -> None:
        self.withdraw_button.setEnabled(bool(self.table.selectedItems()))

    def _withdraw(self) -> None:
        chosen = self._kept[self.table.currentRow()].sha256

        def done(result: Result) -> None:
            self._show(result)
            self._context.case.withdrawn(chosen)

        self._context.engine.submit(
            WithdrawConsent(sha256=chosen),
            on_result=done,
            on_error=self._context.notify.error,
        )


def show_consents(context: AppContext, parent: QWidget) -> QDialog:
    """Open the list."""
    dialog = ConsentsDialog(context, parent)
    dialog.open()
    return dialog


def _cells(consent: Consent) -> list[str]:
    held = tr("yes") if consent.holds else tr("no: version {v}", v=consent.version)
    return [
        consent.name,
        consent.sha256[:SHORT_HASH],
        consent.given[:10],
        held,
        consent.reason,
    ]


def _table() -> QTableWidget:
    table = text_table([tr("File"), "SHA-256", tr("Given"), tr("Holds"), tr("Reason")])
    table.setAccessibleName(tr("Consents"))
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    return table


def _plain(text: str) -> PlainLabel:
    label = PlainLabel(text)
    label.setWordWrap(True)
    return label
