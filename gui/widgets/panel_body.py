"""What the bodies of panels have in common: a column, and a line of words in it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.widgets.labels import PlainLabel


def column_body() -> tuple[QWidget, QVBoxLayout]:
    """Return the body of a panel, and the column that its parts stand in."""
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 2, 4, 6)
    column.setSpacing(6)
    return body, column


def line_of_words() -> PlainLabel:
    """Return an empty line for what is said below a picture."""
    label = PlainLabel()
    label.setWordWrap(True)
    return label
