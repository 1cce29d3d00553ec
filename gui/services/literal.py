"""Texts of files, shown as they are where Qt would read them as something else."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt

from engine.contracts.printable import OWN, printable, shortened

_LONGEST_TIP = 2_000
_LONGEST_TITLE = 120
_BROKEN_FROM = 120  # Qt breaks the lines of rich text alone


def literal(text: str) -> str:
    """Return a tooltip that shows a text as it stands, or its beginning.

    Qt takes a tooltip for HTML as soon as a tag stands in it, and a column may be
    called ``<b>``.
    """
    shown = printable(shortened(text, _LONGEST_TIP), OWN)
    narrow = all(len(line) < _BROKEN_FROM for line in shown.split("\n"))
    if narrow and not Qt.mightBeRichText(shown):
        return shown
    return f"<p>{escape(shown)}</p>".replace("\n", "<br>")


def literal_title(text: str) -> str:
    r"""Return the title of a button or of an entry in a menu that shows a text.

    There Qt takes ``&`` for the mark of a shortcut and what stands behind a tabulator
    for its keys; a title has one line.

    Examples
    --------
    >>> literal_title("R&D\t2")
    'R&&D 2'
    """
    line = " ".join(shortened(text, 4 * _LONGEST_TITLE).split())
    return printable(shortened(line, _LONGEST_TITLE)).replace("&", "&&")
