"""What the program is, in which version, and with what it computes."""

from __future__ import annotations

import platform
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QMessageBox, QWidget

from engine.contracts.i18n import tr
from gui.services.program import program_version

if TYPE_CHECKING:
    from gui.context import AppContext


def about_text(context: AppContext) -> str:
    """Return the page as rich text."""
    facts = {"Python": platform.python_version(), "Qt": qVersion()}
    if context.engine.ready is not None:
        facts |= context.engine.ready.versions
    lines = (
        tr("See where a model fails, why, and how sure one can be."),
        tr("Free software under the Apache License 2.0."),
        ", ".join(f"{name} {value}" for name, value in facts.items()),
    )
    title = f"<p><b>Trasluz {escape(program_version())}</b></p>"
    return title + "".join(f"<p>{escape(line)}</p>" for line in lines)


def show_about_program(context: AppContext, parent: QWidget) -> None:
    """Open the page."""
    QMessageBox.about(parent, tr("About Trasluz"), about_text(context))
