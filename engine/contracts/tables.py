"""Tables as they leave the program: cells are values, written out only at the end."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import numpy as np

from engine.contracts.readings import numbers

Cell = str | float | date | None  # bool and int are floats to a type checker
Table = tuple[list[str], list[list[Cell]]]

# A text that starts like this would be run as a formula by a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# … unless it is a number.
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_EXACT = 2.0**53
_FIGURES = 6


def value_of(cell: Cell) -> Cell:
    """Return a cell without numpy's types, ``None`` for not a number.

    Whole numbers are ``int``: three rows are 3, not 3.0.
    """
    value: Any = cell
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    found: Cell = value
    return found


def plain_text(cell: Cell) -> str:
    """Return a cell as files hold it: every digit, ISO dates, nothing where missing.

    Examples
    --------
    >>> plain_text(0.1 + 0.2), plain_text(3.0), plain_text(True), plain_text(None)
    ('0.30000000000000004', '3', 'true', '')
    """
    value = value_of(cell)
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value)
        case datetime() | date():
            return value.isoformat()
    # half a character of UTF-16, which a name may hold, is in no file of UTF-8
    return str(value).encode("utf-8", "backslashreplace").decode()


def harmless_text(cell: Cell) -> str:
    """Return :func:`plain_text`; text that would be run as a formula is quoted."""
    text = plain_text(cell)
    if isinstance(cell, str) and text.startswith(FORMULA_STARTS):
        return f"'{text}"
    return text


def shown_text(cell: Cell) -> str:
    """Return a cell as a person reads it: six digits, in the language's writing."""
    value = value_of(cell)
    match value:
        case None:
            return "–"
        case bool() | str() | date():
            return plain_text(value)
        case int():
            return numbers.count(value)
    return numbers.significant(value, _FIGURES)
