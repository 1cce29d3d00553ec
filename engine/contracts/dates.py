"""Dates as rules write them: ISO text that stands for a span of time.

``2024-02-01`` is any moment of that day, ``2024-02`` of that month, ``2024`` of
that year, ``2024-02-01T10:30`` of that minute. Without an offset a text means the
wall time of the column that it is compared with.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NS = 1_000_000_000
_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_INT64 = (-(2**63), 2**63 - 1)
_TEXT = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})(?:[Tt ]"
    r"(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<part>\d{1,9}))?)?"
    r" ?(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2}(?::\d{2})?)?)?)?)?)?"
)
_ALIKE = re.compile(r"\d{4}[-/]\d{1,2}([-/T ].*)?|\d{1,4}[-/.]\d{1,2}[-/.].*")
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<h>\d{2}):?(?P<m>\d{2})?:?(?P<s>\d{2})?")


@dataclass(frozen=True, kw_only=True)
class Moments:
    """The moments of a column of dates.

    Attributes
    ----------
    ticks
        Time since 1970 (UTC where there is a zone), int64; 0 where missing.
    per_second
        Ticks of a second: 10^6 or 10^9.
    known
        Where there is a value.
    zone
        Time zone of the column, ``""`` where its moments are wall times.
    """

    ticks: NDArray[np.int64]
    per_second: int
    known: NDArray[np.bool_]
    zone: str = ""

    def from_on(self, nanoseconds: int) -> NDArray[np.bool_]:
        """Return where the moment is not before so many nanoseconds since 1970."""
        step = _NS // self.per_second
        first = -(-nanoseconds // step)
        if first > _INT64[1]:
            return np.zeros(len(self.ticks), dtype=bool)
        late: NDArray[np.bool_] = self.ticks >= max(first, _INT64[0])
        return late & self.known

    def within(self, text: str, column: str) -> NDArray[np.bool_]:
        """Return where the moment lies in the span of time that a text stands for."""
        start, end = span(text, column, self.zone)
        return self.from_on(start) & ~self.from_on(end)

    def first(self) -> str:
        """Return the day of the first moment, ``""`` if there is none."""
        if not self.known.any():
            return ""
        first = int(self.ticks[self.known].min())
        return day_text(first / self.per_second)


def looks_like_date(text: str) -> bool:
    """Return whether somebody who typed this meant a date (right or wrong).

    A bare number such as ``2024`` or ``20240201`` is a number.
    """
    return bool(_ALIKE.fullmatch(text))


def day_text(seconds: float) -> str:
    """Return the day of a moment, such as ``2024-02-01``; ``""`` outside 1 to 9999."""
    ordinal = int(seconds // _DAY) + _EPOCH
    if not 1 <= ordinal <= date.max.toordinal():
        return ""
    return date.fromordinal(ordinal).isoformat()


def span(text: str, column: str, zone: str) -> tuple[int, int]:
    """Return the first nanosecond since 1970 of a text's span, and the first after it.

    Parameters
    ----------
    column
        Name of the column that the text is compared with, for messages.
    zone
        Time zone of that column, ``""`` for wall times.

    Raises
    ------
    EngineError
        ``rule.date_form`` if this is not how rules write dates, ``rule.no_such_date``
        for the 30th of February, ``rule.no_zone`` for an offset where the column has
        no zone, ``rule.unknown_zone``.
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise EngineError("rule.date_form", found=text)
    if found["offset"] and not zone:
        raise EngineError("rule.no_zone", column=column, found=text)
    try:
        start, end = _walls(found)
        if found["offset"]:
            away = _fixed(found["offset"])
            return start - away * _NS, end - away * _NS
    except (ValueError, OverflowError) as error:
        raise EngineError("rule.no_such_date", found=text) from error
    return _utc(start, zone, column), _utc(end, zone, column)


def _walls(found: re.Match[str]) -> tuple[int, int]:
    """Return start and end of the span on the wall's clock, in nanoseconds."""
    year = int(found["year"])
    month, last_month = (int(found["month"] or text) for text in ("01", "12"))
    first = date(year, month, int(found["day"] or "01"))
    last_day = int(found["day"] or calendar.monthrange(year, last_month)[1])
    last = date(year, last_month, last_day)
    midnight = (first.toordinal() - _EPOCH) * _DAY * _NS
    if not found["hour"]:
        return midnight, (last.toordinal() + 1 - _EPOCH) * _DAY * _NS
    hour, minute = int(found["hour"]), int(found["minute"])
    second = int(found["second"] or 0)
    datetime(year, month, first.day, hour, minute, second)  # a check alone
    start = midnight + ((hour * 60 + minute) * 60 + second) * _NS
    if not found["second"]:
        return start, start + 60 * _NS
    if not found["part"]:
        return start, start + _NS
    unit = 10 ** (9 - len(found["part"]))
    start += int(found["part"]) * unit
    return start, start + unit


def _fixed(offset: str) -> int:
    """Return the seconds that a written offset lies before UTC."""
    if offset in {"Z", "z"}:
        return 0
    found = _OFFSET.fullmatch(offset)
    if found is None:
        raise ValueError(offset)
    hours, minutes = int(found["h"]), int(found["m"] or 0)
    if hours > 23 or minutes > 59:
        raise ValueError(offset)
    away = (hours * 60 + minutes) * 60 + int(found["s"] or 0)
    return -away if found["sign"] == "-" else away


def _utc(wall: int, zone: str, column: str) -> int:
    """Return a wall time of a zone as nanoseconds since 1970 in UTC."""
    if zone in {"", "UTC"}:
        return wall
    if _OFFSET.fullmatch(zone):
        return wall - _fixed(zone) * _NS
    try:
        clock = ZoneInfo(zone)
        local = datetime(1970, 1, 1, tzinfo=clock) + timedelta(seconds=wall // _NS)
        away = local.utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise EngineError("rule.unknown_zone", column=column, zone=zone) from error
    except OverflowError:
        return wall  # the last moments of the year 9999
    return wall - round((away or timedelta()).total_seconds()) * _NS
