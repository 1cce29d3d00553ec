"""A line under the case bar: what happened, what to do, an offer, details, close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from engine.contracts.i18n import tr
from gui.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable

    from gui.context import AppContext
    from gui.services.notify import Notice


class NoticeBar(QWidget):
    """Shows the last notice until it is closed."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._details = ""
        self._taken: Callable[[], object] | None = None
        self.setObjectName("notice-bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = PlainLabel()
        self.text.setWordWrap(True)
        self.text.setAccessibleName(tr("Notice"))
        self._copy = QPushButton(tr("Copy details"))
        self._copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self._details)
        )
        self.offer = QPushButton()
        self.offer.clicked.connect(self._take)
        self._close = QToolButton()
        self._close.setAccessibleName(tr("Close"))
        self._close.setToolTip(tr("Close"))
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self.text, 1)
        row.addWidget(self.offer)
        row.addWidget(self._copy)
        row.addWidget(self._close)
        context.notify.raised.connect(self.show_notice)
        context.theme.changed.connect(self._retheme)
        self._retheme()
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        """Show a notice in place of the one before."""
        self._details = notice.details
        self.text.setText(f"{notice.text} {notice.advice}".strip())
        self._copy.setVisible(bool(notice.details))
        self._taken = notice.taken
        self.offer.setText(notice.offer)
        self.offer.setVisible(notice.taken is not None)
        self.setProperty("level", notice.level)
        self._retheme()
        self.show()

    def _take(self) -> None:
        self.hide()
        if self._taken is not None:
            self._taken()

    def _retheme(self) -> None:
        theme = self._context.theme
        tokens = theme.tokens
        self._close.setIcon(theme.icon("close"))
        quiet = self.property("level") == "info"
        edge = tokens.accent if quiet else tokens.warning
        self.setStyleSheet(
            f"#notice-bar {{ background: {tokens.panel};"
            f" border-bottom: 1px solid {tokens.line};"
            f" border-left: 4px solid {edge}; }}"
        )
