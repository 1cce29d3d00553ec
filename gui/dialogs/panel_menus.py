"""What the buttons of a panel's head open: more to do with it, and ways out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QDockWidget, QMenu

from engine.contracts.i18n import tr
from engine.contracts.readings.row_names import row_text
from gui.dialogs.export import copy_picture, save_picture, save_table
from gui.widgets.badge import badge_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QToolButton

    from gui.panel import Panel


def open_more(panel: Panel, button: QToolButton) -> None:
    """Offer to compute again, to keep the reading, and to move or hide the panel."""
    menu = new_menu(panel)
    menu.addAction(tr("Compute again"), panel.ask)
    keep = menu.addAction(tr("Keep as a note"), lambda: keep_note(panel))
    keep.setEnabled(bool(panel.reading_now()))
    dock = panel.parentWidget()
    if isinstance(dock, QDockWidget):
        floats = dock.isFloating()
        text = tr("Dock in the window") if floats else tr("Float")
        menu.addAction(text, lambda: dock.setFloating(not floats))
        menu.addAction(tr("Hide this panel"), dock.hide)
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))


def open_export(panel: Panel, button: QToolButton) -> None:
    """Offer the panel as a picture or a table."""
    menu = new_menu(panel)
    add_exports(menu, panel)
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))


def add_exports(menu: QMenu, panel: Panel) -> None:
    """Offer to copy the picture, and to save it or the table."""
    menu.addAction(tr("Copy picture"), lambda: copy_picture(panel))
    menu.addAction(tr("Save picture…"), lambda: save_picture(panel))
    menu.addAction(tr("Save table…"), lambda: save_table(panel, panel.as_table()))


def keep_note(panel: Panel) -> None:
    """Put the reading, with what it was computed on, among the case's notes."""
    case = panel.context.case
    told = QTextDocumentFragment.fromHtml(panel.reading_now()).toPlainText()
    provenance = getattr(panel.result, "provenance", None)
    about = tr(panel.TITLE)
    if provenance is not None and provenance.sampling == "row":
        row = row_text(case.current_row or 0, provenance)
        about = tr("{title}, row {row}", title=about, row=row)
    case.add_note("\n".join(filter(None, (about, told, badge_of(provenance)))))
    panel.context.notify.info(tr("Kept among the notes."))


def new_menu(panel: Panel) -> QMenu:
    """Return an empty menu that goes when it is closed."""
    menu = QMenu(panel)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu
