"""Seconds left, in words a person would use."""

from __future__ import annotations

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers

MINUTE, HOUR = 60, 3600


def time_left(seconds: float | None) -> str:
    """Return ``6 s left``, ``3 min left`` or nothing where it is not known."""
    if seconds is None:
        return ""
    if seconds < MINUTE:
        return tr("{n} s left", n=max(1, round(seconds)))
    if seconds < HOUR:
        return tr("{n} min left", n=round(seconds / MINUTE))
    return tr("{n} h left", n=numbers.fixed(seconds / HOUR, 1))
