"""Columns in the values that a model knows, whatever a reader took them for.

A level or class that is a text is looked for among the texts of the file, cell by
cell and exactly; only cells without such a text are taken as they were read. What a
cell becomes depends on that cell alone, never on the rows beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.cell_texts import (
    Cells,
    called,
    encoded,
    is_of_texts,
    needs_texts,
    plain_text,
)
from engine.contracts.model import Levels
from engine.data.long_numbers import EXACT
from engine.data.table import MOST_CODES, text_of
from engine.values_as_in_file import as_in_file, kept_tokens

if TYPE_CHECKING:
    from engine.contracts.model import Input
    from engine.data.table import Table

_NUMBERS = ("float", "int")
_TRUTH = {"true": 1.0, "false": 0.0}
_PLAIN_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*", re.ASCII)


def feature(table: Table, column: str, field: Input) -> pa.ChunkedArray:
    """Return a column as an input of a model is given it."""
    parsed = table.arrow.column(column)
    if field.dtype == "any" and not is_of_texts(field):
        return as_in_file(table, column).values
    if field.dtype in _NUMBERS and parsed.null_count == len(parsed):
        return pa.chunked_array([pa.nulls(len(parsed), pa.float64())])
    if field.dtype in _NUMBERS and pa.types.is_string(parsed.type):
        numbers = plain_numbers(parsed)
        return parsed if numbers is None else numbers
    if is_of_texts(field):
        cells = Cells.of(table, column, field)
        return parsed if cells is None else cells.texts()
    if field.levels is Levels.NUMBER and pa.types.is_string(parsed.type):
        return _as_numbers(parsed, field)
    if field.levels is Levels.BOOLEAN and not pa.types.is_boolean(parsed.type):
        return _as_booleans(parsed)
    return parsed


@dataclass(frozen=True, kw_only=True)
class Doubts:
    """What is doubtful about the values of an input.

    Attributes
    ----------
    unknown
        Values that the model does not know → rows.
    n_missing
        Rows without a value.
    respelled
        Texts of the file → rows that were taken as another spelling of a level.
    spelled
        The level that the first of ``respelled`` in order was taken for.
    lost
        Texts that the model is given as missing, and may know as a value → rows.
    kept
        Texts that the model is given, and that may mean a missing value → rows.
    n_blank
        Rows without a value that are given as a text, whichever the model knows.
    as_text
        A text of a column that is given as texts only because the model does not say
        what it accepts; ``""`` of any other column.
    """

    unknown: Counter[str]
    n_missing: int
    respelled: Counter[str]
    spelled: str
    lost: Counter[str]
    kept: Counter[str]
    n_blank: int
    as_text: str


def doubts(table: Table, column: str, field: Input) -> Doubts:
    """Return what is doubtful about the values of an input.

    Raises
    ------
    TypeError
        If a model of few levels is given a column of many different numbers.
    """
    given = feature(table, column, field)
    unknown: Counter[str] = Counter()
    if field.categories:
        if len(field.categories) <= MOST_CODES:
            table.codes(column)
        unknown = _unknown(given, field)
    if field.levels is Levels.NUMBER:
        unknown += _lost(table.arrow.column(column), given)
    respelled, spelled, as_text = Counter[str](), "", ""
    lost, kept = Counter[str](), Counter[str]()
    if field.dtype == "any" and not is_of_texts(field):
        as_text = as_in_file(table, column).example
        kept = kept_tokens(given, table.arrow.column(column))
        lost = _tokens(table, column, given)
    elif needs_texts(table, column, field):
        cells = Cells.of(table, column, field)
        if cells is not None:
            respelled, spelled = cells.respelled()
            kept = cells.tokens() if not field.categories else kept
    return Doubts(
        unknown=unknown,
        n_missing=given.null_count,
        respelled=respelled,
        spelled=spelled,
        lost=lost,
        kept=kept,
        n_blank=_n_blank(given) if field.blank_is_text else 0,
        as_text=as_text,
    )


def _n_blank(given: pa.ChunkedArray) -> int:
    empty = pc.fill_null(pc.equal(given.cast(pa.string()), ""), fill_value=True)
    return int(pc.sum(empty).as_py() or 0)


def _tokens(table: Table, column: str, given: pa.ChunkedArray) -> Counter[str]:
    """Return the texts, blanks apart, of what is given as missing."""
    written = table.written(column)
    if written is None:
        return Counter()
    texts = written.filter(pc.is_null(given)).cast(pa.string())
    return Counter(t for t in texts.drop_null().to_pylist() if t.strip())


def _unknown(given: pa.ChunkedArray, field: Input) -> Counter[str]:
    """Return the values that are no level; texts only if they are the very same."""
    codes, values = encoded(given)
    counts = np.bincount(codes[codes >= 0], minlength=len(values)).tolist()
    loose = field.levels in (Levels.NUMBER, Levels.BOOLEAN)
    known = {*(map(plain_text, field.categories) if loose else field.categories)}
    texts = [text_of(value) for value in values]
    if field.levels is Levels.DATE:  # a day is the same moment as its midnight
        texts = [called(value, known).text for value in values]
    return Counter(
        {
            text: n
            for text, n in zip(texts, counts, strict=True)
            if n and (plain_text(text) if loose else text) not in known
        }
    )


def _as_numbers(texts: pa.ChunkedArray, field: Input) -> pa.ChunkedArray:
    """Return the levels that texts of numbers are; what is no level is missing.

    Where no text is a level, the texts stay: it is another column.
    """
    levels = {float(level) for level in field.categories}
    codes, values = encoded(texts)
    numbers = [_number(value) for value in values]
    found = [number if number in levels else None for number in numbers]
    if all(number is None for number in found):
        return texts
    cells = pa.array(found, pa.float64())
    return pa.chunked_array([cells.take(pa.array(codes, mask=codes < 0))])


def plain_numbers(texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return texts as numbers where all are such, as Python writes them, and kept.

    ``None`` where one is something else, or whole and longer than a float keeps.
    Truth values alone are 1 and 0, as they are where a reader finds them itself.
    """
    codes, values = encoded(texts)
    numbers = [float(v) if _PLAIN_NUMBER.fullmatch(v) else np.inf for v in values]
    if {v.casefold() for v in values} <= _TRUTH.keys():
        numbers = [_TRUTH[v.casefold()] for v in values]
    if any(abs(number) > EXACT for number in numbers):
        return None
    cells = pa.array(numbers, pa.float64())
    return pa.chunked_array([cells.take(pa.array(codes, mask=codes < 0))])


def _number(text: str) -> float | None:
    try:
        return float(text) if "_" not in text else None
    except ValueError:
        return None


def _as_booleans(column: pa.ChunkedArray) -> pa.ChunkedArray:
    codes, values = encoded(column)
    words = {"true": True, "false": False, "1": True, "0": False}
    found = [words.get(text_of(value).casefold()) for value in values]
    if any(word is None for word in found):
        return column
    booleans = pa.array(found, pa.bool_())
    return pa.chunked_array([booleans.take(pa.array(codes, mask=codes < 0))])


def _lost(parsed: pa.ChunkedArray, given: pa.ChunkedArray) -> Counter[str]:
    """Return the texts that are no number, and so no level of a model of numbers."""
    if not pa.types.is_string(parsed.type) or pa.types.is_string(given.type):
        return Counter()
    texts = parsed.filter(pc.and_(pc.is_valid(parsed), pc.is_null(given)))
    return Counter(texts.to_pylist())
