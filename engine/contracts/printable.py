"""Texts of files without what would steer a terminal or turn a line about.

Control characters and escape sequences, marks that turn the direction of writing,
marks of no width and halves of characters are no letters: each is shown as U+FFFD, so
that two names that differ only in them do not look alike.
"""

from __future__ import annotations

# What our own sentences hold beside letters: spaces that do not break, and the breaks
# between lines and columns.
OWN = "\n\t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"


def printable(text: str, keep: str = "") -> str:
    r"""Return text with U+FFFD for every character that is none to be seen.

    Parameters
    ----------
    keep
        Characters that stay although they are none.

    Examples
    --------
    >>> printable("a\x1b[31mb") == "a\ufffd[31mb"
    True
    """
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in keep else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def shortened(text: str, longest: int) -> str:
    """Return a text that is no longer than that; what is left out is a ``…``."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
