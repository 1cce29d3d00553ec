"""The line under a panel: what its figures rest on, and whether they are the last."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from engine.contracts.i18n import tr
from gui.widgets.labels import PlainLabel

STOP, CONTINUE = "stop", "continue"


class PanelFoot(QWidget):
    """A badge, and a button to stop work whose first figures are shown, or go on."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel-foot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # its line is drawn
        self.badge = PlainLabel()
        self.badge.setObjectName("panel-badge")
        self.badge.setWordWrap(False)
        ignored, preferred = QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        self.badge.setSizePolicy(ignored, preferred)  # long texts are cut, not obeyed
        self._offers = ""
        self.button = QToolButton()
        self.button.setAutoRaise(True)
        self.button.clicked.connect(lambda: self.pressed.emit(self._offers))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.badge, 1)
        row.addWidget(self.button)
        self.offer("")

    def offer(self, what: str) -> None:
        """Offer to stop (:data:`STOP`), to go on (:data:`CONTINUE`), or nothing."""
        self._offers = what
        words = {STOP: tr("Stop"), CONTINUE: tr("Continue")}
        self.button.setText(words.get(what, ""))
        self.button.setVisible(bool(what))
