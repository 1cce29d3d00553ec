"""What stands round a panel's body: title, buttons, reading, badge; a page instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import tr
from gui.services.literal import literal
from gui.widgets.labels import PlainLabel
from gui.widgets.panel_foot import PanelFoot
from gui.widgets.reading import Reading
from gui.widgets.state_page import StatePage

if TYPE_CHECKING:
    from gui.services.theme import Theme


@dataclass(frozen=True, kw_only=True)
class About:
    """What a method shows, how to read it, when it misleads, and its source."""

    what: str
    how: str
    misleads: str = ""
    source: str = ""


class PanelFrame(QWidget):
    """Holds the body of a panel, or a page that says why there is none.

    A subclass names itself by ``ID``, ``TITLE`` and ``ABOUT``, makes the body, and
    calls ``_build_frame`` once it is ready for that.
    """

    ID: ClassVar[str]
    TITLE: ClassVar[str]
    TAB: ClassVar[str] = ""  # a shorter title where it shares a row with others
    ABOUT: ClassVar[About]

    def build_body(self) -> QWidget:
        """Return the plot or table with its few controls."""
        raise NotImplementedError

    def open_button(self, name: str) -> None:
        """Open what a button of the head is for: table, export, about or more."""
        raise NotImplementedError

    @property
    def body(self) -> QWidget:
        """The plot or table with its few controls."""
        return self._body

    def _build_frame(self) -> None:
        self._title = PlainLabel(tr(self.TITLE))
        self._title.setObjectName("panel-title")
        self._reading = Reading()
        self._reading.setObjectName("panel-reading")
        self._reading.setAccessibleName(tr("Reading"))
        self._reading.hide()
        self._foot = PanelFoot()
        self._badge = self._foot.badge
        self._page = StatePage()
        self._body = self.build_body()

        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self._title)
        head.addStretch(1)
        self._buttons: dict[str, QToolButton] = {}
        for icon, name in (
            ("table", tr("View as table")),
            ("export", tr("Export")),
            ("about", tr("About this method")),
            ("more", tr("More")),
        ):
            button = QToolButton()
            button.setToolTip(literal(name))
            button.setAccessibleName(name)
            button.setAutoRaise(True)
            button.clicked.connect(lambda _checked, name=icon: self.open_button(name))
            head.addWidget(button)
            self._buttons[icon] = button

        self._stack = QStackedLayout()
        self._stack.addWidget(self._page)
        self._stack.addWidget(self._body)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._reading)
        column.addLayout(self._stack, 1)
        column.addWidget(self._foot)

    def _show_body(self, *, ready: bool) -> None:
        """Show the body if it is ready, else the page; only then it can be exported."""
        self._stack.setCurrentWidget(self._body if ready else self._page)
        for icon, button in self._buttons.items():
            button.setEnabled(ready or icon in {"about", "more"})

    def _style_frame(self, theme: Theme) -> None:
        for icon, button in self._buttons.items():
            button.setIcon(theme.icon(icon))
        tokens = theme.tokens
        self.setStyleSheet(
            f"#panel-{self.ID} {{ background: {tokens.panel};"
            f" border: 1px solid {tokens.line}; }}"
            f"#panel-title {{ font-weight: 600; color: {tokens.text}; }}"
            f"#panel-foot {{ border-top: 1px solid {tokens.line}; }}"
            f"#panel-badge {{ color: {tokens.muted}; font-size: 11px;"
            f" padding: 5px 0 6px 0; }}"
            f"#panel-foot QToolButton {{ color: {tokens.accent}; font-size: 11px; }}"
        )
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
