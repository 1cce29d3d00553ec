"""How one value is written in a table: numbers, dates, texts, missing values."""

from __future__ import annotations

import math

import numpy as np

DAY = 86_400
MAX_DECIMALS = 4
LONGEST = 200
_GROUPED_FROM = 10_000


def decimals_of(values: np.ndarray) -> int:
    """Return how many decimals show a column's values, the same for all of them.

    Whole numbers get none. Others get as many as they are written with, at most
    four, and small ones as many as keep three significant digits.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0
    for decimals in range(MAX_DECIMALS):
        scaled = finite * 10.0**decimals
        if np.allclose(scaled, np.round(scaled), rtol=0, atol=1e-6):
            return decimals
    middle = float(np.median(np.abs(finite)))
    if middle >= 1 or middle == 0:
        return 2 if middle >= 100 else 3
    return min(MAX_DECIMALS + 4, 2 - math.floor(math.log10(middle)))


def number_text(value: float, decimals: int) -> str:
    """Return a number with the column's decimals; five digits on are grouped."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size >= 1e15 or 0 < size < 10.0 ** -(decimals + 1) / 2:
        return f"{value:.3e}".replace("-", "−")
    grouped = "," if size >= _GROUPED_FROM else ""
    return f"{value:{grouped}.{decimals}f}".replace("-", "−")


def date_text(seconds: float, *, days_only: bool) -> str:
    """Return a moment as ISO text, in UTC; without its clock where all are days."""
    text = str(np.datetime64(math.floor(seconds), "s"))
    return text[:-9] if days_only else text.replace("T", " ")


def percent_text(share: float) -> str:
    """Return a share in percent; near the ends never rounded to certainty."""
    if 0.995 < share < 1 or 0 < share < 0.005:
        return f"{math.floor(share * 1000) / 10:.1f} %" if share > 0.5 else "< 0.5 %"
    return f"{share * 100:.0f} %"


def one_line(text: str) -> str:
    """Return text as a table shows it: one line, no controls, not endless."""
    short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    if short.isprintable():
        return short
    return "".join(c if c.isprintable() else " " for c in short)
