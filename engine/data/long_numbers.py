"""Whole numbers that floating point does not keep."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.dataset import Note

EXACT = 2**53
_WHOLE = r"^\s*[+-]?\d+\s*$"
_LONG = r"\d{16,}"


def among(column: pa.ChunkedArray) -> bool:
    """Whether a column of doubles is large enough to have lost digits."""
    if not pa.types.is_floating(column.type):
        return False
    found = pc.min_max(pc.abs(column)).as_py()["max"]
    return found is not None and found >= EXACT


def read(
    texts: pa.ChunkedArray, name: str, first_row: int = 0
) -> tuple[pa.ChunkedArray | None, Note | None]:
    """Turn the texts of numbers into numbers where that loses nothing or little.

    Returns
    -------
    pyarrow.ChunkedArray or None
        Integers or doubles; ``None`` if all are whole and some are too long for 64
        bits: then they are names rather than quantities.
    Note or None
        What is lost (``data.rounded_numbers``), or why it stays text
        (``data.long_numbers``), with the first such value.
    """
    try:
        return pc.cast(pc.utf8_trim_whitespace(texts), pa.int64()), None
    except pa.ArrowInvalid:
        numbers = pc.cast(pc.utf8_trim_whitespace(texts), pa.float64())
    is_whole = pc.match_substring_regex(texts, _WHOLE)
    is_long = pc.and_(is_whole, pc.match_substring_regex(texts, _LONG))
    row = pc.index(is_long, pa.scalar(value=True)).as_py()
    if row < 0:
        return numbers, None
    params = {"column": name, "row": first_row + row, "value": texts[row].as_py()[:80]}
    if pc.all(is_whole).as_py():
        return None, Note(code="data.long_numbers", params=params)
    return numbers, Note(code="data.rounded_numbers", params=params)


def rounded(column: pa.ChunkedArray, name: str) -> Note | None:
    """Name the first whole number that is lost when the column becomes doubles."""
    return _first_wide(column, "data.rounded_numbers", name)


def wide(column: pa.ChunkedArray, name: str) -> Note | None:
    """Say that whole numbers are kept here, but not by a model that sees them."""
    if not pa.types.is_integer(column.type):
        return None
    return _first_wide(column, "schema.wide_numbers", name)


def _first_wide(column: pa.ChunkedArray, code: str, name: str) -> Note | None:
    found = pc.min_max(column).as_py()
    if found["min"] is None or -EXACT <= found["min"] <= found["max"] <= EXACT:
        return None
    large = pc.greater(column, pa.scalar(EXACT, column.type))
    if found["min"] < -EXACT:
        large = pc.or_(large, pc.less(column, -EXACT))
    row = pc.index(large, pa.scalar(value=True)).as_py()
    params = {"column": name, "row": row, "value": str(column[row])}
    return Note(code=code, params=params)
