"""How a file is read: shown as it was found out, and editable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.dataset import ReadOptions
from engine.contracts.i18n import tr
from gui.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from engine.contracts.dataset import Source

_SEPARATORS = {",": ",", ";": ";", "|": "|", "\t": "tab"}
_MOST_LINES = 1_000_000
_ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16")


class ReadingOptions(QDialog):
    """Separator, decimal sign, quotes, encoding, header, sheet, dates, missing.

    Parameters
    ----------
    refused
        Whether it is a text that could not be read: what is not known of it may be
        left to the file.
    """

    def __init__(
        self, source: Source, parent: QWidget, *, refused: bool = False
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("How the file is read"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        found = source.options
        self._found = found
        self._text = refused or found.separator is not None
        self._untold = tr("detected from the file")
        self.separator, self.decimal = QComboBox(), QComboBox()
        self.encoding = QComboBox(editable=True)
        for box, known in (
            (self.separator, found.separator),
            (self.decimal, found.decimal),
            (self.encoding, found.encoding),
        ):
            if refused and known is None:
                box.addItem(self._untold, None)
        for sign, name in _SEPARATORS.items():
            self.separator.addItem(name, sign)
        if found.separator is not None and found.separator not in _SEPARATORS:
            self.separator.addItem(found.separator, found.separator)
        self.separator.setCurrentIndex(max(0, self.separator.findData(found.separator)))
        for sign in (".", ","):
            self.decimal.addItem(sign, sign)
        self.decimal.setCurrentIndex(max(0, self.decimal.findData(found.decimal)))
        self.quote = QComboBox()
        for sign in ('"', "'"):
            self.quote.addItem(sign, sign)
        self.quote.addItem(tr("no sign"), "")
        self.quote.setCurrentIndex(
            max(0, self.quote.findData('"' if found.quote is None else found.quote))
        )
        self.day_first = QComboBox()
        self.day_first.addItem(tr("detected from the dates"), None)
        self.day_first.addItem(tr("day first (31/12/2024)"), True)
        self.day_first.addItem(tr("month first (12/31/2024)"), False)
        self.day_first.setCurrentIndex((None, True, False).index(found.day_first))
        self.separated = QComboBox()
        self.separated.addItem(tr("numbers, where all of a column are"), None)
        self.separated.addItem(tr("numbers, also those that may be codes"), True)
        self.separated.addItem(tr("texts"), False)
        self.separated.setCurrentIndex((None, True, False).index(found.separated))
        self.encoding.addItems(_ENCODINGS)
        self.encoding.setCurrentText(found.encoding or self.encoding.itemText(0))
        self.header = QCheckBox(tr("the file holds the names of the columns"))
        self.header.setChecked(found.header is not False)
        self.header_line, self.first_line = QSpinBox(), QSpinBox()
        for spin, line, unset in (
            (self.header_line, found.header_line, tr("detected")),
            (self.first_line, self._rows_said(), tr("below the names")),
        ):
            spin.setRange(0, _MOST_LINES)
            spin.setSpecialValueText(unset)  # of nought
            spin.setValue(line or 0)
        self.header_line.setEnabled(self.header.isChecked())
        self.header.toggled.connect(self.header_line.setEnabled)
        self.header_line.valueChanged.connect(lambda: self.first_line.setValue(0))
        self.sheet = QComboBox()
        self.sheet.addItems(source.sheets)
        self.sheet.setCurrentText(found.sheet or "")
        for box in (self.separator, self.quote, self.encoding, self.sheet):
            # what was found where is of the table as it was read before
            box.currentIndexChanged.connect(lambda: self.header_line.setValue(0))
        self.missing = QLineEdit()
        self.missing.setPlaceholderText(tr("the usual ones, such as NA, ? or nothing"))
        if found.missing_tokens is not None:
            self.missing.setText(", ".join(found.missing_tokens))
        text = self._text
        form = QFormLayout()
        file = PlainLabel(source.path)
        form.addRow(tr("File"), file)
        for label, widget, shown in (
            (tr("Cells are separated by"), self.separator, text),
            (tr("Decimal sign"), self.decimal, text),
            (tr("Cells may be quoted by"), self.quote, text),
            (tr("Encoding"), self.encoding, text),
            ("", self.header, text or bool(source.sheets)),
            (tr("Names are in line"), self.header_line, text or bool(source.sheets)),
            (tr("Rows begin in line"), self.first_line, text or bool(source.sheets)),
            (tr("Sheet"), self.sheet, bool(source.sheets)),
            (tr("Dates are written"), self.day_first, text or bool(source.sheets)),
            (tr("1,234.5 and 12 % are"), self.separated, text or bool(source.sheets)),
            (tr("Missing values are written"), self.missing, text),
        ):
            if shown:
                form.addRow(label, widget)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Read again"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(buttons)
        self.setMinimumWidth(460)

    def options(self) -> ReadOptions:
        """Return what was chosen."""
        if not self._text:
            return ReadOptions(
                sheet=self.sheet.currentText() or None,
                **self._lines(),
                day_first=self.day_first.currentData(),
                separated=self.separated.currentData(),
            )
        encoding = self.encoding.currentText()
        tokens = [t.strip() for t in self.missing.text().split(",") if t.strip()]
        return ReadOptions(
            format=self._found.format,
            separator=self.separator.currentData(),
            decimal=self.decimal.currentData(),
            quote=self.quote.currentData(),
            day_first=self.day_first.currentData(),
            separated=self.separated.currentData(),
            encoding=None if encoding == self._untold else encoding,
            **self._lines(),
            missing_tokens=("", *tokens) if tokens else None,
        )

    def _rows_said(self) -> int | None:
        """Return the line in which the rows begin where it is not the next one."""
        found = self._found
        if found.first_line is None or found.first_line == (found.header_line or 0) + 1:
            return None
        return found.first_line

    def _lines(self) -> dict[str, Any]:
        named = self.header.isChecked()
        return {
            "header": named,
            "header_line": (self.header_line.value() or None) if named else None,
            "first_line": self.first_line.value() or None,
        }
