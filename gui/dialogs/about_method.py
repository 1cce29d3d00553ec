"""What a panel shows, how to read it, when it misleads, and where it is from."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout

from engine.contracts.i18n import tr
from gui.widgets.labels import RichLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def about_text(about: Any) -> str:
    """Return the page as rich text."""
    parts = (
        (tr("What it shows"), about.what),
        (tr("How to read it"), about.how),
        (tr("When it misleads"), about.misleads),
        (tr("Source"), about.source),
    )
    return "".join(
        f"<p><b>{escape(title)}</b><br>{escape(tr(text))}</p>"
        for title, text in parts
        if text
    )


def show_about(panel: QWidget) -> None:
    """Open the page about a panel's method."""
    dialog = QDialog(panel)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("About: {title}", title=panel.accessibleName()))
    text = RichLabel(about_text(panel.ABOUT))  # type: ignore[attr-defined]
    text.setWordWrap(True)
    text.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(text)
    column.addStretch(1)
    column.addWidget(buttons)
    dialog.setMinimumWidth(420)
    dialog.open()
