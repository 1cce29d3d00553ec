"""Text whose figures stay with their signs where lines are broken."""

from __future__ import annotations

import re

_SPLIT = re.compile(
    r"(?<=\d) (?=%|: \d)"  # 8.6 %, the left of 72 : 28
    r"|(?<=\d :) (?=\d)"
    r"|(?<=[≥≤<>=±≈]) (?=\d)"
)


def unbroken(text: str) -> str:
    """Return text in which "8.6 %", "72 : 28" and "≥ 0.5" are never parted."""
    return _SPLIT.sub("\u00a0", text)
