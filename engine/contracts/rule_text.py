"""A rule of :mod:`engine.contracts.expression`, written as it is typed."""

from __future__ import annotations

import re

from engine.contracts.selection import (
    And,
    Dates,
    Missing,
    Not,
    Or,
    Range,
    Rows,
    Saved,
    Selection,
    Values,
    Xor,
)

WORDS = frozenset(
    ["and", "or", "not", "in", "is", "missing", "between", "bucket", "rows", "xor"]
)
YEAR = re.compile(r"\d{4}")
_PLAIN = re.compile(r"[^\s()<>=!,\"']+")


def describe(selection: Selection) -> str:
    """Return a rule as text that ``expression.parse`` reads back."""
    return _text(selection, 0)


def _text(selection: Selection, binds: int) -> str:
    match selection:
        case Range() | Dates():
            return _range_text(selection, binds)
        case Values() if len(selection.labels) == 1:
            return f"{quoted(selection.column)} = {quoted(selection.labels[0])}"
        case Values():
            labels = ", ".join(quoted(label) for label in selection.labels)
            return f"{quoted(selection.column)} in ({labels})"
        case Missing():
            return f"{quoted(selection.column)} is missing"
        case Rows():
            return "rows " + ", ".join(str(index) for index in selection.indices)
        case Saved():
            return f"bucket {quoted(selection.name)}"
        case Not(of=Missing() as of):
            return f"{quoted(of.column)} is not missing"
        case Not(of=Values() as of) if len(of.labels) == 1:
            return f"{quoted(of.column)} != {quoted(of.labels[0])}"
        case Not(of=Values() as of):
            labels = ", ".join(quoted(label) for label in of.labels)
            return f"{quoted(of.column)} not in ({labels})"
        case Not():
            return f"not {_text(selection.of, 3)}"
        case And():
            return _joined(" and ", selection.of, 2, binds)
        case Or():
            return _joined(" or ", selection.of, 1, binds)
        case Xor():
            both = (selection.left, selection.right)
            return "(" + " xor ".join(_text(part, 3) for part in both) + ")"


def _joined(word: str, parts: tuple[Selection, ...], level: int, binds: int) -> str:
    text = word.join(_text(part, level + 1) for part in parts)
    return f"({text})" if binds > level - (len(parts) == 1) else text


def _range_text(selection: Range | Dates, binds: int) -> str:
    name = quoted(selection.column)
    low = None if selection.low is None else _limit_text(selection.low)
    high = None if selection.high is None else _limit_text(selection.high)
    if low is not None and high is not None:
        if selection.low_closed and selection.high_closed:
            return f"{name} between {low} and {high}"
        up = ">=" if selection.low_closed else ">"
        down = "<=" if selection.high_closed else "<"
        text = f"{name} {up} {low} and {name} {down} {high}"
        return f"({text})" if binds > 1 else text
    if low is not None:
        return f"{name} {'>=' if selection.low_closed else '>'} {low}"
    if high is not None:
        return f"{name} {'<=' if selection.high_closed else '<'} {high}"
    return f"{name} is not missing"


def _limit_text(limit: float | str) -> str:
    if not isinstance(limit, str):
        return number_text(limit)
    return f'"{limit}"' if YEAR.fullmatch(limit) else quoted(limit)


def number_text(value: float) -> str:
    """Return a number as a rule has it, with the decimal point."""
    value = float(value)  # an int is a float to a type checker, not to Python 3.11
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def quoted(text: str) -> str:
    """Return a name or a value, in quotes where it is not one plain word."""
    if _PLAIN.fullmatch(text) and text.casefold() not in WORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
