"""Texts that are dates, and which of day and month comes first in them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.dataset import Note

if TYPE_CHECKING:
    from engine.contracts.errors import Param

_MOST_MONTHS = 12
_MICROSECONDS = 6
_MOST_NAMED = 8
_OFFSET = r"\d(?P<offset>Z|[+-]\d{2}(?::?\d{2})?)\s*$"
_IN_UTC = re.compile(r"Z|[+-]00(?::?00)?").fullmatch
# ISO 8601 with parts of a second or an offset from UTC, as programs write it
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}(?P<between>[ T])\d{2}:\d{2}:\d{2}(?P<part>\.\d{1,9})?"
    r"(?P<offset>Z|[+-]\d{2}(?::?\d{2})?)?"
)
_FORMS = (
    re.compile(
        r"(?P<year>\d{4})(?P<sign>[-/.])\d{1,2}(?P=sign)\d{1,2}"
        r"(?P<time>(?P<between>[ T])\d{1,2}:\d{2}(?P<seconds>:\d{2})?)?"
    ),
    re.compile(
        r"\d{1,2}(?P<sign>[-/.])\d{1,2}(?P=sign)(?P<year>\d{4})"
        r"(?P<time>(?P<between>[ T])\d{1,2}:\d{2}(?P<seconds>:\d{2})?)?"
    ),
)


def read(
    column: pa.ChunkedArray,
    name: str,
    *,
    day_first: bool | None = None,
    known: str = "",
) -> tuple[pa.ChunkedArray, tuple[Note, ...]]:
    """Turn a column of texts into date-times where all of them are written alike.

    Parameters
    ----------
    day_first
        Whether 1/2/2024 is in February; ``None`` finds out, and takes the day first
        where the dates do not tell, which is noted.
    known
        How the same column is written elsewhere; followed where it fits.

    Returns
    -------
    pyarrow.ChunkedArray
        The column, as it was if it does not hold dates.
    tuple of Note
        ``schema.parsed_dates`` with the format, ``schema.ambiguous_dates``,
        ``schema.offsets``.
    """
    first = next((value.as_py() for value in column if value.is_valid), None)
    if first is None:
        return column, ()
    form = _form(first)
    found, notes = (
        (column, ()) if form is None else _plain(column, name, form, day_first, known)
    )
    return (found, notes) if notes else _moments(column, name, first)


def _plain(
    column: pa.ChunkedArray,
    name: str,
    form: re.Match[str],
    day_first: bool | None,
    known: str,
) -> tuple[pa.ChunkedArray, tuple[Note, ...]]:
    """Turn texts written as one of the two forms into date-times."""
    sign = re.escape(form["sign"])
    year_first = form.re is _FORMS[0]
    widths = ("4", "1,2", "1,2") if year_first else ("1,2", "1,2", "4")
    places = sign.join(
        rf"(?P<{name}>\d{{{width}}})" for name, width in zip("abc", widths, strict=True)
    )
    numbers = pc.extract_regex(column, rf"^{places}(?:[ T][\d:]+)?$")
    if numbers.null_count != column.null_count:
        return column, ()
    parts = [
        pc.cast(pc.struct_field(numbers, i), pa.int64(), safe=False) for i in range(3)
    ]
    ambiguous = False
    if year_first:
        orders = ["%Y{0}%m{0}%d"]
    else:
        orders = _orders(parts, day_first)
        ambiguous = day_first is None and len(orders) > 1
    written = [order.format(form["sign"]) + _time(form) for order in orders]
    if known in written:
        written, ambiguous = [known], False
    for spelling in written:
        parsed = pc.strptime(column, spelling, "us", error_is_null=True)
        place = [spelling[i + 1] for i in (0, 3, 6)].index("d")
        if parsed.null_count != column.null_count:
            continue
        if not pc.all(pc.equal(pc.day(parsed), parts[place])).as_py():
            continue  # the 31st of February would become a day of March
        params: dict[str, Param] = {"column": name, "format": spelling}
        notes = [Note(code="schema.parsed_dates", params=params)]
        if ambiguous:
            notes.append(Note(code="schema.ambiguous_dates", params={"column": name}))
        return parsed, tuple(notes)
    return column, ()


def _moments(
    column: pa.ChunkedArray, name: str, first: str
) -> tuple[pa.ChunkedArray, tuple[Note, ...]]:
    """Turn texts such as 2024-02-01T10:30:00.5Z into date-times, as CSV's are.

    Those with an offset become moments in UTC; either all have one or none.
    """
    like = _MOMENT.fullmatch(first)
    if like is None:
        return column, ()
    parts = pc.struct_field(pc.extract_regex(column, r"(?P<part>\.\d+)"), 0)
    longest = pc.max(pc.utf8_length(parts)).as_py() or 0
    unit = "ns" if longest > len(".") + _MICROSECONDS else "us"
    zone = "UTC" if like["offset"] else None
    try:
        found = pc.cast(column, pa.timestamp(unit, zone))
    except pa.ArrowInvalid:
        return column, ()
    spelling = f"%Y-%m-%d{like['between']}%H:%M:%S" + ("%z" if zone else "")
    params: dict[str, Param] = {"column": name, "format": spelling}
    told = Note(code="schema.parsed_dates", params=params)
    return found, (told, *(shifted(column, name) if zone else ()))


def shifted(texts: pa.ChunkedArray, name: str) -> tuple[Note, ...]:
    """Say which offsets from UTC times carry that are read as moments in UTC.

    Nothing where all of them are in UTC as they stand.
    """
    found = pc.struct_field(pc.extract_regex(texts, _OFFSET), 0).drop_null()
    counts = Counter({one["values"]: one["counts"] for one in _counted(found)})
    away = Counter({sign: n for sign, n in counts.items() if not _IN_UTC(sign)})
    if not away:
        return ()
    params: dict[str, Param] = {
        "column": name,
        "offsets": tuple(sign for sign, _ in counts.most_common(_MOST_NAMED)),
        "n": away.total(),
    }
    return (Note(code="schema.offsets", params=params),)


def _counted(values: pa.ChunkedArray) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pc.value_counts(values).to_pylist()
    return found


def _form(text: str) -> re.Match[str] | None:
    return next((m for form in _FORMS if (m := form.fullmatch(text))), None)


def _orders(parts: list[pa.ChunkedArray], day_first: bool | None) -> list[str]:
    """Return the orders that the first two numbers allow, the likelier first."""
    orders = [
        order
        for order, month in (("%d{0}%m{0}%Y", parts[1]), ("%m{0}%d{0}%Y", parts[0]))
        if pc.max(month).as_py() <= _MOST_MONTHS
    ]
    return orders[::-1] if day_first is False else orders


def _time(form: re.Match[str]) -> str:
    if not form["time"]:
        return ""
    return f"{form['between']}%H:%M" + (":%S" if form["seconds"] else "")
