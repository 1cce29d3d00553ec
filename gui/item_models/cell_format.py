"""How one value is written in a table: numbers, dates, texts, missing values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from engine.contracts.i18n import written

DAY = 86_400
MAX_DECIMALS = 4
LONGEST = 200
_GROUPED_FROM = 10_000
_WHOLE = 1e-6  # numbers nearer than this to a whole one count as whole


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of one column are written, the same for all of them."""

    decimals: int = 0
    grouped: bool = False

    @classmethod
    def of(cls, values: np.ndarray, largest: float | None = None) -> NumberFormat:
        """Return the format that suits some of a column's values.

        Thousands are grouped where the largest value of the column has five
        digits, so that years and short codes stay as they are.
        """
        if largest is None:
            finite = values[np.isfinite(values)]
            largest = float(np.abs(finite).max()) if len(finite) else 0.0
        return cls(decimals_of(values), largest >= _GROUPED_FROM)

    def text(self, value: float) -> str:
        """Return a number as text."""
        if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        size = abs(value)
        if size >= 1e15 or 0 < size < 10.0 ** -(self.decimals + 1) / 2:
            return written(f"{value:.3e}")
        comma = "," if self.grouped else ""
        return written(f"{value:{comma}.{self.decimals}f}")


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
        if np.abs(scaled - np.round(scaled)).max() <= _WHOLE:
            return decimals
    # the upper median: np.median would bring in all of numpy.ma, 26 ms at first use
    half = len(finite) // 2
    middle = float(np.partition(np.abs(finite), half)[half])
    if middle >= 1 or middle == 0:
        return 2 if middle >= 100 else 3
    return min(MAX_DECIMALS + 4, 2 - math.floor(math.log10(middle)))


def date_text(seconds: float, *, days_only: bool) -> str:
    """Return a moment as ISO text, in UTC; without its clock where all are days."""
    text = str(np.datetime64(math.floor(seconds), "s"))
    return text[:-9] if days_only else text.replace("T", " ")


def moment(seconds: float) -> date | str | None:
    """Return a day, a moment of a day, or outside the years 1 to 9999 its text."""
    if math.isnan(seconds):
        return None
    days, left = divmod(seconds, DAY)
    try:
        day = date(1970, 1, 1) + timedelta(days=int(days))
    except OverflowError:
        return date_text(seconds, days_only=False)
    if not left:
        return day
    return datetime(day.year, day.month, day.day) + timedelta(seconds=left)


def percent_text(share: float) -> str:
    """Return a share in percent; near the ends never rounded to certainty."""
    if 0.995 < share < 1 or 0 < share < 0.005:
        if share < 0.5:
            return "< " + written("0.5 %")
        return written(f"{math.floor(share * 1000) / 10:.1f} %")
    return written(f"{share * 100:.0f} %")


def one_line(text: str) -> str:
    """Return text as a table shows it: one line, no controls, not endless."""
    short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    if short.isprintable():
        return short
    return "".join(c if c.isprintable() else " " for c in short)
