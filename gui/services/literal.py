"""Texts of files, shown as they are where Qt would read them as HTML."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt


def literal(text: str) -> str:
    """Return a tooltip that shows a text as it stands.

    Qt takes a tooltip for HTML as soon as a tag stands in it, and a column may be
    called ``<b>``.
    """
    if not Qt.mightBeRichText(text):
        return text
    return f"<p>{escape(text)}</p>".replace("\n", "<br>")
