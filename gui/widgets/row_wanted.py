"""What is about one row, or how to choose one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from engine.contracts.i18n import tr
from gui.widgets.labels import PlainLabel


class RowWanted(QStackedWidget):
    """A part of a panel that stays out of sight until a row is current.

    Empty axes and boxes with nothing to choose would look like a failure.
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self.said, self.advice = PlainLabel(), PlainLabel()
        self._page = QWidget()
        column = QVBoxLayout(self._page)
        column.addStretch(1)
        for label in (self.said, self.advice):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch(1)
        self.advice.setForegroundRole(self.advice.foregroundRole().PlaceholderText)
        self.addWidget(content)
        self.addWidget(self._page)
        self.want(wanted=False)

    @property
    def wanted(self) -> bool:
        """Whether a row is asked for."""
        return self.currentWidget() is self._page

    def want(self, *, wanted: bool) -> None:
        """Ask for a row, or show what is about it."""
        self.said.setText(tr("No row selected."))
        self.advice.setText(
            tr("Click a row in a table, or a point in a plot, to explain it here.")
        )
        self.setCurrentWidget(self._page if wanted else self._content)

    def follow(self, row: int | None, *, known: bool, needed: bool = True) -> None:
        """Ask for a row where one is needed, or wait for what is not known of it."""
        if row is None or known or not needed:
            self.want(wanted=needed and row is None)
        else:
            self.wait(row)

    def wait(self, row: int) -> None:
        """Say that a row's explanation is on its way."""
        self.said.setText(tr("Row {row} is being explained.", row=row))
        self.advice.clear()
        self.setCurrentWidget(self._page)
