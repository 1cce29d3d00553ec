"""Texts that are numbers: 1,234.5 or 1.234,5 or 12 %."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.dataset import Note
from engine.data import long_numbers

if TYPE_CHECKING:
    from engine.contracts.errors import Param

MOSTLY = 0.9
_SAMPLE = 5000
_BLANKS = " \u00a0\u2009\u202f"
_MINUS = "\u2212"
_SIGN = rf"[+\-{_MINUS}]?"
_LOOKS = rf"^{_SIGN}\d[\d.,'’{_BLANKS}]*%?$"
_PLAIN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
# What stands between thousands, what before decimals; a comma in the first place is
# likelier than a point, which codes have too.
_SPELLINGS = (
    (",", "."),
    (".", ","),
    (_BLANKS, ","),
    (_BLANKS, "."),
    ("'’", "."),
    ("'’", ","),
)


def read(
    column: pa.ChunkedArray,
    name: str,
    *,
    decimal: str | None = None,
    wanted: bool | None = None,
) -> tuple[pa.ChunkedArray, tuple[Note, ...]]:
    """Turn a column of texts into numbers where all of them are written alike.

    Per cent become shares: 12 % is 0.12.

    Parameters
    ----------
    decimal
        The decimal sign of the rest of the file, tried first.
    wanted
        ``False`` leaves texts alone; ``True`` takes also those that may be codes;
        ``None`` takes what can hardly be anything but a number.

    Returns
    -------
    pyarrow.ChunkedArray
        The column, as it was if it does not hold such numbers.
    tuple of Note
        ``schema.separated_numbers`` with an example, or why texts that are nearly
        numbers stay text: ``data.mixed_column``, ``schema.some_percent``,
        ``schema.separated_codes``.
    """
    if wanted is False or not _looks(column.slice(0, _SAMPLE)):
        return column, ()
    texts = pc.utf8_trim_whitespace(column)
    present = len(texts) - texts.null_count
    has_percent = pc.ends_with(texts, "%")
    percent = _n(has_percent)
    if 0 < percent < present:
        return column, (_named("schema.some_percent", name, column, has_percent),)
    bare = pc.utf8_rtrim(texts, "%" + _BLANKS)
    as_stored = not percent and decimal != "," and not wanted
    if as_stored and _n(pc.match_substring_regex(bare, _PLAIN)) == present:
        return column, ()  # digits kept as text are text to whoever stored them
    spellings = sorted(_SPELLINGS, key=lambda s: s[1] != (decimal or s[1]))
    fits = {s: pc.match_substring_regex(bare, _pattern(*s)) for s in spellings}
    best = max(spellings, key=lambda s: _n(fits[s]))
    if _n(fits[best]) < MOSTLY * present:
        return column, ()
    if _n(fits[best]) < present:
        return column, (_named("data.mixed_column", name, column, fits[best]),)
    if not percent and not wanted and _may_be_codes(bare, *best):
        return column, (_named("schema.separated_codes", name, column),)
    numbers, note = long_numbers.read(_spelled(bare, *best), name)
    if numbers is None:
        return column, (note,) if note is not None else ()
    if percent:
        numbers = pc.divide(pc.cast(numbers, pa.float64()), 100.0)
    example = pc.match_substring_regex(bare, _PLAIN)
    row = max(pc.index(example, pa.scalar(value=False)).as_py(), 0)
    if column[row].as_py() is None:
        row = pc.index(pc.is_valid(column), pa.scalar(value=True)).as_py()
    params: dict[str, Param] = {
        "column": name,
        "value": texts[row].as_py()[:80],
        "number": f"{numbers[row].as_py():.15g}",
    }
    found = Note(code="schema.separated_numbers", params=params)
    return numbers, (found,) if note is None else (found, note)


def _looks(sample: pa.ChunkedArray) -> bool:
    texts = pc.utf8_trim_whitespace(sample.drop_null())
    likely = _n(pc.match_substring_regex(texts, _LOOKS))
    return bool(likely) and likely >= MOSTLY * len(texts)


def _pattern(group: str, decimal: str) -> str:
    """Return what numbers look like; leading zeros are for codes."""
    whole = rf"(?:0|[1-9]\d*|[1-9]\d{{0,2}}(?:[{group}]\d{{3}})+)"
    return rf"^{_SIGN}{whole}(?:[{decimal}]\d+)?$"


def _may_be_codes(bare: pa.ChunkedArray, group: str, decimal: str) -> bool:
    """Return whether all are as long as one another, grouped, without decimals.

    So are telephone and identity numbers; amounts are not.
    """
    if group == "," or _n(pc.match_substring_regex(bare, f"[{decimal}]")):
        return False
    present = bare.drop_null()
    lengths = pc.min_max(pc.utf8_length(present)).as_py()
    grouped = _n(pc.match_substring_regex(present, f"[{group}]"))
    return grouped == len(present) > 1 and lengths["min"] == lengths["max"]


def _spelled(bare: pa.ChunkedArray, group: str, decimal: str) -> pa.ChunkedArray:
    """Return the texts as a programming language writes numbers."""
    joined = pc.replace_substring_regex(bare, f"[{group}+]", "")
    return pc.replace_substring(pc.replace_substring(joined, decimal, "."), _MINUS, "-")


def _n(mask: pa.ChunkedArray) -> int:
    return int(pc.sum(mask).as_py() or 0)


def _named(
    code: str,
    name: str,
    column: pa.ChunkedArray,
    fits: pa.ChunkedArray | None = None,
) -> Note:
    """Return a note with the first value, or the first that does not fit."""
    asked, value = (pc.is_valid(column), True) if fits is None else (fits, False)
    row = pc.index(asked, pa.scalar(value=value)).as_py()
    params: dict[str, Param] = {
        "column": name,
        "row": row,
        "value": column[row].as_py()[:80],
    }
    return Note(code=code, params=params)
