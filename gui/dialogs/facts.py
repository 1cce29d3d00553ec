"""The facts behind *offline · sandboxed*, and about the program."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout

from engine.contracts.i18n import mark, tr
from engine.contracts.layers import missing
from gui.widgets.labels import RichLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gui.context import AppContext

_MEANING = {
    "landlock": mark(
        "file access by the kernel: no file outside its own exchange folder"
    ),
    "seccomp": mark(
        "system calls by the kernel: no sockets, no programs, no other processes"
    ),
    "rlimits": mark("limits on memory, open files and file size"),
    "no_new_privs": mark("no way to gain rights"),
    "parent-death signal": mark("it ends with the program, and cannot take that back"),
    "watchdog": mark("a process of ours ends it when the program ends"),
    "empty environment": mark("none of your environment variables"),
}


def facts_text(context: AppContext) -> str:
    """Return the page as rich text."""
    engine = context.engine
    layers = engine.host.sandbox if engine.host is not None else ()
    claim = tr("Trasluz never opens a network connection.")
    how = tr(
        "Window, engine and model process talk through pipes on this computer; "
        "telemetry of libraries is switched off before they are loaded."
    )
    heading = tr("Around the model process")
    lines = [
        f"<p>{escape(claim)} {escape(how)}</p>",
        f"<p><b>{escape(heading)}</b></p>",
    ]
    if layers:
        items = "".join(
            f"<li><b>{escape(layer)}</b> — {escape(_meaning(layer))}</li>"
            for layer in layers
        )
        lines.append(f"<ul>{items}</ul>")
        if gone := missing(layers):
            text = tr("Not in force on this computer: {layers}", layers=", ".join(gone))
            lines.append(f"<p>⚠ {escape(text)}</p>")
    else:
        text = tr("Nothing is known yet: no model process has come up.")
        lines.append(f"<p>{escape(text)}</p>")
    lines.append(
        "<p>"
        + escape(
            tr(
                "The model gets feature columns only: no target, no identifiers, "
                "no file names. No sandbox makes an arbitrary program harmless; it "
                "limits what one can do."
            )
        )
        + "</p>"
    )
    if engine.ready is not None:
        versions = ", ".join(f"{k} {v}" for k, v in engine.ready.versions.items())
        lines.append(f"<p>{escape(versions)}</p>")
    return "".join(lines)


def show_facts(context: AppContext, parent: QWidget) -> None:
    """Open the page."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("Offline and sandboxed"))
    text = RichLabel(facts_text(context))
    text.setWordWrap(True)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(text)
    column.addWidget(buttons)
    dialog.setMinimumWidth(520)
    dialog.open()


def _meaning(layer: str) -> str:
    for name, meaning in _MEANING.items():
        if layer.startswith(name):
            return tr(meaning)
    return ""
