"""Rich text whose figures stay with their signs where lines are broken."""

from __future__ import annotations

import re

_SPLIT = re.compile(
    r"(?<=\d) (?=%|: \d)"  # 8.6 %, the left of 72 : 28
    r"|(?<=\d :) (?=\d)"
    r"|(?<=[≥≤<>=±≈]) (?=\d)"
)


def unbroken(text: str) -> str:
    """Return text in which "8.6 %", "72 : 28" and "≥ 0.5" are never parted.

    Qt's rich text makes ordinary spaces of narrow no-break ones; of those as wide as
    a space it does not.
    """
    return _SPLIT.sub("\u00a0", text).replace("\u202f", "\u00a0")
